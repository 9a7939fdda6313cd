"""`chirp-check migrate`: what it lists, what it rewrites, and that a plain check is silent about it."""

from pathlib import Path

import pytest

from chirp_check import cli

APP = """\
from chirp import App, Fragment, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")


@app.route("/news", methods=["GET", "DELETE"])
def news():
    return Fragment("home.html", "list")
"""
LAYOUT = """\
<!doctype html>
<html lang="en"><body hx-boost="true">{% block content %}{% end %}</body></html>
"""
HOME = """\
{% extends "layout.html" %}
{% block content %}<a href="/news">News</a>
<div hx-disable></div>
<form><input name="why"><button hx-delete="/news" hx-target="#list" hx-disabled-elt="this">Remove</button></form>
<ul id="list" hx-get="/news" hx-trigger="load, submit from:closest form">{% block list %}{% end %}</ul>
{% end %}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "templates/layout.html").write_text(LAYOUT)
    (tmp_path / "templates/home.html").write_text(HOME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_lists_what_a_plain_check_does_not(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate", "--htmx", "4", "--output-format", "concise"]) == 0
    assert [line.partition(" htmx")[0].partition(" `")[0] for line in capsys.readouterr().out.splitlines()] == [
        "templates/home.html:3:6: renamed-hx-attribute",
        "templates/home.html:4:33: unsent-form",
        "templates/home.html:4:69: renamed-hx-attribute",
        "templates/home.html:5:55: changed-hx-value",
        "templates/layout.html:2:23: implicit-inheritance",
    ]
    for words in ([], ["--select", "all"], ["--extend-select", "all"], ["--error", "all"]):
        cli.main([*words, "--output-format", "concise"])
        assert "hx-disable" not in capsys.readouterr().out


def test_it_rewrites_and_then_there_is_nothing_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate", "--htmx=4", "--diff"]) == 1
    assert (project / "templates/home.html").read_text() == HOME
    assert cli.main(["migrate", "--htmx", "4", "--fix"]) == 0
    assert cli.main(["migrate", "--htmx", "4", "--diff"]) == 0
    assert 'hx-boost:inherited="true"' in (project / "templates/layout.html").read_text()
    home = (project / "templates/home.html").read_text()
    assert "<div hx-ignore></div>" in home
    assert '<button hx-include="closest form" hx-delete="/news" hx-target="#list" hx-disable="this">' in home
    assert """hx-trigger="load, submit from:'closest form'\"""" in home
    assert (project / "app.py").read_text() == APP


def test_what_it_cannot_read_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "templates/home.html").write_text("{% if a %}<div hx-disable></div>")
    assert cli.main(["migrate", "--htmx", "4", "--output-format", "concise"]) == 1
    assert "template-syntax" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--htmx", "5"]])
def test_the_version_is_needed(project: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert cli.main(["migrate", *words]) == 2
    assert capsys.readouterr().err.startswith("error: --htmx: ")
