"""Code frames: the line of a place with its range underlined, cut to fit where the line is long."""

from typing import NamedTuple

from chirp_check.report.visible import cells
from chirp_check.source import SourceFile, Span

WIDTH = 120
MARGIN = 20
CUT = "…"


class Frame(NamedTuple):
    """A line: its number, its text as printed, the columns before the underline, its length; `more` lines follow."""

    line: int
    text: str
    indent: int
    length: int
    more: int


def frame(file: SourceFile, span: Span) -> Frame:
    """The frame of the first line of a span. An empty range, or one at the end of a line, is underlined by one."""
    start = file.position(span.start)
    end = file.position(max(span.start, span.end))
    text = file.line_text(start.line)
    shown = cells(text)
    first = min(start.column - 1, len(shown))
    last = min(end.column - 1, len(shown)) if end.line == start.line else len(shown)
    begin, stop = _window([width for _, width in shown], first, last)
    head, tail = CUT * (begin > 0), CUT * (stop < len(shown))
    body = "".join(piece for piece, _ in shown[begin:stop])
    indent = len(head) + sum(width for _, width in shown[begin:first])
    length = sum(width for _, width in shown[first : min(last, stop)])
    return Frame(start.line, f"{head}{body}{tail}".rstrip(), indent, max(1, length), end.line - start.line)


def _window(widths: list[int], first: int, last: int) -> tuple[int, int]:
    """The part of a line to print: all of it if it fits, or else what is around the range."""
    if sum(widths) <= WIDTH:
        return 0, len(widths)
    begin, room = first, MARGIN
    while begin > 0 and widths[begin - 1] <= room:
        begin -= 1
        room -= widths[begin]
    if sum(widths[:last]) <= WIDTH - 1:
        begin = 0
    stop, room = begin, WIDTH - 2
    while stop < len(widths) and widths[stop] <= room:
        room -= widths[stop]
        stop += 1
    return begin, stop
