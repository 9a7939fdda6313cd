"""The route table as text and as JSON."""

import json
from collections.abc import Sequence

from chirp_check.model.entities import Route
from chirp_check.report.json import Json, encodable, path_text
from chirp_check.report.outcome import Report
from chirp_check.report.visible import plain


def render(routes: Sequence[Route], report: Report) -> str:
    """Methods, path, handler and place of each route, in the order of registration."""
    rows: list[tuple[str, str, str, str]] = []
    for route in routes:
        methods = "?" if route.methods is None else ",".join(sorted(route.methods))
        start, _ = report.range(route.span)
        path = "?" if route.path is None else plain(route.path.value)
        handler = "?" if route.handler is None else route.handler.name
        rows.append((methods, path, handler, f"{plain(route.span.path)}:{start.line}"))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "".join(
        "  ".join((*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[3])) + "\n"
        for row in rows
    )


def render_json(routes: Sequence[Route], report: Report) -> str:
    """An array in ASCII with an object for each route, in the order of registration; null for what is not known."""
    listed: list[Json] = []
    for route in routes:
        start, _ = report.range(route.span)
        listed.append(
            {
                "methods": None if route.methods is None else [*sorted(route.methods)],
                "pattern": None if route.path is None else encodable(route.path.value),
                "handler": None if route.handler is None else encodable(route.handler.name),
                "path": path_text(route.span.path),
                "line": start.line,
                "column": start.column,
            }
        )
    return json.dumps(listed, indent=2) + "\n"
