"""Whether a mutant matters: it runs in a process of its own, and something differs from what the original does."""

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
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, cast

import kida
from kida.bytecode_cache import BytecodeCache
from kida.lexer import Lexer, LexerError
from kida.parser import Parser

import chirp
from benchmarks.mutants.application import Application
from benchmarks.mutants.mutation import Proof
from benchmarks.mutants.scripts import Script
from benchmarks.mutants.trace import Trace, Traced
from benchmarks.mutants.witness import ANSWER, PAGE, Done, observe, observe_steps
from chirp import App

PACKAGE = "examples"
HANGS = 60  # seconds of its own work after which a child is ended
WAITS = 300  # seconds after which it is ended in any case, on a busy machine too

type Part = Callable[[App, Callable[[str], None]], Coroutine[None, None, None]]


class Oracle:
    """Runs variants of one example. A context manager: it keeps a copy of the example in a folder of its own."""

    def __init__(self, app: Application, script: Script) -> None:
        self._app = app
        self._script = script
        self._folder = TemporaryDirectory(prefix="mutants-")
        self._copy = Path(self._folder.name) / PACKAGE / app.root.name
        self._normal: frozenset[str] = frozenset()
        self._traced = Traced(())

    def __enter__(self) -> Self:
        for one in pkgutil.walk_packages(chirp.__path__, "chirp."):
            importlib.import_module(one.name)
        for name in self._script.needs:
            importlib.import_module(name)
        self._copy.parent.mkdir()
        (self._copy.parent / "__init__.py").touch()
        shutil.copytree(self._app.root, self._copy, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(self._copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        gc.freeze()
        first, second = self._watched(self._script), self._run(self._whole(self._script))
        backwards = self._run(self._whole(replace(self._script, pages=self._script.pages[::-1])))
        steps = self._run(self._steps(self._script))
        self._traced = first[1]
        self._normal = _settled((first[0], second, backwards, steps))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        changed = kind is None and self._new(self._whole(self._script), Proof.FACTS)
        self._folder.cleanup()
        if changed:
            raise RuntimeError(f"the original itself behaves differently now: {changed}")

    def difference(
        self, files: Mapping[str, str | None], lines: Mapping[str, range], proof: Proof = Proof.FACTS
    ) -> str | None:
        """The first fact about a variant that the original does not show, or None. `lines` are those that differ."""
        broken = refused(files)
        if broken is not None:
            return broken
        self._write(files)
        try:
            return self._told(lines, proof)
        finally:
            self._write({path: self._app.files.get(path) for path in files})

    def _told(self, lines: Mapping[str, range], proof: Proof) -> str | None:
        """The first fact: parts of the script that come to the changed lines are asked first."""
        touching = self._traced.touching(lines)
        pages = tuple(path for path in self._script.pages if path in touching)
        steps = [at for at in range(len(self._script.steps)) if str(at) in touching]
        if steps and not pages:
            some = replace(self._script, pages=(), steps=self._script.steps[: steps[-1] + 1])
            found = self._new(self._steps(some), proof)
            if found is not None:
                return found
        rest = tuple(path for path in self._script.pages if path not in touching)
        return self._new(self._whole(replace(self._script, pages=pages + rest)), proof)

    def _write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            target = self._copy / path
            if text is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(text, encoding="utf-8", newline="")

    def _whole(self, script: Script) -> Part:
        return lambda app, note: observe(app, script, note, lambda _: None)

    def _steps(self, script: Script) -> Part:
        return lambda app, note: observe_steps(app, script, note)

    def _run(self, part: Part) -> list[str]:
        """All facts of a part."""
        noted: dict[str, None] = {}
        found: list[str] = json.loads(self._child(lambda: _all(part, self._start, noted), noted))
        return found

    def _watched(self, script: Script) -> tuple[list[str], Traced]:
        """All facts, and which part of the script comes to which lines and templates."""
        noted: dict[str, None] = {}
        trace = Trace(self._copy)

        def run() -> None:
            app = self._start()
            with trace:
                asyncio.run(observe(app, script, noted.setdefault, trace.begin))

        text = self._child(run, noted, trace)
        found = json.loads(text)
        return found["facts"], Traced.of(found["trace"])

    def _new(self, part: Part, proof: Proof) -> str | None:
        """The first fact that the original does not show."""
        noted: dict[str, None] = {}

        def note(fact: str) -> None:
            if fact in self._normal or (fact.startswith(ANSWER) and not self._counts(fact, proof)):
                return
            if fact.startswith(PAGE) and proof is not Proof.PAGES:
                return
            noted.setdefault(fact)
            raise Done

        def run() -> None:
            with suppress(Done):
                asyncio.run(part(self._start(), note))

        found = json.loads(self._child(run, noted))
        return found[0] if found else None

    def _counts(self, fact: str, proof: Proof) -> bool:
        """Whether another body counts: where the original always says the same."""
        return proof is Proof.ANSWERS and fact.rpartition(": ")[0] in self._normal

    def _child(self, run: Callable[[], None], noted: dict[str, None], trace: Trace | None = None) -> str:
        """Runs something in a process of its own; gives what it noted."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            signal.alarm(WAITS)
            signal.setitimer(signal.ITIMER_PROF, HANGS)
            try:
                _quiet()
                run()
            except BaseException as error:  # noqa: BLE001 - whatever the mutant raises is the answer
                noted.setdefault(" ".join(f"fails: {type(error).__name__}: {error}".split())[:300])
            facts = list(noted)
            told = facts if trace is None else {"facts": facts, "trace": trace.seen()}
            with os.fdopen(writing, "w", encoding="utf-8", errors="replace") as pipe:
                json.dump(told, pipe)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        for left in Path(self._folder.name).glob(f"data-{child}*"):
            left.unlink()
        return data or '["hangs, or ends the process"]'

    def _start(self) -> App:
        remember_compiled(Path(self._folder.name) / "compiled")
        sys.path.insert(0, self._folder.name)
        if self._script.data:
            os.environ[self._script.data] = str(Path(self._folder.name) / f"data-{os.getpid()}")
        module = importlib.import_module(f"{PACKAGE}.{self._app.root.name}.{self._script.module}")
        made = vars(module)[self._script.name]
        app = made if isinstance(made, App) else made()
        assert isinstance(app, App)
        return app


def _all(part: Part, start: Callable[[], App], noted: dict[str, None]) -> None:
    asyncio.run(part(start(), noted.setdefault))


def _settled(runs: Iterable[list[str]]) -> frozenset[str]:
    """Every fact of the runs, and the name of each answer that was the same in all of them."""
    facts = frozenset(fact for run in runs for fact in run)
    bodies: dict[str, set[str]] = {}
    for fact in facts:
        if fact.startswith(ANSWER):
            name, _, digest = fact.rpartition(": ")
            bodies.setdefault(name, set()).add(digest)
    return facts | {name for name, digests in bodies.items() if len(digests) == 1}


def _quiet() -> None:
    logging.disable()
    sys.dont_write_bytecode = True
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    gc.disable()


def refused(files: Mapping[str, str | None]) -> str | None:
    """Why a file can be neither imported nor rendered, which the script does with every file; None when it can."""
    for path, text in files.items():
        try:
            if path.endswith(".py") and text is not None:
                compile(text, path, "exec")
            elif path.endswith(".html") and text is not None:
                Parser(list(Lexer(text).tokenize()), name=path, source=text).parse()
        except (SyntaxError, kida.TemplateError, LexerError) as error:
            return f"{path} is refused: {type(error).__name__}"
    return None


def remember_compiled(folder: Path) -> None:
    """Let Kida keep what it compiled, by the text of each template: most templates of a mutant are unchanged."""
    folder.mkdir(exist_ok=True)
    make = cast("Callable[..., kida.Environment]", kida.Environment)

    def environment(**settings: object) -> kida.Environment:
        return make(**{**settings, "bytecode_cache": BytecodeCache(folder)})

    setattr(kida, "Environment", environment)  # noqa: B010 - mypy refuses the plain assignment
