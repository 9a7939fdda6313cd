"""`python -m benchmarks.fixes`: every planted mistake that has a safe fix, alone and with others, mended by `--fix`.

Options: `--app FOLDER` (again for another; all without it), `--operator TEXT` (part of a name, or a rule or a carrier),
`--sample N` (so many mutants per operator and application), `--unions N` (so many projects with two to eight mistakes
at once), `--seed S`, `--workers N`, `--others` (those that answer otherwise than the original, with the difference in
their texts), `--tests` (run the tests of the example, too), `--json FILE`.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from difflib import unified_diff
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.fixes.suite import Suite
from benchmarks.fixes.trial import Mender, Trial
from benchmarks.mutants.application import Application, load
from benchmarks.mutants.mutation import Mutant, Proof
from benchmarks.mutants.operators import ALL
from benchmarks.mutants.oracle import Oracle
from benchmarks.mutants.run import changed_lines, choose
from benchmarks.mutants.scripts import SCRIPTS

ROOT = Path(__file__).resolve().parent.parent.parent
TOGETHER = (2, 8)  # mistakes in one project

type Case = tuple[str, list[Mutant]]  # what is planted, in words, and the mistakes


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial with at least one fix: what was planted, and what is left.

    `difference`: what the mended application does otherwise than the original, None if nothing. `mistakes` is how many
    were planted, `applied` how many findings were mended. `texts` is how the original and the mended text differ, but
    for the order of attributes. `tests` are the first test that fails with the mistake, and the first after the fixes:
    where they were run, because the mended text is another than the original.
    """

    app: str
    planted: str
    mistakes: int
    applied: int
    before: int
    after: int
    restored: bool
    alike: bool
    difference: str | None
    wrong: tuple[str, ...]
    texts: str
    tests: tuple[str | None, str | None] | None

    @property
    def answers(self) -> bool:
        """Whether it answers as the original does."""
        return self.difference is None


