"""Python text to a syntax tree. Never raises; a broken statement costs that statement, not the file."""

import ast
import re
import warnings
from collections.abc import Iterator

import msgspec

from chirp_check.source import SourceFile

RETRIES = 8
# White space may be a line end behind a backslash. A name may have letters that Python writes in another way (NFKC).
_DEFINED = re.compile(r"(?:async(?:\s|\\)+)?def(?:\s|\\)+([^\s(\[\\]+)")
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class PythonError(msgspec.Struct, frozen=True):
    """What Python said of a place, in code points."""

    start: int
    end: int
    message: str


class PythonTree(msgspec.Struct, frozen=True):
    """The parts of the file that parse, and the errors of those that do not."""

    module: ast.Module
    errors: tuple[PythonError, ...]


def parse(file: SourceFile) -> PythonTree:
    """Parse a file; where Python refuses it, leave out the top-level statement at fault and go on with the rest."""
    text = file.text
    errors: list[PythonError] = []
    for _ in range(RETRIES):
        try:
            return PythonTree(_compile(text), tuple(errors))
        except SyntaxError as error:
            errors.append(_located(file, error))
            line = max(1, min(error.lineno or 1, len(file.lines)))
            if isinstance(error, IndentationError) and error.msg.startswith("expected"):
                line = _line_above(file, line)
        except _UNPARSABLE as error:
            errors.append(PythonError(0, 0, _reason(error)))
            break
        shorter = _without_statement(file, text, line)
        if shorter == text:
            break
        text = shorter
    return PythonTree(ast.Module(body=[], type_ignores=[]), tuple(errors))


def _compile(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _reason(error: BaseException) -> str:
    if isinstance(error, (RecursionError, MemoryError)):
        return "nested too deeply for Python to parse"
    return str(error)


def _located(file: SourceFile, error: SyntaxError) -> PythonError:
    """The place of a syntax error. Its columns are 1-based code points; an end may be missing or before the start."""
    line = max(1, min(error.lineno or 1, len(file.lines)))
    begin = file.lines[line - 1]
    width = len(file.line_text(line))
    start = begin + max(0, min((error.offset or 1) - 1, width))
    end = start
    if error.end_lineno == error.lineno and error.end_offset is not None:
        end = begin + max(0, min(error.end_offset - 1, width))
    if end <= start:
        end = min(start + 1, begin + width) if start < begin + width else start
    return PythonError(start, end, _house_style(error.msg))


def _house_style(message: str) -> str:
    message = message.rstrip(".")
    return message[:1].lower() + message[1:] if message[:2] != message[:2].upper() else message


def _line_above(file: SourceFile, line: int) -> int:
    """The nearest line above with code on it: it wants the indented block that is not there."""
    above = line - 1
    while above > 1 and file.line_text(above).strip()[:1] in ("", "#"):
        above -= 1
    return max(1, above)


def _without_statement(file: SourceFile, text: str, line: int) -> str:
    """The text with the top-level statement around a line blanked, every other offset kept."""
    first = line
    while first > 1 and not _opens_statement(file.line_text(first)):
        first -= 1
    while first > 1 and file.line_text(first - 1).startswith("@"):
        first -= 1
    last = line + 1
    while last <= len(file.lines) and not _opens_statement(file.line_text(last)):
        last += 1
    start = file.lines[first - 1]
    end = file.lines[last - 1] if last <= len(file.lines) else len(text)
    blank = "".join(char if char in "\r\n" else " " for char in text[start:end])
    return text[:start] + blank + text[end:]


def _opens_statement(line: str) -> bool:
    return bool(line) and line[0] not in " \t\f)]}#" and not line.startswith(("else", "elif", "except", "finally"))


def defined_name(text: str, start: int) -> tuple[int, int]:
    """Where the name stands in the `def` or `async def` at an offset."""
    found = _DEFINED.match(text, start)
    return found.span(1) if found is not None else (start, start)


def comments(file: SourceFile, marker: str) -> Iterator[tuple[int, str]]:
    """Offset and text of the comments that contain `marker`. Tokenizes only where the marker occurs at all."""
    if marker not in file.text:
        return
    import io
    import tokenize

    try:
        for token in tokenize.generate_tokens(io.StringIO(file.text, newline="").readline):
            if token.type == tokenize.COMMENT and marker in token.string:
                yield file.lines[token.start[0] - 1] + token.start[1], token.string.rstrip(" ")
    except tokenize.TokenError, SyntaxError, UnicodeEncodeError:
        return  # the file does not tokenize to its end; the syntax error is reported, the comments before it hold


type _Placed = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.pattern


class Offsets:
    """Converts the tree's lines and UTF-8 columns to code points."""

    __slots__ = ("_file", "_lines", "_wide")

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._lines = file.lines
        # The lines with more bytes than code points; None: there are none.
        self._wide: dict[int, bytes | None] | None = None if file.text.isascii() else {}

    def at(self, line: int, column: int) -> int:
        """The code point at a 1-based line and a 0-based UTF-8 column."""
        begin = self._lines[line - 1]
        if self._wide is None:
            return begin + column
        if line not in self._wide:
            text = self._file.line_text(line)
            self._wide[line] = None if text.isascii() else text.encode("utf-8", "surrogatepass")
        encoded = self._wide[line]
        return begin + (column if encoded is None else len(encoded[:column].decode("utf-8", "ignore")))

    def span(self, node: _Placed) -> tuple[int, int]:
        """Where a node begins and ends."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        if end_line is None or end_column is None:
            end_line, end_column = node.lineno, node.col_offset
        if self._wide is None:
            lines = self._lines
            return lines[node.lineno - 1] + node.col_offset, lines[end_line - 1] + end_column
        return self.at(node.lineno, node.col_offset), self.at(end_line, end_column)

    def start(self, node: _Placed) -> int:
        """Where a node begins."""
        return self.at(node.lineno, node.col_offset)

    def end(self, node: _Placed) -> int:
        """Where a node ends."""
        return self.span(node)[1]
