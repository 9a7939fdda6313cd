"""What a URL that no route answers was probably meant for: another path, or a value that a converter refuses."""

from collections.abc import Iterator

import msgspec

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.grammar.path import CONVERTERS, PathPattern, PathSegment, parse_path
from chirp_check.model.applications import application, route_at
from chirp_check.model.domain import joined
from chirp_check.model.entities import LinkUse, Route, UrlUse
from chirp_check.model.inputs import text
from chirp_check.model.markup import pieces
from chirp_check.model.model import Model
from chirp_check.model.relative import is_relative
from chirp_check.model.routes import begins_like, is_local, meeting_any, path_pieces, reach, segments_of
from chirp_check.model.trie import Segment
from chirp_check.source import Span

type Reference = UrlUse | LinkUse


class Refused(msgspec.Struct, frozen=True):
    """A value in a URL that the converter of a parameter does not take."""

    value: str
    parameter: str
    converter: str
    route: Route


def refused(model: Model, use: Reference) -> Refused | None:
    """The value for which no route answers a URL that is otherwise right; None where a word may be misspelt instead."""
    if not is_local(use.url):
        return None
    segments = segments_of(path_pieces(use.url))
    if any(_is_word(near, segments) for near in _near_patterns(model, use)):
        return None
    for app in model.applications_of(use.url.span.path):
        for index, pattern in meeting_any(model, app, segments):
            found = _refusing(segments, pattern)
            if found is not None:
                return Refused(*found, route_at(model, app, index))
    return None


def _refusing(reference: tuple[Segment, ...], pattern: PathPattern) -> tuple[str, str, str] | None:
    """The first value that its parameter does not take, when segment stands for segment."""
    if len(reference) != len(pattern.segments):
        return None
    for one, segment in zip(reference, pattern.segments, strict=True):
        name = segment.param_name
        if isinstance(one, str) and name is not None and not _converts(segment, one):
            return one, name, segment.param_type
    return None


def _converts(segment: PathSegment, value: str) -> bool:
    try:
        CONVERTERS[segment.param_type].convert(value)
    except ValueError:
        return False
    return True


def _near_patterns(model: Model, use: Reference) -> Iterator[PathPattern]:
    near = model.nearest_route(use.url)
    if near is not None:
        yield parse_path(near)


def _is_word(near: PathPattern, segments: tuple[Segment, ...]) -> bool:
    """Whether a near route has a word where the reference has another: then that is misspelt."""
    if len(near.segments) != len(segments):
        return False
    pairs = zip(segments, near.segments, strict=True)
    return any(isinstance(one, str) and not segment.is_param and one != segment.value for one, segment in pairs)


def registered(model: Model, use: Reference, path: str) -> Route | None:
    """A route of the applications that a reference belongs to, by its path as it is written."""
    for app in model.applications_of(use.url.span.path):
        for route in application(model, app).routes:
            if route.path is not None and route.path.value == path:
                return route
    return None


def corrections(model: Model, use: Reference, path: str) -> tuple[Edit, ...]:
    """What to write so that a URL leads to a route: its words in place of those that differ; empty where unclear."""
    if not _is_taken(model, use, path):
        return ()
    span = use.url.span
    source = text(model, span.path)
    pattern, segments = parse_path(path), segments_of(path_pieces(use.url))
    if source is None or len(pattern.segments) != len(segments):
        return ()
    edits: list[Edit] = []
    for one, segment in zip(segments, pattern.segments, strict=True):
        if isinstance(one, str) and not segment.is_param and one != segment.value:
            place = _only(source, span, one)
            if place is None or not segment.value.isascii():
                return ()
            edits.append(Edit(place, segment.value))
        elif not _stays(one, segment):
            return ()
    return tuple(edits)


def is_slip(model: Model, use: Reference, path: str) -> bool:
    """Whether a URL is wrong, and not the route that it nearly leads to: nothing else says the same.

    Or something leads to the route as it is.
    """
    every: tuple[Reference, ...] = (*model.subjects(UrlUse), *model.subjects(LinkUse))
    others = [one for one in every if one.url.span != use.url.span]
    if all(str(one.url) != str(use.url) for one in others):
        return True
    reached = (one for other in others if (found := model.reach(other)) is not None for one in found.likely)
    return any((route := model.route(one)).path is not None and route.path.value == path for one in reached)


def _is_taken(model: Model, use: Reference, path: str) -> bool:
    """Whether some route of a path takes the method that a reference asks with."""
    method = use.method if isinstance(use, UrlUse) else "GET"
    routes = (one for app in model.applications_of(use.url.span.path) for one in application(model, app).routes)
    here = [one for one in routes if one.path is not None and one.path.value == path]
    return any(method is None or one.methods is None or method in one.methods for one in here)


def _stays(one: Segment, segment: PathSegment) -> bool:
    """Whether a segment of a URL fits the route as it is."""
    if isinstance(one, str):
        return _converts(segment, one) if segment.is_param else True
    return segment.is_param


def _only(source: str, span: Span, word: str) -> Span | None:
    """Where a segment is written in the source of a URL, if that is clear."""
    raw = source[span.start : span.end]
    at = raw.find("/" + word)
    end = at + 1 + len(word)
    if not word or at < 0 or raw.find("/" + word, at + 1) >= 0 or raw[end : end + 1].isalnum():
        return None
    return Span(span.path, span.start + at + 1, span.start + end)


def is_inside(model: Model, use: Reference) -> bool:
    """Whether the first word of a URL is, or nearly is, the first word of a route; of a relative one, on some page."""
    apps = model.applications_of(use.url.span.path)
    led = [use.url] if is_local(use.url) else [one.url for _, one in model.seen(use) or () if one.shown]
    firsts = [segments_of(path_pieces(url))[0] for url in led]
    return any(isinstance(one, str) and one and begins_like(model, app, one) for app in apps for one in firsts)


def nowhere(model: Model, use: Reference, message: str) -> Finding:
    """What is said of a relative URL that leads to no route from any page that shows it."""
    fix = _with_slash(model, use)
    return Finding(
        f"{message}, from whichever page",
        at=use.url.span,
        related=_from_pages(model, use),
        help=f"did you mean `/{use.url}`?" if fix is not None else None,
        fix=fix,
    )


def _from_pages(model: Model, use: Reference) -> tuple[Label, ...]:
    """Where a relative URL leads, at the route of a page that shows it."""
    for app, one in (model.seen(use) or ())[:1]:
        path = route_at(model, app, one.route).path
        if path is not None:
            return (Label(f"from here `{use.url}` is `{one.url}`", path.span),)
    return ()


def _with_slash(model: Model, use: Reference) -> Fix | None:
    """A relative URL led to the path that it is with a slash in front, where a route answers that."""
    absolute = joined(["/", *pieces(use.url)], use.url.span)
    apps = model.applications_of(use.url.span.path) if is_relative(use.url) else ()
    if not any(reach(model, app, absolute).routes for app in apps):
        return None
    path, start, end = use.url.span
    at = (text(model, path) or "").find(pieces(use.url)[0] or "", start, end)
    return Fix(f"lead to `{absolute}`", (Edit(Span(path, at, at), "/"),), safe=False) if at >= 0 else None
