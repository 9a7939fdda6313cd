"""`chirp run` in a process of its own: it answers, starts anew on changes, stops, and says in a line what is wrong."""

import builtins
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from chirp import App, AppConfig, cli
from chirp.server import dev
from tests.runtime.servers import Server, fetch, wait_for

APP = """
import os
from chirp import App, AppConfig, Template
app = App(AppConfig(debug=os.environ.get("CHIRP_DEBUG") == "1"))
WORD = "first"

@app.route("/")
def index() -> Template:
    return Template("page.html", word=WORD, process=os.getpid())

@app.route("/slow")
async def slow() -> str:
    import asyncio
    with open("begun", "w"): pass
    while not os.path.exists("go"):
        await asyncio.sleep(0.01)
    return "done"

@app.route("/boom")
def boom() -> str:
    return WORD[99]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "app.py").write_text(APP)
    (folder / "templates/page.html").write_text("one {{ word }} {{ process }}")
    return folder


def test_it_answers_and_stops(project: Path) -> None:
    with Server(project) as server:
        status, text = fetch(server.url, "/")
        assert (status, text.split()[:2]) == (200, ["one", "first"])
        assert fetch(server.url, "/nope") == (404, "Not Found")
        assert fetch(server.url, "/boom") == (500, "Internal Server Error")
        assert server.stop() == 0
    assert "Application shutdown complete" in server.printed
    assert "KeyboardInterrupt" not in server.printed


def test_a_request_under_way_is_finished(project: Path) -> None:
    answers: list[tuple[int, str]] = []
    with Server(project) as server:
        url = server.url
        asking = threading.Thread(target=lambda: answers.append(fetch(url, "/slow")))
        asking.start()
        wait_for((project / "begun").exists, server)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Shutting down" in server.printed, server)
        (project / "go").touch()
        asking.join(60)
    assert answers == [(200, "done")]


def test_it_starts_anew_when_files_change(project: Path) -> None:
    with Server(project, "--reload") as server:
        _, word, process = fetch(server.url, "/")[1].split()
        assert word == "first"

        (project / "templates/page.html").write_text("two {{ word }} {{ process }}")
        assert fetch(server.url, "/")[1] == f"two first {process}", "a template is read anew, by the same process"

        (project / "app.py").write_text(APP.replace('"first"', '"second"'))
        wait_for(lambda: "two second" in fetch(server.url, "/")[1], server)
        assert fetch(server.url, "/")[1].split()[2] != process
        assert server.stop() == 0
    assert "KeyboardInterrupt" not in server.printed


def test_a_broken_application_is_waited_for(project: Path) -> None:
    with Server(project, "--reload") as server:
        assert "first" in fetch(server.url, "/")[1]
        (project / "app.py").write_text("app = (\n")
        wait_for(lambda: "chirp: waiting for a change" in server.printed, server)
        assert "chirp: `app` cannot be imported:\n" in server.printed
        assert "SyntaxError: '(' was never closed" in server.printed
        wait_for(
            lambda: "SyntaxError: &#x27;(&#x27; was never closed" in fetch(server.url, "/", Accept="text/html")[1],
            server,
        )
        (project / "app.py").write_text(APP.replace('"first"', '"mended"'))
        wait_for(lambda: "mended" in fetch(server.url, "/")[1], server)


def test_a_broken_contract_is_waited_for(project: Path) -> None:
    """What mends it is a template, whose change needs no restart otherwise."""
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    page = project / "templates/page.html"
    page.rename(project / "templates/other.html")
    with Server(project, "--reload") as server:
        wait_for(lambda: "chirp: waiting for a change" in server.printed, server)
        assert "there is no template `page.html`" in server.printed
        status, told = fetch(server.url, "/any/path")
        assert (status, "there is no template `page.html`" in told) == (503, True)
        assert "says why" in fetch(server.url, "/", Host="example.com")[1], "a site of others is told nothing"
        page.write_text("three {{ word }}")
        wait_for(lambda: fetch(server.url, "/")[1] == "three first", server)


def test_several_processes(project: Path) -> None:
    with Server(project, "--workers", "2") as server:
        assert fetch(server.url, "/")[0] == 200
        assert " in 2 processes; " in server.printed
        assert server.stop() == 0


def test_a_port_that_is_taken_is_one_line(project: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for more in ([], ["--reload"], ["--workers", "2"]):
            server = Server(project, "--port", str(port), *more)
            assert server.process.wait(60) == 1
            assert server.printed == (
                f"chirp: port {port} of 127.0.0.1 is taken by another program; "
                "choose another port, or 0 for any that is free\n"
            )
        with pytest.raises(SystemExit, match=f"^chirp: port {port} of 127.0.0.1 is taken"):
            App(AppConfig(static_dir=None)).run(port=port)


@pytest.mark.parametrize(
    ("host", "words"),
    [("no-such-host.invalid", "cannot listen on no-such-host.invalid: "), ("192.0.2.1", "of 192.0.2.1: ")],
)
def test_an_address_that_cannot_be(host: str, words: str) -> None:
    with pytest.raises(SystemExit, match=words):
        App(AppConfig(static_dir=None)).run(host, 0)


def test_reload_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without_watchfiles(name: str, *rest: Any, **more: Any) -> Any:
        if name == "watchfiles":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setenv("CHIRP_DEBUG", "0")
    monkeypatch.delitem(sys.modules, "app", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_watchfiles)
    assert cli.main(["run", "--reload"]) == 1
    assert capsys.readouterr().err == "chirp: --reload needs watchfiles: install chirp-check[reload]\n"
    sys.modules.pop("app", None)


def test_the_address_can_be_opened() -> None:
    for bound, shown in (("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")):
        family = socket.AF_INET6 if ":" in bound else socket.AF_INET
        with socket.socket(family) as one:
            one.bind((bound, 0))
            assert dev.address(one) == f"http://{shown}:{one.getsockname()[1]}"
