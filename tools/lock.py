"""Resolve `requirements/dev.in` into `dev.txt`, with the hash of every file, for every platform.

Versions that are locked already stay. `make lock UPGRADE=1` takes the newest ones.
"""

from __future__ import annotations

import os
import sys

from process import SetupError, run
from setup import ROOT, find_uv, uv_environment


def main() -> int:
    """Entry point of `make lock`."""
    choice = ["--universal", "--generate-hashes", "--python-version", "3.14", "--no-header"]
    if os.environ.get("UPGRADE"):
        choice.append("--upgrade")
    files = ["requirements/dev.in", "--output-file", "requirements/dev.txt"]
    try:
        run(find_uv(), "pip", "compile", "--quiet", *choice, *files, env=uv_environment(), cwd=ROOT)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
