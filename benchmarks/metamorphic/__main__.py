"""`python -m benchmarks.metamorphic`: random rewrites of the examples that keep their meaning, and what changes.

Options: `--count N` rewrites (default 10,000), `--seed S`, `--kind TEXT` (part of a name), `--app NAME,…`,
`--first N` (start at that number: every difference is printed with its own), `--prove N` (so many rewritten examples
are run, and have to answer every page as before; default 100), `--workers N`, `--show` (the rewritten files' diff).
"""

import argparse
import difflib
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from random import Random
from time import perf_counter

from benchmarks.metamorphic.bases import Base, bases, readable
from benchmarks.metamorphic.behaviour import Runner
from benchmarks.metamorphic.judging import Change, Checker, Said, change
from benchmarks.metamorphic.kinds import KINDS
from benchmarks.metamorphic.rewriting import Files, Moves, Overlap, applied

TRIES = 25
COUNTERS = ("checks", "kept", "differ", "shifted", "blinded", "proved", "wrong")


@dataclass(frozen=True, slots=True)
class Done:
    """A rewritten base."""

    number: int
    kind: str
    base: Base
    files: Files
    moves: Moves
    renamed: dict[str, str]


@dataclass(slots=True)
class Tally:
    """What was seen."""

    checks: Counter[str] = field(default_factory=Counter[str])
    kept: Counter[str] = field(default_factory=Counter[str])
    differ: Counter[str] = field(default_factory=Counter[str])
    shifted: Counter[str] = field(default_factory=Counter[str])
    blinded: Counter[str] = field(default_factory=Counter[str])
    proved: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    stale: int = 0
    lines: list[str] = field(default_factory=list[str])

    def add(self, other: Tally) -> None:
        """Take in what another process has seen."""
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.stale += other.stale
        self.lines += other.lines


@cache
def known_bases(names: str, seed: int) -> tuple[Base, ...]:
    """The bases, made once."""
    return tuple(bases(tuple(name for name in names.split(",") if name), seed))


def rewritten(number: int, options: argparse.Namespace) -> Done | None:
    """The rewrite of that number; None when no site was found for it."""
    random = Random(f"{options.seed}:{number}")
    kinds = [name for name in KINDS if options.kind in name]
    for _ in range(TRIES):
        base = random.choice(known_bases(options.app, options.seed))
        kind = random.choice(kinds)
        for rewrite in islice(KINDS[kind](base.files, random), random.choice((1, 1, 2, 5)), None):
            try:
                files, moves = applied(base.files, rewrite)
            except Overlap:
                break
            changed = (path for path in files if files[path] != base.files.get(path))
            if not all(readable(path, files[path]) for path in changed):
                break
            return Done(number, kind, base, files, moves, dict(rewrite.renamed))
    return None


class Worker:
    """Checks rewrites, one process' share of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._checkers: dict[str, Checker] = {}
        self._before: dict[str, tuple[frozenset[Said], int]] = {}
        self.tally = Tally()

    def run(self, numbers: Sequence[int]) -> Tally:
        """Check the rewrites of these numbers."""
        proofs = set(numbers[:: max(1, len(numbers) // max(1, self._options.prove // self._options.workers))])
        with Runner() as runner:
            for number in numbers:
                done = rewritten(number, self._options)
                if done is None:
                    continue
                self._check(done)
                if self._options.prove and number in proofs:
                    self._prove(done, runner)
        return self.tally

    def _check(self, done: Done) -> None:
        tally, base = self.tally, done.base
        checker = self._checkers.setdefault(base.name, Checker(base.app.root.name))
        if base.name not in self._before:
            self._before[base.name] = checker.look(base.files, anew=True)
        before, unresolved = self._before[base.name]
        found, now = checker.look(done.files)
        texts = base.files, done.files
        seen = change(before, found, done.moves, done.renamed, texts)
        if not seen.nothing:
            fresh, now = checker.look(done.files, anew=True)
            tally.stale += fresh != found
            seen = change(before, fresh, done.moves, done.renamed, texts)
        tally.checks[done.kind] += 1
        tally.kept[done.kind] += len(before)
        tally.blinded[done.kind] += now > unresolved
        tally.shifted[done.kind] += bool(seen.shifted)
        if not seen.nothing:
            tally.differ[done.kind] += 1
            tally.lines.append(_described(done, seen, show=self._options.show))
        elif self._options.show and (seen.shifted or now > unresolved):
            tally.lines.append(_described(done, seen, show=True) + f"\n  unresolved: {unresolved} → {now}")

    def _prove(self, done: Done, runner: Runner) -> None:
        """Whether the rewritten example answers as the base does."""
        difference = runner.difference(done.base, done.files, done.renamed)
        self.tally.proved[done.kind] += 1
        if difference is not None:
            self.tally.wrong[done.kind] += 1
            self.tally.lines.append(f"rewrite {done.number} ({done.kind}) of {done.base.name} is wrong: {difference}")
            if self._options.show:
                self.tally.lines.append(_diff(done))


def _described(done: Done, seen: Change, *, show: bool) -> str:
    lines = [f"rewrite {done.number} ({done.kind}) of {done.base.name}:"]
    lines += [f"  lost {one}" for one in seen.lost]
    lines += [f"  new {one}" for one in seen.gained]
    lines += [f"  moved {one} to {other.place}" for one, other in seen.shifted] if show else []
    return "\n".join([*lines, _diff(done)] if show else lines)


def _diff(done: Done) -> str:
    out: list[str] = []
    for path in sorted({*done.files, *done.base.files}):
        old, new = done.base.files.get(path, ""), done.files.get(path, "")
        if old != new:
            out += difflib.unified_diff(old.splitlines(), new.splitlines(), path, path, lineterm="", n=2)
    return "\n".join("    " + line for line in out)


def table(tally: Tally, seconds: float) -> str:
    """The kinds with their figures."""
    lines = [f"{'rewrite':36} checks  findings kept  differ  range moved  more unknown  run  run differently"]
    counters = [getattr(tally, name) for name in COUNTERS]
    rows = [(kind, [counter[kind] for counter in counters]) for kind in KINDS if tally.checks[kind]]
    rows.append(("all", [counter.total() for counter in counters]))
    widths = (7, 15, 8, 13, 14, 5, 17)
    for name, figures in rows:
        shown = (f"{figure:{width},}" for figure, width in zip(figures, widths, strict=True))
        lines.append(f"{name:36}{''.join(shown)}")
    lines.append(f"{seconds:.0f} s; a running engine said something else than a new one {tally.stale} times")
    return "\n".join(lines)


def work(options: argparse.Namespace, numbers: Sequence[int]) -> Tally:
    """One process' share."""
    return Worker(options).run(numbers)


def main(arguments: Sequence[str]) -> int:
    """0 when no finding came or went, and every example that was run answered as before."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.metamorphic", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="")
    parser.add_argument("--app", default="")
    parser.add_argument("--prove", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args(arguments)
    start = perf_counter()
    known_bases(options.app, options.seed)
    numbers = range(options.first, options.first + options.count)
    tally = Tally()
    if options.workers == 1:
        tally = work(options, numbers)
    else:
        with multiprocessing.get_context("fork").Pool(options.workers) as pool:
            parts = [(options, numbers[at :: options.workers]) for at in range(options.workers)]
            for part in pool.starmap(work, parts):
                tally.add(part)
    print("\n".join(tally.lines))
    print(table(tally, perf_counter() - start))
    return 1 if tally.differ.total() or tally.wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
