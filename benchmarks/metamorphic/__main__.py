"""`python -m benchmarks.metamorphic`: random rewrites of the examples that keep their meaning, and what changes.

Some rewrites of one example, in different files of it, are checked at once, and one by one where a finding changes.
Options: `--count N` rewrites (default 10,000), `--seed S`, `--kind TEXT` (part of a name), `--app NAME,…`,
`--first N` (start there: every difference is printed with its number), `--prove N` (so many rewritten examples are
run, and have to answer every page as before; default 100), `--workers N`, `--show` (the difference of the files).
"""

import argparse
import difflib
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from random import Random
from time import perf_counter

from benchmarks.metamorphic.bases import Base, bases, readable
from benchmarks.metamorphic.behaviour import Runner
from benchmarks.metamorphic.judging import Change, Checker, Said, change
from benchmarks.metamorphic.kinds import KINDS
from benchmarks.metamorphic.rewriting import Files, Moves, Overlap, Place, Rewrite, applied, union

TRIES = 25
AT_ONCE = 8
LOOKED_AT = 400
COUNTERS = ("checks", "kept", "differ", "shifted", "blinded", "proved", "wrong")


@dataclass(frozen=True, slots=True)
class One:
    """A rewrite of a base, with its number."""

    number: int
    kind: str
    rewrite: Rewrite


@dataclass(frozen=True, slots=True)
class Done:
    """A base with some rewrites made."""

    base: Base
    ones: tuple[One, ...]
    files: Files
    moves: Moves
    renamed: Mapping[str, str]

    def __str__(self) -> str:
        kinds = ", ".join(f"{one.number} ({one.kind})" for one in self.ones)
        return f"rewrite {kinds} of {self.base.name}"


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
    aimed: int = 0
    lines: list[str] = field(default_factory=list[str])

    def add(self, other: Tally) -> None:
        """Take in what another process has seen."""
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.stale += other.stale
        self.aimed += other.aimed
        self.lines += other.lines


@cache
def known_bases(names: str, seed: int) -> tuple[Base, ...]:
    """The bases, made once."""
    return tuple(bases(tuple(name for name in names.split(",") if name), seed))


def base_of(batch: int, options: argparse.Namespace) -> Base:
    """The base that a batch of rewrites is about."""
    return Random(f"{options.seed}:{batch}").choice(known_bases(options.app, options.seed))


def rewrites(batch: int, base: Base, places: Sequence[Place], options: argparse.Namespace) -> list[One]:
    """The rewrites of a batch: no two of them touch the same file, and half of them change the text of a finding."""
    kinds = [name for name in KINDS if options.kind in name]
    touched: set[str] = set()
    found: list[One] = []
    for number in range(batch * AT_ONCE, (batch + 1) * AT_ONCE):
        random = Random(f"{options.seed}:{number}")
        for _ in range(TRIES):
            kind = random.choice(kinds)
            rewrite = picked(islice(KINDS[kind](base.files, random), LOOKED_AT), places, random)
            if rewrite is None or touched & rewrite.touched or done(base, (One(number, kind, rewrite),)) is None:
                continue
            touched |= rewrite.touched
            found.append(One(number, kind, rewrite))
            break
    return found


def picked(found: Iterator[Rewrite], places: Sequence[Place], random: Random) -> Rewrite | None:
    """One of some rewrites: half of the time the first that changes the text of a finding."""
    first = next(found, None)
    if first is None or random.random() < 0.5:
        return first
    near = (one for one in (first, *found) if any(one.changes(place) for place in places))
    return next(near, first)


def done(base: Base, ones: Sequence[One]) -> Done | None:
    """A base with rewrites made; None where a file cannot be read any more."""
    whole = union([one.rewrite for one in ones])
    try:
        files, moves = applied(base.files, whole)
    except Overlap:
        return None
    if not all(readable(path, files[path]) for path in files if files[path] != base.files.get(path)):
        return None
    return Done(base, tuple(ones), files, moves, whole.renamed)