def main(arguments: Sequence[str]) -> int:
    """0 when all that was mended parses, says less and nothing new, and keeps its comments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fixes", description=__doc__)
    parser.add_argument("--app", action="append")
    parser.add_argument("--operator", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--unions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    start = perf_counter()
    tried, outcomes = 0, list[Outcome]()
    for name in options.app or [f"examples/{one}" for one in SCRIPTS]:
        root = (ROOT / name).resolve()
        if root.name not in SCRIPTS or not root.is_dir():
            parser.error(f"there is no script for {root.name}: known are {', '.join(sorted(SCRIPTS))}")
        tried += len(cases := _cases(root, options))
        alone = _run(root, cases, options)
        inverse = [one[1][0] for one, came in zip(cases, alone, strict=True) if came is not None and came.answers]
        together = _unions(root.name, inverse, options)
        outcomes += [one for one in (*alone, *_run(root, together, options)) if one is not None]
    print(_told(outcomes, tried, others=options.others))
    print(f"{perf_counter() - start:.0f} s")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1), encoding="utf-8")
    return int(not outcomes or any(one.wrong for one in outcomes))


def _cases(root: Path, options: argparse.Namespace) -> list[Case]:
    """Each mistake alone."""
    chosen = choose(root, options.operator, options.sample, options.seed)
    return [(ALL[at].name, [one]) for at, one in chosen if ALL[at].proof is not Proof.SAME]


def _unions(name: str, mistakes: Sequence[Mutant], options: argparse.Namespace) -> list[Case]:
    """Some mistakes together, of those whose fix alone makes the application answer as the original does."""
    random = Random(f"{options.seed}:{name}")
    made: list[Case] = []
    least, most = TOGETHER
    for _ in range(options.unions if len(mistakes) >= least else 0):
        some = random.sample(mistakes, random.randint(least, min(most, len(mistakes))))
        made.append((", ".join(one.operator for one in some), some))
    return made


def _run(root: Path, cases: Sequence[Case], options: argparse.Namespace) -> list[Outcome | None]:
    """What came of each case, in their order; None where nothing could be mended."""
    workers = options.workers
    if workers <= 1 or len(cases) < workers:
        return _work(root, cases, tests=options.tests)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        parts = pool.map(partial(_work, root, tests=options.tests), [cases[at::workers] for at in range(workers)])
    return [parts[at % workers][at // workers] for at in range(len(cases))]


def _work(root: Path, cases: Sequence[Case], *, tests: bool) -> list[Outcome | None]:
    app = load(root)
    mender = Mender(app)
    found: list[Outcome | None] = []
    with ExitStack() as stack:
        oracle: Oracle | None = None
        suite = stack.enter_context(Suite(root.name)) if tests else None
        for planted, mutants in cases:
            trial, mistakes = mender.trial(mutants)
            if not trial.applied:
                found.append(None)
                continue
            if not trial.alike and oracle is None:
                oracle = stack.enter_context(Oracle(app, SCRIPTS[root.name]))
            difference = None if trial.alike or oracle is None else _difference(app, oracle, trial)
            found.append(
                Outcome(
                    root.name,
                    planted,
                    mistakes,
                    trial.applied,
                    trial.before,
                    trial.after,
                    trial.restored,
                    trial.alike,
                    difference,
                    trial.wrong,
                    "" if trial.alike else _compared(app.files, trial.texts),
                    (suite.failing(trial.planted), suite.failing(trial.texts))
                    if suite and not trial.restored
                    else None,
                )
            )
    return found


def _compared(original: Mapping[str, str], mended: Mapping[str, str]) -> str:
    """How the texts differ, without the lines around."""
    parts: list[str] = []
    for path in sorted({*original, *mended}):
        old, new = original.get(path, ""), mended.get(path, "")
        parts += unified_diff(old.splitlines(), new.splitlines(), path, path, n=0, lineterm="")
    return "\n".join(parts)


def _difference(app: Application, oracle: Oracle, trial: Trial) -> str | None:
    """What the mended application answers otherwise than the original: to a browser, to htmx, and in its pages."""
    files: dict[str, str | None] = {path: text for path, text in trial.texts.items() if text != app.files.get(path)}
    files |= {path: None for path in app.files if path not in trial.texts}
    return oracle.difference(files, changed_lines(app, files), Proof.ANSWERS)


def _told(outcomes: Sequence[Outcome], tried: int, *, others: bool) -> str:
    single = [one for one in outcomes if one.mistakes == 1]
    several = [one for one in outcomes if one.mistakes > 1]
    lines = [f"{tried} projects tried, {len(outcomes)} with safe fixes"]
    for title, some in (("one mistake", single), ("several mistakes", several)):
        same = sum(one.answers for one in some)
        lines.append(
            f"{title}: {len(some)} mended, {sum(one.restored for one in some)} restored to the letter, "
            f"{sum(one.alike and not one.restored for one in some)} but for the order of attributes, "
            f"{same} answer as the original, {sum(not one.after for one in some)} without a finding, "
            f"{sum(bool(one.wrong) for one in some)} wrong"
        )
        ran = [one.tests for one in some if one.tests is not None]
        if ran:
            red = sum(before is not None for before, _ in ran)
            green = sum(after is None for _, after in ran)
            lines.append(f"  tests of {len(ran)} not restored to the letter: {red} failed before, {green} pass after")
    lines += _listed("wrong", (one for one in outcomes if one.wrong))
    lines += _listed("tests fail", (one for one in outcomes if one.tests is not None and one.tests[1] is not None))
    if others:
        lines += _listed("otherwise", (one for one in outcomes if not one.answers))
    return "\n".join(lines)


def _listed(word: str, outcomes: Iterable[Outcome]) -> Iterator[str]:
    for one in outcomes:
        yield f"\n{word}: {one.planted} in {one.app}"
        told = (*one.wrong, one.difference, one.tests[1] if one.tests is not None else None)
        yield from (f"  {one}" for one in filter(None, told))
        yield from (f"    {line}" for line in one.texts.splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
