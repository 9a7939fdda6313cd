"""`python -m benchmarks.published`: what the checker says about published code, every finding with its place.

The wheels of bengal-chirp (with its bundled pages and templates) and of chirp-ui are fetched into `.build/published`,
and checked each as a project of its own. Options: `--unknowns N` (the reasons that block most references; default 12),
`--all` (every unknown).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.check.peer import install
from chirp_check.engine import Analysis, Project, analyze
from chirp_check.host import DiskHost
from chirp_check.report import full, unknowns

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".build/published"
WHEELS = ("bengal-chirp==0.10.3", "chirp-ui==0.11.4")


def fetched(wheel: str) -> Path:
    """The folder with what a wheel brings."""
    folder = FOLDER / wheel.replace("==", "-")
    if not folder.is_dir():
        install([wheel], "--no-deps", "--target", str(folder))
    return folder


def report(wheel: str, analysis: Analysis, options: argparse.Namespace) -> int:
    """Print what was found; the number of findings."""
    said, summary = analysis.report, analysis.report.summary
    print(f"== {wheel}: {summary.files} files, {summary.templates} templates, {summary.routes} routes; ", end="")
    print(f"{summary.resolved} of {summary.references} references resolved; {len(said.diagnostics)} findings\n")
    print(full.render(said, conclude=False), end="")
    for trace in said.tracebacks:
        print(trace)
    ranking = Counter((one.kind, one.reason) for one in said.unknowns)
    for (kind, reason), count in ranking.most_common(options.unknowns):
        print(f"{count:5} unknown {kind}: {reason}")
    if options.all:
        print(unknowns.render(said), end="")
    print()
    return len(said.diagnostics)


def main(arguments: Sequence[str]) -> int:
    """0 when the checker itself did not fail."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("--unknowns", type=int, default=12)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    failed = False
    for wheel in WHEELS:
        analysis = analyze(Project(fetched(wheel), DiskHost()))
        report(wheel, analysis, options)
        failed = failed or analysis.report.failed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
