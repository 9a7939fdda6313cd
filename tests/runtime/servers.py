"""`chirp run` in a process of its own, for tests: its address, what it prints, and a patient client."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PATIENCE = 60.0


class Server:
    """A running `chirp run`; leaving it interrupts it and waits for its end."""

    def __init__(self, folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "chirp.cli", "run", "--port", "0", *arguments]
        self.log = folder.parent / f"{folder.name}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def url(self) -> str:
        """Where it serves, as it says itself."""
        wait_for(lambda: "; Ctrl+C stops it" in self.printed or self.process.poll() is not None, self)
        assert "Chirp serves " in self.printed, self.printed
        return self.printed.partition("Chirp serves ")[2].split()[0].rstrip(";,")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sent)
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def wait_for(happened: Callable[[], bool], server: Server) -> None:
    """Look until something has happened; fail with what the server printed when it does not."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, server.printed
        time.sleep(0.05)


def fetch(url: str, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of a GET. A server that is about to start or end is asked again."""
    place = urlsplit(url)
    end = time.monotonic() + PATIENCE
    while True:
        connection = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except ConnectionError, RemoteDisconnected:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        finally:
            connection.close()
