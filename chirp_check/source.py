"""Source files and places in them: offsets, lines and columns, all in code points.

A line ends at LF, CR LF or CR, as in Python and in every editor; form feeds and Unicode separators do not end one.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


class Span(NamedTuple):
    """The half-open range of code points `[start, end)` in the file at `path` (relative to the root, with `/`)."""

    path: str
    start: int
    end: int


class Position(NamedTuple):
    """A 1-based line and a 1-based column in code points."""

    line: int
    column: int


def line_starts(text: str) -> tuple[int, ...]:
    """Offsets at which the lines of `text` begin; the first is always 0."""
    starts = [0]
    find = text.find
    if "\r" not in text:
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return tuple(starts)
    for at, char in enumerate(text):
        if char == "\n" or (char == "\r" and text[at + 1 : at + 2] != "\n"):
            starts.append(at + 1)
    return tuple(starts)


@dataclass(frozen=True)
class SourceFile:
    """The path (relative, with `/`) and the text of one file.

    The text has no byte order mark and keeps its line ends.
    """

    path: str
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """Offsets at which the lines begin."""
        return line_starts(self.text)

    def position(self, offset: int) -> Position:
        """Line and column of an offset; offsets past the end are clamped to it."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.lines, offset)
        return Position(line, offset - self.lines[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Offset of a line and column, clamped into the line and the file."""
        line = max(1, min(position.line, len(self.lines)))
        start = self.lines[line - 1]
        return min(start + max(0, position.column - 1), start + len(self.line_text(line)))

    def line_text(self, line: int) -> str:
        """The text of a 1-based line without its end; empty outside the file."""
        if not 1 <= line <= len(self.lines):
            return ""
        start = self.lines[line - 1]
        end = self.lines[line] if line < len(self.lines) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def slice(self, span: Span) -> str:
        """The text of a span of this file."""
        return self.text[span.start : span.end]
