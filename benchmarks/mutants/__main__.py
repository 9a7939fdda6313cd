"""`python -m benchmarks.mutants`: how many planted mistakes the checker finds, of those that the runtime trips over.

Options: `--app FOLDER`, `--operator TEXT` (part of a name, a rule or a carrier), each again for another, all without;
`--sample N` (so many mutants per operator and application), `--seed S`, `--workers N`, `--misses`, `--json FILE`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from benchmarks.mutants.run import Outcome, choose, run
from benchmarks.mutants.scripts import SCRIPTS
from benchmarks.mutants.tables import misses, tables

ROOT = Path(__file__).resolve().parent.parent.parent
FOUND, EXACT = 0.95, 0.97  # of those that count, and of those found


def main(arguments: Sequence[str]) -> int:
    """0 when at least 95 % of the mutants that count are found, and 97 % of these at the exact place."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--app", action="append")
    parser.add_argument("--operator", action="append")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    roots = [(ROOT / app).resolve() for app in options.app or [f"examples/{name}" for name in SCRIPTS]]
    for root in roots:
        if root.name not in SCRIPTS or not root.is_dir():
            parser.error(f"there is no script for {root.name}: known are {', '.join(sorted(SCRIPTS))}")
    start = perf_counter()
    outcomes: list[Outcome] = []
    for root in roots:
        wanted = options.operator or [""]
        chosen = [one for text in wanted for one in choose(root, text, options.sample, options.seed)]
        outcomes += run(root, chosen, options.workers)
    print(tables(outcomes))
    print(f"{perf_counter() - start:.0f} s")
    if options.misses:
        print(misses(outcomes))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1), encoding="utf-8")
    count = [one for one in outcomes if one.effective]
    found = [one for one in count if one.found]
    return 0 if len(found) >= FOUND * len(count) and sum(one.exact for one in found) >= EXACT * len(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
