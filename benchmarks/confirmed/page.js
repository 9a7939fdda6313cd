// Watches what htmx says and does on a page, makes gestures on it, and looks at whether the page holds together.
(() => {
  const seen = { faults: new Set(), asked: 0, over: 0, inputs: [] };
  const alike = (text) => String(text).replace(/\?.*$/, "").replace(/^https?:\/\/[^/]+/, "").replace(/\d+/g, "N");
  const simple = /^#[\w-]+$/;
  const ERRORS = [
    "htmx:targetError", "htmx:swapError", "htmx:oobErrorNoTarget", "htmx:responseError", "htmx:sendError",
    "htmx:onLoadError", "htmx:syntax:error", "htmx:invalidPath", "htmx:noSSESourceError", "htmx:sseError",
    "htmx:badResponseUrl", "htmx:eventFilter:error", "htmx:historyCacheError",
  ];
  const asked = (config) => `${(config?.verb ?? "?").toUpperCase()} ${alike(config?.path ?? "?")}`;

  for (const name of ERRORS) {
    addEventListener(name, (event) => {
      const what = event.detail ?? {};
      let more = what.target?.id ?? what.target ?? what.content?.id ?? what.error ?? "";
      if (name === "htmx:responseError") more = `${what.xhr.status} of ${asked(what.requestConfig)}`;
      seen.faults.add(`${name} ${alike(more instanceof Element ? more.tagName : more)}`);
    }, true);
  }
  addEventListener("htmx:beforeRequest", () => { seen.asked += 1; }, true);
  addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, boosted, requestConfig, shouldSwap } = event.detail;
    const whole = /<html[\s>]/i.test(xhr.responseText);
    const selects = requestConfig?.elt?.closest("[hx-select]") !== null;
    const aside = target === document.body || requestConfig?.boosted || boosted;
    if (shouldSwap && whole && !aside && !selects) {
      seen.faults.add(`a whole document goes into ${target.tagName.toLowerCase()}: ${asked(requestConfig)}`);
    }
  }, true);
  addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig, failed } = event.detail;
    setTimeout(() => {
      seen.over += 1;
      seen.inputs.push(`${asked(requestConfig)} ${xhr?.status}${failed ? " failed" : ""}`);
    }, 80);
  }, true);

  const ids = (text) => text.split(/[\s,]+/).filter(Boolean);
  const REFERENCES = {
    "for": ids, "list": ids, "form": ids, "aria-labelledby": ids, "aria-describedby": ids, "aria-controls": ids,
  };
  const SELECTORS = ["hx-target", "hx-include", "hx-indicator", "hx-disabled-elt", "hx-select"];

  function holds() {
    const known = new Map();
    for (const one of document.querySelectorAll("[id]")) known.set(one.id, (known.get(one.id) ?? 0) + 1);
    for (const [id, count] of known) if (count > 1) seen.faults.add(`the id ${alike(id)} is there twice`);
    for (const [name, read] of Object.entries(REFERENCES)) {
      for (const one of document.querySelectorAll(`[${name}]`)) {
        for (const id of read(one.getAttribute(name))) {
          if (!known.has(id)) seen.faults.add(`${name} names ${alike(id)}, which is not there`);
        }
      }
    }
    for (const name of SELECTORS.filter((one) => one !== "hx-select")) {
      for (const one of document.querySelectorAll(`[${name}]`)) {
        const selector = one.getAttribute(name).trim();
        if (simple.test(selector) && !document.querySelector(selector)) {
          seen.faults.add(`${name} names ${alike(selector)}, which is not there`);
        }
      }
    }
    for (const form of document.querySelectorAll("form")) {
      const sent = form.enctype === "multipart/form-data" || form.getAttribute("hx-encoding") === "multipart/form-data";
      if (!sent && form.querySelector("input[type=file]")) seen.faults.add("a form does not send its files");
    }
  }

  const VERBS = ["get", "post", "put", "patch", "delete"];
  const ALL = VERBS.map((verb) => `[hx-${verb}]`).join(",");

  // What can be used on the page: elements with a method of htmx, and forms and one link that are boosted.
  function usable() {
    const found = [];
    let links = 0;
    for (const one of document.querySelectorAll(`${ALL}, form[action], a[href^="/"]`)) {
      const verb = VERBS.find((name) => one.hasAttribute(`hx-${name}`));
      const boosted = one.closest("[hx-boost]")?.getAttribute("hx-boost") === "true";
      if (!verb && !boosted) continue;
      if (!verb && one.tagName === "A" && links++) continue;
      const url = verb ? one.getAttribute(`hx-${verb}`) : one.getAttribute("action") ?? one.getAttribute("href");
      const method = verb ?? (one.getAttribute("method") ?? "get");
      found.push([one, `${method.toUpperCase()} ${alike(url)}`]);
    }
    return found;
  }

  function listed() {
    return usable().map(([one, key], at) => {
      const shape = [...one.attributes].map(({ name, value }) => `${name}=${value.replace(/\d+/g, "N")}`).join(" ");
      return { at, key, shape: `${one.tagName} ${shape}`, trigger: one.getAttribute("hx-trigger") ?? "" };
    });
  }

  const MADE_UP = { email: "x@example.org", number: "1", date: "2030-01-02", url: "http://example.org" };

  function fill(form) {
    for (const one of form.querySelectorAll("input, textarea, select")) {
      if (one.tagName === "SELECT" || one.value || ["hidden", "checkbox", "radio", "file"].includes(one.type)) continue;
      one.value = MADE_UP[one.type] ?? "x";
    }
  }

  function use(at) {
    const [one] = usable()[at];
    window.confirm = () => true;
    const say = (...names) => names.forEach((name) => one.dispatchEvent(new Event(name, { bubbles: true })));
    seen.asked = seen.over = 0;
    if (one.tagName === "FORM") {
      fill(one);
      one.requestSubmit();
    } else if (one.tagName === "SELECT") {
      one.selectedIndex = (one.selectedIndex + 1) % Math.max(one.options.length, 1);
      say("input", "change");
    } else if (one.tagName === "TEXTAREA" || (one.tagName === "INPUT" && !["checkbox", "radio", "submit", "button"].includes(one.type))) {
      one.value += "a";
      say("input", "keyup", "change", "search");
    } else {
      if (one.form) fill(one.form);
      one.click();
    }
  }

  window.watching = {
    listed, use, holds,
    over: () => seen.over > 0 && seen.over >= seen.asked,
    asked: () => seen.asked,
    faults: () => [...seen.faults],
  };
})();
