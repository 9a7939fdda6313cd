"""A safe fix takes its finding away and brings no other; tried on every case and every page of a rule."""

from collections import Counter
from pathlib import Path

import pytest

from chirp_check.diagnostic import Diagnostic
from tests.harness.cases import Case, read_cases
from tests.test_cases import ROOT, checked

PAGES = sorted([*(ROOT / "tests/cases").rglob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])


def cases(page: Path) -> list[Case]:
    return read_cases(page)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_safe_fixes_fix(page: Path) -> None:
    for case in cases(page):
        files = case.files()
        report = checked(files)
        for diagnostic in report.diagnostics:
            fix = diagnostic.finding.fix
            if fix is not None and fix.safe:
                after = checked(applied(files, diagnostic)).diagnostics
                assert Counter(map(said, after)) < Counter(map(said, report.diagnostics)), f"{case.id}: {fix.title}"


def said(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.rule, diagnostic.finding.at.path, diagnostic.finding.message


def applied(files: dict[str, str], diagnostic: Diagnostic) -> dict[str, str]:
    assert diagnostic.finding.fix is not None
    changed = dict(files)
    for edit in sorted(diagnostic.finding.fix.edits, key=lambda one: -one.span.start):
        text = changed[edit.span.path]
        changed[edit.span.path] = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return changed
