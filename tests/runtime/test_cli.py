"""The command line: run, routes, check; clear errors, no tracebacks but those of the user's own code."""

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from chirp import cli
from chirp.server import dev

APP = """
from chirp import App, AppConfig
app = App(AppConfig(static_dir=None, port=4321))

@app.route("/items/{id:int}", methods=["GET", "POST"])
def item(id: int): return {"id": id}

@app.route("/", name="home")
def index(): return "home"

def create_app(): return app
def wrong(): return 7
number = 7
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "faulty.py").write_text("import shop\n1 / 0\n")
    (tmp_path / "lacking.py").write_text("import not_installed\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    for name in ("shop", "faulty", "lacking"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.parametrize("target", ["shop:app", "shop:create_app"])
def test_routes(project: Path, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["routes", target]) == 0
    assert capsys.readouterr().out == (
        "GET POST  /items/{id:int}  item  shop.item\nGET       /                home  shop.index\n"
    )


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("shop", "`shop` is not of the form module:app"),
        ("shop:", "is not of the form module:app"),
        (":app", "is not of the form module:app"),
        ("nowhere:app", "there is no module `nowhere` here"),
        ("shop.nowhere:app", "there is no module `shop.nowhere` here"),
        ("shop:nothing", "the module `shop` has no `nothing`"),
        ("shop:number", "`shop:number` is int, not a chirp.App"),
        ("shop:wrong", "`shop:wrong` is int, not a chirp.App"),
        ("faulty:app", "ZeroDivisionError"),
        ("lacking:app", "No module named 'not_installed'"),
    ],
)
@pytest.mark.parametrize("command", ["run", "routes"])
def test_an_application_that_does_not_load(
    project: Path, command: str, target: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, target]) == 1
    error = capsys.readouterr().err
    assert error.startswith("chirp: ")
    assert words in error
    assert ("Traceback" in error) == (target in {"faulty:app", "lacking:app"})


@pytest.mark.parametrize("arguments", [[], ["serve"], ["run"], ["run", "a:b", "--port", "x"]])
def test_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: chirp" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["shop:app"], ("127.0.0.1", 4321, False, False)),
        (["shop:app", "--host", "::1", "--port", "0"], ("::1", 0, False, False)),
        (["shop:app", "--reload"], ("127.0.0.1", 4321, True, False)),
        (["shop:create_app", "--reload"], ("127.0.0.1", 4321, True, True)),
    ],
)
def test_what_run_serves(
    project: Path, arguments: list[str], expected: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[object, ...]] = []

    def serve(app: object, host: str, port: int, *, reload: bool = False, factory: bool = False) -> None:
        assert (app == arguments[0]) is reload
        served.append((host, port, reload, factory))

    monkeypatch.setattr(dev, "serve", serve)
    assert cli.main(["run", *arguments]) == 0
    assert served == [expected]


def test_check_hands_everything_to_the_analyzer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", "--help"])
    assert caught.value.code == 0
    assert "chirp-check" in capsys.readouterr().out


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(port: int, path: str) -> tuple[int, bytes]:
    deadline = time.monotonic() + 30
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def test_a_real_server_answers_and_stops(project: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "chirp.cli", "run", "shop:app", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ)) as server:
        try:
            assert fetch(port, "/items/7") == (200, b'{"id":7}')
            assert fetch(port, "/nope") == (404, b"Not Found")
        finally:
            server.send_signal(signal.SIGINT)
            _, errors = server.communicate(timeout=30)
    assert b"Traceback" not in errors
