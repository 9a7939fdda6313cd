"""A Redis server of a test's own: on a socket file, keeping nothing, gone with the test."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotThere
from redis.retry import Retry

from tests.servers.waiting import wait_until


class RedisServer:
    """A server that can be killed and started again; it forgets everything then."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.client = Redis(unix_socket_path=str(self.socket), decode_responses=True, retry=Retry(NoBackoff(), 0))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        assert self._process is None
        settings = {"port": "0", "unixsocket": str(self.socket), "save": "", "appendonly": "no"}
        command = [self._program, *(text for name, value in settings.items() for text in (f"--{name}", value))]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        wait_until(self.answers, "Redis answers")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, *command: str) -> Any:
        """What it answers to a command."""
        client: Any = self.client
        return client.execute_command(*command)

    def answers(self) -> bool:
        """Whether it can be asked something."""
        try:
            return bool(self.ask("PING"))
        except NotThere:
            return False

    def subscribers(self) -> int:
        """How many connections listen to messages."""
        return str(self.ask("CLIENT", "LIST", "TYPE", "pubsub")).count(" psub=1 ")


@contextmanager
def redis_server() -> Generator[RedisServer]:
    """A running server; skips the test where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    # The path of a socket file is short: pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(program, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.client.close()
            server.kill()
