"""`chirp-check map`: what it says of a project, in each format, and that the page needs nothing but itself."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chirp_check import cli
from chirp_check.map.vendored import SCRIPTS

VENDOR = Path(cli.__file__).parent / "map/vendor"

APP = """\
from chirp import App, EventStream, Fragment, OOB, Page, Redirect, ValidationError

app = App()


@app.route("/", name="home")
def home(request):
    return Page("home.html", "list", items=())


@app.route("/items", methods=["POST"])
def add(request):
    if not request.headers:
        return ValidationError("home.html", "form", retarget="#form", errors={})
    return OOB(Fragment("home.html", "list", items=()), Fragment("home.html", "total", target="total"))


@app.route("/items/{id:int}", methods=["DELETE"])
def remove(id):
    return "", 200


@app.route("/live")
def live():
    return EventStream(events())


@app.route("/old")
def old():
    return Redirect("/")


@app.route("/dark")
def dark(request):
    return request.app.answer()


@app.route('/"a|b]`<\\x2fscript>')
def odd():
    return Page("home.html", "lst", items=())


@app.error(404)
def missing(request):
    return Page("home.html", "list", items=())
"""
BASE = """\
<html><body hx-boost="true">
<nav><a href="/old">old</a></nav>
{% block content %}{% end %}
</body></html>
"""
HOME = """\
{% extends "base.html" %}
{% block content %}
{% block form %}<form id="form" action="/items" method="post" hx-post="/items" hx-target="#list"></form>{% end %}
{% block list %}<ul id="list" hx-target="this">
{% for item in items %}
<li id="item-{{ item.id }}"><button hx-delete="/items/{{ item.id }}" hx-target="#item-{{ item.id }}"
  hx-swap="outerHTML"></button></li>
{% end %}</ul>{% end %}
{% block total %}<b id="total" hx-get="{{ where }}"></b>{% end %}
<section sse-connect="/live"><p id="news" sse-swap="news"></p></section>
{% end %}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An application of a page, requests, a stream, a redirect, an answer that nobody sees and a mistake."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/base.html").write_text(BASE)
    (tmp_path / "templates/home.html").write_text(HOME)
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drawn(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(("map", *words)) == 0
    return capsys.readouterr().out


@pytest.fixture
def document(project: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(drawn(capsys, "--format", "json"))
    return found


def node(document: dict[str, Any], id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [one for one in document["nodes"] if one["id"] == id]
    assert len(found) == 1
    return found[0]


def edges(document: dict[str, Any], kind: str) -> set[tuple[str, str, str]]:
    return {(one["source"], one["target"], one["label"]) for one in document["edges"] if one["kind"] == kind}


HOME_TEMPLATE = "template:templates/home.html"
LIST = "block:templates/home.html#list"


def test_a_route(document: dict[str, Any]) -> None:
    home = node(document, "route:GET /")
    assert home["kind"] == "route"
    assert home["place"] == {"path": "app.py", "line": 6, "column": 2}
    assert home["route"] == {
        "methods": ["GET"],
        "path": "/",
        "name": "home",
        "handler": {"name": "home", "place": {"path": "app.py", "line": 7, "column": 5}},
        "streams": False,
        "answers": [
            {"kind": "Page", "for": who, "shown": shown, "node": to, "status": None, "known": True, "aside": False}
            for who, shown, to in (("browser", "home.html", HOME_TEMPLATE), ("htmx", "home.html · list", LIST))
        ],
    }
    assert edges(document, "renders") >= {
        ("route:GET /", HOME_TEMPLATE, "Page for browser"),
        ("route:GET /", LIST, "Page for htmx"),
        ("handler:missing", LIST, "Page for htmx"),
    }


def test_answers_of_other_kinds(document: dict[str, Any]) -> None:
    def shown(id: str) -> list[tuple[Any, ...]]:
        answers = node(document, id)["route"]["answers"]
        return [(one["for"], one["shown"], one["status"], one["aside"], one["known"]) for one in answers]

    assert shown("route:POST /items") == [
        ("htmx", "home.html · form", 422, False, True),
        ("all", "home.html · list", None, False, True),
        ("all", "home.html · total", None, True, True),
    ]
    assert shown("route:GET /old") == [("all", "redirect to /", None, False, True)]
    assert shown("route:DELETE /items/{id:int}") == [("all", "text", 200, False, True)]
    ((_, _, _, _, known),) = shown("route:GET /dark")
    assert not known
    assert node(document, "route:GET /live")["route"]["streams"]


def test_templates(document: dict[str, Any]) -> None:
    assert node(document, HOME_TEMPLATE)["page"]
    assert not node(document, "template:templates/base.html")["page"]
    assert node(document, LIST)["parent"] == HOME_TEMPLATE
    assert edges(document, "extends") == {(HOME_TEMPLATE, "template:templates/base.html", "extends")}


def test_requests_and_swaps(document: dict[str, Any]) -> None:
    remove = "route:DELETE /items/{id:int}"
    assert edges(document, "requests") == {
        ("block:templates/home.html#form", "route:POST /items", "POST"),
        (LIST, remove, "DELETE"),
    }
    assert edges(document, "submits") == {("block:templates/home.html#form", "route:POST /items", "POST")}
    assert edges(document, "swaps") == {
        ("route:POST /items", "region:templates/home.html#list", "default swap"),
        (remove, "region:templates/home.html#item-{*}", "outerHTML"),
    }
    assert edges(document, "aside") == {
        ("route:POST /items", "region:templates/home.html#total", "out of band"),
        ("route:POST /items", "region:templates/home.html#form", "retarget"),
    }
    region = node(document, "region:templates/home.html#list")
    assert (region["label"], region["parent"], region["place"]["line"]) == ("#list", HOME_TEMPLATE, 4)


def test_links_redirects_and_events(document: dict[str, Any]) -> None:
    assert edges(document, "links") == {("template:templates/base.html", "route:GET /old", "")}
    assert edges(document, "redirects") == {("route:GET /old", "route:GET /", "")}
    assert edges(document, "connects") == {("block:templates/home.html#content", "route:GET /live", "GET")}
    assert edges(document, "events") == {("route:GET /live", "region:templates/home.html#news", "news")}


def test_findings_stand_where_they_point(document: dict[str, Any]) -> None:
    (number,) = (at for at, one in enumerate(document["findings"]) if one["rule"] == "unknown-block")
    finding = document["findings"][number]
    assert (finding["level"], finding["help"]) == ("error", "did you mean `list`?")
    assert finding["nodes"] == ['route:GET /"a|b]`</script>', LIST]
    assert all(number in node(document, one)["findings"] for one in finding["nodes"])
    assert number not in node(document, "route:GET /")["findings"]


def test_what_is_not_known_is_said(document: dict[str, Any]) -> None:
    assert document["summary"]["unknowns"] == len(document["unknowns"])
    (url,) = (one for one in document["unknowns"] if one["kind"] == "url")
    assert url["node"] == "region:templates/home.html#total"
    assert (url["place"]["line"], url["reason"]) == (9, "`where`, which the text does not tell")


def test_every_reference_inside_leads_somewhere(document: dict[str, Any]) -> None:
    known = [one["id"] for one in document["nodes"]]
    assert len(set(known)) == len(known)
    named = [one[end] for one in document["edges"] for end in ("source", "target")]
    named += [one["via"] for one in document["edges"] if one["via"]]
    named += [one["parent"] for one in document["nodes"] if one["parent"]]
    named += [one for finding in document["findings"] for one in finding["nodes"]]
    named += [one["node"] for one in document["unknowns"] if one["node"]]
    assert set(named) <= set(known)


@pytest.mark.parametrize("format", ["html", "json", "mermaid"])
def test_the_same_project_gives_the_same_bytes(project: Path, format: str) -> None:
    def run(seed: str) -> bytes:
        command = [sys.executable, "-m", "chirp_check.cli", "map", "--format", format]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, check=True).stdout

    assert run("1") == run("2") != b""


def test_two_applications(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "other.py").write_text(APP)
    document = json.loads(drawn(capsys, "--format", "json"))
    assert [one["path"] for one in document["applications"]] == ["app.py", "other.py"]
    assert {one["id"] for one in document["nodes"]} >= {"route:0:GET /", "route:1:GET /", HOME_TEMPLATE}
    assert ("route:1:GET /", LIST, "Page for htmx") in edges(document, "renders")


def test_a_project_without_an_application(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("")
    document = json.loads(drawn(capsys, "--format", "json", str(tmp_path)))
    assert (document["nodes"], document["edges"]) == ([], [])
    assert drawn(capsys, "--format", "mermaid", str(tmp_path)) == "flowchart LR\n"


def test_mermaid(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = drawn(capsys, "--format", "mermaid")
    lines = text.splitlines()
    assert lines[0] == "flowchart LR"
    names = dict(re.findall(r'^    (n\d+)\(?\["(.*)"\]\)?$', text, re.MULTILINE))
    by_label = {label: name for name, label in names.items()}
    home, items = by_label["home.html"], by_label["POST /items"]
    assert f"  {home} ==>|POST| {items}" in lines
    assert f"  {items} --> {home}" in lines
    (odd,) = (label for label in by_label if "#34;" in label)
    assert not set('"|<>`[]') & set(odd)
    assert text.count("subgraph") == text.count("\n  end\n")


def test_a_picture_that_stays_readable(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "".join(
        f'\n\n@app.route("/more/{number}")\ndef more_{number}(request):\n    return Redirect("/")\n'
        for number in range(400)
    )
    (project / "app.py").write_text(APP + more)
    text = drawn(capsys, "--format", "mermaid")
    assert "redirects" not in text
    assert "==>" in text


def test_the_page_needs_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = drawn(capsys)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    allowed = {part.split()[0]: part.split()[1:] for part in policy[1].split("; ")}
    assert allowed["default-src"] == ["'none'"]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    assert allowed["script-src"] == [f"'sha256-{one}'" for one in hashes]
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe|script[^>]* src)|@import|url\(", outside)
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert "<" not in data[1]
    assert json.loads(data[1]) == json.loads(drawn(capsys, "--format", "json"))


def test_the_page_carries_the_licences(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = drawn(capsys)
    for one in SCRIPTS:
        assert (VENDOR / one.licence_file).read_text(encoding="utf-8").strip() in page
        assert f"{one.package} {one.version} ({one.licence})" in page


def test_the_vendored_files_are_those_of_the_packages() -> None:
    for one in SCRIPTS:
        assert hashlib.sha256((VENDOR / one.file).read_bytes()).hexdigest() == one.sha256
        assert one.licence == "MIT"
        assert "Permission is hereby granted, free of charge" in (VENDOR / one.licence_file).read_text(encoding="utf-8")
    known = {one.file for one in SCRIPTS} | {one.licence_file for one in SCRIPTS}
    assert {file.name for file in VENDOR.iterdir()} == known


def test_it_is_written_where_it_is_wanted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, "-o", "map.html") == ""
    page = (project / "map.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert f"<title>Map of {project.name}</title>" in page
    assert cli.main(("map", "-o", "nowhere/map.html")) == 2
    assert capsys.readouterr().err.startswith("error: nowhere/map.html: cannot be written: no such file")
