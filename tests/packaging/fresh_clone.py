"""The whole set-up in a fresh clone: `make test-setup` runs it, `make test` does not (a minute, and a network)."""

import os
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ("SSL_CERT_FILE", "PIP_CERT", "http_proxy", "https_proxy", "no_proxy")
pytestmark = pytest.mark.timeout(600)


def make(target: str, clone: Path, home: Path) -> tuple[float, str]:
    """Run a make target as a user with nothing of ours; the seconds it took and what it printed."""
    clean = {name: os.environ[name] for name in KEPT if name in os.environ}
    start = time.monotonic()
    done = subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=clone,
        env={**clean, "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return time.monotonic() - start, done.stdout


def test_a_fresh_clone_sets_itself_up_and_survives_a_move(tmp_path: Path) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    first, printed = make("demo", clone, home)
    assert "[setup]" in printed
    assert "unknown-block" in printed
    assert first < 120
    second, printed = make("demo", clone, home)
    assert "[setup]" not in printed
    assert second < 10
    moved = clone.rename(tmp_path / "moved")
    _, printed = make("demo", moved, home)
    assert "[setup]" in printed
    assert list(home.iterdir()) == [], "something was written outside the project folder"
