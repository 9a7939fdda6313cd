"""Variants of one example, each in a process that is forked from a warm one: what they answer, and what fails."""

import asyncio
import compileall
import gc
import importlib
import json
import logging
import os
import pkgutil
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import chirp
from benchmarks.confirmed.edits import Edited
from benchmarks.confirmed.faults import is_contract, told, watched, watched_fields
from benchmarks.confirmed.probe import TREES, Enough, Failure, Plan, Probe, parsed
from benchmarks.confirmed.tracing import Trace, Traced
from benchmarks.mutants.application import Application
from benchmarks.mutants.oracle import PACKAGE, remember_compiled
from benchmarks.mutants.scripts import Script
from chirp import App

HANGS, BUSY = 300, 30  # seconds, and of them those of the processor, after which a child is ended
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
        self._folder = TemporaryDirectory(prefix="confirmed-")
        self._copy = Path(self._folder.name) / PACKAGE / app.root.name
        self._normal: frozenset[str] = frozenset()
        self._answers: dict[str, list[tuple[str, ...]]] = {}
        self._traced = Traced(())

    def __enter__(self) -> Self:
        for one in pkgutil.walk_packages(chirp.__path__, "chirp."):
            importlib.import_module(one.name)
        for name in self.script.needs:
            importlib.import_module(name)
        self._copy.parent.mkdir()
        (self._copy.parent / "__init__.py").touch()
        shutil.copytree(self._app.root, self._copy, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(self._copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        self._forget()
        sys.path.insert(0, self._folder.name)
        remember_compiled(Path(self._folder.name) / "compiled")
        gc.freeze()
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
        sys.path.remove(self._folder.name)
        self._folder.cleanup()

    def _forget(self) -> None:
        for known in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
            del sys.modules[known]

    def _whole(self, pages: tuple[str, ...]) -> Plan:
        return Plan(pages, len(self.script.steps), bool(self.script.streams))

    def write(self, files: Mapping[str, str | None]) -> None:
        """Puts texts into the copy; None takes a file away."""
        for path, text in files.items():
            target = self._copy / path
            if text is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(text, encoding="utf-8", newline="")

    def restore(self, files: Mapping[str, str | None]) -> None:
        """Undoes `write`."""
        self.write({path: self._app.files.get(path) for path in files})

    def ran(self, edit: Edited) -> Ran:
        """What an edit changes."""
        touching = self._traced.touching(lines_of(self._app, edit))
        if not touching:
            return Ran((), {}, False)
        plan = self._plan(touching)
        templates_only = all(path.endswith(".html") for path in edit.files)
        self.write(edit.files)
        try:
            failures, answers, _, _ = self._run(plan, only_new=True)
        finally:
            self.restore(edit.files)
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
        seen = Trace(self._copy)

        def fail(failure: Failure) -> None:
            if only_new and failure.text in self._normal:
                return
            failures.setdefault(failure.text, failure)
            if only_new and failure.contract:
                raise Enough

        def answered(asked: str, digests: tuple[str, ...]) -> None:
            answers[asked] = digests

        def work() -> None:
            raised, missed = watched(), watched_fields()
            try:
                if trace:
                    seen.__enter__()
                seen.begin(START)
                app = self.started()
                probe = Probe(f"{self._copy}/", raised, missed, fail, answered)
                asyncio.run(probe.run(app, self.script, plan, seen.begin))
            except Enough:
                pass
            except BaseException as error:  # noqa: BLE001 - whatever the variant raises is an answer
                contract = is_contract(error, f"{self._copy}/")
                text = f"does not start or breaks off: {told(error)}"
                failures.setdefault(text, Failure("start", text, contract))

        data = json.loads(
            self.child(work, lambda: _told(failures.values(), answers, seen, [] if only_new else list(TREES)))
        )
        return (
            [Failure(*one) for one in data["failures"]],
            {asked: tuple(digests) for asked, digests in data["answers"].items()},
            Traced.of(data["trace"]),
            data["texts"],
        )

    def child(self, work: Callable[[], None], tell: Callable[[], object]) -> str:
        """Does something in a process of its own; gives what it tells, as JSON."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            signal.alarm(HANGS)
            signal.setitimer(signal.ITIMER_VIRTUAL, BUSY)
            quiet()
            work()
            with os.fdopen(writing, "w", encoding="utf-8", errors="replace") as pipe:
                json.dump(tell(), pipe)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        self.tidy(child)
        return data or HANGING

    def tidy(self, child: int) -> None:
        """Takes away the data of a child."""
        for left in Path(self._folder.name).glob(f"data-{child}*"):
            left.unlink()

    def started(self) -> App:
        """The application, in a child."""
        if self.script.data:
            os.environ[self.script.data] = str(Path(self._folder.name) / f"data-{os.getpid()}")
        module = importlib.import_module(f"{PACKAGE}.{self._app.root.name}.{self.script.module}")
        made = vars(module)[self.script.name]
        app = made if isinstance(made, App) else made()
        assert isinstance(app, App)
        return app


def quiet() -> None:
    """Nothing is printed, nothing written, nothing collected."""
    logging.getLogger("asyncio").disabled = True
    sys.dont_write_bytecode = True
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    gc.disable()


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
