"""The benchmark of planted mistakes runs, and finds what it is to find in the small example."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_planted_mistakes_are_found(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = ["-m", "benchmarks.mutants", "--app", "examples/notes", "--sample", "1", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, *command, "--misses", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = json.loads(figures.read_text())
    counted = [one for one in outcomes if one["difference"] is not None]
    assert len(counted) >= 40
    assert len({one["operator"] for one in counted}) >= 30
    assert all(one["exact"] <= one["found"] for one in counted)


def test_what_cannot_be_run_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.mutants", "--app", "examples/none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
