"""Answers that are made while they are sent: chunks of an application, and templates that wait for their values."""

import asyncio
import contextvars
import gc
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from chirp import (
    App,
    InlineTemplate,
    Next,
    Request,
    Response,
    Stream,
    StreamingResponse,
    Template,
    TemplateStream,
    get_request,
)
from chirp.context import g
from chirp.testing import TestClient
from tests.runtime.driver import body_messages, check_order, exchange, get, http_scope, make_app

PIECES = {
    "base.html": "<html>{% block title %}T{% end %}<body>{% block body %}{% block inner %}I{% end %}{% end %}"
    "</body></html>",
    "i.html": "[{{ a }}{% for x in xs %}{{ x }}{% end %}]",
    "m.html": "{% def card(t) %}<b>{{ t }}{% slot %}</b>{% end %}{% def plain(a, b=2) %}{{ a }}-{{ b }}{% end %}",
}
# Whatever Kida can do, a Stream has to do as a Template does; `a`, `xs` and `s` come late.
FEATURES = {
    "text": "<h1>{{ a }}</h1>{{ a }}",
    "blocks": "{% extends 'base.html' %}{% block body %}{{ a }}{{ a }}{% block inner %}in{{ s.x }}{% end %}{% end %}",
    "loop": "{% for x in xs %}{{ loop.index }}{{ x }}{% if x == 2 %}{% break %}{% end %}{% empty %}-{% end %}",
    "loop of blocks": "{% for x in xs %}{% block deep %}{{ a }}{% end %}{% end %}",
    "include": "{% include 'i.html' %}"
    "{% for a in xs %}{% include 'i.html' %}{% end %}{% include 'no' ignore missing %}",
    "macro": "{% from 'm.html' import card, plain %}"
    "{{ plain(1) }}{% call card(a) %}{{ a }}{% end %}{{ plain(a, b=3) }}",
    "define": "{% def f(x) %}<i>{{ x }}</i>{% end %}{{ f(a) }}{% for x in xs %}{{ f(x) }}{% end %}",
    "capture": "{% capture c %}{{ a }}{% for x in xs %}{{ x }}{% end %}{% end %}[{{ c }}][{{ c }}]",
    "filter": "{% filter upper %}abc{{ a }}{% include 'i.html' %}{% end %}{{ a | lower }}{{ xs | length }}",
    "spaces": "{% spaceless %}<a>  </a>  <b>{{ a }}</b> {% end %}",
    "try": "{% try %}{{ missing.x }}{% fallback %}{{ a }}{% end %}",
    "match": "{% match a %}{% case 'A' %}is{% case _ %}other{% end %}",
    "names": "{% set z = a %}{{ z }}{% let y = a %}{% if xs %}{% let y = 2 %}{% end %}{{ y }}"
    "{% with s as b %}{{ b.x }}{% end %}",
    "own name": "{{ a }}{% let a = 'own' %}{{ a }}{% for a in xs %}{{ a }}{% end %}",
    "conditions": "{% if n is none %}none{% end %}{% if a is defined %}yes{% end %}{{ m ?? 'else' }}{{ q ?? 'gone' }}",
    "numbers": "{{ k + 1 }}{{ k * 2 }}{{ 10 - k }}{{ k > 2 }}{{ -k }}{{ k / 2 }}{{ 7 // k }}{{ k % 2 }}{{ k == 3 }}",
    "texts": "{{ a ~ a }}{{ a[0] }}{{ 'A' in a }}{{ a | length }}{{ s.list[0] }}{{ xs | join(',') }}{{ s.call(1) }}",
    "escaped": "{{ h }}{{ h | safe }}{{ h }}",
    "global": "{{ get_request().path }}{{ request.path }}",
    "embed": "{% embed 'base.html' %}{% block body %}E{{ a }}{% end %}{% end %}",
    "region": "{% region r(v=1) %}<r>{{ v }}{{ a }}</r>{% end %}{{ r(v=2) }}",
    "fragment": "x{% fragment f %}{{ a }}{% end %}y",
    "push": "{% push 'js' %}<s>{{ a }}</s>{% end %}x{% stack 'js' %}",
}
TEMPLATES = PIECES | {
    "first.html": "<h1>{{ title }}</h1><p>{{ a }}</p><i>{{ b }}</i>",
    "twice.html": "<h1>{{ title }}</h1>{{ a }}{{ a }}",
    "big.html": "{% for i in range(5000) %}0123456789{% end %}{{ a }}",
    "shout.html": "{{ a | shout }}",
    "async.html": "{% extends 'base.html' %}{% block body %}<i>{% block inner %}{% async for x in xs %}<b>{{ x }}</b>"
    "{% end %}{% end %}{{ await y }}{% end %}",
}


