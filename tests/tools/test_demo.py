"""`make demo` finds exactly the mistakes that it plants."""

import json
import subprocess
import sys
from pathlib import Path

from demo import MISTAKES, plant


def test_every_planted_mistake_is_found_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "tracker"
    plant(folder)
    command = [str(Path(sys.executable).with_name("chirp-check")), "--output-format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    found = sorted(one["rule"] for one in json.loads(done.stdout)["diagnostics"])
    assert found == sorted(mistake.rule for mistake in MISTAKES)
