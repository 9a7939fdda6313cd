"""Every hostile case: this framework passes, and the page that compares it is of today."""

from pathlib import Path

import pytest

from tests.hostile.case import CASES, Case
from tests.hostile.everything import FRAMEWORKS, MODULES, page

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.id)
def test_a_hostile_case(case: Case) -> None:
    case.run(FRAMEWORKS[0])


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 300
    assert {module.__name__ for module in MODULES} == {
        f"tests.hostile.{file.stem}" for file in Path(__file__).parent.glob("cases_*.py")
    }


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_page_is_of_today() -> None:
    written = (ROOT / "docs/hostile.md").read_text(encoding="utf-8")
    assert written.splitlines() == page().splitlines(), "python -m benchmarks.hostile --write"
