"use strict";
// Where everything stands: each area is laid out by itself, left to right, and the areas are packed like cards.
const Layout = (() => {
  const WIDE = 224, ROW = 23, HEAD = 27, GAP = 6, PAD = 16, BETWEEN = 76, SPACE = 28;

  // Laid out by dagre: {id, width, height}, and pairs of ids. Gives the centres by id, and the size.
  function ranked(boxes, pairs, ranksep, nodesep) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", ranksep, nodesep, ranker: "longest-path", marginx: 0, marginy: 0 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const box of boxes) graph.setNode(box.id, { width: box.width, height: box.height });
    for (const [from, to] of pairs) if (from !== to) graph.setEdge(from, to);
    dagre.layout(graph);
    const centres = new Map();
    let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
    for (const box of boxes) {
      const { x, y } = graph.node(box.id);
      centres.set(box.id, { x, y });
      left = Math.min(left, x - box.width / 2); right = Math.max(right, x + box.width / 2);
      top = Math.min(top, y - box.height / 2); bottom = Math.max(bottom, y + box.height / 2);
    }
    for (const at of centres.values()) { at.x -= left; at.y -= top; }
    return { centres, width: right - left, height: bottom - top };
  }

  // One area: columns from left to right. Boxes of column 0 stay in order; those behind stand near what leads to them.
  function area(boxes, pairs) {
    const byId = new Map(boxes.map((box) => [box.id, box])), users = new Map(boxes.map((box) => [box.id, []]));
    for (const [from, to] of pairs) users.get(to).push(from);
    const depth = new Map(boxes.filter((box) => box.first).map((box) => [box.id, 0]));
    const reached = (box) => users.get(box.id).filter((one) => depth.has(one)).map((one) => depth.get(one));
    for (let round = 1; round < 5; round++) {
      const next = boxes.filter((box) => !depth.has(box.id) && reached(box).length);
      for (const box of next) depth.set(box.id, Math.min(...reached(box)) + 1);
    }
    for (const box of boxes) if (!depth.has(box.id)) depth.set(box.id, depth.size && boxes.some((one) => one.first) ? 1 : 0);
    const columns = [];
    for (const box of boxes) (columns[depth.get(box.id)] ||= []).push(box);
    const centres = new Map(), high = (column) => column.reduce((sum, box) => sum + box.height + GAP, -GAP);
    const filled = columns.filter(Boolean);
    const limit = Math.max(420, high(filled[0]), Math.sqrt(filled.reduce((sum, column) => sum + high(column), 0) * WIDE * 0.8));
    let x = 0, bottom = 0;
    filled.forEach((column, number) => {
      if (number) {
        const where = new Map(column.map((box) => [box.id, users.get(box.id).map((one) => centres.get(one)).filter(Boolean)]));
        const mean = (box) => { const found = where.get(box.id); return found.length ? found.reduce((sum, at) => sum + at.y, 0) / found.length : Infinity; };
        column.sort((one, other) => mean(one) - mean(other) || 0);
      }
      let y = 0;
      for (const box of column) {
        if (y && y + box.height > limit) { x += WIDE + 24; y = 0; }
        centres.set(box.id, { x: x + WIDE / 2, y: y + box.height / 2 });
        y += box.height + GAP;
        bottom = Math.max(bottom, y - GAP);
      }
      x += WIDE + BETWEEN;
    });
    return { centres, width: x - BETWEEN, height: bottom };
  }

  // Cards in order, each as high up as it fits, then as far left: a skyline of steps.
  function shelved(cards, limit) {
    let skyline = [{ x: 0, width: limit, y: 0 }], right = 0, bottom = 0;
    const places = cards.map((card) => {
      const width = card.width + SPACE, height = card.height + SPACE;
      let best = null;
      for (let at = 0; at < skyline.length; at++) {
        const x = skyline[at].x;
        if (x + width > limit + 0.5) break;
        let y = 0;
        for (let on = at; on < skyline.length && skyline[on].x < x + width; on++) y = Math.max(y, skyline[on].y);
        if (!best || y < best.y) best = { x, y };
      }
      const after = [];
      for (const step of skyline) {
        const end = step.x + step.width;
        if (end <= best.x || step.x >= best.x + width) { after.push(step); continue; }
        if (step.x < best.x) after.push({ x: step.x, width: best.x - step.x, y: step.y });
        if (end > best.x + width) after.push({ x: best.x + width, width: end - best.x - width, y: step.y });
      }
      after.push({ x: best.x, width, y: best.y + height });
      skyline = after.sort((one, other) => one.x - other.x);
      right = Math.max(right, best.x + card.width); bottom = Math.max(bottom, best.y + card.height);
      return best;
    });
    return { places, width: right, height: bottom };
  }

  // The cards packed so that they are seen as large as possible in a window; gives the size of the whole.
  function packed(cards, width, height) {
    const total = cards.reduce((sum, card) => sum + (card.width + SPACE) * (card.height + SPACE), 0);
    const widest = Math.max(...cards.map((card) => card.width + SPACE));
    let best = null;
    for (let factor = 0.8; factor < 1.8; factor += 0.05) {
      const found = shelved(cards, Math.max(widest, Math.sqrt(total * width / height) * factor));
      found.zoom = Math.min(width / found.width, height / found.height);
      if (!best || found.zoom > best.zoom * 1.01) best = found;
    }
    best.places.forEach((at, number) => Object.assign(cards[number], at));
    return { width: best.width, height: best.height };
  }

  return { ranked, area, packed, WIDE, ROW, HEAD, PAD };
})();
