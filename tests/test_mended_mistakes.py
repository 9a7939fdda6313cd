"""The benchmark of fixes runs: what is planted is mended, parses, says less, and answers as the original does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fixes.trial import comments, pieces, union
from benchmarks.mutants.application import Application
from benchmarks.mutants.mutation import Mutant

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.timeout(450)  # three seconds of processor time
def test_planted_mistakes_are_mended(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = ["-m", "benchmarks.fixes", "--app", "examples/notes", "--operator", "unknown-hx-attribute"]
    done = subprocess.run(
        [sys.executable, *command, "--sample", "2", "--unions", "2", "--workers", "1", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = json.loads(figures.read_text())
    assert [one for one in outcomes if one["restored"] and one["mistakes"] == 1]
    assert [one for one in outcomes if one["mistakes"] > 1]
    assert all(one["after"] < one["before"] and not one["wrong"] for one in outcomes)


def test_comments_are_told() -> None:
    assert comments("a.py", "x = '# no'  # one\n# two\n") == ["# one", "# two"]
    assert comments("a.html", "{# one #}<!-- two -->{# three #}") == [" one ", " three ", " two "]


def test_mistakes_that_meet_are_not_planted_together() -> None:
    app = Application(Path("/site"), {"a.py": "one two three\n", "b.py": "x\n"})
    first = Mutant("first", ("a.py", 0, 3), {"a.py": "uno two three\n"}, ())
    second = Mutant("second", ("a.py", 8, 13), {"a.py": "one two tre\n"}, ())
    third = Mutant("third", ("a.py", 0, 13), {"a.py": "\n"}, ())
    gone = Mutant("gone", ("b.py", 0, 2), {"b.py": None}, ())
    assert pieces(app, gone) is None
    files, some = union(app, [first, second, third, gone])
    assert files == {"a.py": "uno two tre\n"}
    assert some == [first, second]
