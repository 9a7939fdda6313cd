"""The routes of an application for people (a table) and for programs (JSON)."""

import inspect
from annotationlib import Format
from collections.abc import Sequence

from chirp.describe import AppDescription, RouteDescription, code_of, place_of

HEADER = ("METHODS", "PATH", "NAME", "RETURNS", "HANDLER")


def as_table(app: AppDescription) -> str:
    """One line per route in the order of registration, then the folders of files."""
    rows: list[Sequence[str]] = [HEADER]
    for route in app.routes:
        place = place_of(route.handler)
        handler = f"{route.origin} ({place})" if place else route.origin
        rows.append((" ".join(sorted(route.methods)), route.path, route.name or "", returns(route), handler))
    rows += [("GET", f"{prefix}/{{path:path}}", "static", "", "static files") for prefix in app.prefixes]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER) - 1)]
    lines = (
        "  ".join((*(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=False)), row[-1])) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def as_json(app: AppDescription) -> str:
    """An object with `routes`, each with the fields of the table and file and line; `prefixes`; `middleware`."""
    import json

    routes = [_fields(route) for route in app.routes]
    told = {"version": 1, "routes": routes, "prefixes": list(app.prefixes), "middleware": list(app.middleware)}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _fields(route: RouteDescription) -> dict[str, object]:
    code = code_of(route.handler)
    return {
        "methods": sorted(route.methods),
        "path": route.path,
        "name": route.name,
        "returns": returns(route) or None,
        "handler": route.origin,
        "file": None if code is None else code.co_filename,
        "line": None if code is None else code.co_firstlineno,
    }


def returns(route: RouteDescription) -> str:
    """The return annotation as it is written; empty when there is none."""
    try:
        annotation = inspect.signature(route.handler, annotation_format=Format.STRING).return_annotation
    except TypeError, ValueError:
        return ""
    return annotation if isinstance(annotation, str) else ""
