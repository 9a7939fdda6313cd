"""`python -m benchmarks.mutants`: how many planted mistakes the checker finds, of those that the runtime trips over.

Options: `--app FOLDER`, `--operator TEXT` (part of a name), `--sample N` (so many mutants per operator), `--seed S`,
`--workers N`, `--list-missed`, `--json FILE`.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.mutants.application import load
from benchmarks.mutants.mutation import Mutant, mutants
from benchmarks.mutants.operators import ALL
from benchmarks.mutants.oracle import Oracle
from benchmarks.mutants.scripts import SCRIPTS
from benchmarks.mutants.verdict import Checker

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mutant: where it is, what the runtime does differently (None: nothing), and what the checker said."""

    operator: str
    rule: str
    place: str
    changed: str
    difference: str | None
    found: bool
    exact: bool
    missed: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def effective(self) -> bool:
        """Whether it counts."""
        return self.difference is not None


def work(root: Path, chosen: Sequence[tuple[str, str, Mutant]]) -> list[Outcome]:
    """The outcomes of some mutants, in one process."""
    app = load(root)
    checker = Checker(app)
    outcomes: list[Outcome] = []
    with Oracle(app, SCRIPTS[root.name]) as oracle:
        for operator, rule, mutant in chosen:
            verdict = checker.judge(mutant)
            difference = oracle.difference(mutant.witness or mutant.files)
            path, start, end = mutant.at
            line = app.files[path].count("\n", 0, start) + 1
            outcomes.append(
                Outcome(
                    operator,
                    rule,
                    f"{path}:{line}",
                    _change(app.files[path], mutant, start, end),
                    difference,
                    verdict.found,
                    verdict.exact,
                    tuple(f"{one.rule} {one.path}:{one.start}-{one.end}" for one in verdict.missed),
                    verdict.others,
                )
            )
    return outcomes


def _change(text: str, mutant: Mutant, start: int, end: int) -> str:
    """The change as a line: what stood there and what stands there now."""
    mutated = mutant.files.get(mutant.at[0])
    if mutated is None:
        return "renamed"
    stop = end + len(mutated) - len(text)
    return f"{text[start:end]!r} → {mutated[start:stop]!r}"


def choose(root: Path, wanted: str, sample: int, seed: int) -> list[tuple[str, str, Mutant]]:
    """The mutants to run: all, or a sample of each operator."""
    app = load(root)
    chosen: list[tuple[str, str, Mutant]] = []
    for operator in ALL:
        if wanted in operator.name or wanted == operator.rule:
            made = list(mutants(operator, app, seed))
            if sample and len(made) > sample:
                made = Random(f"{seed}:{operator.name}").sample(made, sample)
            chosen += [(operator.name, operator.rule, mutant) for mutant in made]
    return chosen


def run(root: Path, chosen: Sequence[tuple[str, str, Mutant]], workers: int) -> list[Outcome]:
    """The outcomes of all mutants, spread over processes."""
    if workers <= 1 or len(chosen) < 2:
        return work(root, chosen)
    parts = [(root, chosen[at::workers]) for at in range(workers)]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return [one for part in pool.starmap(work, parts) for one in part]


def table(outcomes: Iterable[Outcome]) -> str:
    """Operators with their figures, and the sums."""
    outcomes = list(outcomes)
    width = max(len(operator.name) for operator in ALL)
    lines = [f"{'operator':{width}}  sites  count  found  exact  others"]
    for operator in ALL:
        mine = [one for one in outcomes if one.operator == operator.name]
        if mine:
            lines.append(_row(operator.name, mine, width))
    lines.append(_row("all", outcomes, width))
    rules = sorted({one.rule for one in outcomes})
    lines += [_row(rule, [one for one in outcomes if one.rule == rule], width) for rule in rules]
    count = [one for one in outcomes if one.effective]
    exact = sum(one.exact for one in count)
    lines.append(f"\n{exact} of {len(count)} found at the exact place: {exact / max(1, len(count)):.1%}")
    return "\n".join(lines)


def _row(name: str, outcomes: list[Outcome], width: int) -> str:
    count = [one for one in outcomes if one.effective]
    found, exact = sum(one.found for one in count), sum(one.exact for one in count)
    others = sum(bool(one.others) for one in count)
    return f"{name:{width}}  {len(outcomes):5}  {len(count):5}  {found:5}  {exact:5}  {others:6}"


def main(arguments: Sequence[str]) -> int:
    """0 when at least 90 % of the mutants that count are found at the exact place."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--app", default="examples/tracker")
    parser.add_argument("--operator", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--list-missed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    start = perf_counter()
    root = (ROOT / options.app).resolve()
    if root.name not in SCRIPTS or not root.is_dir():
        parser.error(f"there is no script for {options.app}: known are {', '.join(sorted(SCRIPTS))}")
    outcomes = run(root, choose(root, options.operator, options.sample, options.seed), options.workers)
    print(table(outcomes))
    print(f"{perf_counter() - start:.0f} s")
    if options.list_missed:
        for one in outcomes:
            if one.effective and not one.exact:
                print(f"\nmissed: {one.operator} at {one.place}: {one.changed}\n  runtime: {one.difference}")
                print(*(f"  due: {due}" for due in one.missed), *(f"  said: {other}" for other in one.others), sep="\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1), encoding="utf-8")
    count = [one for one in outcomes if one.effective]
    return 0 if sum(one.exact for one in count) >= 0.9 * len(count) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
