"""Processes of an application, each with a port of its own; none of them outlives the test."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers.waiting import PATIENCE

ROOT = Path(__file__).resolve().parent.parent.parent


class Worker:
    """A process that serves an application."""

    def __init__(self, app: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.worker", app],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process ended before it served anything"
        self.port = int(line)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._process.kill()
        self._wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has done so by itself."""
        self._process.terminate()
        self._wait()

    def _wait(self) -> None:
        try:
            self._process.wait(PATIENCE)
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()


@contextmanager
def workers(app: str, count: int, environment: Mapping[str, str]) -> Generator[list[Worker]]:
    """Several processes of an application; those that still run are killed in the end."""
    started: list[Worker] = []
    try:
        for _ in range(count):
            started.append(Worker(app, environment))  # noqa: PERF401 - what has started must be ended
        yield started
    finally:
        for worker in started:
            worker.kill()
