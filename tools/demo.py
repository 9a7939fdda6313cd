"""The main job on real input: check the example application, then a copy of it with planted mistakes.

The mistakes are of the kind that a rename or a slip of the finger leaves behind. The application starts with them, and
each shows only when somebody clicks.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples/tracker"
COPY = ROOT / ".build/demo/tracker"


@dataclass(frozen=True)
class Mistake:
    """Replace `right` by `wrong` at its first place in `file`; the rule that has to find it."""

    file: str
    right: str
    wrong: str
    rule: str


MISTAKES = (
    Mistake("views/projects.py", '"projects/new.html"', '"projects/create.html"', "unknown-template"),
    Mistake("templates/search.html", "{% block results %}", "{% block hits %}", "unknown-block"),
    Mistake("templates/labels/row.html", "</li>\n{% end %}", "</li>", "template-syntax"),
    Mistake("templates/components/tasks.html", "/toggle", "/done", "unrouted-url"),
    Mistake("templates/comments/comment.html", "hx-delete=", "hx-patch=", "wrong-method"),
    Mistake("templates/tasks/show.html", 'hx-target="#task-detail"', 'hx-target="#detail"', "unknown-target"),
    Mistake("views/api.py", "def status() -> dict[str, object]", "def status() -> set[str]", "unnegotiable-annotation"),
)


def plant(folder: Path) -> None:
    """Make a fresh copy of the example in `folder`, a project of its own, and plant every mistake in it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text('[project]\nname = "tracker"\nversion = "0"\n', encoding="utf-8")
    for mistake in MISTAKES:
        file = folder / mistake.file
        text = file.read_text(encoding="utf-8")
        if mistake.right not in text:
            raise SystemExit(f"error: {file.name} of the example no longer has `{mistake.right}`; see tools/demo.py")
        file.write_text(text.replace(mistake.right, mistake.wrong, 1), encoding="utf-8")


def check(folder: Path) -> int:
    """Run `chirp-check` on a folder, show what it prints, and return its exit code."""
    shown = folder.relative_to(ROOT)
    print(f"\n$ chirp-check {shown}", flush=True)
    start = time.perf_counter()
    code = subprocess.run([Path(sys.executable).parent / "chirp-check", str(shown)], cwd=ROOT, check=False).returncode
    print(f"(exit code {code}, {time.perf_counter() - start:.2f} s)", flush=True)
    return code


def main() -> int:
    """Entry point of `make demo`; 0 when the example is clean and the planted mistakes are found."""
    print("The example application, a task tracker, as it is:")
    clean = check(EXAMPLE)
    plant(COPY)
    print(f"\nA copy with {len(MISTAKES)} planted mistakes ({COPY.relative_to(ROOT)}):")
    broken = check(COPY)
    print("\nTo use the application in a browser: make serve")
    return 0 if (clean, broken) == (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
