"""The processes that are measured: one for each application, and new interpreters that import one module."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.check.peer import environment
from benchmarks.check.processes import ENVIRONMENT, ROOT

NAMES = ("bare", "chirp", "starlette", "bengal-chirp")
_VARIABLES = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONPATH"}
_IMPORT = "from time import process_time as t; s = t(); import {}; print(t() - s)"


class Program:
    """A worker process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def ask(self, question: str) -> str:
        """Its answer to one line; RuntimeError when it has ended."""
        assert self._process.stdin is not None, "made with a pipe"
        assert self._process.stdout is not None, "made with a pipe"
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker ended at {question!r}")
        return answer.strip()


@contextmanager
def programs(folder: Path) -> Generator[dict[str, Program]]:
    """The workers of all applications by name, ended in the end.

    They see this folder alone, with the benchmarks in it: what `chirp` is depends on their interpreter.
    """
    _link(folder)
    with ExitStack() as stack:
        yield {name: _started(stack, folder, *of) for name, of in _applications().items()}


@contextmanager
def server(folder: Path, name: str, port: int) -> Generator[Program]:
    """One application under uvicorn, ended in the end."""
    _link(folder)
    with ExitStack() as stack:
        yield _started(stack, folder, *_applications()[name], str(port))


def _link(folder: Path) -> None:
    link = folder / "benchmarks"
    if not link.exists():
        link.symlink_to(ROOT / "benchmarks")


def _applications() -> dict[str, tuple[str, str]]:
    """The interpreter and the module of each application."""
    return {
        "bare": (sys.executable, "bare"),
        "chirp": (sys.executable, "framework"),
        "starlette": (sys.executable, "starlette"),
        "bengal-chirp": (str(environment() / "python"), "framework"),
    }


def _started(stack: ExitStack, folder: Path, interpreter: str, application: str, *words: str) -> Program:
    command = [interpreter, "-m", "benchmarks.runtime.worker", application, *words]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=_VARIABLES
    )
    stack.enter_context(process)
    stack.callback(process.terminate)
    return Program(process)


def paired(rounds: int) -> dict[str, dict[str, float]]:
    """What `benchmarks.runtime.paired` says of each case."""
    command = [sys.executable, "-m", "benchmarks.runtime.paired", str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=_VARIABLES)
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def import_ratio(rounds: int) -> float:
    """How many times as long `import chirp` takes as `import asyncio`, each best of its rounds, in new processes."""
    best = {"chirp": float("inf"), "asyncio": float("inf")}
    for _ in range(rounds):
        for name, known in best.items():
            command = [sys.executable, "-c", _IMPORT.format(name)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=_VARIABLES)
            best[name] = min(known, float(done.stdout))
    return best["chirp"] / best["asyncio"]
