"""Build the documentation: the pages of `docs/` and the page of every rule, which lies beside the rule.

The pages are plain Markdown, so another generator could read them too. A link that leads nowhere fails the build.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from process import SetupError, run, say
from setup import ROOT, VENV

PAGES = ROOT / ".build/docs"


def rule_table() -> str:
    """The table of all rules, from the rules themselves."""
    from chirp_check.rules import ALL

    rows = [
        f"| [`{rule.name}`]({rule.name}.md) | {rule.level} | {rule.summary} |"
        for rule in sorted(ALL, key=lambda rule: rule.name)
    ]
    return "\n".join(["| rule | level | finds |", "|---|---|---|", *rows, ""])


def collect() -> None:
    """Lay all pages together in one folder, made anew."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    for page in sorted((ROOT / "chirp_check/rules").glob("*.md")):
        shutil.copy(page, PAGES / "rules")
    with (PAGES / "rules/index.md").open("a", encoding="utf-8") as index:
        index.write(f"\n{rule_table()}")


def main() -> int:
    """Entry point of `make docs`."""
    collect()
    try:
        run(VENV / "bin/zensical", "build", "--clean", "--strict", cwd=ROOT)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    say(f"the documentation is in {Path('site/index.html')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
