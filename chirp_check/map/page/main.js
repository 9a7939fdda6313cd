"use strict";
// The page around the picture: the list, the search, the filters and the details.
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse($("data").textContent);

  function make(tag, text, attributes = {}, children = []) {
    const made = document.createElement(tag);
    if (text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") made.addEventListener("click", value);
      else if (value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }
  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const placed = (place) => (place ? `${place.path}:${place.line}` : "");

  // The data, joined.
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const incoming = new Map(), outgoing = new Map(), inside = new Map(), gaps = new Map();
  const put = (where, key, value) => { if (!where.has(key)) where.set(key, []); where.get(key).push(value); };
  for (const edge of data.edges) { put(outgoing, edge.source, edge); put(incoming, edge.target, edge); }
  for (const node of data.nodes) if (node.parent) put(inside, node.parent, node.id);
  for (const gap of data.unknowns) if (gap.node) put(gaps, gap.node, gap);
  for (const node of data.nodes) {
    const route = node.route;
    node.stream = Boolean(route && route.streams);
    node.changes = Boolean(route && !(route.methods || ["GET"]).some((one) => one === "GET"));
    node.sort = node.stream ? "stream" : node.kind === "template" && node.page ? "page" : node.kind;
    const all = new Set([...node.findings, ...(inside.get(node.id) || []).flatMap((one) => nodes.get(one).findings)]);
    node.errors = [...all].filter((one) => data.findings[one].level === "error").length;
    node.warnings = all.size - node.errors;
    node.told = [node.label, node.id, route && route.name, route && route.handler && route.handler.name, route && route.handler && placed(route.handler.place), placed(node.place)]
      .filter(Boolean).join("\n").toLowerCase();
  }
  const areas = new Map();
  const order = { route: 0, stream: 0, page: 1, template: 2, block: 3, region: 4, handler: 5 };
  const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
  const rank = (node) => Math.min(9, ...((node.route && node.route.methods) || []).map((one) => METHODS.indexOf(one)).filter((one) => one >= 0));
  const path = (node) => (node.route && node.route.path) || "";
  const sorted = [...data.nodes].sort((one, other) => order[one.sort] - order[other.sort] || (path(one) < path(other) ? -1 : path(one) > path(other) ? 1 : 0) || rank(one) - rank(other) || (one.label < other.label ? -1 : 1));
  const names = [...new Set(data.nodes.map((node) => node.area))].sort((one, other) => (one === "shared") - (other === "shared") || (one < other ? -1 : 1));
  for (const name of names) areas.set(name, []);
  for (const node of sorted) areas.get(node.area).push(node);
  const map = {
    nodes: data.nodes, edges: data.edges, areas, small: data.nodes.filter((node) => !node.parent).length <= 40,
    node: (id) => nodes.get(id), out: (id) => outgoing.get(id) || [], inside: (id) => inside.get(id) || [],
    box: (id) => nodes.get(id).parent || id, edgesOf: (id) => [...(outgoing.get(id) || []), ...(incoming.get(id) || [])],
  };

  // What is shown.
  const KINDS = { route: "Routes", stream: "Streams", page: "Pages", template: "Templates", block: "Blocks", region: "Regions", handler: "Error handlers" };
  const state = { kinds: new Set(), bad: false, query: "", chosen: null };
  const words = () => state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (node) => words().every((word) => node.told.includes(word));
  const isBad = (node) => node.errors + node.warnings > 0;
  const fits = (node) => (!state.kinds.size || state.kinds.has(node.sort)) && (!state.bad || isBad(node)) && matches(node);
  const isFiltered = () => Boolean(state.kinds.size || state.bad || words().length);

  function kept() {
    if (!isFiltered()) return null;
    const found = new Set(data.nodes.filter(fits).map((node) => node.id));
    for (const id of [...found]) found.add(map.box(id));
    return (node) => found.has(node.id) || (node.parent && !state.kinds.size && !words().length && isBad(node));
  }

  // The list.
  const marks = (node) => [
    ...(node.errors ? [make("span", `${node.errors}`, { class: "mark error", title: counted(node.errors, "error") })] : []),
    ...(node.warnings ? [make("span", `${node.warnings}`, { class: "mark warning", title: counted(node.warnings, "warning") })] : []),
  ];
  // A path breaks at its slashes.
  const named = (text) => make("span", null, { class: "name" }, text.split(/(?<=\/)/).flatMap((part, at) => (at ? [make("wbr", null), part] : [part])));
  function titled(node) {
    if (node.route && node.kind === "route") {
      const methods = node.route.methods ? node.route.methods.join(" ") : "?";
      return [make("span", node.stream ? `${methods} ⇢` : methods, { class: `method ${node.stream ? "stream" : node.changes ? "change" : "get"}` }), named(node.route.path === null ? "?" : node.route.path)];
    }
    const kind = node.sort === "template" ? "part" : node.kind === "handler" ? "error" : node.sort;
    return [make("span", kind, { class: `method ${node.sort}` }), named(node.label)];
  }
  function beside(node) {
    if (node.route) return node.route.handler ? node.route.handler.name : "";
    return node.parent ? nodes.get(node.parent).label : "";
  }
  const item = (node) => make("button", null, { type: "button", class: node.parent ? "item child" : "item", "data-id": node.id, "aria-current": state.chosen === node.id && "true", onclick: () => go(node.id) },
    [...titled(node), make("span", beside(node), { class: "beside" }), ...marks(node)]);

  const MOST = 400;
  function list() {
    const parts = [];
    let left = MOST, more = 0;
    for (const [name, members] of areas) {
      const found = members.filter((node) => (isFiltered() ? fits(node) : !node.parent));
      if (!found.length) continue;
      const taken = isFiltered() ? found.slice(0, Math.max(0, left)) : found;
      left -= taken.length; more += found.length - taken.length;
      if (!taken.length) continue;
      const bad = new Set(found.flatMap((node) => [node.id, ...map.inside(node.id)]).flatMap((id) => nodes.get(id).findings).filter((one) => data.findings[one].level === "error")).size;
      const summary = make("summary", null, {}, [make("span", name, { class: "area" }), make("span", `${found.length}`, { class: "beside" }),
        ...(bad ? [make("span", `${bad}`, { class: "mark error", title: counted(bad, "error") })] : [])]);
      parts.push(make("details", null, { open: true }, [summary, ...taken.map(item)]));
    }
    const loose = data.findings.filter((one) => !one.nodes.length);
    if (loose.length && !words().length && !state.kinds.size) parts.push(make("details", null, { open: true }, [make("summary", "Findings elsewhere"), ...loose.map(finding)]));
    if (more) parts.push(make("p", `and ${more} more: search for more of a name`, { class: "quiet" }));
    if (!parts.length) parts.push(make("p", state.bad && !words().length ? "No findings." : "Nothing is called so.", { class: "quiet" }));
    $("list").replaceChildren(...parts);
  }

  // The details.
  const finding = (one) => make("div", null, { class: `finding ${one.level}` }, [
    make("p", null, {}, [make("code", one.rule), ` ${one.message}`]), make("p", placed(one.place), { class: "place" }), ...(one.help ? [make("p", one.help, { class: "quiet" })] : []),
  ]);
  const link = (id, before = "", after = "") => make("li", null, {}, [
    ...(before ? [make("span", before, { class: "how" })] : []),
    make("button", nodes.get(id).parent ? `${nodes.get(nodes.get(id).parent).label} · ${nodes.get(id).label}` : nodes.get(id).label, { type: "button", class: "link", onclick: () => go(id) }),
    ...(after ? [make("span", after, { class: "how" })] : []),
  ]);
  const section = (title, items) => (items.length ? [make("h3", title), make("ul", null, {}, items)] : []);
  // A path that is too long goes on in the next line after a slash.
  const parted = (text) => text.split("/").flatMap((part, at) => (at ? ["/", make("wbr", null), part] : [part]));
  const fact = (name, value) => (value ? [make("dt", name), make("dd", null, {}, parted(value))] : []);
  const FORWARD = { renders: "Renders", extends: "Extends", includes: "Includes", imports: "Imports from", requests: "Requests", submits: "Submits forms to", links: "Links to", connects: "Listens to", redirects: "Redirects to", swaps: "Its answer goes into", aside: "Swaps out of band", events: "Sends events to" };
  const BACKWARD = { renders: "Rendered by", extends: "Extended by", includes: "Included by", imports: "Imported by", requests: "Requested from", submits: "Forms in", links: "Linked from", connects: "Listened to in", redirects: "Redirected from", swaps: "Takes answers of", aside: "Swapped out of band by", events: "Takes events of" };
  const SORTED = Object.keys(FORWARD);

  function neighbours(own, outward) {
    const grouped = new Map();
    for (const id of own) {
      for (const edge of (outward ? outgoing : incoming).get(id) || []) {
        const other = outward ? edge.target : edge.source;
        const how = [edge.label && edge.kind !== "extends" && edge.kind !== "includes" && edge.kind !== "imports" ? edge.label : "", edge.sure ? "" : "perhaps"].filter(Boolean).join(", ");
        const key = `${other}\n${how}`;
        if (!grouped.has(edge.kind)) grouped.set(edge.kind, new Map());
        grouped.get(edge.kind).set(key, link(other, "", how));
      }
    }
    const titles = outward ? FORWARD : BACKWARD;
    return SORTED.filter((kind) => grouped.has(kind) && !(outward && kind === "renders")).flatMap((kind) => section(titles[kind], [...grouped.get(kind).values()]));
  }

  function answers(route) {
    const who = { all: "always", browser: "to browsers", htmx: "to htmx" };
    return route.answers.map((one) => {
      const how = [one.kind, one.status, one.aside ? "out of band" : "", one.known ? "" : "not known"].filter(Boolean).join(", ");
      const shown = one.node && nodes.has(one.node) ? make("button", one.shown, { type: "button", class: "link", onclick: () => go(one.node) }) : make("span", one.shown, { class: one.known ? "" : "unknown" });
      return make("li", null, {}, [make("span", who[one.for], { class: "how" }), shown, make("span", how, { class: "how" })]);
    });
  }

  function details() {
    const node = state.chosen ? nodes.get(state.chosen) : null, panel = $("panel");
    panel.hidden = !node;
    root.toggleAttribute("data-panel", Boolean(node));
    if (!node) return;
    const route = node.route;
    const said = [...new Set([node.id, ...map.inside(node.id)].flatMap((id) => nodes.get(id).findings))].map((one) => data.findings[one]);
    const open = [node.id, ...map.inside(node.id)].flatMap((id) => gaps.get(id) || []);
    const own = [node.id, ...map.inside(node.id)];
    const scoped = View.scoped === node.id;
    panel.replaceChildren(
      make("div", null, { class: "top" }, [make("span", node.kind === "handler" ? "error handler" : node.sort, { class: `method ${node.sort === "route" && node.changes ? "change" : node.sort === "route" ? "get" : node.sort}` }),
        make("button", "×", { type: "button", class: "close", title: "Close (Esc)", "aria-label": "Close", onclick: () => go(null) })]),
      make("h2", node.label, { tabindex: "-1" }),
      make("p", null, { class: "actions" }, [
        make("button", scoped ? "Show the whole map" : "Show only this and its neighbours", { type: "button", id: "focus", onclick: () => { see("map"); scope(scoped ? null : node.id); see("map"); } }),
        make("button", "Show on the map", { type: "button", id: "show", onclick: () => { see("map"); scope(null); View.choose(node.id); see("map"); } }),
      ]),
      make("dl", null, {}, [
        ...fact("Area", node.area), ...fact("Name", route && route.name), ...fact("In", node.parent && nodes.get(node.parent).label),
        ...fact("Handler", route && (route.handler ? `${route.handler.name}  ${placed(route.handler.place)}` : route.path !== null && node.kind === "route" ? "not seen" : "")),
        ...fact(route ? "Registered" : "Written", placed(node.place)),
      ]),
      ...(said.length ? [make("h3", "Findings"), ...said.map(finding)] : []),
      ...(route ? section("Answers", answers(route)) : []),
      ...neighbours(own, true), ...neighbours(own, false),
      ...section("Holds", (inside.get(node.id) || []).map((id) => link(id, nodes.get(id).kind))),
      ...(open.length ? section("Not determined by the text", open.map((one) => make("li", `${one.kind}: ${one.reason}  ${placed(one.place)}`, { class: "unknown" }))) : []),
    );
    panel.scrollTop = 0;
  }

  // Moving about.
  function scope(id) {
    root.toggleAttribute("data-scoped", Boolean(id));
    $("scope").hidden = !id;
    $("legend").hidden = Boolean(id);
    if (id) $("scope").firstElementChild.textContent = `${nodes.get(id).label} and its neighbours`;
    const changed = View.scoped !== id;
    View.scope(id);
    if (!id && changed) { View.filter(kept()); if (state.chosen) View.choose(state.chosen, { move: false }); }
    details();
  }
  function go(id) {
    if (id && !nodes.has(id)) id = null;
    state.chosen = id;
    const wanted = id ? `#${encodeURIComponent(id)}` : "";
    if (location.hash !== wanted) history.pushState(null, "", wanted || "#");
    for (const one of document.querySelectorAll("#list .item")) {
      if (one.dataset.id === id) { one.setAttribute("aria-current", "true"); one.scrollIntoView({ block: "nearest" }); }
      else one.removeAttribute("aria-current");
    }
    if (View.scoped && id) scope(id); else { details(); }
    View.resize();
    View.choose(id, { move: root.dataset.view === "map" || innerWidth > 760 });
    if (!id) View.filter(kept());
    if (id && innerWidth <= 760) $("panel").querySelector("h2").focus();
  }
  function see(view) {
    root.dataset.view = view;
    if (view === "map") { if (innerWidth <= 760) { root.removeAttribute("data-panel"); $("panel").hidden = true; } ready(); View.resize(); }
    for (const one of document.querySelectorAll("#tabs button")) one.setAttribute("aria-pressed", String(one.dataset.to === view));
  }
  function filter() {
    list();
    for (const one of document.querySelectorAll("#filters [data-kind]")) one.setAttribute("aria-pressed", String(state.kinds.has(one.dataset.kind)));
    $("bad").setAttribute("aria-pressed", String(state.bad));
    if (started) View.filter(kept());
  }

  // Beginning.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  let started = false;
  function ready() {
    if (started) { if (!View.scoped && !state.chosen) View.fit(); return; }
    started = true;
    View.start(map, theme(), go);
    View.filter(kept());
    if (state.chosen) View.choose(state.chosen);
  }

  const summary = data.summary;
  $("counts").append(`${counted(summary.routes, "route")} · ${counted(summary.templates, "template")}`,
    ...(summary.errors ? [" · ", make("b", counted(summary.errors, "error"), { class: "error" })] : []),
    ...(summary.warnings ? [" · ", make("b", counted(summary.warnings, "warning"), { class: "warning" })] : []),
    ...(summary.errors + summary.warnings ? [] : [" · no findings"]));
  for (const [kind, name] of Object.entries(KINDS)) {
    const number = data.nodes.filter((node) => node.sort === kind).length;
    if (number) $("filters").append(make("button", null, { type: "button", "data-kind": kind, onclick: () => { state.kinds.has(kind) ? state.kinds.delete(kind) : state.kinds.add(kind); filter(); } }, [make("i", "", { class: kind === "route" ? "get" : kind }), `${name} `, make("small", String(number))]));
  }
  $("filters").append(make("button", "Only findings", { type: "button", id: "bad", onclick: () => { state.bad = !state.bad; filter(); } }));
  const lines = { renders: "renders", requests: "requests", swaps: "swaps into", leads: "links, redirects", uses: "extends, includes" };
  const lit = new Set(["renders", "requests"]);
  for (const [group, name] of Object.entries(lines)) {
    const box = make("input", null, { type: "checkbox", checked: lit.has(group) });
    box.addEventListener("change", () => { box.checked ? lit.add(group) : lit.delete(group); View.show(lit); });
    $("legend").append(make("label", null, {}, [box, make("i", "", { class: `line ${group}` }), name]));
  }
  View.show(lit);

  let pending = 0;
  $("search").addEventListener("input", () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { state.query = $("search").value; filter(); $("list").scrollTop = 0; if (innerWidth <= 760) see("list"); }); });
  $("search").addEventListener("keydown", (event) => {
    const items = document.querySelectorAll("#list .item");
    if (event.key === "Enter" && items.length) { event.preventDefault(); go(items[0].dataset.id); }
    if (event.key === "ArrowDown" && items.length) { event.preventDefault(); items[0].focus(); }
    if (event.key === "Escape") { event.stopPropagation(); if (state.query) { $("search").value = state.query = ""; filter(); } else $("search").blur(); }
  });
  $("list").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...document.querySelectorAll("#list details[open] .item")], at = items.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    const next = items[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) next.focus(); else if (event.key === "ArrowUp") $("search").focus();
  });
  $("graph").addEventListener("keydown", (event) => {
    const act = { ArrowLeft: () => View.pan(80, 0), ArrowRight: () => View.pan(-80, 0), ArrowUp: () => View.pan(0, 80), ArrowDown: () => View.pan(0, -80), "+": () => View.zoom(1.25), "=": () => View.zoom(1.25), "-": () => View.zoom(0.8), 0: View.fit }[event.key];
    if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); act(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); $("search").select(); }
    if (event.key === "Escape") { if (View.scoped) scope(null); else go(null); }
  });
  for (const one of document.querySelectorAll("#zoom button")) one.addEventListener("click", () => (one.dataset.zoom === "fit" ? View.fit() : View.zoom(one.dataset.zoom === "in" ? 1.3 : 1 / 1.3)));
  for (const one of document.querySelectorAll("#tabs button")) one.addEventListener("click", () => { if (innerWidth <= 760 && state.chosen) { root.removeAttribute("data-panel"); $("panel").hidden = true; } see(one.dataset.to); });
  $("whole").addEventListener("click", () => scope(null));
  $("theme").addEventListener("click", () => { root.dataset.theme = theme() === "dark" ? "light" : "dark"; if (started) View.theme(theme()); });
  dark.addEventListener("change", () => { if (started && !root.dataset.theme) View.theme(theme()); });
  addEventListener("popstate", () => go(decodeURIComponent(location.hash.slice(1)) || null));
  const wide = matchMedia("(min-width: 761px)");
  wide.addEventListener("change", () => { if (wide.matches) see("map"); });

  const first = decodeURIComponent(location.hash.slice(1));
  if (nodes.has(first)) state.chosen = first;
  filter();
  details();
  root.dataset.view = wide.matches ? "map" : "list";
  // The list is there at once; the picture follows.
  requestAnimationFrame(() => setTimeout(() => { see(root.dataset.view); root.dataset.ready = "true"; }));
})();
