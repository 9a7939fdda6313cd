"use strict";
// The picture: the whole map in cards, or one thing with what it has to do with.
const View = (() => {
  const GROUPS = {
    renders: "renders", requests: "requests", submits: "requests", connects: "requests", swaps: "swaps", aside: "swaps",
    events: "swaps", links: "leads", redirects: "leads", extends: "uses", includes: "uses", imports: "uses",
  };
  const COLORS = {
    light: {
      ground: "#f6f7f9", card: "#ffffff", line: "#d5dae1", text: "#1b2330", faint: "#5b6676", get: "#dbeafe", change: "#fde6cf",
      stream: "#ead9fb", handler: "#e8eaee", page: "#d9f2e1", template: "#eef1f4", block: "#ffffff", region: "#fff6c9",
      renders: "#3f8f5f", requests: "#2c6fd1", swaps: "#b7860b", leads: "#8b95a3", uses: "#9a7bc4", error: "#cf222e", warning: "#b7860b", chosen: "#1456c2",
    },
    dark: {
      ground: "#11151b", card: "#181e27", line: "#323c4a", text: "#e6eaf0", faint: "#9aa6b5", get: "#1d3a63", change: "#59391a",
      stream: "#44286a", handler: "#2b323d", page: "#1c4630", template: "#262e39", block: "#1b222c", region: "#4b4112",
      renders: "#5fbf86", requests: "#6aa5f7", swaps: "#e0b53c", leads: "#6f7b8b", uses: "#b597e0", error: "#ff6b6b", warning: "#e0b53c", chosen: "#7db4ff",
    },
  };
  const EDGE = 16, BUTTONS = 58;  // what is kept free around, and for the buttons at the right
  const { WIDE, ROW, HEAD, PAD } = Layout;
  let cy = null, map = null, thick = 1.2, drawn = new Map(), bounds = { x: 0, y: 0, width: 1, height: 1 }, shown = new Set(), scoped = null, onChoose = null;

  const tint = (node) => node.kind === "route" ? (node.stream ? "stream" : node.changes ? "change" : "get")
    : node.kind === "template" && node.page ? "page" : node.kind;

  function style(theme) {
    const colors = COLORS[theme];
    const font = "system-ui, sans-serif";
    const sheet = [
      { selector: "node", style: {
        shape: "round-rectangle", width: "data(width)", height: "data(height)", label: "data(text)", color: colors.text,
        "font-family": font, "font-size": 12, "text-valign": "center", "text-halign": "right", "text-wrap": "none",
        "text-margin-x": "data(shift)",
        "border-width": 1, "border-color": colors.line, "min-zoomed-font-size": 5, "corner-radius": 6,
      } },
      { selector: ".area", style: {
        "background-color": colors.card, "border-color": colors.line, "font-size": 22, "font-weight": "bold", "text-valign": "top",
        "text-margin-y": 40, "min-zoomed-font-size": 0, events: "no", "z-compound-depth": "bottom", "corner-radius": 12, color: colors.faint,
      } },
      { selector: ".template, .page", style: { "text-valign": "top", "text-margin-y": HEAD - 5, "font-weight": "bold", "z-index": 1 } },
      { selector: ".flat", style: { "text-valign": "center", "text-margin-y": 0 } },
      { selector: ".region", style: { "border-style": "dashed" } },
      { selector: ".block, .region", style: { "font-size": 11, "z-index": 2 } },
      { selector: ".warning", style: { "border-color": colors.warning, "border-width": 2 } },
      { selector: ".error", style: { "border-color": colors.error, "border-width": 3 } },
      { selector: "edge", style: {
        width: "data(width)", "curve-style": "bezier", "target-arrow-shape": "triangle", "arrow-scale": 0.8, opacity: 0.55,
        "font-family": font, "font-size": 11, color: colors.text, "text-background-color": colors.ground, "text-background-opacity": 0.9,
        "text-background-padding": 1, "min-zoomed-font-size": 5, events: "no",
      } },
      // From side to side, so that no line hides what is above or below its ends.
      { selector: "edge.onward", style: { "source-endpoint": "90deg", "target-endpoint": "270deg" } },
      { selector: "edge.back", style: { "source-endpoint": "270deg", "target-endpoint": "90deg" } },
      { selector: "edge.beside", style: {
        "source-endpoint": "90deg", "target-endpoint": "90deg", "curve-style": "unbundled-bezier", "control-point-distances": 40, "control-point-weights": 0.5,
      } },
      { selector: "edge.perhaps", style: { "line-style": "dashed" } },
      { selector: ".off", style: { opacity: 0.13 } },
      { selector: "edge.off", style: { opacity: 0.05 } },
      { selector: "edge.near", style: { opacity: 1, width: 2.2, label: "data(label)", "z-index": 9 } },
      { selector: "edge.near.faint", style: { opacity: 0.45, width: 1.4, label: "" } },
      { selector: "node.near", style: { opacity: 1 } },
      { selector: "node.chosen", style: { "border-color": colors.chosen, "border-width": 4, opacity: 1 } },
    ];
    for (const kind of ["get", "change", "stream", "handler", "page", "template", "block", "region"]) {
      sheet.push({ selector: `node.${kind}`, style: { "background-color": colors[kind] } });
    }
    for (const group of new Set(Object.values(GROUPS))) {
      sheet.push({ selector: `edge.${group}`, style: { "line-color": colors[group], "target-arrow-color": colors[group] } });
    }
    return sheet;
  }

  const marked = (node) => node.label + (node.errors ? `  ✖${node.errors}` : node.warnings ? `  ⚠${node.warnings}` : "");
  const cut = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
  const classes = (node) => [tint(node), node.errors ? "error" : node.warnings ? "warning" : ""].join(" ");
  const element = (node, x, y, width, height, more = "") => ({
    data: { id: node.id, text: cut(marked(node), (width - 16) / (node.kind === "template" ? 7.4 : 6.7)), width, height, shift: 8 - width }, position: { x, y }, classes: `${classes(node)} ${more}`,
  });
  const SAID = {
    renders: (one) => one, requests: (one) => one, submits: (one) => `form ${one}`, connects: () => "listens", swaps: (one) => one,
    aside: (one) => one, events: (one) => `event ${one}`, extends: () => "extends", includes: () => "includes", imports: () => "imports",
    links: () => "link", redirects: () => "redirect",
  };
  const side = (edge) => { const from = drawn.get(edge.source), to = drawn.get(edge.target); return from + 20 < to ? "onward" : to + 20 < from ? "back" : "beside"; };
  const line = (edge, more) => ({
    data: { id: `e${edge.number}`, width: thick, source: edge.source, target: edge.target, label: SAID[edge.kind](edge.label) },
    classes: `${GROUPS[edge.kind]} ${side(edge)}${edge.sure ? "" : " perhaps"} ${more}`,
  });

  // The whole map.
  function cards() {
    const rows = new Map();  // of a template: the blocks and regions that something has to do with
    for (const node of map.nodes) {
      if (node.parent && (map.edgesOf(node.id).length || node.findings.length)) {
        if (!rows.has(node.parent)) rows.set(node.parent, []);
        rows.get(node.parent).push(node);
      }
    }
    const line_of = (node) => (node.place ? node.place.line : 0);
    for (const inside of rows.values()) inside.sort((one, other) => line_of(one) - line_of(other));
    const made = [];
    for (const [name, members] of map.areas) {
      const boxes = members.filter((node) => !node.parent).map((node) => {
        const inside = rows.get(node.id) || [];
        return { id: node.id, node, inside, first: !!node.route, width: WIDE, height: HEAD + (inside.length ? inside.length * ROW + 6 : 0) };
      });
      if (!boxes.length) continue;
      const here = new Set(boxes.map((box) => box.id)), seen = new Set(), pairs = [];
      for (const box of boxes) {
        for (const member of [box.node, ...box.inside]) {
          for (const edge of map.out(member.id)) {
            const target = map.box(edge.target);
            const counts = edge.kind === "renders" || GROUPS[edge.kind] === "uses";
            if (!counts || !here.has(target) || target === box.id || seen.has(`${box.id}\n${target}`)) continue;
            seen.add(`${box.id}\n${target}`);
            pairs.push([box.id, target]);
          }
        }
      }
      const laid = Layout.area(boxes, pairs);
      made.push({ name, boxes, laid, width: laid.width + 2 * PAD, height: laid.height + 2 * PAD });
    }
    return made;
  }

  // Nodes alone: the lines are drawn over them as they are asked for.
  function whole() {
    const room = document.getElementById("graph").getBoundingClientRect();
    const width = (room.width || 900) - EDGE - BUTTONS, height = (room.height || 600) - 2 * EDGE;
    const found = [], made = cards();
    let title = 0, size = { width: 1, height: 1 };
    for (const wanted of [46, null]) {  // the titles are to be read where all of the map is seen
      const zoom = Math.min(width / size.width, height / size.height, 1);
      const next = wanted || Math.round(Math.min(150, Math.max(46, 19 / zoom)));
      for (const card of made) card.height += next - title;
      title = next;
      if (made.length) size = Layout.packed(made, width, height);
    }
    for (const card of made) {
      found.push({
        data: { id: `area:${card.name}`, text: card.name, width: card.width, height: card.height, shift: 16 - card.width, title },
        position: { x: card.x + card.width / 2, y: card.y + card.height / 2 }, classes: "area", selectable: false, grabbable: false,
      });
      for (const box of card.boxes) {
        const at = card.laid.centres.get(box.id);
        const x = card.x + PAD + at.x, top = card.y + PAD + title + at.y - box.height / 2;
        found.push(element(box.node, x, top + box.height / 2, box.width, box.height, box.inside.length ? "" : "flat"));
        box.inside.forEach((node, row) => found.push(element(node, x, top + HEAD + row * ROW + ROW / 2 - 1, WIDE - 14, ROW - 4)));
      }
    }
    bounds = { x: 0, y: 0, ...size };
    return found;
  }

  // One thing, what leads to it, and what it leads to. Of a template all that is in it counts.
  function around(id) {
    const own = [id, ...map.inside(id)], kept = new Set(own.filter((one) => one === id || map.edgesOf(one).length));
    const edges = own.flatMap((one) => map.edgesOf(one));
    for (const edge of edges) { kept.add(edge.source); kept.add(edge.target); }
    const nodes = [...kept].map((one) => map.node(one));
    const text = (node) => (node.parent ? `${map.node(node.parent).label} · ${node.label}` : node.label);
    const boxes = nodes.map((node) => ({ id: node.id, node, width: 200, height: 30 }));
    const widest = Math.min(270, Math.max(180, ...nodes.map((node) => 40 + text(node).length * 6.7)));
    for (const box of boxes) box.width = widest;
    const taken = [...new Set(edges)].filter((edge) => edge.source !== edge.target);
    const laid = Layout.ranked(boxes, taken.map((edge) => [edge.source, edge.target]), 130, 24);
    bounds = { x: 0, y: 0, width: laid.width, height: laid.height };
    return [
      ...boxes.map((box) => {
        const at = laid.centres.get(box.id), one = element(box.node, at.x, at.y, box.width, box.height, "flat");
        one.data.text = cut(text(box.node), (box.width - 44) / 6.5) + marked(box.node).slice(box.node.label.length);
        return one;
      }),
      ...taken.map((edge) => ({ data: {}, edge })),
    ];
  }

  function titles() {
    const zoom = cy.zoom();
    cy.batch(() => cy.nodes(".area").forEach((node) => {
      const room = node.data("width") - 16, letters = node.data("text").length;
      const size = Math.round(Math.max(22, Math.min(15 / zoom, room / (letters * 0.6), node.data("title") / 1.25)));
      if (node.scratch("_size") !== size) { node.scratch("_size", size); node.style({ "font-size": size, "text-margin-y": Math.max(38, size * 1.2) }); }
    }));
  }

  function draw(elements) {
    drawn = new Map(elements.filter((one) => one.position).map((one) => [one.data.id, one.position.x]));
    cy.batch(() => { cy.elements().remove(); cy.add(elements.map((one) => (one.edge ? line(one.edge, "near") : one))); });
    fit();
    thick = Math.min(3, Math.max(1.2, 0.7 / cy.zoom()));  // seen where all of the map is
    lines();
  }

  function fit() {
    cy.resize();
    if (!cy.width() || !cy.height()) return;
    const top = scoped ? 90 : EDGE;
    const zoom = Math.min(1.1, (cy.width() - EDGE - BUTTONS) / bounds.width, (cy.height() - EDGE - top) / bounds.height);
    cy.stop();
    if (scoped && zoom < 0.48) {  // too much for this window: as much of it as can be read, around the thing itself
      cy.viewport({ zoom: 0.6, pan: { x: 0, y: 0 } });
      cy.center(cy.getElementById(scoped));
      return;
    }
    cy.viewport({ zoom, pan: { x: Math.min((cy.width() - bounds.width * zoom) / 2, cy.width() - BUTTONS - bounds.width * zoom), y: Math.max(top, (cy.height() - bounds.height * zoom) / 2) } });
    titles();
  }

  // The lines that are always drawn: inside of one area, of the chosen kinds; in a small map all of these kinds.
  function lines() {
    if (scoped) return;
    const wanted = map.edges.filter((edge) => shown.has(GROUPS[edge.kind]) && edge.source !== edge.target
      && (map.small || map.node(edge.source).area === map.node(edge.target).area)
      && drawn.has(edge.source) && drawn.has(edge.target));
    cy.batch(() => {
      cy.edges().remove();
      cy.add(wanted.map((edge) => line(edge, "base")));
    });
  }

  function start(data, theme, choose) {
    map = data; onChoose = choose;
    map.edges.forEach((edge, number) => { edge.number = number; });
    cy = cytoscape({
      container: document.getElementById("graph"), style: style(theme), elements: [], layout: { name: "preset" },
      minZoom: 0.03, maxZoom: 2.5, autoungrabify: true, boxSelectionEnabled: false, autounselectify: true,
      hideEdgesOnViewport: data.nodes.length > 1500,
    });
    cy.on("tap", "node", (event) => onChoose(event.target.id()));
    cy.on("tap", (event) => { if (event.target === cy) onChoose(null); });
    let asked = false;
    cy.on("zoom", () => { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; titles(); }); } });
    draw(whole());
  }

  function choose(id, { move = true } = {}) {
    if (!cy) return;
    const node = id ? cy.getElementById(id) : cy.collection();
    // On its own: a line that comes back under its name in the batch that removes it would get no style.
    if (!scoped) cy.remove("edge.extra");
    cy.batch(() => {
      cy.elements().removeClass("chosen off");
      node.addClass("chosen");
      if (scoped) return;
      cy.edges().removeClass("near faint");
      cy.nodes().removeClass("near");
      if (!node.length) return;
      const own = [id, ...map.inside(id)].filter((one) => drawn.has(one));
      const edges = [...new Set(own.flatMap(map.edgesOf))].filter((edge) => edge.source !== edge.target
        && drawn.has(edge.source) && drawn.has(edge.target));
      cy.add(edges.filter((edge) => !cy.getElementById(`e${edge.number}`).length).map((edge) => line(edge, "extra")));
      const near = new Set([...own, ...edges.flatMap((edge) => [edge.source, edge.target])]);
      for (const one of [...near]) near.add(map.box(one));
      cy.nodes().not(".area").forEach((one) => { one.addClass(near.has(one.id()) ? "near" : "off"); });
      const mine = new Set(edges.map((edge) => `e${edge.number}`));
      cy.edges().forEach((one) => { if (mine.has(one.id())) { one.addClass(one.hasClass("leads") ? "near faint" : "near"); } else one.addClass("off"); });
    });
    if (node.length && move && !scoped) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      cy.stop().animate({ zoom: Math.max(cy.zoom(), 0.75), center: { eles: node } }, { duration: still ? 0 : 250 });
    }
  }

  function filter(keep) {
    if (scoped || !cy) return;
    cy.batch(() => cy.nodes().not(".area").forEach((node) => { node.toggleClass("off", Boolean(keep) && !keep(map.node(node.id()))); }));
    cy.batch(() => cy.edges().forEach((edge) => { edge.toggleClass("off", Boolean(keep) && (edge.source().hasClass("off") || edge.target().hasClass("off"))); }));
  }

  function scope(id) {
    if (id === scoped) return;
    scoped = id;
    draw(id ? around(id) : whole());
    if (id) cy.getElementById(id).addClass("chosen");
  }

  return {
    start, choose, filter, scope, fit, GROUPS,
    theme: (name) => cy.style(style(name)),
    show: (groups) => { shown = groups; if (cy) lines(); },
    zoom: (by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
    pan: (x, y) => cy.panBy({ x, y }),
    resize: () => cy && cy.resize(),
    // Where each thing is seen, in pixels of the window on the map.
    places: () => Object.fromEntries(cy.nodes().not(".area").map((node) => [node.id(), node.renderedPosition()])),
    // How thick each line is, in pixels of the map.
    widths: () => cy.edges().map((edge) => edge.numericStyle("width")),
    get scoped() { return scoped; },
  };
})();
