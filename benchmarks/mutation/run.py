"""One process for each mistake: a copy of this one, which has imported the tests already, and has run none of them."""

import ast
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from enum import Enum
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from types import CodeType, FunctionType

import pytest

from benchmarks.mutation.operators import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSOR_SECONDS = 120
PATIENCE = 1800.0
_OPTIONS = ("-q", "-x", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--timeout=300")


class Verdict(Enum):
    """What became of a mistake."""

    NOTICED = "a test fails"
    HANGS = "the tests take for ever"
    SURVIVED = "all tests pass"
    IMPOSSIBLE = "the code cannot be replaced"


def prepare(tests: Sequence[str]) -> None:
    """Import the tests; RuntimeError when they cannot be."""
    os.chdir(ROOT)
    output = StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        code = pytest.main(["--collect-only", *_OPTIONS, *tests])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(output.getvalue())


def verdicts(
    module: str, tests: Sequence[str], mutants: Sequence[Mutant], jobs: int
) -> Iterator[tuple[Mutant, Verdict]]:
    """Each with what became of it."""
    waiting = list(reversed(mutants))
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[_start(module, tests, mutant.tree)] = mutant, time.monotonic() + PATIENCE
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            yield running.pop(pid)[0], _result(status)
            continue
        for late in [one for one, (_, end) in running.items() if time.monotonic() > end]:
            os.kill(late, signal.SIGKILL)
        time.sleep(0.02)


def check(module: str, tests: Sequence[str]) -> None:
    """RuntimeError, with what they say, when the tests fail without a mistake."""
    original = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    with TemporaryFile() as output:
        result = _result(os.waitpid(_start(module, tests, original, output.fileno()), 0)[1])
        if result is not Verdict.SURVIVED:
            output.seek(0)
            said = output.read().decode(errors="replace")
            raise RuntimeError(f"{module}: without a mistake {result.value}: {' '.join(tests)}\n{said}")


def _result(status: int) -> Verdict:
    if os.WIFSIGNALED(status):
        return Verdict.HANGS
    match os.WEXITSTATUS(status):
        case 0:
            return Verdict.SURVIVED
        case 77:
            return Verdict.IMPOSSIBLE
        case _:
            return Verdict.NOTICED


def _start(module: str, tests: Sequence[str], tree: ast.Module, output: int | None = None) -> int:
    """The number of a process that runs the tests with this code."""
    pid = os.fork()
    if pid:
        return pid
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing if output is None or not number else output, number)
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    code = 70
    try:
        code = _first_failure(tests) if _replace(module, tree) else 77
    finally:
        os._exit(code)


def _first_failure(tests: Sequence[str]) -> int:
    """Pytest's exit code, 0 when all pass. One file after the other: those in front are over sooner."""
    return next((int(code) for one in tests if (code := pytest.main([*_OPTIONS, one]))), 0)


def _replace(module: str, tree: ast.Module) -> bool:
    """Give all functions of the module the code of the tree; False where that cannot be."""
    import_module(module.removesuffix(".py").replace("/", "."))
    file = str(ROOT / module)
    codes = {(code.co_qualname, code.co_firstlineno): code for code in _codes(compile(tree, file, "exec"))}
    for function in gc.get_objects():
        if type(function) is not FunctionType or function.__code__.co_filename != file:
            continue
        code = codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
        if code is None:
            continue
        try:
            function.__code__ = code
        except ValueError:  # it uses other variables of the function around it
            return False
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    stack = [code]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(const for const in one.co_consts if isinstance(const, CodeType))


if sys.platform == "win32":
    raise RuntimeError("processes are copied, which this system cannot do")
