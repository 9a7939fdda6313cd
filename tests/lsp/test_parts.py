"""What a session seldom meets: odd arguments, addresses that name no file, failures of ours, simple clients."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from chirp_lsp import server as server_module
from chirp_lsp import view
from chirp_lsp.messages import Notification, Request
from chirp_lsp.server import Server
from chirp_lsp.uri import from_path, to_path
from tests.lsp.raw import APP, COMMAND, PATIENCE, Raw, server, write_project


def run(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([*COMMAND, *words], input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout, done.stderr


def test_arguments() -> None:
    assert run("--stdio") == (1, "", "")
    code, out, error = run("--help")
    assert (code, error) == (0, "")
    assert out.startswith("usage: chirp-check server")
    assert run("--port") == (2, "", "chirp-check server: error: unknown argument `--port`\n")


def test_a_client_that_does_not_listen() -> None:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.write(b"Content-Length: 2\r\n\r\n{}" * 3)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert b"Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
def test_uris_and_paths() -> None:
    for path in ("/a/b.html", "/é/😀 x", "/a%20b", "/a#b?c", os.fsdecode(b"/\xff")):
        assert to_path(from_path(path)) == path
    assert to_path("file:///a/../b//c/./d") == "/b/c/d"
    assert to_path("file://localhost/a") == "/a"
    for uri in ("http://[", "file://host/a", "file:a", "file:///%00", "/a", "untitled:a"):
        assert to_path(uri) is None


WATCHES = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


@pytest.fixture
def sent() -> Queue[dict[str, Any]]:
    return Queue()


@pytest.fixture
def inside(sent: Queue[dict[str, Any]], tmp_path: Path) -> Server:
    """A server in this process, initialized."""
    write_project(tmp_path)
    made = Server(lambda body: sent.put(json.loads(body)))
    made.receive(Request(0, "initialize", {"rootPath": str(tmp_path), "capabilities": WATCHES}))
    assert sent.get()["id"] == 0
    return made


def failing(*_: object, **__: object) -> None:
    raise LookupError("a bug")


NOWHERE = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}
HOVER = Request(1, "textDocument/hover", NOWHERE)


def message(sent: Queue[dict[str, Any]], member: str, value: object) -> dict[str, Any]:
    """The next message that has this; others are skipped."""
    while (found := sent.get(timeout=PATIENCE)).get(member) != value:
        pass
    return found


def test_a_failing_analysis(inside: Server, sent: Queue[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view.Engines, "analysed", failing)
    inside.receive(Notification("initialized", {}))
    inside.receive(HOVER)
    logged = message(sent, "method", "window/logMessage")
    assert logged["params"]["message"] == "internal error, please report it: LookupError('a bug')"
    assert message(sent, "id", 1)["error"]["code"] == -32603


def test_a_failing_answer(inside: Server, sent: Queue[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    from chirp_lsp.features import hover

    monkeypatch.setattr(hover, "hover", failing)
    inside.receive(Notification("initialized", {}))
    inside.receive(HOVER)
    assert message(sent, "id", 1)["error"] == {"code": -32603, "message": "internal error: LookupError('a bug')"}


def test_a_failing_request(sent: Queue[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "agree", failing)
    Server(lambda body: sent.put(json.loads(body))).receive(Request(1, "initialize", {}))
    assert sent.get()["error"] == {"code": -32603, "message": "internal error: LookupError('a bug')"}


def test_a_failing_notification(inside: Server, sent: Queue[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "moved", failing)
    event: dict[str, object] = {"added": [], "removed": []}
    inside.receive(Notification("workspace/didChangeWorkspaceFolders", {"event": event}))
    logged = message(sent, "method", "window/logMessage")["params"]["message"]
    assert logged.endswith("internal error, please report it: LookupError('a bug')")


@pytest.fixture
def raw() -> Iterator[Raw]:
    with server() as made:
        yield made


def test_a_hover_without_markdown_and_many_sites(raw: Raw, tmp_path: Path) -> None:
    write_project(tmp_path)
    many = "".join(f'\n\ndef f{at}() -> Fragment:\n    return Fragment("home.html", "main")\n' for at in range(25))
    raw.initialize(tmp_path, {"textDocument": {"hover": {"contentFormat": ["plaintext", "markdown"]}}})
    raw.open(tmp_path / "app.py", APP + many)
    place = {"textDocument": {"uri": (tmp_path / "app.py").as_uri()}, "position": {"line": 12, "character": 36}}
    contents = raw.request("textDocument/hover", place)["result"]["contents"]
    assert contents["kind"] == "plaintext"
    assert contents["value"].startswith("block main in templates/home.html:2\n")
    assert contents["value"].endswith("- and 6 more")


def test_links_only_for_clients_that_take_them(raw: Raw, tmp_path: Path) -> None:
    write_project(tmp_path)
    raw.initialize(tmp_path)
    place = {"textDocument": {"uri": (tmp_path / "app.py").as_uri()}, "position": {"line": 12, "character": 36}}
    (found,) = raw.request("textDocument/definition", place)["result"]
    assert set(found) == {"uri", "range"}


def test_nothing_is_printed_between_the_messages() -> None:
    code = "from chirp_lsp import main, server\nserver.agree = print\nraise SystemExit(main.main())"
    body = b'{"jsonrpc":"2.0","id":1,"method":"initialize"}'
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.startswith(b"Content-Length: ")
    assert b"Initialize(" in done.stderr