class Values:
    x = 1
    list = ("l",)

    @staticmethod
    def call(number: int) -> str:
        return f"called {number}"


CONTEXT: dict[str, object] = {"a": "A", "xs": [1, 2, 3], "s": Values(), "n": None, "m": None, "k": 3, "h": "<b>"}


async def later(value: object, turns: int = 1) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def drive(app: App, script: Callable[[TestClient], Coroutine[Any, Any, None]]) -> None:
    """Run a script against an application, and see that no task and no thread of a render is left."""

    async def run() -> None:
        async with TestClient(app) as client:
            await script(client)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            for thread in [one for one in threading.enumerate() if one.name == "chirp-stream"]:
                await asyncio.to_thread(thread.join, 5)
                assert not thread.is_alive()

    asyncio.run(run())
    gc.collect()


def test_a_stream_shows_what_a_template_shows(tmp_path: Path) -> None:
    """With values that are there, that are there at once, and that come one after the other."""
    app = make_app(tmp_path, PIECES | {f"{name}.html": text for name, text in FEATURES.items()})

    @app.route("/whole/{name}")
    async def whole(name: str) -> Template:
        return Template(f"{name}.html", **CONTEXT)

    @app.route("/there/{name}")
    async def there(name: str) -> Stream:
        return Stream(f"{name}.html", **CONTEXT)

    @app.route("/late/{turns:int}/{name}")
    async def late(name: str, turns: int) -> Stream:
        values = {key: later(value, turns * at) for at, (key, value) in enumerate(CONTEXT.items())}
        return Stream(f"{name}.html", **values)

    async def script(client: TestClient) -> None:
        for name in FEATURES:
            path = quote(f"/{name}")
            expected = (await client.get(f"/whole{path}")).text.replace("/whole", "")
            for kind in ("/there", "/late/0", "/late/20"):
                assert (await client.get(kind + path)).text.replace(kind, "") == expected, (kind, name)

    drive(app, script)


@pytest.mark.parametrize("template", ["first.html", "twice.html"])
def test_what_is_known_is_sent_at_once(tmp_path: Path, template: str) -> None:
    app = make_app(tmp_path, TEMPLATES)
    a, b = asyncio.Event(), asyncio.Event()
    log: list[str] = []

    async def wait(event: asyncio.Event, name: str) -> str:
        log.append(name)
        await event.wait()
        return name

    @app.route("/")
    def page() -> Stream:
        return Stream(template, title="now", a=wait(a, "A"), b=wait(b, "B"))

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            assert await answer.next_chunk() == (b"<h1>now</h1><p>" if template == "first.html" else b"<h1>now</h1>")
            assert sorted(log) == ["A", "B"]
            b.set()
            a.set()
            assert await answer.text() == ("A</p><i>B</i>" if template == "first.html" else "AA")

    drive(app, script)


def test_what_is_large_is_sent_in_parts(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)

    @app.route("/")
    def page() -> Stream:
        return Stream("big.html", a="end")

    messages = asyncio.run(exchange(app, http_scope("GET", "/"), body_messages(b"")))
    sizes = [len(message["body"]) for message in messages[1:] if message["body"]]
    assert len(sizes) > 2
    assert sum(sizes) == 50_003
    assert max(sizes) < 20_000


