// The page's side of `chirp run --contract`: tells the server what htmx is about to do, and shows what does not agree.
(() => {
  "use strict";
  const own = document.currentScript;
  if (!own || document.querySelector("chirp-contract")) return;
  const MARK = "data-chirp-source";
  const where = new URL(own.src).pathname.replace(/\.js$/, "");
  const page = own.dataset.answer;

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { --paper: #fff; --ink: #22201c; --soft: #6d675e; --line: #e4dfd6; --fault: #b3261e; --tint: #fdecea;
      position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483647; width: min(46rem, calc(100vw - 2rem));
      max-height: calc(100vh - 2rem); display: flex; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) {
      :host { --paper: #211f1c; --ink: #ece7de; --soft: #a49c8f; --line: #3a3631; --fault: #ff8a80; --tint: #3a2320; } }
    section { display: flex; flex-direction: column; width: 100%; background: var(--paper); color: var(--ink);
      border: 1px solid var(--line); border-left: .3rem solid var(--fault); border-radius: .6rem; overflow: hidden;
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; box-shadow: 0 .5rem 2rem #0004; }
    header { display: flex; align-items: center; gap: .75rem; padding: .6rem .9rem; background: var(--tint); }
    h2 { margin: 0; font-size: 1rem; flex: 1; color: var(--fault); }
    button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
      border-radius: .4rem; padding: .15rem .7rem; cursor: pointer; }
    ol { list-style: none; margin: 0; padding: 0 .9rem; overflow: auto; }
    li { padding: .7rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
    li:first-child { border-top: 0; }
    p { margin: 0 0 .3rem; } p code:first-child { color: var(--fault); font-weight: 600; } .asked { color: var(--soft); font-size: .85rem; }
    code, pre { font: .82rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    pre { margin: .4rem 0 0; padding: .5rem .7rem; overflow-x: auto; border: 1px solid var(--line);
      border-radius: .4rem; } .help { margin: .4rem 0 0; }`);

  let list = null, title = null;
  const said = new Map();

  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  const sentence = (text, name) => { // with what stands between backticks as code
    const made = element("p", "", name);
    text.split("`").forEach((part, at) => made.append(at % 2 ? element("code", part) : part));
    return made;
  };

  const open = () => {
    const host = element("chirp-contract");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    const section = element("section"), header = element("header"), close = element("button", "Close");
    section.setAttribute("role", "region");
    section.setAttribute("aria-label", "Contract");
    title = element("h2");
    title.setAttribute("role", "status");
    list = element("ol");
    close.type = "button";
    close.addEventListener("click", () => { host.remove(); said.clear(); list = null; });
    header.append(title, close);
    section.append(header, list);
    root.append(section);
    document.documentElement.append(host); // beside the body, which swaps may replace
  };

  const show = (found) => {
    for (const one of found.mismatches.toReversed()) {
      const key = found.request + one.rule + one.message;
      if (said.has(key)) continue;
      if (!list) open();
      const item = element("li");
      const message = sentence(one.message);
      message.prepend(element("code", one.rule), " ");
      item.append(element("p", found.request, "asked"), message);
      if (one.source) item.append(element("pre", one.source));
      if (one.help) item.append(sentence(one.help, "help"));
      list.prepend(item);
      said.set(key, item);
      title.textContent = said.size === 1 ? "The contract does not hold" : `The contract does not hold, ${said.size} times`;
      console.error(`${found.request}: ${one.rule}: ${one.message}`, one.places);
    }
  };

  const snapshot = (source) => {
    const marked = source instanceof Element && source.isConnected;
    if (marked) source.setAttribute(MARK, "");
    const copy = document.documentElement.cloneNode(true);
    if (marked) source.removeAttribute(MARK);
    copy.querySelector("chirp-contract")?.remove();
    return { html: copy.outerHTML, marked };
  };

  const tell = async (answer, more) => {
    try {
      const body = JSON.stringify({ answer, ...more });
      const headers = { "Content-Type": "application/json" };
      const reply = await fetch(where, { method: "POST", headers, body });
      if (reply.ok) show(await reply.json());
    } catch (error) {
      console.warn("chirp run --contract:", error);
    }
  };

  const answered = (answer, source) => {
    if (answer) tell(answer, snapshot(source));
  };
  const failed = (what, source, message) => tell(page, { ...snapshot(source), what, message: String(message || "") });

  // htmx 2
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    answered(detail.xhr.getResponseHeader("X-Chirp-Contract"), detail.requestConfig?.elt ?? detail.elt);
  });
  document.addEventListener("htmx:targetError", ({ target }) => failed("target", target));
  document.addEventListener("htmx:swapError", ({ target, detail }) => failed("swap", target, detail.error));
  // htmx 4
  document.addEventListener("htmx:after:request", ({ detail }) => {
    answered(detail.ctx?.response?.headers.get("X-Chirp-Contract"), detail.ctx?.sourceElement);
  });
  document.addEventListener("htmx:error", ({ target, detail }) => {
    if (detail.ctx?.text !== undefined) failed("swap", detail.ctx.sourceElement ?? target, detail.error);
  });

  tell(page, {});
})();
