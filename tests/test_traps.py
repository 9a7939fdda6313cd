"""The traps: every one that the design names has a case, and all but a few cases are proved by running them."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.harness.cases import Case, read_cases

FOLDER = Path(__file__).resolve().parent / "cases/traps"
_ROW = re.compile(r"\| (.+?) \| ([\w-]+)::(.+) \|")

# What no file of a case can show: other packages and the released framework would have to be there, or
# parts of the runtime that are still to come.
UNPROVED = {
    "blocks::Blocks that a stream fills",
    "blocks::Filters of an environment of its own",
    "blocks::Filters that other code adds",
    "blocks::Filters of the released framework",
    "pages::Pages of the released framework",
}


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


def test_the_others_run_too() -> None:
    assert {name for name, case in traps().items() if not list(case.of("http"))} <= UNPROVED


def test_traps_promise_nothing() -> None:
    """A trap that promises a finding is none."""
    promising = [
        name
        for name, case in traps().items()
        if any(re.search(r"(?:#|<!--|\{#)\s*(?:error|warning): \[", text) for text in case.files().values())
    ]
    assert not promising
