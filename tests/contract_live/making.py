"""A small project on the disk, and a client that watches its contract."""

import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chirp import App
from chirp.testing import ContractMismatch, TestClient
from tests.harness.http import imported

HTMX = {"HX-Request": "true"}
TEMPLATES = {
    "templates/base.html": """<!doctype html>
<html><head>{{ htmx() }}</head><body><nav id="nav">{% block nav %}<b>{{ count }}</b>{% end %}</nav>
{% block content %}{% end %}</body></html>
""",
    "templates/home.html": """{% extends "base.html" %}
{% block content %}<main id="main">
<form id="add" hx-post="/items" hx-target="#list" hx-swap="outerHTML"><input name="name"></form>
<button id="more" hx-get="/more" hx-target="#list" hx-swap="beforeend">More</button>
<button id="inner" hx-get="/inner" hx-target="#list">Inner</button>
<a id="fresh" hx-get="/fresh" hx-target="#list" hx-select="#news">News</a>
{% block list %}<ul id="list">{% for item in items %}<li>{{ item }}</li>{% end %}</ul>{% end %}
{% block plain %}<p>plain</p>{% end %}
</main>{% end %}
""",
    "templates/other.html": """{% extends "base.html" %}
{% block content %}<main id="main">{% block list %}<ol>{% for item in items %}<li>{{ item }}</li>{% end %}</ol>{% end %}
{% block far %}<p id="far">far</p>{% end %}</main>{% end %}
""",
}
APP = '''"""A list of items. What is written in capitals the text knows, and a test may change."""

from chirp import OOB, App, AppConfig, Fragment, Page, Redirect, Request, Template, ValidationError

app = App(AppConfig(htmx=2))

TEMPLATE, BLOCK, TARGET, LEADS, STATUS = "home.html", "list", "nav", "/", 422
ITEMS = ["a", "b"]


def named():
    return {"items": ITEMS}


def answer():
    return "fine"


@app.route("/")
def home():
    return Page("home.html", "content", items=ITEMS, count=2)


@app.route("/other")
def other():
    return Page("other.html", "content", items=ITEMS, count=2)


@app.route("/items", methods=["POST"])
def add():
    return Fragment(TEMPLATE, BLOCK, **named())


@app.route("/more")
def more():
    return "<li>more</li>"


@app.route("/inner")
def inner():
    return "<li>inner</li>"


@app.route("/fresh")
def fresh():
    return "<p id='news'>news</p>"


@app.route("/said")
def said():
    return answer()


@app.route("/both", methods=["POST"])
def both():
    return OOB(Fragment("home.html", "list", items=ITEMS), Fragment("base.html", "nav", target=TARGET, count=3))


@app.route("/wrong", methods=["POST"])
def wrong():
    return Fragment("home.html", "list", items=ITEMS), STATUS


@app.route("/leave", methods=["POST"])
def leave():
    return Redirect(LEADS, status=303)
'''


def with_more(body: str, head: str = "{{ htmx() }}") -> dict[str, str]:
    """The templates, with more elements on the home page, and with something else in the head of all."""
    home = TEMPLATES["templates/home.html"].replace('<main id="main">', f'<main id="main">{body}')
    base = TEMPLATES["templates/base.html"].replace("{{ htmx() }}", head)
    return {**TEMPLATES, "templates/home.html": home, "templates/base.html": base}


@asynccontextmanager
async def watching(
    folder: Path, app: str = APP, templates: Mapping[str, str] = TEMPLATES
) -> AsyncGenerator[tuple[TestClient, Any]]:
    """A client of the application in a text, and the module that this is."""
    with imported({"app.py": app, **templates}, folder) as made:
        assert isinstance(made, App), made
        async with TestClient(made, contract=True) as client:
            yield client, sys.modules["app"]


@asynccontextmanager
async def breaking(rule: str, *words: str) -> AsyncGenerator[None]:
    """A request whose answer breaks this one rule; the words are in what is said of it."""
    with pytest.raises(ContractMismatch) as caught:
        yield
    assert [one.rule for one in caught.value.mismatches] == [rule]
    for word in words:
        assert word in str(caught.value)


def saying(text: str) -> Callable[[str], str]:
    """What stands in for `input`, of which the text does not tell what it gives."""

    def say(_: str) -> str:
        return text

    return say
