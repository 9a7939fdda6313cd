"""The paths of all routes as one trie over segments, walked by references that have holes.

A reference meets a route when some text fits both: a hole takes any text, `/` included, and at least one whole segment.
The walk visits a place of the trie once, so that its cost grows with what a reference meets and not with the routes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from chirp_check.grammar.path import CONVERTERS, PathPattern, PathSegment

type Segment = tuple[str, str] | str  # with a hole: what stands before the first and after the last; or plain text


class _Node(msgspec.Struct):
    """One position: where the next segment leads, and the routes (by number) that end here or take all the rest."""

    texts: dict[str, _Node] = msgspec.field(default_factory=dict[str, "_Node"])
    params: dict[str, _Node] = msgspec.field(default_factory=dict[str, "_Node"])
    ends: list[int] = msgspec.field(default_factory=list[int])
    rest: list[int] = msgspec.field(default_factory=list[int])
    forward: tuple[str, ...] = ()  # the texts in order, to find those that start alike
    backward: tuple[str, ...] = ()  # the texts reversed, in order, to find those that end alike

    def child(self, segment: PathSegment) -> _Node:
        if segment.is_param:
            return self.params.setdefault(segment.param_type, _Node())
        return self.texts.setdefault(segment.value, _Node())

    def fitting(self, before: str, after: str, *, converting: bool) -> Iterator[_Node]:
        """Where a segment leads that starts with `before` and ends with `after`."""
        for text in self._texts(before, after):
            if len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after):
                yield self.texts[text]
        for converter, node in self.params.items():
            if converter != "int" or not converting or (_digits(before) and _digits(after)):
                yield node

    def _texts(self, before: str, after: str) -> Iterable[str]:
        if before:
            return _between(self.forward, before)
        if after:
            return (text[::-1] for text in _between(self.backward, after[::-1]))
        return self.texts

    def taking(self, text: str, *, converting: bool) -> list[_Node]:
        """Where a segment of known text leads."""
        node = self.texts.get(text)
        found = [] if node is None else [node]
        if self.params:
            fits = _converts if converting else _is_text
            found += [below for converter, below in self.params.items() if fits(converter, text)]
        return found


class RouteTrie:
    """Paths by number, in the order they were given."""

    def __init__(self, patterns: Iterable[PathPattern]) -> None:
        self._patterns = tuple(patterns)
        self._root = _Node()
        for number, pattern in enumerate(self._patterns):
            self._add(number, pattern)
        for node in _all_nodes(self._root):
            node.forward = tuple(sorted(node.texts))
            node.backward = tuple(sorted(text[::-1] for text in node.texts))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RouteTrie) and self._patterns == other._patterns

    def __hash__(self) -> int:
        return hash(self._patterns)

    def _add(self, number: int, pattern: PathPattern) -> None:
        node = self._root
        for segment in pattern.segments:
            if segment.is_param and segment.param_type == "path":
                node.rest.append(number)
                return
            node = node.child(segment)
        node.ends.append(number)

    def meeting(self, reference: tuple[Segment, ...], *, converting: bool = True) -> tuple[int, ...]:
        """The numbers of the paths that a reference meets; without `converting` a parameter takes any text."""
        found: set[int] = set()
        pending: list[_Place] = [(self._root, 0, False)]
        seen: set[tuple[int, int, bool]] = set()
        while pending:
            node, at, inside = pending.pop()
            if at == len(reference):
                found.update(node.ends)
                continue
            segment = reference[at]
            if node.rest and segment != "":
                found.update(node.rest)
            if isinstance(segment, str):
                pending += [(below, at + 1, False) for below in node.taking(segment, converting=converting)]
                continue
            key = (id(node), at, inside)
            if key not in seen:
                seen.add(key)
                pending += _onward(node, at, ("", segment[1]) if inside else segment, converting=converting)
        return tuple(sorted(found))


# A node, the segment of the reference that is next, and whether the hole of that segment has begun before the node.
type _Place = tuple[_Node, int, bool]


def _onward(node: _Node, at: int, hole: tuple[str, str], *, converting: bool) -> list[_Place]:
    """Where a hole leads: behind it, or on inside of it."""
    before, after = hole
    behind: list[_Place] = [(below, at + 1, False) for below in node.fitting(before, after, converting=converting)]
    return behind + [(below, at, True) for below in node.fitting(before, "", converting=converting)]


def _between(ordered: tuple[str, ...], start: str) -> Iterable[str]:
    return ordered[bisect_left(ordered, start) : bisect_right(ordered, start, key=lambda text: text[: len(start)])]


def _digits(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit())


def _converts(converter: str, text: str) -> bool:
    try:
        CONVERTERS[converter].convert(text)
    except ValueError:
        return False
    return True


def _is_text(_: str, text: str) -> bool:
    return text != ""


def _all_nodes(root: _Node) -> Iterator[_Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending += [*node.texts.values(), *node.params.values()]
