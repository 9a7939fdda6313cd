"""`python -m benchmarks.hostile [--write]`: every hostile case, put to this framework and to Starlette."""

import argparse
import sys
from pathlib import Path

from tests.hostile.everything import FRAMEWORKS, outcomes, page

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.hostile")
    parser.add_argument("--write", action="store_true", help="write docs/hostile.md")
    options = parser.parse_args()
    text = page()
    if options.write:
        (ROOT / "docs/hostile.md").write_text(text, encoding="utf-8")
    else:
        print(text)
    return int("fails" in outcomes(FRAMEWORKS[0]).values())


if __name__ == "__main__":
    sys.exit(main())
