"""Python text with room between its functions and classes: while one is edited, the others stay where they are.

The room is white space at the end of a line, which means nothing to Python and leaves lines as they are counted: facts
are read from the spaced text, and their places are led back to the text as it is written when they are shown.
"""

import ast
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from chirp_check.source import SourceFile
from chirp_check.syntax.python import parse

ROOM = 1_000  # code points by which a part may grow until all behind it have to move
LONGEST = 200  # code points of a line that are looked at
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Spaced(NamedTuple):
    """A text as it is written, and with room. Each part begins at one of `starts` in it, at one of `places` there.

    The room of a part is at one of `ends`, in front of its last line end.
    """

    written: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    places: tuple[int, ...]

    def offset(self, place: int) -> int:
        """Where something at a place of the spaced text is written; what is in the room of a part is at its end."""
        at = bisect_right(self.places, place) - 1
        return min(self.starts[at] + place - self.places[at], self.ends[at])

    def place(self, offset: int) -> int:
        """Where the spaced text has what is written at an offset."""
        at = bisect_right(self.starts, offset) - 1
        return self.places[at] + offset - self.starts[at]


def spaced(file: SourceFile, before: Spaced | None = None) -> Spaced:
    """A text with room between its definitions; what is the same as `before` is at the same place as there."""
    text = file.text
    starts = (0, *sorted(set(_definitions(file)) - {0}))
    parts = _parts(text, starts)
    places = _same_places(parts, before) if before is not None else None
    if places is None:
        places = tuple(start + ROOM * at for at, start in enumerate(starts))
    rooms = [after - place - len(part) for (place, after), part in zip(pairwise(places), parts, strict=False)]
    held = (*map(_held, parts[:-1]), len(parts[-1]))
    filled = (part[:end] + " " * room + part[end:] for part, end, room in zip(parts, held, (*rooms, 0), strict=True))
    ends = tuple(start + end for start, end in zip(starts, held, strict=True))
    return Spaced(text, "".join(filled), starts, ends, places)


def _parts(text: str, starts: tuple[int, ...]) -> list[str]:
    return [text[start:end] for start, end in pairwise((*starts, len(text)))]


def _held(part: str) -> int:
    """How long a part is without its last line end."""
    return len(part) - (2 if part.endswith("\r\n") else 1)


def _same_places(parts: list[str], before: Spaced) -> tuple[int, ...] | None:
    """The places at which the parts go on where they were; None when there is no room for that."""
    known = _parts(before.written, before.starts)
    least = min(len(parts), len(known))
    front = next((at for at in range(least) if parts[at] != known[at]), least)
    back = next((at for at in range(least - front) if parts[-1 - at] != known[-1 - at]), least - front)
    between, gone = parts[front : len(parts) - back], len(known) - back - front
    end = before.places[len(known) - back] if back else None
    begin = before.places[front - 1] + len(known[front - 1]) if front else 0
    kept = before.places[front : front + (gone if gone == len(between) else min(1, gone, len(between)))]
    others = between[len(kept) :]
    begin = kept[-1] + len(between[len(kept) - 1]) if kept else begin
    room = ROOM if end is None else max(0, end - begin - sum(map(len, others))) // (len(others) + 1)
    middle = [*kept]
    for part in others:
        middle.append(begin + room)
        begin = middle[-1] + len(part)
    last = () if end is None else before.places[len(known) - back :]
    places = (*before.places[:front], *middle, *last)
    fits = all(place + len(part) <= after for (place, after), part in zip(pairwise(places), parts, strict=False))
    return places if fits else None


def _definitions(file: SourceFile) -> Iterator[int]:
    """Where the lines begin with which functions and classes do, their decorators included."""
    pending: list[ast.AST] = [parse(file).module]
    while pending:
        inner = tuple(_inner(pending.pop()))
        pending += inner
        yield from (at for one in inner if isinstance(one, _DEFINITIONS) and (at := _line(file, one)) is not None)


def _line(file: SourceFile, one: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int | None:
    """Where the line begins that a definition begins; None where something stands in front of it."""
    first = one.decorator_list[0] if one.decorator_list else one
    start = file.lines[first.lineno - 1]
    words = file.text[start : start + LONGEST].lstrip(" \t\f")
    return start if words.startswith("@" if one.decorator_list else ("def", "async", "class")) else None


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """The statements in a statement, and what holds some."""
    match node:
        case ast.Try() | ast.TryStar():
            yield from (*node.body, *node.handlers, *node.orelse, *node.finalbody)
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            yield from (*node.body, *node.orelse)
        case ast.Match():
            yield from node.cases
        case (
            ast.Module()
            | ast.FunctionDef()
            | ast.AsyncFunctionDef()
            | ast.ClassDef()
            | ast.With()
            | ast.AsyncWith()
            | ast.ExceptHandler()
            | ast.match_case()
        ):
            yield from node.body
        case _:
            pass
