"""The map for programs. Its shape is a promise: keys are never taken away or renamed while `version` is 1."""

import json

from chirp_check.map.atlas import Answer, Atlas, Edge, Gap, Node, Remark, RouteFacts
from chirp_check.report.json import path_text
from chirp_check.report.outcome import Report, spelled
from chirp_check.report.visible import plain
from chirp_check.source import Span

type Json = dict[str, "Json"] | list["Json"] | str | int | bool | None


def render(atlas: Atlas, report: Report) -> str:
    """The map as one JSON document in ASCII, ending with a line break."""
    return json.dumps(document(atlas, report), indent=1) + "\n"


def compact(atlas: Atlas, report: Report) -> str:
    """The same without white space."""
    return json.dumps(document(atlas, report), separators=(",", ":"))


def document(atlas: Atlas, report: Report) -> dict[str, Json]:
    """The map as what `docs/map.md` describes."""
    found: dict[str, list[int]] = {}
    for number, remark in enumerate(atlas.remarks):
        for node in remark.nodes:
            found.setdefault(node, []).append(number)
    summary = report.summary
    return {
        "version": 1,
        "applications": [_place(span, report) for span in atlas.applications],
        "summary": {
            "routes": summary.routes,
            "templates": summary.templates,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "unknowns": len(atlas.gaps),
        },
        "nodes": [_node(one, report, found.get(one.id, [])) for one in atlas.nodes],
        "edges": [_edge(one, report) for one in atlas.edges],
        "findings": [_finding(one, report) for one in atlas.remarks],
        "unknowns": [_gap(one, report) for one in atlas.gaps],
    }


def _place(span: Span | None, report: Report) -> Json:
    if span is None:
        return None
    start, _ = report.range(span)
    return {"path": path_text(span.path), "line": start.line, "column": start.column}


def _node(node: Node, report: Report, findings: list[int]) -> Json:
    made: dict[str, Json] = {
        "id": plain(node.id),
        "kind": node.kind,
        "label": plain(node.label),
        "area": plain(node.area),
        "parent": None if node.parent is None else plain(node.parent),
        "place": _place(node.span, report),
        "findings": list(findings),
    }
    if node.kind == "template":
        made["page"] = node.page
    if node.route is not None:
        made["route"] = _route(node.route, report)
    return made


def _route(route: RouteFacts, report: Report) -> Json:
    handler = route.handler
    return {
        "methods": None if route.methods is None else list(route.methods),
        "path": None if route.path is None else plain(route.path),
        "name": None if route.name is None else plain(route.name),
        "handler": None if handler is None else {"name": handler.name, "place": _place(handler.span, report)},
        "streams": route.streams,
        "answers": [_answer(one) for one in route.answers],
    }


def _answer(answer: Answer) -> Json:
    return {
        "kind": answer.kind,
        "for": answer.audience,
        "shown": plain(answer.shown),
        "node": None if answer.node is None else plain(answer.node),
        "status": answer.status,
        "known": answer.known,
        "aside": answer.aside,
    }


def _edge(edge: Edge, report: Report) -> Json:
    return {
        "source": plain(edge.source),
        "target": plain(edge.target),
        "kind": edge.kind,
        "label": plain(edge.label),
        "via": None if edge.via is None else plain(edge.via),
        "sure": edge.sure,
        "place": _place(edge.span, report),
    }


def _finding(remark: Remark, report: Report) -> Json:
    one = remark.diagnostic
    return {
        "rule": one.rule,
        "level": spelled(one.level),
        "message": plain(one.finding.message),
        "help": None if one.finding.help is None else plain(one.finding.help),
        "place": _place(one.finding.at, report),
        "nodes": [plain(node) for node in remark.nodes],
    }


def _gap(gap: Gap, report: Report) -> Json:
    return {
        "kind": gap.unknown.kind,
        "reason": plain(gap.unknown.reason),
        "place": _place(gap.unknown.span, report),
        "node": None if gap.node is None else plain(gap.node),
    }
