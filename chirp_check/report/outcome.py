"""The outcome of a check, as every format reads it."""

from collections.abc import Mapping

import msgspec

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.model.entities import Unknown
from chirp_check.report.visible import plain
from chirp_check.source import Position, SourceFile, Span

INTERNAL = "internal-error"


class Summary(msgspec.Struct, frozen=True):
    """How much was looked at: files read, routes, templates, references and how many of them resolved."""

    files: int = 0
    routes: int = 0
    templates: int = 0
    references: int = 0
    resolved: int = 0
    errors: int = 0
    warnings: int = 0

    @property
    def verified(self) -> float:
        """How many of a hundred references are resolved."""
        return 100 * self.resolved / self.references if self.references else 100.0


class Report(msgspec.Struct, frozen=True):
    """What a check says. Diagnostics and unknowns are sorted; `notes` tell what was left out of the inventory.

    `tracebacks` are those of `internal-error`, for whoever looks for the bug. `folders` are those that the Python to be
    checked was limited to.
    """

    root: str
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]
    unknowns: tuple[Unknown, ...]
    summary: Summary
    notes: tuple[str, ...] = ()
    tracebacks: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no diagnostic is an error."""
        return not self.summary.errors

    @property
    def failed(self) -> bool:
        """Whether we failed ourselves somewhere."""
        return any(one.rule == INTERNAL for one in self.diagnostics)

    @property
    def vacant(self) -> bool:
        """Whether the folders that were named hold nothing of an application."""
        summary = self.summary
        there = summary.routes or summary.templates or summary.references
        return bool(self.folders) and not self.diagnostics and not there

    def __str__(self) -> str:
        """The diagnostics, one line each: `path:line:col: rule message`."""
        return "\n".join(self._line(one) for one in self.diagnostics)

    def _line(self, diagnostic: Diagnostic) -> str:
        finding = diagnostic.finding
        start, _ = self.range(finding.at)
        return f"{plain(finding.at.path)}:{start.line}:{start.column}: {diagnostic.rule} {plain(finding.message)}"

    def source(self, path: str) -> SourceFile:
        """The file of a span; empty when it could not be read."""
        return self.sources.get(path) or SourceFile(path, "")

    def range(self, span: Span) -> tuple[Position, Position]:
        """Start and end of a span as lines and columns."""
        file = self.source(span.path)
        return file.position(span.start), file.position(span.end)


def spelled(level: Level) -> str:
    """A level as reports spell it."""
    return "warning" if level is Level.WARN else "error"


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
