"""Markers in a file: `# error: [rule] "text" col 3-7`, in templates `{# error: [rule] "text" #}`; `warning` likewise.

A marker speaks for its line; one that stands alone speaks for the next line that holds anything else. The text is a
part of the message; `col` gives the columns of the range as the JSON report counts them (from 1, the end exclusive).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.report.outcome import Report

_MARKER = re.compile(
    r"(?:#|\{#)\s*(?P<level>error|warning):\s*\[(?P<rule>[\w-]+)\]"
    r'(?:\s*"(?P<text>(?:[^"\\]|\\.)*)")?(?:\s*col (?P<start>\d+)-(?P<end>\d+))?\s*(?:#\})?'
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One diagnostic that has to be there."""

    path: str
    line: int
    level: Level
    rule: str
    text: str
    columns: tuple[int, int] | None

    def __str__(self) -> str:
        columns = "" if self.columns is None else f" col {self.columns[0]}-{self.columns[1]}"
        return f"{self.path}:{self.line}: {self.level} [{self.rule}] {self.text!r}{columns}"

    def met_by(self, diagnostic: Diagnostic, report: Report) -> bool:
        """Whether this is the diagnostic that was promised."""
        at = diagnostic.finding.at
        start, end = report.range(at)
        return (
            (at.path, start.line, diagnostic.rule, diagnostic.level) == (self.path, self.line, self.rule, self.level)
            and self.text in diagnostic.finding.message
            and (self.columns is None or self.columns == (start.column, end.column))
        )


def promises(files: Mapping[str, str]) -> Iterator[Promise]:
    """The promises of a project."""
    for path, text in files.items():
        if path.endswith((".py", ".html")):
            yield from _of_file(path, text.split("\n"))


def _of_file(path: str, lines: list[str]) -> Iterator[Promise]:
    waiting: list[re.Match[str]] = []
    for number, line in enumerate(lines, 1):
        found = list(_MARKER.finditer(line))
        if found and not _MARKER.sub("", line).strip():
            waiting += found
            continue
        if line.strip():
            found += waiting
            waiting = []
        for match in found:
            level = Level.WARN if match["level"] == "warning" else Level.ERROR
            columns = (int(match["start"]), int(match["end"])) if match["start"] else None
            yield Promise(path, number, level, match["rule"], (match["text"] or "").replace('\\"', '"'), columns)


def disagreements(expected: Iterable[Promise], report: Report) -> list[str]:
    """Promises that were not kept, and diagnostics that nobody promised."""
    left = list(report.diagnostics)
    lines: list[str] = []
    for promise in expected:
        met = next((one for one in left if promise.met_by(one, report)), None)
        if met is None:
            lines.append(f"promised: {promise}")
        else:
            left.remove(met)
    for one in left:
        start, end = report.range(one.finding.at)
        columns = f" col {start.column}-{end.column}"
        lines.append(
            f"reported: {one.finding.at.path}:{start.line}: {one.level} [{one.rule}] {one.finding.message!r}{columns}"
        )
    return lines
