"""Positions: lines and characters of the protocol to offsets in code points, and back.

The only code that knows UTF-16 and UTF-8 units. A position outside its line or file is moved to the nearest place
inside; one in the middle of a character to the character's beginning.
"""

from collections.abc import Iterable
from enum import StrEnum

from chirp_check.source import SourceFile, Span
from chirp_lsp.protocol import Position, Range

BEYOND_ASCII = 0x80
BEYOND_TWO_BYTES = 0x800
BEYOND_THE_FIRST_PLANE = 0x10000


class Encoding(StrEnum):
    """In which units a client counts the characters of a line."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def negotiated(offered: Iterable[str]) -> Encoding:
    """The first encoding a client offers that we know; UTF-16 when there is none."""
    for one in offered:
        if one in Encoding:
            return Encoding(one)
    return Encoding.UTF16


class Converter:
    """Places in one text, in one encoding."""

    def __init__(self, file: SourceFile, encoding: Encoding) -> None:
        self._file = file
        self._encoding = encoding

    def offset(self, position: Position) -> int:
        """The offset of a position."""
        if position.line < 0:
            return 0
        if position.line >= len(self._file.lines):
            return len(self._file.text)
        line = self._file.line_text(position.line + 1)
        return self._file.lines[position.line] + self._points(line, max(0, position.character))

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        line, column = self._file.position(offset)
        before = self._file.line_text(line)[: column - 1]
        return Position(line=line - 1, character=self._units(before))

    def range(self, span: Span) -> Range:
        """The range of a span of this text."""
        return Range(start=self.position(span.start), end=self.position(span.end))

    def span(self, place: Range) -> Span:
        """The span of a range; the ends of an inverted range change places."""
        start, end = self.offset(place.start), self.offset(place.end)
        return Span(self._file.path, min(start, end), max(start, end))

    def _units(self, text: str) -> int:
        if text.isascii() or self._encoding is Encoding.UTF32:
            return len(text)
        return sum(self._width(char) for char in text)

    def _points(self, line: str, units: int) -> int:
        """How many whole characters of a line fit into that many units."""
        if line.isascii() or self._encoding is Encoding.UTF32:
            return min(units, len(line))
        used = 0
        for count, char in enumerate(line):
            used += self._width(char)
            if used > units:
                return count
        return len(line)

    def _width(self, char: str) -> int:
        code = ord(char)
        if self._encoding is Encoding.UTF16:
            return 1 + (code >= BEYOND_THE_FIRST_PLANE)
        return 1 + (code >= BEYOND_ASCII) + (code >= BEYOND_TWO_BYTES) + (code >= BEYOND_THE_FIRST_PLANE)
