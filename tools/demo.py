"""The main job on real input: check the example application, then a copy of it with planted mistakes.

The mistakes are those of `examples/plant.py`: the application starts with them, and each shows only on a click.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples/tracker"
COPY = ROOT / ".build/planted/tracker"

sys.path.insert(0, str(ROOT))
from examples.plant import plant  # noqa: E402


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
    COPY.parent.mkdir(parents=True, exist_ok=True)
    planted = plant(COPY)
    print(f"\nA copy with {len(planted)} planted mistakes ({COPY.relative_to(ROOT)}):")
    broken = check(COPY)
    print("\nTo use the application in a browser: make serve")
    return 0 if (clean, broken) == (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
