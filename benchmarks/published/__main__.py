"""`python -m benchmarks.published`: what the checker says about published code, every finding with its place.

The wheels of bengal-chirp (with its bundled pages and templates) and of chirp-ui are fetched into `.build/published`,
and checked together, because the one uses the other.
Options: `--unknowns N` (the reasons that block most references; default 12),
`--all` (every unknown).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.check.peer import install
from chirp_check.config import Config
from chirp_check.engine import Analysis, Project, analyze
from chirp_check.host import DiskHost
from chirp_check.report import full, unknowns

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".build/published"
WHEELS = ("bengal-chirp==0.10.3", "chirp-ui==0.11.4")
# The folders of templates; the pages of one wheel use the components of the other.
TEMPLATES = ("chirp/templating/macros", "chirp_ui/templates")


def fetched() -> Path:
    """The folder with what the wheels bring."""
    folder = FOLDER / "+".join(WHEELS).replace("==", "-")
    if not folder.is_dir():
        install(WHEELS, "--no-deps", "--python", sys.executable, "--target", str(folder))
    return folder


def show(analysis: Analysis, options: argparse.Namespace) -> None:
    """Print what was found."""
    said, summary = analysis.report, analysis.report.summary
    print(
        f"{' and '.join(WHEELS)}: {summary.files} files, {summary.templates} templates, {summary.routes} routes; ",
        end="",
    )
    print(f"{summary.resolved} of {summary.references} references resolved; {len(said.diagnostics)} findings\n")
    print(full.render(said, conclude=False), end="")
    for trace in said.tracebacks:
        print(trace)
    ranking = Counter((one.kind, one.reason) for one in said.unknowns)
    for (kind, reason), count in ranking.most_common(options.unknowns):
        print(f"{count:5} unknown {kind}: {reason}")
    if options.all:
        print(unknowns.render(said), end="")


def main(arguments: Sequence[str]) -> int:
    """0 when the checker itself did not fail."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("--unknowns", type=int, default=12)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    analysis = analyze(Project(fetched(), DiskHost()), Config(templates=TEMPLATES))
    show(analysis, options)
    return 1 if analysis.report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
