"""Which part of the application a route or template belongs to, as people name parts: by the beginning of a path."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from chirp_check.map.atlas import Edge, Node

SHARED = "shared"
ROOT = "/"  # and what stands alone
UNKNOWN = "paths that the text does not tell"
MANY = 24  # routes in one area; one with more is cut once more where that makes several
DEEPEST = 4


def route_areas(paths: Sequence[str | None]) -> tuple[str, ...]:
    """The area of each of the paths of one application's routes."""
    depths: dict[str, int] = {}
    grouped: dict[str, list[str]] = {ROOT: [path for path in paths if path is not None]}
    pending = [ROOT]
    while pending:
        area = pending.pop()
        depth = depths.get(area, 0)
        inside = grouped.pop(area)
        parts: dict[str, list[str]] = {}
        for path in inside:
            parts.setdefault(_prefix(path, depth + 1), []).append(path)
        for name, members in parts.items():
            grouped.setdefault(name, []).extend(members)
            if depth + 1 < DEEPEST and len(members) > MANY and name != area:
                depths[name] = depth + 1
                pending.append(name)
    alone = [name for name, members in grouped.items() if len(members) == 1 and name != ROOT]
    for name in alone if len(alone) > 1 else ():
        grouped.setdefault(ROOT, []).extend(grouped.pop(name))
    found = {path: name for name, members in grouped.items() for path in members}
    return tuple(UNKNOWN if path is None else found[path] for path in paths)


def _prefix(path: str, depth: int) -> str:
    segments = [part for part in path.split("/") if part]
    return "/" + "/".join(segments[:depth])


def template_areas(nodes: Mapping[str, Node], edges: Iterable[Edge]) -> dict[str, str]:
    """The area of each template: that of most routes that render it, else of all templates that use it, else shared."""
    rendered: dict[str, Counter[str]] = {}
    users: dict[str, set[str]] = {}
    for edge in edges:
        target = nodes.get(edge.target)
        if target is None:
            continue
        template = target.parent or target.id
        if edge.kind == "renders":
            rendered.setdefault(template, Counter())[nodes[edge.source].area] += 1
        elif edge.kind in ("extends", "includes", "imports"):
            users.setdefault(template, set()).add(nodes[edge.source].parent or edge.source)
    found = {key: min(areas, key=lambda one: (-areas[one], one)) for key, areas in rendered.items()}
    templates = sorted(key for key, one in nodes.items() if one.kind == "template")
    for _ in range(DEEPEST):  # what is used by what is used: a few steps, as templates are nested
        for key in templates:
            areas = {found.get(user, SHARED) for user in users.get(key, ())}
            if key not in found and len(areas) == 1 and areas != {SHARED}:
                found[key] = areas.pop()
    return {key: found.get(key, SHARED) for key in templates}
