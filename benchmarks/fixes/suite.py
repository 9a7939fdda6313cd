"""The tests that an example comes with, run on variants of it in a copy of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from benchmarks.mutants.application import load
from benchmarks.mutants.site import PACKAGE

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = "tests/examples"
DRIVER = "tests/runtime/driver.py"  # what some of them use besides
PATIENCE = 300  # seconds
QUIET = ("-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-n", "0")


class Suite:
    """A context manager: a folder with the examples and the tests of one of them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix=f"{self._name}-tests-")
        root = Path(self._folder.name)
        shutil.copytree(ROOT / PACKAGE, root / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
        shutil.copytree(ROOT / TESTS, root / TESTS, ignore=shutil.ignore_patterns("__pycache__"))
        (root / DRIVER).parent.mkdir()
        shutil.copy(ROOT / DRIVER, root / DRIVER)
        shutil.copy(ROOT / "pyproject.toml", root)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.cleanup()

    def failing(self, texts: Mapping[str, str]) -> str | None:
        """The first test that fails with these as the files of the example, None when all pass."""
        root = Path(self._folder.name)
        example = root / PACKAGE / self._name
        there = load(example).files
        for path in there.keys() - texts.keys():
            (example / path).unlink()
        for path, text in texts.items():
            if there.get(path) != text:
                (example / path).parent.mkdir(parents=True, exist_ok=True)
                (example / path).write_text(text, encoding="utf-8", newline="")
        tests = sorted(str(one.relative_to(root)) for one in (root / "tests").rglob(f"test_{self._name}*.py"))
        try:
            done = subprocess.run(
                [sys.executable, "-B", "-m", "pytest", *QUIET, *tests],
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return f"no end within {PATIENCE} s"
        if not done.returncode:
            return None
        lines = [one for one in done.stdout.splitlines() if one.startswith(("FAILED", "ERROR"))]
        return (lines or (done.stdout + done.stderr).strip().splitlines() or ["nothing is said"])[0]