@pytest.mark.parametrize(
    ("value", "status"),
    [(Stream("none.html"), 500), (Stream("no/../x"), 500), (TemplateStream("none.html"), 500)],
)
def test_a_template_that_is_not_there(tmp_path: Path, value: object, status: int) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    def page() -> object:
        return value

    assert get(app, "/").status == status


def test_an_error_before_the_first_text_is_an_error_answer(tmp_path: Path) -> None:
    """With what middleware adds to it; the awaitable of the template that is not there is closed."""
    app = make_app(tmp_path, TEMPLATES | {"bad.html": "{{ nobody.gives.this }}", "late.html": "{{ a }}"})

    @app.add_middleware
    async def mark(request: Request, next: Next) -> Response:
        return (await next(request)).with_header("X-Mark", "1")

    @app.route("/{name}")
    def page(name: str) -> Stream:
        return Stream(name, a=later(LookupError("x"), 3))

    async def script(client: TestClient) -> None:
        for name in ("bad.html", "late.html", "none.html"):
            answer = await client.get(f"/{name}")
            assert (answer.status, answer.header("x-mark")) == (500, "1"), name

    drive(app, script)


def test_an_error_after_it_cuts_the_answer_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path, TEMPLATES)

    @app.route("/")
    async def page() -> Stream:
        return Stream("first.html", title="t", a=later(LookupError("lost"), 5), b=later("b", 100))

    sent: list[Any] = []

    async def send(message: Any) -> None:
        check_order(sent, message)
        sent.append(message)

    async def receive() -> Any:
        return await asyncio.Event().wait()

    async def run() -> None:
        with pytest.raises(Exception, match="lost"):
            await app(http_scope("GET", "/"), receive, send)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    assert sent[0]["status"] == 200
    assert sent[-1]["more_body"], "it must not look complete"
    assert len(caplog.records) == 1


