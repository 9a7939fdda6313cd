"""Whether a rewritten example still answers as before: every page, for a browser and for htmx, in its own process."""

import asyncio
import importlib
import logging
import os
import pkgutil
import re
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import chirp
from benchmarks.metamorphic.bases import Base
from benchmarks.metamorphic.rewriting import Files
from benchmarks.mutants.copies import remember_compiled
from benchmarks.mutants.scripts import SCRIPTS
from chirp import App
from chirp.testing import TestClient

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINE = re.compile(r"(?<=\.py):\d+")
# What differs from run to run: versions of files by their time, points in time.
_VERSION = re.compile(r"\?v=\d+|\d{4}-\d\d-\d\dT[\d:.+-]+")


class Runner:
    """Runs examples. A context manager: each gets a folder of its own."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="metamorphic-")
        self._known: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        for one in pkgutil.walk_packages(chirp.__path__, "chirp."):
            importlib.import_module(one.name)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.cleanup()

    def difference(self, base: Base, files: Files, renamed: Mapping[str, str]) -> str | None:
        """The first answer that is another one; None when all are alike, or the example cannot be run."""
        if base.app.root.name not in SCRIPTS:
            return None
        if base.name not in self._known:
            self._known[base.name] = self._answers(base, base.files, {})
        before, after = self._known[base.name], self._answers(base, files, renamed)
        for line, now in zip(before, after, strict=False):
            one, other = _words(line, renamed), _words(now, renamed)
            if one != other:
                gone, new = list((one - other).elements())[:5], list((other - one).elements())[:5]
                return f"{line.partition(chr(9))[0]}: {gone} is now {new}"
        return None if len(before) == len(after) else f"{len(before)} answers are now {len(after)}: {after[-1:]}"

    def _answers(self, base: Base, files: Files, renamed: Mapping[str, str]) -> list[str]:
        """One line for each page and mode: what was asked, the status, the body without white space."""
        name = base.app.root.name
        folder = Path(self._folder.name) / "site/examples"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base.app.root, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "__init__.py").touch()
        for path in base.files:
            (folder / name / path).unlink(missing_ok=True)
        for path, text in files.items():
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._child(folder.parent, name, writing, renamed)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        return data.decode().split("\n")

    def _child(self, folder: Path, name: str, writing: int, renamed: Mapping[str, str]) -> None:
        lines: list[str] = []
        try:
            logging.disable()
            sys.dont_write_bytecode = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            remember_compiled(Path(self._folder.name) / "compiled")
            sys.path.insert(0, str(folder))
            for known in [one for one in sys.modules if one.partition(".")[0] == "examples"]:
                del sys.modules[known]
            script = SCRIPTS[name]
            made = vars(importlib.import_module(f"examples.{name}.{script.module}"))[script.name]
            asyncio.run(_ask(made if isinstance(made, App) else made(), script.pages, renamed, lines))
        except BaseException as error:  # noqa: BLE001 - whatever is raised is an answer too
            said = _LINE.sub("", str(error))  # a rewrite may move what fails
            lines.append(f"fails\t{type(error).__name__}: {said}".replace("\n", " "))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write("\n".join(lines).encode(errors="replace"))
        os._exit(0)


async def _ask(app: App, pages: tuple[str, ...], renamed: Mapping[str, str], lines: list[str]) -> None:
    async with TestClient(app) as client:
        for page in pages:
            path = page
            for old, new in renamed.items():
                path = re.sub(rf"^{re.escape(old)}(?![\w.-])", new, path) if old.startswith("/") else path
            for headers in ({}, {"HX-Request": "true"}):
                response = await client.get(path, headers=headers)
                body = _VERSION.sub("", _COMMENT.sub("", response.text))
                lines.append(f"{page} {bool(headers)}\t{response.status} {' '.join(body.split())}")


def _words(line: str, renamed: Mapping[str, str]) -> Counter[str]:
    """An answer without what means nothing: white space, the order of attributes, the kind of quotes, new names."""
    for old, new in renamed.items():
        line = line.replace(new, old)
    return Counter(re.split(r"[\s=<>'\"]+", line))
