"""Suppression comments: `# chirp: ignore[rule, …]` in Python, `{# chirp: ignore[rule] #}` in templates.

`ignore` reaches the node whose lines it shares, or that begins on the line below a comment that stands alone;
`ignore-file` at the top of a file reaches all of it.
"""

import ast
import re
from collections.abc import Iterable, Sequence

import msgspec

from chirp_check.source import SourceFile, Span
from chirp_check.syntax.python import Offsets, parse

MARKER = "chirp:"
_DIRECTIVE = re.compile(r"(?:^|#)\s*(chirp:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<names>[^\]\n]*)\])?)")
_NAME = re.compile(r"[^\s,]+")


class IgnoredRule(msgspec.Struct, frozen=True):
    """One rule name in a suppression, where it is written."""

    name: str
    span: Span


class Ignore(msgspec.Struct, frozen=True):
    """One suppression. `lines` are the 1-based lines it speaks for; None: the whole file. It may name no rules."""

    span: Span
    rules: tuple[IgnoredRule, ...]
    lines: frozenset[int] | None


class Comment(msgspec.Struct, frozen=True):
    """A comment: its range with its delimiters, and the offset and text of its inside."""

    start: int
    end: int
    inside: int
    text: str


def read_ignores(file: SourceFile, comments: Iterable[Comment], *, top: int, mark: str) -> tuple[Ignore, ...]:
    """The suppressions among the comments of a file.

    `top` is where the part ends that `ignore-file` may stand in; a line that starts with `mark` below a comment is one.
    """
    every = tuple(comments)
    alone = {line for comment in every if _stands_alone(file, comment) for line in _lines(file, comment)}
    alone |= {line for line in range(min(alone, default=0), len(file.lines)) if _starts_with(mark, file, line)}
    found: list[Ignore] = []
    for comment in every:
        for match in _DIRECTIVE.finditer(comment.text):
            at = comment.inside + match.start(1)
            span = Span(file.path, at, comment.inside + match.end(1))
            rules = _rules(file.path, match, comment.inside)
            if match["file"] is None:
                found.append(Ignore(span, rules, _reach(file, comment, alone)))
            else:
                found.append(Ignore(span, rules, None if at < top else frozenset()))
    return tuple(found)


def _rules(path: str, match: re.Match[str], inside: int) -> tuple[IgnoredRule, ...]:
    names = match["names"]
    if names is None:
        return ()
    base = inside + match.start("names")
    return tuple(
        IgnoredRule(one.group(), Span(path, base + one.start(), base + one.end())) for one in _NAME.finditer(names)
    )


def _lines(file: SourceFile, comment: Comment) -> range:
    return range(file.position(comment.start).line, file.position(comment.end).line + 1)


def _stands_alone(file: SourceFile, comment: Comment) -> bool:
    """Whether nothing but the comment is on its lines."""
    lines = _lines(file, comment)
    begin = file.lines[lines[0] - 1]
    after = file.line_text(lines[-1])[file.position(comment.end).column - 1 :]
    return not file.text[begin : comment.start].strip() and not after.strip()


def _starts_with(mark: str, file: SourceFile, line: int) -> bool:
    return bool(mark) and file.line_text(line).lstrip().startswith(mark)


def _reach(file: SourceFile, comment: Comment, alone: set[int]) -> frozenset[int]:
    """The comment's own lines; when it stands alone, also the next line that is no comment."""
    lines = _lines(file, comment)
    if lines[0] not in alone:
        return frozenset(lines)
    below = lines[-1] + 1
    while below in alone:
        below += 1
    return frozenset((*lines, below))


def python_top(file: SourceFile) -> int:
    """Where the first statement begins, a docstring not counted."""
    body = parse(file).module.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return file.lines[body[0].lineno - 1] if body else len(file.text)


def template_top(file: SourceFile, comments: Sequence[Comment]) -> int:
    """Where the first thing begins that is neither comment nor white space."""
    at = 0
    for comment in comments:
        if file.text[at : comment.start].strip():
            break
        at = comment.end
    rest = file.text[at:]
    return at + len(rest) - len(rest.lstrip())


def python_calls(file: SourceFile) -> tuple[tuple[int, int], ...]:
    """The ranges of all calls of a Python file."""
    offsets = Offsets(file)
    tree = parse(file).module
    return tuple((offsets.start(node), offsets.end(node)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def lines_of(file: SourceFile, span: Span, nodes: Iterable[tuple[int, int]]) -> range:
    """The lines that speak for a place: its own, and those of every node around it."""
    around = [(start, end) for start, end in nodes if start <= span.start and span.end <= end]
    first = min((start for start, _ in around), default=span.start)
    last = max((end for _, end in around), default=span.end)
    return range(file.position(first).line, file.position(max(first, last - 1)).line + 1)
