"""`chirp run --contract` without a browser: what is sent to pages, and what they are told when they ask."""

import asyncio
import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chirp import App, cli
from chirp.contract.injecting import allowing, with_script
from chirp.contract.live import ContractApp
from tests.contract_live.making import APP, TEMPLATES
from tests.harness.http import imported
from tests.runtime.driver import Answer, ask, exchange, get, http_scope
from tests.runtime.servers import Server, fetch, wait_for

HTMX = ("HX-Request", "true")
JSON = ("Content-Type", "application/json")


@contextmanager
def live(folder: Path, app: str = APP, more: Mapping[str, str] | None = None) -> Generator[tuple[ContractApp, Any]]:
    with imported({"app.py": app, **TEMPLATES, **(more or {})}, folder) as made:
        assert isinstance(made, App), made
        yield ContractApp(made), sys.modules["app"]


def told(app: ContractApp, answer: str, **more: object) -> dict[str, Any]:
    """What a page hears that asks for an answer."""
    reply = ask(app, "POST", "/_chirp/contract", headers=[JSON], body=json.dumps({"answer": answer, **more}).encode())
    assert reply.status == 200, reply.text
    found: dict[str, Any] = json.loads(reply.text)
    return found


def number_in(page: Answer) -> str:
    return page.text.partition('data-answer="')[2].partition('"')[0]


def test_a_page_gets_the_script_and_asks(tmp_path: Path) -> None:
    with live(tmp_path) as (app, _):
        page = get(app, "/")
        assert page.text.startswith('<!doctype html>\n<html><head><script src="/_chirp/contract.js" data-answer="')
        assert int(page["content-length"]) == len(page.body)
        script = get(app, "/_chirp/contract.js")
        assert (script.status, script["content-type"]) == (200, "text/javascript; charset=utf-8")
        assert told(app, number_in(page)) == {"request": "GET /", "mismatches": []}


def test_an_answer_for_htmx_brings_its_number_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with live(tmp_path) as (app, module):
        module.BLOCK = "plain"
        answer = ask(app, "POST", "/items", headers=[HTMX])
        assert answer.text == "<p>plain</p>"
        (found,) = told(app, answer["x-chirp-contract"])["mismatches"]
    assert (found["rule"], found["help"]) == ("unexpected-answer", None)
    assert found["message"] == "in the answer of `add`, the block is `plain`, where the text says `list`"
    assert [place.partition(": ")[0] for place in found["places"]] == ["app.py:31:12", "templates/home.html:8:10"]
    assert "return Fragment(TEMPLATE, BLOCK, **named())" in found["source"]
    assert "chirp: POST /items does not keep to the contract\nerror[unexpected-answer]" in capsys.readouterr().err


def test_what_is_no_page_is_sent_as_it_is(tmp_path: Path) -> None:
    with live(tmp_path) as (app, _):
        assert get(app, "/said").body == b"fine"
        assert get(app, "/nowhere").status == 404
        head = ask(app, "HEAD", "/")
        assert (head.status, head.body) == (200, b"")


def test_a_page_that_is_sent_in_pieces(tmp_path: Path) -> None:
    stream = """

from chirp import StreamingResponse


@app.route("/pieces")
def pieces():
    return StreamingResponse(["<!doctype html><html>", "<head></head>", "<body>all</body></html>"])
"""
    with live(tmp_path, APP + stream) as (app, _):
        sent = asyncio.run(exchange(app, http_scope("GET", "/pieces"), [{"type": "http.request", "body": b""}]))
        bodies = [message["body"] for message in sent[1:]]
        assert bodies[0].startswith(b"<!doctype html><html><script src=")
        assert bodies[1:3] == [b"<head></head>", b"<body>all</body></html>"]


