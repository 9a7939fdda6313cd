"""URLs against routes: what a reference can reach, with holes on the reference's side and parameters on the route's."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import msgspec

from chirp_check.grammar.names import nearest, nearest_of
from chirp_check.grammar.path import PathError, PathPattern, PathSegment, parse_path
from chirp_check.model.applications import AppKey, application
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.trie import RouteTrie, Segment

type Pieces = tuple[str | None, ...]


class RouteShape(msgspec.Struct, frozen=True, gc=False):
    """What of a route decides which URLs reach it: path and methods (None: not known); it is `index` in `app`."""

    app: AppKey
    path: str | None
    methods: frozenset[str] | None
    index: int


class Reach(msgspec.Struct, frozen=True):
    """The routes a reference can reach and their methods; `open` when others may be reached that nobody sees.

    `likely` are those with the same literal segments, in which each expression fills one segment, as nearly all do; all
    of the routes when there are none of these. Then they are `spanned`: reached only if an expression that should be
    one segment has a `/` in it.
    """

    routes: tuple[RouteShape, ...]
    open: bool
    likely: tuple[RouteShape, ...] = ()
    spanned: bool = False

    def methods(self, *, by_segments: bool) -> frozenset[str] | None:
        """All methods of the routes, or None when those of one are not known.

        `by_segments`: every expression of the reference fills one segment, so that only the likely routes count.
        """
        known = [route.methods for route in (self.likely if by_segments else self.routes)]
        if any(methods is None for methods in known):
            return None
        return frozenset(method for methods in known if methods is not None for method in methods)


class UrlSpace(msgspec.Struct, frozen=True):
    """The URLs of one application: its routes, open prefixes, and whether there can be no routes that nobody sees."""

    routes: tuple[RouteShape, ...]
    prefixes: tuple[str, ...]
    complete: bool


@gate
def url_space(model: Queries, app: AppKey) -> UrlSpace:
    """The URLs of an application."""
    known = application(model, app)
    shapes = (
        RouteShape(app, None if route.path is None else route.path.value, route.methods, index)
        for index, route in enumerate(known.routes)
    )
    return UrlSpace(tuple(shapes), known.prefixes, known.complete)


@query
def _patterns(model: Queries, app: AppKey) -> tuple[tuple[RouteShape, PathPattern], ...]:
    routes = url_space(model, app).routes
    return tuple((route, pattern) for route in routes if (pattern := _parsed(route)) is not None)


@query
def _is_readable(model: Queries, app: AppKey) -> bool:
    """Whether the paths of all routes parse; what one that does not was meant for is not known."""
    written = sum(route.path is not None for route in url_space(model, app).routes)
    return written == len(_patterns(model, app))


@query
def _trie(model: Queries, app: AppKey) -> RouteTrie:
    return RouteTrie(pattern for _, pattern in _patterns(model, app))


@query
def shapes(model: Queries, app: AppKey) -> Mapping[str, str]:
    """The paths of routes by what they look like with a hole for each parameter, for suggestions."""
    return {_shape(pattern): pattern.text for _, pattern in _patterns(model, app)}


def reach(model: Queries, app: AppKey, url: Text | Pattern) -> Reach:
    """What a URL of this application, path only or with query and fragment, can reach."""
    return _reach(model, app, path_pieces(url))


@query
def _first_words(model: Queries, app: AppKey) -> frozenset[str]:
    firsts = (pattern.segments[0] for _, pattern in _patterns(model, app))
    return frozenset(one.value for one in firsts if not one.is_param and one.value)


@query
def begins_like(model: Queries, app: AppKey, word: str) -> bool:
    """Whether the path of a route begins with a word, or with nearly that word."""
    known = _first_words(model, app)
    return word in known or nearest(word, known) is not None


def meeting_any(model: Queries, app: AppKey, segments: tuple[Segment, ...]) -> Iterator[tuple[int, PathPattern]]:
    """The routes that segments would meet if parameters took any text, by their place in the application."""
    patterns = _patterns(model, app)
    for number in _trie(model, app).meeting(segments, converting=False):
        shape, pattern = patterns[number]
        yield shape.index, pattern


@query
def _reach(model: Queries, app: AppKey, pieces: Pieces) -> Reach:
    segments = segments_of(pieces)
    patterns = _patterns(model, app)
    met = [patterns[number] for number in _trie(model, app).meeting(segments)]
    found = tuple(route for route, _ in met)
    likely = tuple(route for route, pattern in met if _corresponds(segments, pattern.segments))
    space = url_space(model, app)
    is_open = not (space.complete and _is_readable(model, app)) or any(
        _under(pieces, prefix) for prefix in space.prefixes
    )
    is_spanned = bool(met) and not any(_is_within(segments, pattern.segments) for _, pattern in met)
    return Reach(found, is_open, likely or found, is_spanned)


HOLE = "{*}"


def with_holes(pieces: Pieces) -> str:
    """A path in pieces as people read it."""
    return "".join(HOLE if piece is None else piece for piece in pieces)


def _shape(pattern: PathPattern) -> str:
    return "/" + "/".join(HOLE if segment.is_param else segment.value for segment in pattern.segments)


def _parsed(route: RouteShape) -> PathPattern | None:
    try:
        return parse_path(route.path) if route.path is not None else None
    except PathError:
        return None


def path_pieces(url: Text | Pattern) -> Pieces:
    """The path of a URL in pieces: query and fragment cut off at the first literal `?` or `#`."""
    kept: list[str | None] = []
    for piece in (url.value,) if isinstance(url, Text) else url.pieces:
        if piece is None:
            kept.append(None)
            continue
        cut = min((at for at in (piece.find("?"), piece.find("#")) if at >= 0), default=-1)
        kept.append(unquote(piece if cut < 0 else piece[:cut]))
        if cut >= 0:
            break
    return tuple(kept)


def is_local(url: Text | Pattern) -> bool:
    """Whether a URL starts as an absolute path of this application."""
    first = url.value if isinstance(url, Text) else url.pieces[0]
    return first is not None and first.startswith("/") and not first.startswith("//")


def _under(pieces: Pieces, prefix: str) -> bool:
    first = pieces[0] or ""
    if len(pieces) > 1 and len(first) < len(prefix):
        return prefix.startswith(first)
    return first == prefix or first.startswith(prefix.rstrip("/") + "/")


def segments_of(pieces: Pieces) -> tuple[Segment, ...]:
    """The pieces of a path, which starts with `/`, as segments."""
    made: list[Segment] = []
    before, after, hole = "", "", False
    for piece in pieces:
        if piece is None:
            after, hole = "", True
            continue
        for at, text in enumerate(piece.split("/")):
            if at:
                made.append((before, after) if hole else before)
                before, after, hole = "", "", False
            if hole:
                after += text
            else:
                before += text
    made.append((before, after) if hole else before)
    return tuple(made[1:])


def _corresponds(reference: tuple[Segment, ...], route: tuple[PathSegment, ...]) -> bool:
    """Whether the segments of both stand for each other: the same text, or a hole within one segment.

    A parameter that takes the rest stands for all that follows.
    """
    for at, segment in enumerate(route):
        if _takes_rest(segment):
            return True
        if at >= len(reference) or not _stands_for(reference[at], segment):
            return False
    return len(reference) == len(route)


def _is_within(reference: tuple[Segment, ...], route: tuple[PathSegment, ...]) -> bool:
    """Whether a reference that reaches a route may do so with each expression in one segment, as a part of it."""
    if any(_takes_rest(one) for one in route):
        return True
    return len(reference) == len(route) and not any(map(_is_left_out, reference, route, strict=True))


def _is_left_out(one: Segment, segment: PathSegment) -> bool:
    """Whether a segment is met only with nothing in the place of an expression that has text beside it."""
    return not isinstance(one, str) and one != ("", "") and not segment.is_param and "".join(one) == segment.value


def _stands_for(one: Segment, segment: PathSegment) -> bool:
    if isinstance(one, str):
        return one == segment.value and not segment.is_param
    return _fits(segment, *one) and (segment.is_param or one == ("", ""))


def _takes_rest(segment: PathSegment) -> bool:
    return segment.is_param and segment.param_type == "path"


def _fits(segment: PathSegment, before: str, after: str) -> bool:
    """Whether a segment can hold a text that starts with `before` and ends with `after`."""
    if not segment.is_param:
        value = segment.value
        return value.startswith(before) and value.endswith(after) and len(value) >= len(before) + len(after)
    if segment.param_type == "int":
        return all(part == "" or (part.isascii() and part.isdigit()) for part in (before, after))
    return True


@query
def nearest_path(model: Queries, apps: tuple[AppKey, ...], shape: str) -> str | None:
    """The path, as a route of one of the applications writes it, that is most like a path with holes."""
    known = {one: path for app in apps for one, path in shapes(model, app).items()}
    found = nearest(shape, known) or nearest_of((_filled(shape, one), one) for one in known)
    return known[found] if found is not None else None


def _filled(shape: str, known: str) -> str:
    """The path with a hole wherever the known one has a parameter, if they have as many segments."""
    here, there = shape.split("/"), known.split("/")
    if len(here) != len(there):
        return shape
    return "/".join(HOLE if other == HOLE and one else one for one, other in zip(here, there, strict=True))
