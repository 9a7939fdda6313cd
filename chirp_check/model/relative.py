"""Relative URLs: what they are from the path of a route."""

from chirp_check.grammar.path import PathError, PathPattern, parse_path
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import joined
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.markup import pieces
from chirp_check.model.memory import Queries
from chirp_check.model.routes import url_space


def is_relative(url: Text | Pattern) -> bool:
    """Whether a URL says where it leads only together with that of a page, and leads to another one than this."""
    first = pieces(url)[0]
    if first is None or not first.strip() or first.strip().startswith(("/", "#", "?", "\\", "{")):
        return False
    return ":" not in first.partition("/")[0] and first[0] > " "


def from_path(path: str, url: Text | Pattern) -> Text | Pattern | None:
    """What a relative URL is from the path of a route; None where it leads out of it, or nobody knows."""
    base = _parsed(path)
    led = _resolved(base, pieces(url)) if base is not None else None
    return joined(["/", *led], url.span) if led is not None else None


def from_anywhere(model: Queries, app: AppKey, url: Text | Pattern) -> tuple[Text | Pattern, ...] | None:
    """What a relative URL can be from any route of an application; None where that cannot be told."""
    known = [one.path for one in url_space(model, app).routes]
    led = [from_path(path, url) for path in known if path is not None]
    found = tuple(dict.fromkeys(one for one in led if one is not None))
    return found if len(led) == len(known) else None


def _parsed(path: str) -> PathPattern | None:
    try:
        return parse_path(path)
    except PathError:
        return None


def _resolved(base: PathPattern, relative: Pieces) -> Pieces | None:
    """A path relative to another one, without its slash in front; None where it leads out of it, or nobody knows."""
    around: list[str | None] = [None if one.is_param else one.value for one in base.segments]
    is_deep = any(one.param_type == "path" for one in base.segments if one.is_param)
    if not base.segments[-1].is_param or base.segments[-1].param_type != "path":
        around.pop()
    rest = list(relative)
    first = rest[0] or ""
    while first.startswith(("./", "../")):
        step, _, first = first.partition("/")
        if step == ".." and (not around or is_deep):
            return None
        if step == "..":
            around.pop()
    if any(piece is not None and ("/." in piece or piece in (".", "..")) for piece in (first, *rest[1:])):
        return None
    made: list[str | None] = []
    for one in around:
        made += [one, "/"]
    return (*made, first, *rest[1:])
