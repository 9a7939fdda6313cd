"""A client that sends bytes, and a small project to send them about."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

COMMAND = [sys.executable, "-m", "chirp_lsp"]
PATIENCE = 60

APP = """\
from chirp import App, AppConfig, Fragment, Template

app = App(AppConfig(template_dir="templates"))


@app.route("/")
def home() -> Template:
    return Template("home.html")


@app.route("/é/😀")
def part() -> Fragment:
    return Fragment("home.html", "main")
"""
BASE = "<html>{% block title %}x{% end %}{% block main %}{% end %}</html>\n"
HOME = '{% extends "base.html" %}\n{% block main %}<p id="é😀">hello</p>{% end %}\n'


def write_project(root: Path) -> None:
    """A handler for a template, and one for a block of it."""
    (root / "templates").mkdir()
    (root / "pyproject.toml").write_text("[tool.chirp-check]\n")
    (root / "app.py").write_text(APP, encoding="utf-8")
    (root / "templates" / "base.html").write_text(BASE, encoding="utf-8")
    (root / "templates" / "home.html").write_text(HOME, encoding="utf-8")


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class Raw:
    """One server process. Messages that arrive are kept in order until somebody asks for them."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._messages: Queue[dict[str, Any] | None] = Queue()
        assert self.process.stdout is not None
        Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()
        self._last = 0

    def _read(self, stream: IO[bytes]) -> None:
        while header := stream.readline():
            assert header.startswith(b"Content-Length: ")
            assert stream.readline() == b"\r\n"
            self._messages.put(json.loads(stream.read(int(header.split()[1]))))
        self._messages.put(None)

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object) -> None:
        self.write(frame(json.dumps(message).encode()))

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object = None) -> int:
        self._last += 1
        self.send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def next(self, timeout: float = PATIENCE) -> dict[str, Any]:
        message = self._messages.get(timeout=timeout)
        assert message is not None, "the server has left"
        return message

    def answer(self, identity: object, timeout: float = PATIENCE) -> dict[str, Any]:
        """The next answer, which has to have that id; notifications and requests of the server are skipped."""
        while "method" in (message := self.next(timeout)):
            pass
        assert message["id"] == identity
        return message

    def request(self, method: str, params: object = None) -> dict[str, Any]:
        return self.answer(self.ask(method, params))

    def notified(self, method: str) -> Any:
        while (message := self.next()).get("method") != method:
            pass
        return message["params"]

    def quiet(self, seconds: float) -> bool:
        """Whether nothing arrives for a while."""
        try:
            self._messages.get(timeout=seconds)
        except Empty:
            return True
        return False

    def initialize(self, root: Path | None = None, capabilities: object = None) -> dict[str, Any]:
        uri = None if root is None else root.as_uri()
        answer = self.request("initialize", {"capabilities": capabilities or {}, "rootUri": uri})
        self.notify("initialized", {})
        return answer

    def open(self, path: Path, text: str | None = None, version: int = 1) -> None:
        content = path.read_text(encoding="utf-8") if text is None else text
        item = {"uri": path.as_uri(), "version": version, "languageId": "python", "text": content}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, path: Path, changes: list[dict[str, object]], version: int) -> None:
        document = {"uri": path.as_uri(), "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def leave(self) -> int:
        """End the client's stream and wait for the server to leave; its exit code."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        return self.process.wait(PATIENCE)


@contextmanager
def server() -> Generator[Raw]:
    """A server that has left by itself when the block ends."""
    raw = Raw()
    try:
        yield raw
        raw.leave()
    finally:
        raw.process.kill()
        raw.process.wait()
        assert raw.process.stdout is not None
        raw.process.stdout.close()
