"""Mutants are chosen, spread over processes, judged and run; what comes out are plain values."""

import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.mutants.application import Application, load
from benchmarks.mutants.mutation import Mutant, Proof, mutants
from benchmarks.mutants.operators import ALL
from benchmarks.mutants.oracle import Oracle
from benchmarks.mutants.scripts import SCRIPTS
from benchmarks.mutants.verdict import Checker

type Chosen = tuple[int, Mutant]  # the operator's place in the list, and a mutant of it


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mutant: where it is, what the runtime does differently (None: nothing), and what the checker said.

    `control`: there is no mistake in it. `fault`: what the engine that stays did wrong.
    """

    app: str
    operator: str
    rule: str
    carrier: str
    place: str
    changed: str
    difference: str | None
    found: bool
    exact: bool
    missed: tuple[str, ...]
    others: tuple[str, ...]
    control: bool
    fault: str

    @property
    def effective(self) -> bool:
        """Whether it counts."""
        return self.difference is not None and not self.control


def choose(root: Path, wanted: str, sample: int, seed: int) -> list[Chosen]:
    """The mutants to run: all, or a sample of each operator."""
    app = load(root)
    chosen: list[Chosen] = []
    for at, operator in enumerate(ALL):
        if wanted in operator.name or wanted in (operator.rule, operator.carrier):
            made = list(mutants(operator, app, seed))
            if sample and len(made) > sample:
                made = Random(f"{seed}:{operator.name}").sample(made, sample)
            chosen += [(at, mutant) for mutant in made]
    return chosen


def run(root: Path, chosen: Sequence[Chosen], workers: int) -> list[Outcome]:
    """The outcomes of all mutants, in the order of the operators, spread over processes."""
    if workers <= 1 or len(chosen) < 2:
        return work(root, chosen)
    parts = [(root, chosen[at::workers]) for at in range(workers)]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return [one for part in pool.starmap(work, parts) for one in part]


def work(root: Path, chosen: Sequence[Chosen]) -> list[Outcome]:
    """The outcomes of some mutants, in one process."""
    app = load(root)
    checker = Checker(app)
    outcomes: list[Outcome] = []
    with Oracle(app, SCRIPTS[root.name]) as oracle:
        for at, mutant in chosen:
            operator = ALL[at]
            verdict = checker.judge(mutant)
            difference: str | None = "by its text"
            if operator.proof is not Proof.TEXT:
                files = mutant.witness or mutant.files
                difference = oracle.difference(files, changed_lines(app, files), operator.proof)
            outcomes.append(
                Outcome(
                    root.name,
                    operator.name,
                    operator.rule,
                    operator.carrier,
                    _place(app, mutant),
                    _change(app, mutant),
                    difference,
                    verdict.found,
                    verdict.exact,
                    tuple(f"{one.rule} {one.path}:{one.start}-{one.end}" for one in verdict.missed),
                    verdict.others,
                    operator.proof is Proof.SAME,
                    verdict.fault,
                )
            )
    return outcomes


def changed_lines(app: Application, files: Mapping[str, str | None]) -> dict[str, range]:
    """Of each file the lines, as they were, from the first to the last that is another now."""
    found: dict[str, range] = {}
    for path, text in files.items():
        if path in app.files:
            was, now = app.files[path].splitlines(), (text or "").splitlines()
            shorter = min(len(was), len(now))
            first = next((at for at in range(shorter) if was[at] != now[at]), shorter)
            last = next((at for at in range(shorter - first) if was[-1 - at] != now[-1 - at]), shorter - first)
            found[path] = range(first + 1, max(len(was) - last, first + 1) + 1)
    return found


def _place(app: Application, mutant: Mutant) -> str:
    path, start, _ = mutant.at
    return f"{path}:{app.files[path].count('\n', 0, start) + 1}"


def _change(app: Application, mutant: Mutant) -> str:
    """The change as a line: what stood there and what stands there now."""
    path, start, end = mutant.at
    text, mutated = app.files[path], mutant.files.get(path)
    if mutated is None:
        return "renamed"
    stop = max(end + len(mutated) - len(text), start)
    return f"{text[start:end]!r} → {mutated[start:stop]!r}"
