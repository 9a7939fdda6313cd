"""The map as a Mermaid flowchart: routes by area, and the templates that they render, with what requests what.

Blocks and regions are folded into their templates, and links left out: the picture has to stay one that is read.
"""

from collections.abc import Mapping

from chirp_check.diagnostic import Level
from chirp_check.map.atlas import Atlas, Node
from chirp_check.report.visible import plain

_ARROWS: Mapping[str, str] = {
    "renders": "-->",
    "extends": "-.->|extends|",
    "includes": "-.->|includes|",
    "requests": "==>",
    "submits": "==>",
    "connects": "==>",
    "redirects": "-.->|redirects|",
}
MANY = 300  # edges; those that are told by the others are left out first


def render(atlas: Atlas) -> str:
    """The flowchart, ending with a line break."""
    shown = [one for one in atlas.nodes if one.kind in ("route", "handler", "template")]
    names = {one.id: f"n{number}" for number, one in enumerate(shown)}
    folded = {one.id: names.get(one.parent or one.id) for one in atlas.nodes}
    lines = ["flowchart LR"]
    for number, area in enumerate(sorted({one.area for one in shown})):
        lines.append(f'  subgraph a{number}["{_text(area)}"]')
        lines += [f"    {names[one.id]}{_shape(one)}" for one in shown if one.area == area]
        lines.append("  end")
    lines += _edges(atlas, folded)
    bad = [names[one.id] for one in shown if one.id in _faulty(atlas)]
    streams = [names[one.id] for one in shown if one.route is not None and one.route.streams]
    for name, style, ones in (
        ("error", "stroke:#d1242f,stroke-width:3px", bad),
        ("stream", "stroke-dasharray:4 3", streams),
    ):
        lines += [f"  classDef {name} {style}", f"  class {','.join(ones)} {name}"] if ones else []
    return "\n".join(lines) + "\n"


def _edges(atlas: Atlas, folded: Mapping[str, str | None]) -> list[str]:
    found: dict[str, bool] = {}
    for edge in atlas.edges:
        source, target = folded.get(edge.source), folded.get(edge.target)
        arrow = _ARROWS.get(edge.kind)
        if source is None or target is None or source == target or arrow is None:
            continue
        labelled = f"{arrow}|{_text(edge.label)}|" if edge.kind in ("requests", "submits") and edge.label else arrow
        found.setdefault(f"  {source} {labelled} {target}", edge.kind in ("extends", "includes", "redirects"))
    if len(found) > MANY:
        return [line for line, is_minor in found.items() if not is_minor]
    return list(found)


def _faulty(atlas: Atlas) -> frozenset[str]:
    """The nodes with errors, those of blocks and regions counted for their templates."""
    parents = {one.id: one.parent or one.id for one in atlas.nodes}
    errors = (one for one in atlas.remarks if one.diagnostic.level is Level.ERROR)
    return frozenset(parents[node] for one in errors for node in one.nodes)


def _shape(node: Node) -> str:
    text = _text(node.label)
    return f'["{text}"]' if node.kind == "template" else f'(["{text}"])'


def _text(text: str) -> str:
    """Text in which Mermaid finds nothing to interpret: everything but letters, digits and a few signs as entities."""
    return "".join(char if char.isalnum() or char in " /.,:-_" else f"#{ord(char)};" for char in plain(text))