def test_a_client_that_leaves_a_stream(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    log: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            log.append("cancelled")

    @app.route("/")
    async def page() -> Stream:
        return Stream("first.html", title="t", a=forever(), b=later("b"))

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            await answer.next_chunk()
        assert log == ["cancelled"]
        assert (await client.head("/")).status == 200

    drive(app, script)


def test_filters_of_a_stream_run_in_its_thread_within_the_request(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    seen: list[str] = []

    @app.template_filter()
    def shout(value: str) -> str:
        seen.append(threading.current_thread().name)
        return f"{value}{g.name}{get_request().path}".upper()

    @app.route("/x")
    async def page() -> Stream:
        g.name = "g"
        return Stream("shout.html", a=later("a"))

    assert get(app, "/x").text == "AG/X"
    assert seen == ["chirp-stream"]


def test_a_template_that_waits_by_itself(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    go_on = asyncio.Event()
    log: list[str] = []

    @app.route("/")
    async def page() -> TemplateStream:
        async def numbers() -> AsyncGenerator[int]:
            try:
                yield 1
                await go_on.wait()
                yield 2
            finally:
                log.append("closed")

        return TemplateStream("async.html", xs=numbers(), y=later("Y"))

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            text = b""
            while not text.endswith(b"1</b>"):
                text += await answer.next_chunk()
            go_on.set()
            assert text.decode() + await answer.text() == "<html>T<body><i><b>1</b><b>2</b>Y</body></html>"
        go_on.clear()
        async with client.stream("GET", "/") as answer:
            while await answer.next_chunk() != b"1":
                pass
        assert log == ["closed", "closed"]
        assert (await client.head("/")).status == 200

    drive(app, script)


def test_a_template_in_the_code(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)

    @app.route("/")
    def page() -> InlineTemplate:
        return InlineTemplate("{% extends 'base.html' %}{% block title %}{{ a }}{% end %}", a="<")

    @app.route("/bad")
    def bad() -> InlineTemplate:
        return InlineTemplate("\n<p>{{ nobody }}</p>", a="<")

    assert get(app, "/").text == "<html>&lt;<body>I</body></html>"
    assert get(app, "/bad").status == 500
    assert app.render(InlineTemplate("{{ 1 }}")) == "1"
    with pytest.raises(Exception, match=r"inline template '<p>\{\{ nobody"):
        app.render(InlineTemplate("\n<p>{{ nobody }}</p>"))


# chunks of an application


def test_chunks_of_every_kind(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/{kind}")
    async def chunks(kind: str) -> StreamingResponse:
        async def generator() -> AsyncGenerator[str | bytes]:
            yield "é"
            yield ""
            yield b"b"

        plain: list[str | bytes] = ["é", b"", b"b"]
        made = generator() if kind == "async" else iter(plain) if kind == "iterator" else plain
        return StreamingResponse(made, 201, "text/plain", (("X-A", "b"),), length=3 if kind == "list" else None)

    for kind in ("async", "list", "iterator"):
        answer = get(app, f"/{kind}")
        assert (answer.status, answer["content-type"], answer["x-a"], answer.text) == (201, "text/plain", "b", "éb")
        assert answer.all("content-length") == (["3"] if kind == "list" else [])


def test_a_streaming_response_is_a_frozen_response() -> None:
    chunks = ["a"]
    response = StreamingResponse(chunks, 202, headers=[("X-A", "1")], length=1)
    changed = response.with_header("X-B", "2").with_status(203).with_cookie("c", "d").with_content_type("text/css")
    assert isinstance(changed, StreamingResponse)
    assert changed.chunks is chunks
    assert (changed.status, changed.length, changed.header("x-b"), changed.header("x-a")) == (203, 1, "2", "1")
    assert response == StreamingResponse(chunks, 202, headers=[("X-A", "1")], length=1)
    assert response != changed
    assert "202" in repr(response)
    for name in ("body", "chunks", "status"):
        with pytest.raises(AttributeError):
            setattr(response, name, "x")
    with pytest.raises(AttributeError):
        _ = response.body
    with pytest.raises(TypeError, match="while it is sent"):
        _ = response.text
    with pytest.raises(TypeError, match="while it is sent"):
        _ = response.body_bytes
    for wrong in ("text", b"bytes", bytearray(), 3, None):
        with pytest.raises(TypeError):
            StreamingResponse(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="status"):
        StreamingResponse([], 99)
    with pytest.raises(ValueError, match="header"):
        StreamingResponse([], headers=[("X-A", "a\nb")])


@pytest.mark.parametrize("chunk", [3, None, ["a"], "\ud800", "too long", ""])
def test_chunks_that_cannot_be_sent(tmp_path: Path, chunk: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    closed: list[bool] = []

    @app.route("/")
    async def page() -> StreamingResponse:
        async def generator() -> AsyncGenerator[Any]:
            try:
                yield "1"
                yield chunk
            finally:
                closed.append(True)

        return StreamingResponse(generator(), length=3)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return await asyncio.Event().wait()

    with pytest.raises((TypeError, RuntimeError, UnicodeEncodeError)):
        asyncio.run(app(http_scope("GET", "/"), receive, send))
    assert closed == [True]
    assert sent[-1]["more_body"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("status", [200, 204, 304])
def test_no_chunk_is_made_for_an_answer_without_a_body(tmp_path: Path, status: int) -> None:
    app = make_app(tmp_path)
    log: list[str] = []

    def generator() -> Iterator[str]:
        log.append("made")
        yield "x"

    @app.route("/")
    async def page() -> StreamingResponse:
        return StreamingResponse(generator(), status, length=1)

    answer = asyncio.run(exchange(app, http_scope("HEAD" if status == 200 else "GET", "/"), body_messages(b"")))
    assert log == []
    assert [message.get("body") for message in answer[1:]] == [b""]
    lengths = [value for name, value in answer[0]["headers"] if name == b"content-length"]
    assert lengths == ([b"1"] if status == 200 else [])


def test_generators_keep_their_context_from_chunk_to_chunk(tmp_path: Path) -> None:
    """Variables, time-outs and task groups work across `yield`, in both kinds of generators."""
    app = make_app(tmp_path)
    variable = contextvars.ContextVar("variable", default="unset")

    @app.route("/plain")
    def plain() -> StreamingResponse:
        def generator() -> Iterator[str]:
            token = variable.set("set")
            yield f"{variable.get()} {get_request().path} "
            yield variable.get()
            variable.reset(token)

        return StreamingResponse(generator())

    @app.route("/async")
    async def coroutine() -> StreamingResponse:
        async def generator() -> AsyncGenerator[str]:
            token = variable.set("set")
            async with asyncio.timeout(60), asyncio.TaskGroup() as group:
                task = group.create_task(later("done"))
                yield f"{variable.get()} {get_request().path} "
                yield await task
            variable.reset(token)

        return StreamingResponse(generator())

    assert get(app, "/plain").text == "set /plain set"
    assert get(app, "/async").text == "set /async done"


def test_requests_at_the_same_time_do_not_see_each_other(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/{name}")
    async def page(name: str) -> StreamingResponse:
        g.name = name

        async def generator() -> AsyncGenerator[str]:
            for _ in range(5):
                await asyncio.sleep(0)
                yield f"{g.name}{get_request().path}"

        return StreamingResponse(generator())

    async def script(client: TestClient) -> None:
        answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(20)))
        assert [answer.text for answer in answers] == [f"{number}/{number}" * 5 for number in range(20)]
        with pytest.raises(RuntimeError):
            get_request()

    drive(app, script)


def test_an_upload_is_answered_while_it_comes_in(tmp_path: Path) -> None:
    """Waiting for the client to leave does not take the body away from who reads it."""
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    async def echo(request: Request) -> StreamingResponse:
        async def generator() -> AsyncGenerator[bytes]:
            async for chunk in request.stream():
                await asyncio.sleep(0)
                yield chunk.upper()

        return StreamingResponse(generator())

    incoming = body_messages([b"a", b"b", b"c"])
    messages = asyncio.run(exchange(app, http_scope("POST", "/"), incoming))
    assert [message["body"] for message in messages[1:]] == [b"A", b"B", b"C", b""]


def test_the_server_is_asked_by_one_at_a_time(tmp_path: Path) -> None:
    """Who reads the body leaves it to who already waits for the client to ask for the next message."""
    app = make_app(tmp_path)
    queue = body_messages([b"a", b"b", b"c"])
    asked = asyncio.Event()
    sent: list[Any] = []
    inside = 0

    async def receive() -> Any:
        nonlocal inside
        inside += 1
        asked.set()
        assert inside == 1
        await asyncio.sleep(0)
        inside -= 1
        return queue.pop(0) if queue else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    @app.route("/", methods=["POST"])
    async def echo(request: Request) -> StreamingResponse:
        async def generator() -> AsyncGenerator[bytes]:
            yield b"-"
            await asked.wait()
            chunks = request.stream()
            for _ in range(3):
                yield await anext(chunks)

        return StreamingResponse(generator())

    asyncio.run(app(http_scope("POST", "/"), receive, send))
    assert b"".join(sent) == b"-abc"


def test_a_middleware_changes_the_head_of_a_stream(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.add_middleware
    async def mark(request: Request, next: Next) -> Response:
        return (await next(request)).with_header("X-Mark", "1").with_cookie("a", "b")

    @app.route("/")
    def page() -> object:
        return StreamingResponse(["a", "b"]), 203, {"X-More": "2"}

    answer = get(app, "/")
    assert (answer.status, answer["x-mark"], answer["x-more"], answer.text) == (203, "1", "2", "ab")
    assert answer["set-cookie"].startswith("a=b")
