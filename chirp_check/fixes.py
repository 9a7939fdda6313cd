"""Applies the fixes of a report to its texts: as many as do not touch each other, in the order of reports."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from chirp_check.diagnostic import Edit, Fix, Structure
from chirp_check.report.outcome import Report


class Changed(NamedTuple):
    """The texts that fixes have changed, by path, and how many findings had their fix applied."""

    texts: Mapping[str, str]
    applied: int


def changed(report: Report, made: Mapping[Structure, Fix], *, unsafe: bool) -> Changed:
    """The texts after the safe fixes, with `unsafe` after all; a fix that touches one before it is left for later.

    `made` are the edits of those that rewrite structure, as far as there are any.
    """
    taken: dict[Fix, None] = {}
    edits: list[Edit] = []
    count = 0
    for fix in _fixes(report, made, unsafe=unsafe):
        if fix not in taken:
            if any(_touch(new, old) for new in fix.edits for old in edits) or not _stands(fix, report):
                continue
            taken[fix] = None
            edits += fix.edits
        count += 1
    texts = {
        path: _applied(report.source(path).text, path, edits) for path in sorted({edit.span.path for edit in edits})
    }
    return Changed(texts, count)


def _fixes(report: Report, made: Mapping[Structure, Fix], *, unsafe: bool) -> Iterator[Fix]:
    for one in report.diagnostics:
        fix, structure = one.finding.fix, one.finding.structure
        if fix is None and structure is not None:
            fix = made.get(structure)
        if fix is not None and (fix.safe or unsafe):
            yield fix


def structures(report: Report, *, unsafe: bool) -> Iterator[Structure]:
    """The fixes of a report that rewrite structure."""
    for one in report.diagnostics:
        structure = one.finding.structure
        if structure is not None and (structure.safe or unsafe):
            yield structure


def _stands(fix: Fix, report: Report) -> bool:
    """Whether every file of a fix could be read, and its edits do not touch each other."""
    known = all(edit.span.path in report.sources for edit in fix.edits)
    pairs = ((one, other) for at, one in enumerate(fix.edits) for other in fix.edits[at + 1 :])
    return known and not any(_touch(one, other) for one, other in pairs)


def _touch(one: Edit, other: Edit) -> bool:
    """Whether the places overlap or meet: the order of two edits must not matter."""
    return one.span.path == other.span.path and one.span.start <= other.span.end and other.span.start <= one.span.end


def _applied(text: str, path: str, edits: list[Edit]) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    at = 0
    for span, new in sorted((edit.span, edit.text) for edit in edits if edit.span.path == path):
        parts += (text[at : span.start], new.replace("\r\n", "\n").replace("\n", line_end))
        at = span.end
    return "".join((*parts, text[at:]))
