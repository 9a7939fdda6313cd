"""Whether a mutant matters: it runs in a process of its own, and something differs from what the original does."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

import kida
from kida.lexer import Lexer, LexerError
from kida.parser import Parser

from benchmarks.mutants.application import Application
from benchmarks.mutants.copies import Copy
from benchmarks.mutants.mutation import Proof
from benchmarks.mutants.scripts import Script
from benchmarks.mutants.trace import Trace, Traced
from benchmarks.mutants.witness import ANSWER, PAGE, Done, observe, observe_steps
from chirp import App

HANGS = 60  # seconds of its own work after which a child is ended

type Part = Callable[[App, Callable[[str], None]], Coroutine[None, None, None]]


class Oracle:
    """Runs variants of one example. A context manager: it keeps a copy of the example in a folder of its own."""

    def __init__(self, app: Application, script: Script) -> None:
        self._app = app
        self._script = script
        self._copy = Copy(app, script)
        self._normal: frozenset[str] = frozenset()
        self._traced = Traced(())

    def __enter__(self) -> Self:
        self._copy.__enter__()
        first, second = self._watched(self._script), self._run(self._whole(self._script))
        backwards = self._run(self._whole(replace(self._script, pages=self._script.pages[::-1])))
        steps = self._run(self._steps(self._script))
        self._traced = first[1]
        self._normal = _settled((first[0], second, backwards, steps))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        changed = kind is None and self._new(self._whole(self._script), Proof.FACTS)
        self._copy.__exit__(kind, error, at)
        if changed:
            raise RuntimeError(f"the original itself behaves differently now: {changed}")

    def difference(
        self, files: Mapping[str, str | None], lines: Mapping[str, range], proof: Proof = Proof.FACTS
    ) -> str | None:
        """The first fact about a variant that the original does not show, or None. `lines` are those that differ."""
        broken = refused(files)
        if broken is not None:
            return broken
        with self._copy.holding(files):
            return self._told(lines, proof)

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

    def _whole(self, script: Script) -> Part:
        return lambda app, note: observe(app, script, note, lambda _: None)

    def _steps(self, script: Script) -> Part:
        return lambda app, note: observe_steps(app, script, note)

    def _run(self, part: Part) -> list[str]:
        """All facts of a part."""
        noted: dict[str, None] = {}
        found: list[str] = json.loads(self._child(lambda: _all(part, self._copy.started, noted), noted))
        return found

    def _watched(self, script: Script) -> tuple[list[str], Traced]:
        """All facts, and which part of the script comes to which lines and templates."""
        noted: dict[str, None] = {}
        trace = Trace(self._copy.root)

        def run() -> None:
            app = self._copy.started()
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
                asyncio.run(part(self._copy.started(), note))

        found = json.loads(self._child(run, noted))
        return found[0] if found else None

    def _counts(self, fact: str, proof: Proof) -> bool:
        """Whether another body counts: where the original always says the same."""
        return proof is Proof.ANSWERS and fact.rpartition(": ")[0] in self._normal

    def _child(self, run: Callable[[], None], noted: dict[str, None], trace: Trace | None = None) -> str:
        """Runs something in a process of its own; gives what it noted."""

        def work() -> None:
            logging.disable()
            try:
                run()
            except BaseException as error:  # noqa: BLE001 - whatever the mutant raises is the answer
                noted.setdefault(" ".join(f"fails: {type(error).__name__}: {error}".split())[:300])

        def tell() -> object:
            return list(noted) if trace is None else {"facts": list(noted), "trace": trace.seen()}

        return self._copy.child(work, tell, HANGS) or '["hangs, or ends the process"]'


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
