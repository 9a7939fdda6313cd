"""`python -m benchmarks.confirmed`: blind edits of the examples, those that fail, and how many of these are found.

Options: `--app NAME` (again for another; all without it), `--sample N` (edits of each kind in each example),
`--seed S`, `--workers N`, `--browse N` (at most so many of each example and
worker go to a browser), `--misses`, `--alarms`, `--json FILE`, `--known FILE` (of an earlier
run with the same examples: what it confirmed is not run again).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.confirmed.judging import CONFIRMED, Shown, Task, known_from, run, stored
from benchmarks.confirmed.tables import alarms, misses, tables
from benchmarks.mutants.scripts import SCRIPTS

ROOT = Path(__file__).resolve().parent.parent.parent
FOUND = 0.95


def main(arguments: Sequence[str]) -> int:
    """0 when at least 95 % of what was confirmed is found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.confirmed", description=__doc__)
    parser.add_argument("--app", action="append", choices=sorted(SCRIPTS))
    parser.add_argument("--sample", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--browse", type=int, default=1_000_000)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--known", type=Path, action="append")
    options = parser.parse_args(arguments)
    start = perf_counter()
    known: dict[str, Shown] = {}
    for file in options.known or ():
        known |= known_from(json.loads(file.read_text(encoding="utf-8")))
    parts = max(options.workers, 1)
    tasks = [
        Task(ROOT / "examples" / name, options.sample, options.seed, at, parts, options.browse, known)
        for name in options.app or SCRIPTS
        for at in range(parts)
    ]
    outcomes = run(tasks, options.workers)
    print(tables(outcomes))
    print(f"{perf_counter() - start:.0f} s")
    if options.misses:
        print(misses(outcomes))
    if options.alarms:
        print(alarms(outcomes))
    if options.json:
        options.json.write_text(json.dumps(stored(outcomes), indent=1), encoding="utf-8")
    confirmed = [one for one in outcomes if one.state == CONFIRMED]
    return 0 if sum(one.found for one in confirmed) >= FOUND * len(confirmed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
