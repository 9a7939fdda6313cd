"""Hostile cases: what htmx claims, templates, error pages, middleware around errors, and odd return values."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, override

from tests.hostile.case import Topic, refused
from tests.hostile.chirp_side import Child, Parent
from tests.hostile.framework import Framework, NotThere, ask, get
from tests.hostile.reading import parsed, status

asked = Topic(1500, "What htmx asks")
HTMX = ("hx-request", "true")


def seen(framework: Framework, row: tuple[list[tuple[str, str]], dict[str, Any]]) -> None:
    if framework.name == "Starlette":
        raise NotThere
    headers, expected = row
    found = parsed(ask(framework.app(), "GET", "/htmx", headers))
    assert {name: found[name] for name in expected} == expected, found


asked.table(
    1,
    {
        "a boosted navigation is no fragment": ([HTMX, ("hx-boosted", "true")], {"fragment": False}),
        "a history restore is no fragment": ([HTMX, ("hx-history-restore-request", "true")], {"fragment": False}),
        "HX-Request: TRUE is not true": ([("hx-request", "TRUE")], {"fragment": False}),
        "HX-Request: 1 is not true": ([("hx-request", "1")], {"fragment": False}),
        "a header marked as encoded is decoded": (
            [HTMX, ("hx-target", "caf%C3%A9"), ("hx-target-uri-autoencoded", "true")],
            {"target": "café"},
        ),
        "a header that is not marked is left as it is": ([HTMX, ("hx-target", "a%20b")], {"target": "a%20b"}),
        "encoded bytes that are no UTF-8 are no 500": (
            [HTMX, ("hx-target", "%ff"), ("hx-target-uri-autoencoded", "true")],
            {"fragment": True},
        ),
        "a current URL that is markup is text": (
            [HTMX, ("hx-current-url", "http://x/<script>")],
            {"url": "http://x/<script>"},
        ),
        "an empty target is no target of htmx 4": (
            [HTMX, ("hx-target", "div#"), ("hx-request-type", "partial")],
            {"target": ""},
        ),
    },
    seen,
)

templates = Topic(1700, "Templates")


def rendered(framework: Framework, source: str, value: str) -> str:
    with TemporaryDirectory() as folder:
        Path(folder, "t.html").write_text(source, encoding="utf-8")
        answer = get(framework.templates(Path(folder), "t.html"), "/", query=f"value={value}")
    return status(answer, 200).text


def escaped(framework: Framework, source: str) -> None:
    html = rendered(framework, source, "%22%3E%3Cscript%3E%27%26")
    for part in ('"><', "<script", ">'"):
        assert part not in html, html


templates.table(
    1,
    {
        "a value is escaped in text": "{{ value }}",
        "a value is escaped in a double-quoted attribute": '<p title="{{ value }}">',
        "a value is escaped in a single-quoted attribute": "<p title='{{ value }}' >",
        "a value is escaped in a block": "{% block b %}{{ value }}{% end %}",
        "a value is escaped after a filter": "{{ value | upper }}",
        "a value is escaped in what `set` makes": "{% set x = value ~ '!' %}{{ x }}",
    },
    escaped,
)


def no_template(framework: Framework, name: str) -> None:
    with TemporaryDirectory() as folder:
        inside = Path(folder, "templates")
        inside.mkdir()
        (inside / "t.html").write_text("fine")
        Path(folder, "secret.html").write_text("secret")
        (inside / "link.html").symlink_to(Path(folder, "secret.html"))
        answer = get(framework.templates(inside, name), "/")
    status(answer, 500)
    assert b"secret" not in answer.body.replace(name.encode("utf-8", "replace"), b"")


templates.table(
    10,
    {
        "a template name with `..` is refused": "../secret.html",
        "a template name with `..` inside": "x/../../secret.html",
        "an absolute template name is refused": "/etc/passwd",
        "a template name with a backslash": "..\\secret.html",
        "a template name with NUL": "t.html\0",
        "an empty template name": "",
        "a template name that is a folder": ".",
        "a link out of the folder is refused": "link.html",
    },
    no_template,
)

errors = Topic(1800, "Error pages")


@errors.case(1, "a failure without debug says nothing of the inside")
def _(framework: Framework) -> None:
    answer = status(get(framework.app(), "/boom"), 500)
    for word in (b"RuntimeError", b"script", b"hunter2", b"Traceback", b".py"):
        assert word not in answer.body


@errors.case(2, "a 404 does not repeat the path")
def _(framework: Framework) -> None:
    assert b"evil" not in status(get(framework.app(), "/evil<script>alert(1)</script>"), 404).body


@errors.case(3, "the same for a browser that accepts HTML")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "/evil<script>", ("accept", "text/html"), ("sec-fetch-dest", "document"))
    assert b"evil" not in status(answer, 404).body


def detail(framework: Framework, headers: list[tuple[str, str]]) -> None:
    answer = ask(framework.app(), "GET", "/refuse", headers, query="detail=%3Cscript%3E%26%22")
    status(answer, 400)
    assert answer["content-type"].startswith("text/plain") or b"<script>" not in answer.body


errors.table(
    4,
    {
        "the detail of an error is no markup": [],
        "nor for a browser": [("accept", "text/html"), ("sec-fetch-dest", "document")],
        "nor for htmx": [HTMX],
        "nor for a client of JSON": [("accept", "application/json")],
    },
    detail,
)


@errors.case(10, "the debug page escapes what failed")
def _(framework: Framework) -> None:
    answer = status(get(framework.debug(), "/boom", ("accept", "text/html")), 500)
    assert "<script>alert(1)" not in answer.text
    assert "RuntimeError" in answer.text


SECRETS = [
    ("authorization", "Bearer hunter2hunter2"),
    ("cookie", "session=hunter2hunter2; theme=hunter2hunter2"),
    ("x-api-key", "hunter2hunter2"),
]


@errors.case(11, "the debug page shows no cookie, no Authorization, no key")
def _(framework: Framework) -> None:
    answer = ask(framework.debug(), "GET", "/boom", [*SECRETS, ("accept", "text/html")])
    assert "hunter2hunter2" not in status(answer, 500).text


@errors.case(12, "the debug page runs nothing: default-src 'none'")
def _(framework: Framework) -> None:
    answer = status(get(framework.debug(), "/boom", ("accept", "text/html")), 500)
    assert answer["content-security-policy"].startswith("default-src 'none'")


@errors.case(13, "the debug page is not for other machines")
def _(framework: Framework) -> None:
    answer = ask(framework.debug(), "GET", "/boom", [("accept", "text/html")], client=("203.0.113.9", 1))
    assert "RuntimeError" not in status(answer, 500).text


@errors.case(14, "the debug page is not stored")
def _(framework: Framework) -> None:
    answer = status(get(framework.debug(), "/boom", ("accept", "text/html")), 500)
    assert "no-store" in answer["cache-control"]


@errors.case(15, "the debug page escapes the query")
def _(framework: Framework) -> None:
    answer = get(framework.debug(), "/boom", ("accept", "text/html"), query="q=<img src=x>&<b>=1")
    assert "<img" not in status(answer, 500).text


@errors.case(16, "the debug page of a request that cannot be read is still an answer")
def _(framework: Framework) -> None:
    status(get(framework.debug(), "/boom", ("accept", "text/html"), ("cookie", "\xff\x00"), query=b"q=%ff"), 500)


def kind_of(error: Exception) -> str:
    return type(error).__name__


def parent(error: Exception) -> str:
    return "parent"


def child(error: Exception) -> str:
    return "child"


@errors.case(20, "the handler of an exception takes its subclasses")
def _(framework: Framework) -> None:
    app = framework.errors({Parent: kind_of})
    assert get(app, "/raise", query="of=child").text == "Child"


@errors.case(21, "the nearest class decides, whatever the order")
def _(framework: Framework) -> None:
    handlers: dict[Any, Callable[..., Any]] = {Parent: parent, Child: child}
    assert get(framework.errors(handlers), "/raise", query="of=child").text == "child"
    assert get(framework.errors(dict(reversed(handlers.items()))), "/raise", query="of=child").text == "child"


@errors.case(22, "a handler that fails is a 500")
def _(framework: Framework) -> None:
    def fail(error: Exception) -> str:
        raise ValueError("the handler")

    answer = status(get(framework.errors({Parent: fail}), "/raise", query="of=parent"), 500)
    assert b"the handler" not in answer.body


class Wordless(Exception):
    """An exception that fails when it is shown."""

    @override
    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


async def cancelled() -> None:
    task = asyncio.ensure_future(asyncio.sleep(60))
    await asyncio.sleep(0)
    task.cancel()
    await task


def deep() -> list[Any]:
    made: list[Any] = []
    for _ in range(100_000):
        made = [made]
    return made


def endless() -> Any:
    return endless()


def raised(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def failing(framework: Framework, function: Callable[[], Any]) -> None:
    async def waiting() -> Any:
        return function()

    for app in (framework.calling(waiting), framework.calling(function, plain=True)):
        status(get(app, "/"), 500)


FAILING: dict[str, Callable[[], Any]] = {
    "an exception without words is a 500": raised(Wordless()),
    "endless recursion is a 500": endless,
    "StopIteration is a 500": raised(StopIteration()),
    "StopAsyncIteration is a 500": raised(StopAsyncIteration()),
    "MemoryError is a 500": raised(MemoryError()),
    "a warning that is raised is a 500": raised(DeprecationWarning("x")),
    "TimeoutError is a 500, not a client that left": raised(TimeoutError()),
    "BrokenPipeError of the application is a 500, not a client that left": raised(BrokenPipeError()),
    "data 100,000 levels deep are a 500": deep,
    "exit() is a 500, and ends no server": raised(SystemExit(1)),
    "a group of exceptions is a 500": raised(ExceptionGroup("x", [ValueError()])),
}
errors.table(30, FAILING, failing)


@errors.case(50, "something else that was cancelled is a 500, and leaves no request without an answer")
def _(framework: Framework) -> None:
    status(get(framework.calling(cancelled), "/"), 500)


@errors.case(51, "an error whose headers have line breaks adds none")
def _(framework: Framework) -> None:
    error = framework.http_error(400, "x", {"x-a": "b\r\nx-b: c"})
    answer = get(framework.calling(raised(error), plain=True), "/")
    assert answer.all("x-b") == []


@errors.case(52, "an error whose detail no UTF-8 can hold is answered")
def _(framework: Framework) -> None:
    error = framework.http_error(400, "\ud800", {})
    status(get(framework.calling(raised(error), plain=True), "/"), 400, 500)


@errors.case(53, "an error keeps its headers")
def _(framework: Framework) -> None:
    error = framework.http_error(429, "later", {"retry-after": "5"})
    answer = status(get(framework.calling(raised(error), plain=True), "/"), 429)
    assert answer["retry-after"] == "5"


around = Topic(3000, "Middleware around errors")


def layered(framework: Framework, row: tuple[str, str, int]) -> None:
    method, path, expected = row
    answer = status(ask(framework.middleware("inner", "outer"), method, path), expected)
    assert sorted(answer.all("x-layer")) == ["inner", "outer"], "middleware does not see it"


around.table(
    1,
    {
        "a 404 passes through middleware": ("GET", "/nowhere", 404),
        "a 405 passes through middleware": ("DELETE", "/ok", 405),
        "a 500 passes through middleware, so that its headers are on it": ("GET", "/boom", 500),
        "a 400 passes through middleware": ("GET", "/refuse", 400),
        "HEAD passes through middleware": ("HEAD", "/ok", 200),
    },
    layered,
)

returned = Topic(3400, "Odd return values")


def no_answer(framework: Framework, value: Any) -> None:
    answer = status(framework.returned(value), 500)
    assert b"hunter2" not in answer.body


returned.table(
    1,
    {
        "None is a 500, not an empty page": None,
        "a number is a 500": 42,
        "True is a 500": True,
        "a set is a 500": {1, 2},
        "an object is a 500": object(),
        "a class is a 500": str,
        "(value, True): a bool is no status": ("x", True),
        "(value, '200'): text is no status": ("x", "200"),
        "(value, 99999) is a 500": ("x", 99999),
        "(value, 200, pairs) is a 500": ("x", 200, [("a", "b")]),
        "a tuple of one is a 500": ("x",),
        "a tuple of four is a 500": ("x", 200, {}, 1),
        "an empty tuple is a 500": (),
        "a deque of two is no tuple": deque(["x", 201]),
        "(value, status, headers) with CR LF in a header": ("x", 200, {"a": "b\r\nc: d"}),
        "(value, status, headers) that frame the message": ("x", 200, {"Content-Length": "1"}),
        "text with a lone surrogate": "\ud800",
        "headers that are no text": ("x", 200, {"a": 1}),
    },
    no_answer,
)


def answers(framework: Framework, row: tuple[Any, int, str]) -> None:
    value, expected, body = row
    answer = framework.returned(value)
    assert (answer.status, answer.text) == (expected, body)


class Text(str):
    __slots__ = ()


returned.table(
    30,
    {
        "a subclass of str is text": (Text("x"), 200, "x"),
        "an ordered dict is JSON": (OrderedDict(b=1, a=2), 200, '{"b":1,"a":2}'),
        "a list of tuples is JSON": ([(1, 2)], 200, "[[1,2]]"),
        "an empty list is JSON": ([], 200, "[]"),
        "a list of two with a status in it is JSON, not a status": (["x", 201], 200, '["x",201]'),
        "bytes that are not UTF-8 are sent": (b"a", 200, "a"),
    },
    answers,
)

settings = Topic(3500, "Settings")


def bad_setting(framework: Framework, setting: dict[str, Any]) -> None:
    if framework.name == "Starlette":
        raise NotThere
    from chirp import AppConfig
    from chirp.errors import ConfigurationError

    def make() -> None:
        try:
            AppConfig(**setting)
        except ConfigurationError as error:
            raise ValueError(str(error)) from None

    refused(make)


settings.table(
    1,
    {
        "a negative body limit is refused": {"max_content_length": -1},
        "no fields at all are refused": {"max_fields": 0},
        "a negative port is refused": {"port": -1},
        "no worker threads are refused": {"worker_threads": 0},
        "a static URL without a slash is refused": {"static_url": "static"},
        "a negative number of files is refused": {"max_files": -1},
        "an unknown setting is refused": {"max_contents": 1},
    },
    bad_setting,
)


@settings.case(10, "settings cannot be changed afterwards")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    from dataclasses import FrozenInstanceError

    from chirp import AppConfig

    try:
        AppConfig().debug = True  # type: ignore[misc]
    except FrozenInstanceError:
        return
    raise AssertionError("changed")


@settings.case(11, "the secret key is not in the repr of the settings")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    from chirp import AppConfig

    assert "hunter2" not in repr(AppConfig(secret_key="hunter2" * 5))
