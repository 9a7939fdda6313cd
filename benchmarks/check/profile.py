"""Whose work a run from nothing is: the processor time of each query and step, without that of those it asks.

A query is charged with what it does until it asks another one. Garbage is not collected, as on the command line.
"""

import gc
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any, override
from unittest.mock import patch

import msgspec

from chirp_check import engine, extraction, judge, sources
from chirp_check.host import DiskHost
from chirp_check.model.memory import Answers, Key, Queries

SHOWN = 40  # lines of the table
HEAD = f"{'ms':>8}  {'share':>6}  {'answers':>7}  {'asked':>7}"


class Line(msgspec.Struct):
    """What one query, rule or step has cost so far."""

    seconds: float = 0.0
    answers: int = 0
    asked: int = 0


class Timed(Answers):
    """A memory for one look that notes how long each question takes to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, Line] = {}
        self._inside = [0.0]  # of each question that is being answered, the seconds of those it has asked

    def line(self, name: str) -> Line:
        """The line of a name."""
        return self.lines.setdefault(name, Line())

    def timed[T](self, name: str, work: Callable[[], T]) -> T:
        """What a piece of work gives, its time noted."""
        self._inside.append(0.0)
        start = process_time()
        try:
            return work()
        finally:
            taken = process_time() - start
            line = self.line(name)
            line.seconds += taken - self._inside.pop()
            line.answers += 1
            self._inside[-1] += taken

    @override
    def ask(self, model: Queries, question: Callable[..., Any], key: Key, *, gate: bool = False) -> Any:
        name = _name(question)
        self.line(name).asked += 1
        known = self._known.get(question)
        if known is not None and key in known:
            return super().ask(model, question, key, gate=gate)
        return self.timed(name, lambda: super(Timed, self).ask(model, question, key, gate=gate))

    @override
    def part(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        name = _name(question)
        self.line(name).asked += 1
        return self.timed(name, lambda: question(model, *key))


def _name(question: Callable[..., Any]) -> str:
    return f"{question.__module__.removeprefix('chirp_check.').removeprefix('model.')}.{question.__qualname__}"


def _watched(memory: Timed, work: Callable[..., Any], name: str) -> Callable[..., Any]:
    def watch(*given: Any, **named: Any) -> Any:
        return memory.timed(name, lambda: work(*given, **named))

    return watch


def profile(root: Path, rounds: int) -> tuple[float, Timed]:
    """The seconds of the best of some runs from nothing, and what they went into."""
    found: list[tuple[float, Timed]] = []
    for _ in range(rounds):
        memory = Timed()
        gc.collect()
        gc.disable()
        start = process_time()
        with (
            patch.object(engine, "Answers", lambda memory=memory: memory),
            patch.object(sources, "extract", _watched(memory, extraction.extract, "reading: syntax and facts")),
            patch.object(sources, "store", _watched(memory, extraction.store, "reading: storing facts")),
            patch.object(judge, "judge", _watched(memory, judge.judge, "the checks of all rules")),
        ):
            engine.Session(lasting=False).analyze(engine.Project(root, DiskHost()))
        found.append((process_time() - start, memory))
        gc.enable()
    return min(found, key=_seconds)


def _seconds(run: tuple[float, Timed]) -> float:
    return run[0]


def table(root: Path, rounds: int) -> str:
    """The costliest queries of a run from nothing over a project, one to a line."""
    total, memory = profile(root, rounds)
    ranked = sorted(memory.lines.items(), key=lambda one: -one[1].seconds)[:SHOWN]
    lines = [
        f"{1000 * line.seconds:8.1f}  {100 * line.seconds / total:5.1f}%  {line.answers:7}  {line.asked:7}  {name}"
        for name, line in ranked
    ]
    return "\n".join((f"{total:.2f} s of the processor", HEAD, *lines))
