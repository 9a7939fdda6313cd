"""Whole processes and what they cost: wall time, processor time, peak memory. Each is pinned to one core."""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKER = str(Path(sys.executable).with_name("chirp-check"))
# A user's Python keeps its bytecode, and no hook of a test run is in it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds on the clock, seconds of the processor, bytes at most; and what it said."""

    wall: float
    cpu: float
    peak: int
    code: int
    said: str


def run(command: Sequence[str], folder: Path = ROOT, environment: Mapping[str, str] = ENVIRONMENT) -> Cost:
    """Runs a command on one core to its end. `RuntimeError` when it does not succeed."""
    cost = _run(command, folder, environment)
    if cost.code:
        raise RuntimeError(f"{' '.join(command)}: exit code {cost.code}\n{cost.said[-2000:]}")
    return cost


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    core = {max(os.sched_getaffinity(0))} if sys.platform == "linux" else set[int]()
    pin = partial(os.sched_setaffinity, 0, core) if core else None
    start = perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=pin,  # noqa: PLW1509 - there are no threads here
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = perf_counter() - start
    peak = usage.ru_maxrss * (KILOBYTE if sys.platform == "linux" else 1)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak, process.returncode, said)


def interleaved(measures: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Every measure once in each round."""
    found: dict[str, list[Cost]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def cpu(costs: Sequence[Cost]) -> float:
    """The processor time of the best run: what the work costs."""
    return min(one.cpu for one in costs)


def wall(costs: Sequence[Cost]) -> float:
    """The time of the best run on the clock."""
    return min(one.wall for one in costs)


def usual_wall(costs: Sequence[Cost]) -> float:
    """The median time on the clock: what a user waits for on this machine."""
    return statistics.median(one.wall for one in costs)


def check(folder: Path, *flags: str) -> Cost:
    """One `chirp-check` of a project; it may have findings (code 1)."""
    cost = _run([CHECKER, *flags, "--quiet", str(folder)], ROOT, ENVIRONMENT)
    if cost.code not in (0, 1):
        raise RuntimeError(f"chirp-check {folder}: exit code {cost.code}\n{cost.said[-2000:]}")
    return cost


@cache
def has_cache() -> bool:
    """Whether this checker keeps a cache on disk."""
    return "--no-cache" in run([CHECKER, "--help"]).said


def without_cache() -> tuple[str, ...]:
    """The flags for a run from nothing."""
    return ("--no-cache",) if has_cache() else ()
