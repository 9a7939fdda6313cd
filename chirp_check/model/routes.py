"""URLs against routes: what a reference can reach, with holes on the reference's side and parameters on the route's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote

from chirp_check.grammar.path import CONVERTERS, PathError, PathPattern, PathSegment, parse_path
from chirp_check.model.entities import Pattern, Route, Text

type Pieces = tuple[str | None, ...]
type Segment = tuple[str, str] | str  # with a hole: what stands before the first and after the last; or plain text


@dataclass(frozen=True, slots=True)
class Reach:
    """The routes a reference can reach and their methods; `open` when others may be reached that nobody sees.

    `likely` are those with the same literal segments, in which each expression fills one segment, as nearly all do; all
    of the routes when there are none of these.
    """

    routes: tuple[Route, ...]
    open: bool
    likely: tuple[Route, ...] = ()

    def methods(self, *, by_segments: bool) -> frozenset[str] | None:
        """All methods of the routes, or None when those of one are not known.

        `by_segments`: every expression of the reference fills one segment, so that only the likely routes count.
        """
        known = [route.methods for route in (self.likely if by_segments else self.routes)]
        if any(methods is None for methods in known):
            return None
        return frozenset(method for methods in known if methods is not None for method in methods)


class RouteTable:
    """The URL space of one application: its routes, open prefixes, and whether there can be routes nobody sees."""

    def __init__(self, routes: Iterable[Route], prefixes: tuple[str, ...], *, complete: bool) -> None:
        self.complete = complete
        self.prefixes = prefixes
        self.routes = tuple(routes)
        self._patterns = tuple((route, pattern) for route in self.routes if (pattern := _parsed(route)) is not None)
        self._reached: dict[Pieces, Reach] = {}

    @property
    def shapes(self) -> Mapping[str, str]:
        """The paths of routes by what they look like with a hole for each parameter, for suggestions."""
        return MappingProxyType({_shape(pattern): pattern.text for _, pattern in self._patterns})

    def reach(self, url: Text | Pattern) -> Reach:
        """What a URL of this application, path only or with query and fragment, can reach."""
        pieces = path_pieces(url)
        known = self._reached.get(pieces)
        if known is None:
            known = self._reached[pieces] = self._reach(pieces)
        return known

    def _reach(self, pieces: Pieces) -> Reach:
        segments = _segments(pieces)
        met = tuple((route, pattern) for route, pattern in self._patterns if _meets(segments, pattern.segments))
        routes = tuple(route for route, _ in met)
        likely = tuple(route for route, pattern in met if _corresponds(segments, pattern.segments))
        is_open = not self.complete or any(_under(pieces, prefix) for prefix in self.prefixes)
        return Reach(routes, is_open, likely or routes)


HOLE = "{*}"


def with_holes(pieces: Pieces) -> str:
    """A path in pieces as people read it."""
    return "".join(HOLE if piece is None else piece for piece in pieces)


def _shape(pattern: PathPattern) -> str:
    return "/" + "/".join(HOLE if segment.is_param else segment.value for segment in pattern.segments)


def _parsed(route: Route) -> PathPattern | None:
    try:
        return parse_path(route.path.value) if route.path is not None else None
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


def _segments(pieces: Pieces) -> tuple[Segment, ...]:
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


def _meets(reference: tuple[Segment, ...], route: tuple[PathSegment, ...]) -> bool:
    """Whether some text fits both. A hole fits any text, `/` included."""
    if not reference or not route:
        return not reference and not route
    first, *rest = reference
    last = len(route) - 1
    if isinstance(first, str):
        if route[0].param_type == "path" and route[0].is_param:
            return all(one != "" for one in reference[:1])
        return _accepts(route[0], first) and _meets(tuple(rest), route[1:])
    before, after = first
    if _takes_rest(route[0]):
        return True
    for taken in range(1, len(route) + 1):
        end = route[taken - 1]
        if taken == 1:
            fits = _fits(end, before, after)
        else:
            fits = _fits(route[0], before, "") and _fits(end, "", after)
        if fits and (_takes_rest(end) or _meets(tuple(rest), route[taken:])):
            return True
        if taken <= last and not _fits(route[0], before, ""):
            return False
    return False


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


def _stands_for(one: Segment, segment: PathSegment) -> bool:
    if isinstance(one, str):
        return one == segment.value and not segment.is_param
    return _fits(segment, *one) and (segment.is_param or one == ("", ""))


def _takes_rest(segment: PathSegment) -> bool:
    return segment.is_param and segment.param_type == "path"


def _accepts(segment: PathSegment, text: str) -> bool:
    if not segment.is_param:
        return segment.value == text
    try:
        CONVERTERS[segment.param_type].convert(text)
    except ValueError:
        return False
    return True


def _fits(segment: PathSegment, before: str, after: str) -> bool:
    """Whether a segment can hold a text that starts with `before` and ends with `after`."""
    if not segment.is_param:
        value = segment.value
        return value.startswith(before) and value.endswith(after) and len(value) >= len(before) + len(after)
    if segment.param_type == "int":
        return all(part == "" or (part.isascii() and part.isdigit()) for part in (before, after))
    return True
