"""`python -m benchmarks.check`: time and memory of the checker, as ratios measured in one run, set against the goals.

Projects of 100, 1,000 and 10,000 templates are generated, always the same. Every measure is taken once in each round,
on one core, in a process of its own; the best round counts. Options: `--sizes 100,1000`, `--rounds N`,
`--only PART,…` (`example`, `cold`, `cache`, `engine`), `--all-edits` (nine kinds of edits instead of four), `--peer`
(beside the checker of bengal-chirp instead), `--profile` (the queries that a run from nothing spends its time in).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.check import figures, peer, profile
from benchmarks.check.edits import EDITS
from benchmarks.check.table import HEAD, Row

PARTS = ("example", "cold", "cache", "engine")
SIZES = "100,1000,10000"
# The smallest project that there is something to check in.
EMPTY = "from chirp import App\n\napp = App()\n\n\n@app.route('/')\ndef home():\n    return 'Hello'\n"


def rows(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Every row that was asked for, as soon as it is known."""
    named: str = options.only
    parts = named.split(",") if named else PARTS
    if "example" in parts:
        yield from figures.example(3 * options.rounds, folder)
    if not {"cold", "cache", "engine"} & set(parts):
        return
    empty = folder / "empty"
    empty.mkdir()
    (empty / "app.py").write_text(EMPTY, encoding="utf-8")
    sizes = sorted(int(size) for size in options.sizes.split(","))
    projects = [figures.generated(folder / f"of-{size}", size) for size in sizes]
    for one in projects:
        print(f"{one}", flush=True)
    edits = tuple(edit for edit in EDITS if edit.usual or options.all_edits)
    if "engine" in parts:
        known = {one.templates: one for one in projects}
        yield from figures.engine(known.get(figures.ENGINE_SIZE, projects[-1]), options.rounds, edits)
    if "cold" in parts:
        yield from figures.cold(projects, empty, options.rounds)
    if "cache" in parts:
        yield from figures.cached(projects[-1], empty, options.rounds, edits)


def main(arguments: Sequence[str]) -> int:
    """0 when every goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help=f"templates of the generated projects (default: {SIZES})")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--all-edits", action="store_true", help="nine kinds of edits instead of four")
    parser.add_argument("--peer", action="store_true", help="beside the checker of bengal-chirp, both as processes")
    parser.add_argument("--profile", metavar="FOLDER", help="the costliest queries of a run over a project, no figures")
    options = parser.parse_args(arguments)
    if options.profile is not None:
        print(profile.table(Path(options.profile), options.rounds))
        return 0
    named: str = options.only
    if unknown := {*named.split(",")} - {*PARTS, ""}:
        parser.error(f"unknown part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    print(HEAD)
    good = True
    with TemporaryDirectory(prefix="check-") as folder:
        found = peer.rows(Path(folder), options.rounds) if options.peer else rows(options, Path(folder))
        for row in found:
            print(row, flush=True)
            good = good and row.ok
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