class Worker:
    """Checks rewrites, one process' share of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._checkers: dict[str, Checker] = {}
        self._before: dict[str, tuple[frozenset[Said], int]] = {}
        self.tally = Tally()

    def run(self, batches: Sequence[int]) -> Tally:
        """Check the rewrites of these batches."""
        proofs = self._options.prove // self._options.workers
        every = max(1, len(batches) * AT_ONCE // proofs) if proofs else 0
        with Runner() as runner:
            for batch in batches:
                base = base_of(batch, self._options)
                checker = self._checkers.setdefault(base.name, Checker(base.app.root.name))
                if base.name not in self._before:
                    self._before[base.name] = checker.look(base.files, anew=True)
                places = [one.place for one in self._before[base.name][0]]
                ones = rewrites(batch, base, places, self._options)
                self.tally.aimed += sum(one.rewrite.changes(place) for one in ones for place in places)
                whole = done(base, ones) if ones else None
                if whole is None:
                    continue
                if not self._check(whole, alone=len(ones) == 1):
                    alone = [one for one in (done(base, (one,)) for one in ones) if one is not None]
                    kept = [self._check(one, alone=True) for one in alone]
                    if all(kept) and len(ones) > 1:
                        self.tally.lines.append(f"only together: {whole}")
                for one in ones:
                    single = done(base, (one,)) if every and one.number % every == 0 else None
                    if single is not None:
                        self._prove(single, runner)
        return self.tally

    def _check(self, done: Done, *, alone: bool) -> bool:
        """Whether all findings are kept; what is not, is noted for a single rewrite."""
        tally, base = self.tally, done.base
        checker = self._checkers[base.name]
        before, unresolved = self._before[base.name]
        found, now = checker.look(done.files)
        texts = base.files, done.files
        seen = change(before, found, done.moves, done.renamed, texts)
        if not seen.nothing or seen.shifted or now > unresolved:
            fresh, now = checker.look(done.files, anew=True)
            if fresh != found:
                tally.stale += 1
                tally.lines.append(f"running engine, {done}: {sorted(map(str, found ^ fresh))[:3]}")
            seen = change(before, fresh, done.moves, done.renamed, texts)
        perfect = seen.nothing and not seen.shifted and now <= unresolved
        if alone or perfect:
            for one in done.ones:
                tally.checks[one.kind] += 1
                tally.kept[one.kind] += len(before)
        if alone and not perfect:
            kind = done.ones[0].kind
            tally.blinded[kind] += now > unresolved
            tally.shifted[kind] += bool(seen.shifted)
            tally.differ[kind] += not seen.nothing
            if not seen.nothing or self._options.show:
                tally.lines.append(_described(done, seen, show=self._options.show))
        return perfect

    def _prove(self, done: Done, runner: Runner) -> None:
        """Whether the rewritten example answers as the base does."""
        difference = runner.difference(done.base, done.files, done.renamed)
        kind = done.ones[0].kind
        self.tally.proved[kind] += 1
        if difference is not None:
            self.tally.wrong[kind] += 1
            self.tally.lines.append(f"{done} is wrong: {difference}")
            if self._options.show:
                self.tally.lines.append(_diff(done))


def _described(done: Done, seen: Change, *, show: bool) -> str:
    lines = [f"{done}:"]
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
    lines.append(f"{tally.aimed:,} times the text of a finding itself was rewritten")
    lines.append(f"{seconds:.0f} s; a running engine said something else than a new one {tally.stale} times")
    return "\n".join(lines)


def work(options: argparse.Namespace, batches: Sequence[int]) -> Tally:
    """One process' share."""
    return Worker(options).run(batches)


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
    batches = range(options.first // AT_ONCE, (options.first + options.count - 1) // AT_ONCE + 1)
    tally = Tally()
    if options.workers == 1:
        tally = work(options, batches)
    else:
        with multiprocessing.get_context("fork").Pool(options.workers) as pool:
            parts = [(options, batches[at :: options.workers]) for at in range(options.workers)]
            for part in pool.starmap(work, parts):
                tally.add(part)
    print("\n".join(tally.lines))
    print(table(tally, perf_counter() - start))
    return 1 if tally.differ.total() or tally.wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
