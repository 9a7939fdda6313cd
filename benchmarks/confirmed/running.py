"""Variants of one example, each in a process that is forked from a warm one: what they answer, and what fails."""

import asyncio
import gc
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from benchmarks.confirmed.edits import Edited
from benchmarks.confirmed.faults import is_contract, told, watched, watched_fields
from benchmarks.confirmed.probe import TREES, Enough, Failure, Plan, Probe, parsed
from benchmarks.mutants.application import Application
from benchmarks.mutants.copies import Copy
from benchmarks.mutants.scripts import Script
from benchmarks.mutants.trace import Trace, Traced

BUSY = 30  # seconds of the processor after which a child is ended
HANGING = '{"failures": [["start", "hangs, or ends the process", false]], "answers": {}, "trace": [], "texts": []}'
START = "start"

type Answers = dict[str, tuple[str, ...]]
type Seen = tuple[list[Failure], Answers, Traced, list[str]]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a variant does that the original does not: failures, and which answers differ, with how much of them.

    `differing` maps what was asked to `numbers`, `texts` or `tags`. `reached`: the script comes to what was edited.
    """

    failures: tuple[Failure, ...]
    differing: Mapping[str, str]
    reached: bool

    @property
    def contract(self) -> Failure | None:
        """The failure of the contract, if there is one."""
        return next((one for one in self.failures if one.contract), None)


class Runner:
    """Runs variants of an example. A context manager: it keeps a copy of the example in a folder of its own."""

    def __init__(self, app: Application, script: Script) -> None:
        self._app = app
        self.script = script
        self.copy = Copy(app, script)
        self._normal: frozenset[str] = frozenset()
        self._answers: dict[str, list[tuple[str, ...]]] = {}
        self._traced = Traced(())

    def __enter__(self) -> Self:
        self.copy.__enter__()
        whole = self._whole(self.script.pages)
        runs = [
            self._run(plan, trace=at == 0)
            for at, plan in enumerate((whole, whole, self._whole(self.script.pages[::-1])))
        ]
        broken = [one.text for run in runs for one in run[0] if one.kind == "start"]
        if broken:
            raise RuntimeError(f"the example itself fails: {broken[0]}")
        self._traced = runs[0][2]
        self._normal = frozenset(one.text for run in runs for one in run[0])
        for _, answers, _, _ in runs:
            for asked, digests in answers.items():
                self._answers.setdefault(asked, []).append(digests)
        for _, _, _, texts in runs:
            for text in texts:
                parsed(text)
        gc.freeze()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.copy.__exit__(kind, error, at)

    def _whole(self, pages: tuple[str, ...]) -> Plan:
        return Plan(pages, len(self.script.steps), bool(self.script.streams))

    def ran(self, edit: Edited) -> Ran:
        """What an edit changes."""
        touching = self._traced.touching(lines_of(self._app, edit))
        if not touching:
            return Ran((), {}, False)
        plan = self._plan(touching)
        templates_only = all(path.endswith(".html") for path in edit.files)
        with self.copy.holding(edit.files):
            failures, answers, _, _ = self._run(plan, only_new=True)
        if templates_only:
            failures = [replace(one, contract=True) for one in failures]
        differing: dict[str, str] = {}
        for asked, digests in answers.items():
            how = self._compared(self._answers.get(asked, []), digests)
            if how:
                differing[asked] = how
        return Ran(tuple(failures), differing, bool(touching))

    def _plan(self, touching: frozenset[str]) -> Plan:
        """What comes to the edited lines: pages only read, but a step may change what later ones show."""
        if START in touching or "before" in touching:
            return self._whole(self.script.pages)
        pages = tuple(path for path in self.script.pages if path in touching)
        by_step = any(one.isdigit() for one in touching)
        steps = len(self.script.steps) if by_step or "streams" in touching else 0
        return Plan(pages, steps, "streams" in touching)

    def _compared(self, known: list[tuple[str, ...]], now: tuple[str, ...]) -> str:
        """How much of an answer differs; empty when it does not."""
        names = ("numbers", "texts", "tags")
        found = ""
        for name, at in zip(names, range(3), strict=True):
            stable = {one[at] for one in known}
            if len(stable) <= 1 and now[at] not in stable:
                found = name
        return found

    def _run(self, plan: Plan, *, trace: bool = False, only_new: bool = False) -> Seen:
        """Runs in a child: failures, answers, which lines each part came to, and the texts of what was read."""
        failures: dict[str, Failure] = {}
        answers: Answers = {}
        seen = Trace(self.copy.root)

        def fail(failure: Failure) -> None:
            if only_new and failure.text in self._normal:
                return
            failures.setdefault(failure.text, failure)
            if only_new and failure.contract:
                raise Enough

        def answered(asked: str, digests: tuple[str, ...]) -> None:
            answers[asked] = digests

        def work() -> None:
            logging.getLogger("asyncio").disabled = True
            raised, missed = watched(), watched_fields()
            try:
                if trace:
                    seen.__enter__()
                seen.begin(START)
                app = self.copy.started()
                probe = Probe(f"{self.copy.root}/", raised, missed, fail, answered)
                asyncio.run(probe.run(app, self.script, plan, seen.begin))
            except Enough:
                pass
            except BaseException as error:  # noqa: BLE001 - whatever the variant raises is an answer
                contract = is_contract(error, f"{self.copy.root}/")
                text = f"does not start or breaks off: {told(error)}"
                failures.setdefault(text, Failure("start", text, contract))

        def tell() -> object:
            return _told(failures.values(), answers, seen, [] if only_new else list(TREES))

        data = json.loads(self.copy.child(work, tell, BUSY) or HANGING)
        return (
            [Failure(*one) for one in data["failures"]],
            {asked: tuple(digests) for asked, digests in data["answers"].items()},
            Traced.of(data["trace"]),
            data["texts"],
        )


def _told(failures: Iterable[Failure], answers: Answers, trace: Trace, texts: list[str]) -> object:
    return {
        "failures": [[one.kind, one.text, one.contract] for one in failures],
        "answers": answers,
        "trace": trace.seen(),
        "texts": texts,
    }


def lines_of(app: Application, edit: Edited) -> dict[str, range]:
    """Of each file the lines, as they were, from the first to the last that is another now."""
    found: dict[str, range] = {}
    for path, text in edit.files.items():
        if path not in app.files:
            continue
        was, now = app.files[path].splitlines(), (text or "").splitlines()
        shorter = min(len(was), len(now))
        first = next((at for at in range(shorter) if was[at] != now[at]), shorter)
        last = next((at for at in range(shorter - first) if was[-1 - at] != now[-1 - at]), shorter - first)
        found[path] = range(first + 1, max(len(was) - last, first + 1) + 1)
    return found
