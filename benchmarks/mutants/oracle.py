"""Whether a mutant matters: it runs in a process of its own, and something differs from what the original does."""

import asyncio
import importlib
import logging
import os
import pkgutil
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, cast

import kida
from kida.bytecode_cache import BytecodeCache
from kida.lexer import Lexer, LexerError
from kida.parser import Parser

import chirp
from benchmarks.mutants.application import Application
from benchmarks.mutants.scripts import Script
from benchmarks.mutants.witness import Done, observe
from chirp import App

LIMIT = 60_000  # bytes of facts that a child may report


class Oracle:
    """Runs variants of one example. A context manager: it keeps a copy of the example in a folder of its own."""

    def __init__(self, app: Application, script: Script) -> None:
        self._app = app
        self._script = script
        self._folder = TemporaryDirectory(prefix="mutants-")
        self._copy = Path(self._folder.name) / app.root.name
        self._normal: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        for one in pkgutil.walk_packages(chirp.__path__, "chirp."):
            importlib.import_module(one.name)
        shutil.copytree(self._app.root, self._copy, ignore=shutil.ignore_patterns("__pycache__"))
        self._normal = frozenset(self._run(first=False))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        changed = kind is None and self._run(first=True)
        self._folder.cleanup()
        if changed:
            raise RuntimeError(f"the original itself behaves differently now: {changed}")

    @property
    def normal(self) -> frozenset[str]:
        """What the original does."""
        return self._normal

    def difference(self, files: Mapping[str, str | None]) -> str | None:
        """The first fact about a variant that the original does not show, or None."""
        refused = _refused(files)
        if refused is not None:
            return refused
        self._write(files)
        try:
            found = self._run(first=True, about=_words(files))
        finally:
            self._write({path: self._app.files.get(path) for path in files})
        return found[0] if found else None

    def _write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            target = self._copy / path
            if text is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(text, encoding="utf-8", newline="")

    def _run(self, *, first: bool, about: frozenset[str] = frozenset()) -> list[str]:
        """The facts of the copy as it is now; with `first` at most one, that the original does not show.

        Pages with a word of `about` in their path are asked for first, because a difference is likely there.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            pages = sorted(self._script.pages, key=lambda path: about.isdisjoint(re.findall(r"[a-z]+", path)))
            self._child(writing, replace(self._script, pages=tuple(pages)), first=first)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        return data.decode().splitlines()

    def _child(self, writing: int, script: Script, *, first: bool) -> None:
        """Runs the copy, writes the facts, and ends the process whatever happens."""
        noted: dict[str, None] = {}

        def note(fact: str) -> None:
            if fact not in self._normal:
                noted.setdefault(fact)
                if first:
                    raise Done

        try:
            self._quiet()
            asyncio.run(observe(self._start(), script, note))
        except Done:
            pass
        except BaseException as error:  # noqa: BLE001 - whatever the mutant raises is the answer
            noted.setdefault(f"fails: {type(error).__name__}: {error}".splitlines()[0])
        os.write(writing, "\n".join(noted).encode(errors="replace")[:LIMIT])
        os._exit(0)

    def _quiet(self) -> None:
        logging.disable()
        sys.dont_write_bytecode = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)

    def _start(self) -> App:
        remember_compiled(Path(self._folder.name) / "compiled")
        sys.path.insert(0, self._folder.name)
        module = importlib.import_module(f"{self._app.root.name}.{self._script.module}")
        made = vars(module)[self._script.name]
        app = made if isinstance(made, App) else made()
        assert isinstance(app, App)
        return app


def _words(files: Mapping[str, str | None]) -> frozenset[str]:
    """The words in some paths."""
    return frozenset(word for path in files for word in re.findall(r"[a-z]+", path))


def _refused(files: Mapping[str, str | None]) -> str | None:
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
