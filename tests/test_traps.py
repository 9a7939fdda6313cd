"""The traps: every one that the design names has a case, and all but a few cases are proved by running them."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.harness.cases import Case, read_cases

FOLDER = Path(__file__).resolve().parent / "cases/traps"
_ROW = re.compile(r"\| (.+?) \| ([\w-]+)::(.+) \|")

# Some cases need other packages, the released framework, or parts of the runtime that are still to come.
UNPROVED = 0.05


@cache
def traps() -> dict[str, Case]:
    return {case.id: case for page in sorted(FOLDER.glob("*.md")) for case in read_cases(page)}


def named() -> list[tuple[str, str]]:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return [(row[1], f"{row[2]}::{row[3]}".replace("\\|", "|")) for row in _ROW.finditer(text)]


def test_there_are_enough() -> None:
    assert len(traps()) >= 80
    assert len(named()) >= 60


@pytest.mark.parametrize(("trap", "case"), named(), ids=[trap for trap, _ in named()])
def test_every_named_trap_has_a_case_that_runs(trap: str, case: str) -> None:
    assert case in traps(), f"{trap}: there is no case {case!r}"
    assert list(traps()[case].of("http")), f"{trap}: {case!r} is not run"


def test_nearly_all_run() -> None:
    unproved = [name for name, case in traps().items() if not list(case.of("http"))]
    assert len(unproved) <= UNPROVED * len(traps()), unproved


def test_traps_promise_nothing() -> None:
    """A trap that promises a finding is none."""
    promising = [
        name
        for name, case in traps().items()
        if any(re.search(r"(?:#|<!--|\{#)\s*(?:error|warning): \[", text) for text in case.files().values())
    ]
    assert not promising
