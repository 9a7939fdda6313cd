"""A copy of an example in a folder of its own, whose variants run in processes that are forked from a warm one."""

import compileall
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, cast

import kida
from kida.bytecode_cache import BytecodeCache

import chirp
from benchmarks.mutants.application import Application
from benchmarks.mutants.scripts import Script
from benchmarks.mutants.site import PACKAGE
from chirp import App

WAITS = 300  # seconds after which a child is ended in any case, on a busy machine too


class Copy:
    """A context manager: the folder is there, and all that the example imports is warm, until it is left."""

    def __init__(self, app: Application, script: Script) -> None:
        self._app = app
        self._script = script
        self._folder = TemporaryDirectory(prefix=f"{app.root.name}-")
        self.root = Path(self._folder.name) / PACKAGE / app.root.name

    def __enter__(self) -> Self:
        for one in pkgutil.walk_packages(chirp.__path__, "chirp."):
            importlib.import_module(one.name)
        for name in self._script.needs:
            importlib.import_module(name)
        self.root.parent.mkdir()
        (self.root.parent / "__init__.py").touch()
        shutil.copytree(self._app.root, self.root, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(self.root, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        gc.freeze()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.cleanup()

    @contextmanager
    def holding(self, files: Mapping[str, str | None]) -> Generator[None]:
        """Within the block these texts stand in the copy; None takes a file away."""
        self._write(files)
        try:
            yield
        finally:
            self._write({path: self._app.files.get(path) for path in files})

    def _write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            target = self.root / path
            if text is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(text, encoding="utf-8", newline="")

    # In children.

    def child(self, work: Callable[[], None], tell: Callable[[], object], busy: float) -> str:
        """Does something in a process of its own; gives what it tells, as JSON.

        Nothing when it ends before: `busy` are the seconds of the processor that it may take.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            signal.alarm(WAITS)
            signal.setitimer(signal.ITIMER_PROF, busy)
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
        return data

    def tidy(self, child: int) -> None:
        """Takes away the data of a child."""
        for left in Path(self._folder.name).glob(f"data-{child}*"):
            left.unlink()

    def started(self) -> App:
        """The application, in a child."""
        remember_compiled(Path(self._folder.name) / "compiled")
        sys.path.insert(0, self._folder.name)
        for known in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
            del sys.modules[known]
        if self._script.data:
            os.environ[self._script.data] = str(Path(self._folder.name) / f"data-{os.getpid()}")
        module = importlib.import_module(f"{PACKAGE}.{self._app.root.name}.{self._script.module}")
        made = vars(module)[self._script.name]
        app = made if isinstance(made, App) else made()
        assert isinstance(app, App)
        return app


def quiet() -> None:
    """Nothing is printed, nothing written, nothing collected."""
    sys.dont_write_bytecode = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    gc.disable()


def remember_compiled(folder: Path) -> None:
    """Let Kida keep what it compiled, by the text of each template: most templates of a variant are unchanged."""
    folder.mkdir(exist_ok=True)
    make = cast("Callable[..., kida.Environment]", kida.Environment)

    def environment(**settings: object) -> kida.Environment:
        return make(**{**settings, "bytecode_cache": BytecodeCache(folder)})

    setattr(kida, "Environment", environment)  # noqa: B010 - mypy refuses the plain assignment
