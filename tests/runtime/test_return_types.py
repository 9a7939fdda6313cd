"""Every return type is one response: status, headers and body, through the ASGI surface."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from kida import Markup

from chirp import Action, App, Fragment, Redirect, Response, Template
from tests.runtime.driver import Answer, ask, get, make_app

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
TEMPLATES = {
    "page.html": "<html>{% block main %}<p>{{ name }}</p>{% end %}</html>",
    "child.html": '{% extends "page.html" %}{% block own %}own {{ name }}{% end %}',
}


def answer_to(folder: Path, value: object, *headers: tuple[str, str]) -> Answer:
    """The response to a handler that returns this value."""
    app = make_app(folder, TEMPLATES)
    app.route("/")(lambda: value)
    return get(app, "/", *headers)


class Text(str):
    """A string with a name of its own."""

    __slots__ = ()


class Numbers(list[int]):
    """A list with a name of its own."""


@pytest.mark.parametrize(
    ("value", "status", "content_type", "body"),
    [
        ("Hello, é", 200, HTML, "Hello, é"),
        (Text("sub"), 200, HTML, "sub"),
        (Markup("<b>"), 200, HTML, "<b>"),
        ("", 200, HTML, ""),
        ({"status": "ok", "é": [1, None, True]}, 200, JSON, '{"status":"ok","é":[1,null,true]}'),
        (OrderedDict(b=1, a=2), 200, JSON, '{"b":1,"a":2}'),
        ([1, "two"], 200, JSON, '[1,"two"]'),
        (Numbers([1, 2]), 200, JSON, "[1,2]"),
        (b"\x00\xff", 200, "application/octet-stream", "\x00\xff"),
        (Response("made", 201, "text/plain", (("X-A", "1"),)), 201, "text/plain", "made"),
        (Redirect("/next"), 302, HTML, ""),
        (Template("page.html", name="<Ada>"), 200, HTML, "<html><p>&lt;Ada&gt;</p></html>"),
        (Fragment("page.html", "main", name="Ada"), 200, HTML, "<p>Ada</p>"),
        (Fragment("child.html", "main", name="inherited"), 200, HTML, "<p>inherited</p>"),
        (Fragment("child.html", "own", name="Ada"), 200, HTML, "own Ada"),
        (Fragment("page.html", "main", context={"name": "through context"}), 200, HTML, "<p>through context</p>"),
        (("text", 418), 418, HTML, "text"),
        (({"a": 1}, 201, {"X-A": "1"}), 201, JSON, '{"a":1}'),
        ((Template("page.html", name="x"), 404), 404, HTML, "<html><p>x</p></html>"),
        ((("inner", 201), 202), 202, HTML, "inner"),
    ],
)
def test_a_value_is_a_response(tmp_path: Path, value: object, status: int, content_type: str, body: str) -> None:
    answer = answer_to(tmp_path, value)
    assert answer.status == status
    assert answer["content-type"] == content_type
    assert answer["content-length"] == str(len(answer.body))
    assert answer.body == (body.encode("latin-1") if "octet" in content_type else body.encode())


def test_the_headers_of_tuples_responses_and_redirects_arrive(tmp_path: Path) -> None:
    assert answer_to(tmp_path, ("x", 201, {"X-A": "1", "Content-Type": "text/plain"}))["x-a"] == "1"
    assert answer_to(tmp_path, Response("x", headers=(("X-A", "1"),)))["x-a"] == "1"
    moved = answer_to(tmp_path, Redirect("/é?q=a b", 308, (("X-A", "1"),)))
    assert (moved.status, moved["location"], moved["x-a"]) == (308, "/%C3%A9?q=a%20b", "1")
    assert moved.body == b""


@pytest.mark.parametrize("browser", [(), (("hx-request", "true"),)])
def test_a_fragment_is_the_block_whatever_the_request(tmp_path: Path, browser: tuple[tuple[str, str], ...]) -> None:
    assert answer_to(tmp_path, Fragment("page.html", "main", name="x"), *browser).text == "<p>x</p>"


def test_an_action_is_headers_without_a_body(tmp_path: Path) -> None:
    answer = answer_to(tmp_path, Action())
    assert (answer.status, answer.body, answer.all("content-length")) == (204, b"", [])
    answer = answer_to(tmp_path, Action(200, trigger={"saved": {"id": 1, "name": "é"}}, refresh=True))
    assert answer.status == 200
    assert answer["hx-trigger"] == '{"saved":{"id":1,"name":"\\u00e9"}}'
    assert answer["hx-refresh"] == "true"
    assert answer_to(tmp_path, Action(trigger="a, b"))["hx-trigger"] == "a, b"


class Color(Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: Decimal


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ([Point(1, Decimal("2.50"))], '[{"x":1,"y":"2.50"}]'),
        ([date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), time(5, 6)], '["2026-01-02","2026-01-02T03:04:00","05:06:00"]'),  # noqa: DTZ001 - a naive time is written as it is
        ([UUID(int=1)], '["00000000-0000-0000-0000-000000000001"]'),
        ([Color.RED], '["red"]'),
        ([PurePosixPath("a/b")], '["a/b"]'),
        ([{3, 1, 2}], "[[1,2,3]]"),
        ([MappingProxyType({"a": 1})], '[{"a":1}]'),
    ],
)
def test_json_knows_these_types(tmp_path: Path, value: object, body: str) -> None:
    assert answer_to(tmp_path, value).text == body


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: None, "Cannot convert NoneType to a response. Return str, bytes, dict"),
        (lambda: 42, "Cannot convert int"),
        (lambda: object(), "Cannot convert object"),
        (lambda: deque(["a", 200]), "Cannot convert deque"),
        (lambda: ("x", True), "A tuple is"),
        (lambda: ("x", "200"), "A tuple is"),
        (lambda: ("x",), "A tuple is"),
        (lambda: ("x", 200, [("a", "b")]), "A tuple is"),
        (lambda: ("x", 200, {}, 1), "A tuple is"),
        (lambda: ("x", 99), "99 is not a response status"),
        (lambda: ("x", 200, {"X A": "1"}), "'X A' is not a header name"),
        (lambda: {"x": float("nan")}, "Out of range float"),
        (lambda: [object()], "cannot write object as JSON"),
        (lambda: [Secret()], "cannot write Secret as JSON"),
        (lambda: Template("missing.html"), "missing.html"),
        (lambda: Template("../secret.html"), "is not a template name"),
        (lambda: Fragment("page.html", "nope"), "Block 'nope' not found"),
        (lambda: Template("page.html"), "name"),
        (lambda: Action(trigger="a\nb"), "in a header value"),
    ],
)
def test_what_is_no_response_is_a_500_that_says_why_to_the_developer_only(
    tmp_path: Path, make: Callable[[], object], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(tmp_path, TEMPLATES)
    app.route("/")(lambda: make())
    answer = get(app, "/")
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert words in str(caplog.records[0].exc_info)
    assert "hunter2" not in caplog.text


class Secret:
    def __repr__(self) -> str:
        return "hunter2"


def test_a_surrogate_in_a_body_is_a_500_not_a_broken_response(tmp_path: Path) -> None:
    assert answer_to(tmp_path, "\ud800").status == 500


def test_def_and_async_def_handlers_answer_alike(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/plain")
    def plain() -> str:
        return "x"

    @app.route("/coroutine")
    async def coroutine() -> str:
        return "x"

    @app.route("/inline", inline=True)
    def inline() -> str:
        return "x"

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return coroutine(*args, **kwargs)

    app.route("/wrapped")(wrapped)
    app.route("/inline-wrapped", inline=True)(wrapped)

    class Callable:
        async def __call__(self) -> str:
            return "x"

    app.route("/object")(Callable())
    for path in ("/plain", "/coroutine", "/inline", "/wrapped", "/inline-wrapped", "/object"):
        assert get(app, path).text == "x"


def test_accept_is_not_looked_at(tmp_path: Path) -> None:
    assert answer_to(tmp_path, {"a": 1}, ("accept", "text/html"))["content-type"] == JSON


def test_values_render_outside_of_a_request(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    app.route("/items/{id}", name="item")(lambda **params: params)
    assert app.render(Template("page.html", name="mail")) == "<html><p>mail</p></html>"
    assert app.render(Fragment("page.html", "main", name="mail")) == "<p>mail</p>"


def test_return_types_are_frozen_values() -> None:
    fragment = Fragment("a.html", "b", target="t", x=1)
    assert fragment == Fragment("a.html", "b", target="t", x=1)
    assert fragment != Fragment("a.html", "b", x=1)
    with pytest.raises(AttributeError):
        fragment.target = "u"  # type: ignore[misc]
    assert Template("a.html", name="a key called name", self=1).context == {"name": "a key called name", "self": 1}


def test_a_head_request_negotiates_and_sends_no_body(tmp_path: Path) -> None:
    app: App = make_app(tmp_path, TEMPLATES)
    app.route("/")(lambda: "twelve bytes")
    head = ask(app, "HEAD", "/")
    assert (head.status, head["content-length"], head.body) == (200, "12", b"")
