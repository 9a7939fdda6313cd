"""`make demo` finds exactly the mistakes that it plants, and the README shows what it prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.plant import MISTAKES, plant

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with the planted mistakes."""
    folder = tmp_path_factory.mktemp("demo") / "tracker"
    plant(folder)
    return folder


def report(folder: Path, form: str) -> str:
    command = [str(Path(sys.executable).with_name("chirp-check")), "--color", "never", "--output-format", form]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_every_planted_mistake_is_found_and_nothing_else(broken: Path) -> None:
    found = sorted(one["rule"] for one in json.loads(report(broken, "json"))["diagnostics"])
    assert found == sorted(mistake.rule for mistake in MISTAKES)


def test_the_readme_shows_what_is_printed(broken: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```text\n")[2].partition("```")[0]
    printed = report(broken, "full").split("\n\n")
    assert [part for part in shown.strip().split("\n\n") if part not in printed] == []
