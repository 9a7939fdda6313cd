"""Applies suppression comments to diagnostics, and tells which of them suppress nothing."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Protocol

from chirp_check.diagnostic import Diagnostic
from chirp_check.facts.handlers import ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.model.hygiene import BareIgnore, UnknownRule, UnusedIgnore
from chirp_check.source import SourceFile, Span
from chirp_check.syntax.ignore import (
    MARKER,
    Comment,
    Ignore,
    IgnoredRule,
    lines_of,
    python_calls,
    python_top,
    read_ignores,
    template_top,
)

UNUSED = "unused-ignore"


class FileIgnores:
    """The suppressions of one file, and which of their rules have suppressed something."""

    def __init__(
        self, file: SourceFile, ignores: tuple[Ignore, ...], nodes: Callable[[], tuple[tuple[int, int], ...]]
    ) -> None:
        self.ignores = ignores
        self._file = file
        self._read_nodes = nodes
        self._used: set[IgnoredRule] = set()

    @cached_property
    def _nodes(self) -> tuple[tuple[int, int], ...]:
        return self._read_nodes()

    def takes(self, diagnostic: Diagnostic) -> bool:
        """Whether a suppression takes the diagnostic; each one that does is used."""
        lines = lines_of(self._file, diagnostic.finding.at, self._nodes)
        taken = [
            one
            for ignore in self.ignores
            for one in ignore.rules
            if one.name == diagnostic.rule and (ignore.lines is None or not ignore.lines.isdisjoint(lines))
        ]
        self._used.update(taken)
        return bool(taken)

    def unused(self, judged: Callable[[str], bool]) -> Iterable[UnusedIgnore]:
        """The rule names that suppressed nothing, of those rules that ran."""
        for ignore in self.ignores:
            for one in ignore.rules:
                if one not in self._used and judged(one.name):
                    yield UnusedIgnore(one.name, one.span, misplaced=ignore.lines == frozenset())


class Files(Protocol):
    """Files by their paths, and their facts; None for one that cannot be read."""

    def source(self, path: str, /) -> SourceFile | None: ...
    def written(self, span: Span, /) -> Span: ...
    def module(self, path: str, /) -> ModuleFacts | None: ...
    def template(self, path: str, /) -> TemplateFacts | None: ...


class Suppressions:
    """The suppressions of some files."""

    def __init__(self, paths: Iterable[str], files: Files) -> None:
        found = (_file_ignores(path, files) for path in paths)
        self._files = {one.ignores[0].span.path: one for one in found if one is not None and one.ignores}

    def takes(self, diagnostic: Diagnostic) -> bool:
        """Whether a suppression takes the diagnostic."""
        file = self._files.get(diagnostic.finding.at.path)
        return file is not None and file.takes(diagnostic)

    def faults(self, known: tuple[str, ...]) -> Iterable[BareIgnore | UnknownRule]:
        """Suppressions that name no rule, or one there is not."""
        every = [ignore for file in self._files.values() for ignore in file.ignores]
        yield from (BareIgnore(ignore.span) for ignore in every if not ignore.rules)
        named = (one for ignore in every for one in ignore.rules)
        yield from (UnknownRule(one.name, one.span, known) for one in named if one.name not in known)

    def unused(self, judged: Callable[[str], bool]) -> Iterable[UnusedIgnore]:
        """Suppressions that have suppressed nothing so far, of rules that ran."""
        for file in self._files.values():
            yield from file.unused(judged)


def _file_ignores(path: str, files: Files) -> FileIgnores | None:
    file = files.source(path)
    module = files.module(path) if path.endswith(".py") else None
    template = files.template(path) if module is None else None
    if file is not None and module is not None:
        return python_ignores(file, module, files.written)
    return template_ignores(file, template) if file is not None and template is not None else None


def python_ignores(
    file: SourceFile, facts: ModuleFacts, written: Callable[[Span], Span] = lambda span: span
) -> FileIgnores:
    """The suppressions of a Python file. `written` tells where what the facts have at a place is written in it."""
    marked = [(start, text) for start, text in facts.comments if MARKER in text]
    starts = [written(Span(file.path, start, start)).start for start, _ in marked]
    comments = [Comment(start, start + len(text), start, text) for start, (_, text) in zip(starts, marked, strict=True)]
    ignores = read_ignores(file, comments, top=python_top(file), mark="#") if comments else ()
    return FileIgnores(file, ignores, lambda: python_calls(file))


def template_ignores(file: SourceFile, facts: TemplateFacts) -> FileIgnores:
    """The suppressions of a template."""
    if not any(MARKER in one.name for one in facts.comments):
        return FileIgnores(file, (), tuple)
    comments = [Comment(one.start - 2, one.end + 2, one.start, one.name) for one in facts.comments]
    ignores = read_ignores(file, comments, top=template_top(file, comments), mark="")
    tags = (
        *((one.tag_start, one.tag_end) for one in facts.references),
        *((one.start, one.end) for one in facts.elements),
    )
    return FileIgnores(file, ignores, lambda: tags)