def test_a_page_that_asks_before_it_is_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = """

from chirp import StreamingResponse

heard = []


@app.route("/pieces")
async def pieces():
    async def chunks():
        yield "<!doctype html><html>"
        heard.append(ask())
        yield "</html>"

    return StreamingResponse(chunks()) if ITEMS else None
"""
    with live(tmp_path, APP + stream) as (app, module):
        kept: dict[str, Any] = vars(app)["_answers"]
        module.ask = lambda: list(kept)
        page = get(app, "/pieces")
        assert module.heard == [[number_in(page)]]
        assert told(app, number_in(page))["mismatches"] == []


def test_who_asks_for_what_is_not_there(tmp_path: Path) -> None:
    with live(tmp_path) as (app, _):
        assert ask(app, "POST", "/_chirp/contract", body=b'{"answer": "1"}').status == 404
        assert ask(app, "POST", "/_chirp/contract", body=b"{").status == 400
        assert ask(app, "POST", "/_chirp/contract", body=b"[]").status == 400
        assert get(app, "/_chirp/contract").status == 404


def test_what_changes_on_the_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Templates are read anew; code that was changed is not what runs, so that nothing is said of it."""
    with live(tmp_path) as (app, module):
        module.BLOCK = "plain"
        home = tmp_path / "templates/home.html"
        home.write_text("\n" + TEMPLATES["templates/home.html"], encoding="utf-8")
        answer = ask(app, "POST", "/items", headers=[HTMX])
        (found,) = told(app, answer["x-chirp-contract"])["mismatches"]
        assert found["places"][1].startswith("templates/home.html:9:10")
        (tmp_path / "app.py").write_text(APP.replace('"list"', '"plain"'), encoding="utf-8")
        capsys.readouterr()
        answer = ask(app, "POST", "/items", headers=[HTMX])
        reply = ask(app, "POST", "/_chirp/contract", body=json.dumps({"answer": answer["x-chirp-contract"]}).encode())
        assert reply.status == 404
        get(app, "/")
    assert capsys.readouterr().err.count("the code has changed: start again") == 1


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("default-src 'self'", "default-src 'self'"),
        ("script-src 'self'; connect-src 'none'", "script-src 'self'; connect-src 'self'"),
        ("script-src 'nonce-a'", "script-src 'nonce-a'"),
        ("default-src 'none'", "default-src 'none'; script-src 'nonce-?'; connect-src 'self'"),
        ("script-src 'strict-dynamic' https:", "script-src 'strict-dynamic' https: 'nonce-?'"),
        ("img-src 'self'", "img-src 'self'"),
    ],
)
def test_a_policy_is_opened_as_far_as_it_has_to_be(policy: str, expected: str) -> None:
    ((_, opened),), nonce = allowing([(b"Content-Security-Policy", policy.encode())])
    assert opened.decode() == expected.replace("?", nonce)
    assert bool(nonce) == ("nonce" in expected)


@pytest.mark.parametrize("page", ["<p>piece</p>", "", "{}"])
def test_what_has_no_place_for_the_script(page: str) -> None:
    assert with_script(page.encode(), "/s.js", "1", "") == page.encode()


def test_it_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with imported({"app.py": APP, **TEMPLATES}, folder):
        pass
    with Server(folder, "--contract", "--reload") as server:
        assert "data-answer=" in fetch(server.url, "/")[1]
        changed = APP.replace('return "fine"', 'return "better"')
        (folder / "app.py").write_text(changed, encoding="utf-8")
        wait_for(lambda: fetch(server.url, "/said")[1] == "better", server)
        assert "data-answer=" in fetch(server.url, "/")[1]
    with Server(folder) as server:
        assert "data-answer=" not in fetch(server.url, "/")[1]
        assert fetch(server.url, "/_chirp/contract.js")[0] == 404


def test_one_process_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with imported({"app.py": APP, **TEMPLATES}, tmp_path):
        assert cli.main(["run", "app.py", "--contract", "--workers", "2"]) == 1
    assert capsys.readouterr().err == "chirp: --contract watches one process: leave out --workers\n"
