"""Server-sent events: the wire format against a parser written from the specification, and the life of a channel."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sse_starlette.event import ServerSentEvent

from chirp import (
    OOB,
    App,
    AppConfig,
    ConfigurationError,
    EventStream,
    Fragment,
    InlineTemplate,
    Request,
    SSEEvent,
    Template,
    get_request,
)
from chirp.context import g
from chirp.exchange import EventParser
from chirp.testing import TestClient
from tests.runtime.driver import make_app

TEMPLATES = {"t.html": "{% block row %}<li id='row'>{{ n }}</li>{% end %}", "p.html": "<p>{{ n }}</p>"}


def parse(stream: bytes) -> list[tuple[str, str, str]]:
    """Type, data and last id of the events, as section 9.2.6 of the HTML standard interprets a stream."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines: list[str] = []
    line, at = "", 0
    while at < len(text):
        if text[at] in "\r\n":
            at += text[at : at + 2] == "\r\n"
            lines.append(line)
            line = ""
        else:
            line += text[at]
        at += 1
    events: list[tuple[str, str, str]] = []
    kind, data, last_id = "", "", ""
    for line in lines:
        name, colon, value = line.partition(":")
        if not line:
            if data:
                events.append((kind or "message", data.removesuffix("\n"), last_id))
            kind, data = "", ""
        elif colon and not name:
            continue
        elif name == "event":
            kind = value.removeprefix(" ")
        elif name == "data":
            data += value.removeprefix(" ") + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value.removeprefix(" ")
    return events


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text("\r\n\v\f\x1c\x85\u2028 :a\ufeff\0")
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=10)


@given(TEXTS, st.none() | LINES, st.none() | LINES, st.none() | st.integers(0, 10**6))
def test_what_is_encoded_is_what_a_client_reads(
    data: str, event: str | None, id: str | None, retry: int | None
) -> None:
    wire = SSEEvent(data, event, id, retry).encode()
    expected = data.replace("\r\n", "\n").replace("\r", "\n")
    assert parse(wire.encode()) == [(event or "message", expected, id or "")]


@given(st.lists(st.tuples(TEXTS, st.none() | LINES), max_size=4), st.data())
def test_the_client_for_tests_reads_it_however_it_is_cut(events: list[tuple[str, str | None]], data: Any) -> None:
    wire = b": hello\n\n" + "".join(SSEEvent(text, name).encode() for text, name in events).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    parser = EventParser()
    pieces = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    read = [event for piece in pieces for event in parser.feed(piece)]
    assert [(one.event or "message", one.data, "") for one in read] == parse(wire)


@given(TEXTS.filter(lambda text: not set(text) & set("\v\f\x1c\x1d\x1e\x85\u2028\u2029")), st.none() | LINES)
def test_a_client_reads_the_same_from_another_encoder(data: str, event: str | None) -> None:
    """Where the other does not take a character of the data for the end of a line."""
    other = ServerSentEvent(data, event=event or None).encode()
    assert parse(SSEEvent(data, event).encode().encode()) == parse(other)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: SSEEvent("x", event="a\nb"), ValueError),
        (lambda: SSEEvent("x", event="a\rb"), ValueError),
        (lambda: SSEEvent("x", id="a\0"), ValueError),
        (lambda: SSEEvent("x", id="a\n"), ValueError),
        (lambda: SSEEvent("\ud800"), ValueError),
        (lambda: SSEEvent("x", event="\udfff"), ValueError),
        (lambda: SSEEvent("x", retry=-1), ValueError),
        (lambda: SSEEvent("x", retry=True), ValueError),
        (lambda: SSEEvent({"a": 1}), TypeError),  # type: ignore[arg-type]
        (lambda: SSEEvent("x", id=3), TypeError),  # type: ignore[arg-type]
        (lambda: EventStream("text"), TypeError),
        (lambda: EventStream({"a": 1}), TypeError),
        (lambda: EventStream(3), TypeError),  # type: ignore[arg-type]
        (lambda: EventStream([], event_type="a\n"), ValueError),
        (lambda: EventStream([], heartbeat_interval=0), ValueError),
        (lambda: EventStream([], heartbeat_interval=float("nan")), ValueError),
        (lambda: AppConfig(sse_heartbeat_interval=0), ConfigurationError),
    ],
)
def test_what_cannot_be_sent_is_refused_where_it_is_made(make: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        make()


def test_a_generator_function_that_was_not_called() -> None:
    def ticks() -> Iterator[str]:
        yield "tick"

    with pytest.raises(TypeError, match="call it"):
        EventStream(ticks)  # type: ignore[arg-type]

    async def give() -> Iterator[str]:
        return ticks()

    with pytest.raises(TypeError, match="await it"):
        EventStream(give())  # type: ignore[arg-type]


def test_an_empty_id_is_sent_and_an_empty_event_is_not() -> None:
    assert SSEEvent("", "", "", 0).encode() == "id: \nretry: 0\ndata: \n\n"


async def collect(app: App, path: str, headers: dict[str, str] | None = None) -> list[SSEEvent]:
    async with TestClient(app) as client, client.events(path, headers=headers) as events:
        return [event async for event in events]


def yielding(*values: object) -> AsyncGenerator[object]:
    async def generator() -> AsyncGenerator[object]:
        for value in values:
            yield value

    return generator()


@pytest.mark.parametrize("plain", [False, True])
def test_what_a_generator_yields(tmp_path: Path, plain: bool) -> None:
    app = make_app(tmp_path, TEMPLATES)
    values = (
        "text",
        {"é": 1},
        [1],
        Fragment("t.html", "row", n=1),
        Fragment("t.html", "row", target="list", n=2),
        SSEEvent("own", "x", "7", 100),
        Template("p.html", n=3),
        InlineTemplate("{{ n }}", n=4),
        OOB(Template("p.html", n=5), Fragment("t.html", "row", n=6)),
    )

    @app.route("/")
    async def events() -> EventStream:
        return EventStream(iter(values) if plain else yielding(*values))

    @app.route("/named")
    async def named() -> EventStream:
        return EventStream(iter(values) if plain else yielding(*values), event_type="tick")

    row = "<li id='row'>1</li>"
    expected = [
        SSEEvent("text"),
        SSEEvent('{"é":1}'),
        SSEEvent("[1]"),
        SSEEvent(row, "fragment"),
        SSEEvent("<li id='row'>2</li>", "list"),
        SSEEvent("own", "x", "7", 100),
        SSEEvent("<p>3</p>"),
        SSEEvent("4"),
        SSEEvent("<p>5</p><li hx-swap-oob=\"true\" id='row'>6</li>"),
    ]
    assert asyncio.run(collect(app, "/")) == expected
    assert [event.event for event in asyncio.run(collect(app, "/named"))] == ["tick"] * 5 + ["x"] + ["tick"] * 3


def test_htmx_4_gets_events_that_it_swaps(tmp_path: Path) -> None:
    """htmx 4 hands named events to scripts, and swaps the others, into the target that their text names."""
    app = make_app(tmp_path, TEMPLATES)

    @app.route("/")
    async def events() -> EventStream:
        return EventStream(yielding(Fragment("t.html", "row", n=1), Fragment("t.html", "row", target="list", n=2)))

    assert asyncio.run(collect(app, "/", {"HX-Source": "div#x"})) == [
        SSEEvent("<li id='row'>1</li>"),
        SSEEvent('<hx-partial hx-target="#list" hx-swap="innerHTML"><li id=\'row\'>2</li></hx-partial>'),
    ]


def test_the_head_of_a_channel(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    made: list[str] = []

    @app.route("/")
    async def events(request: Request) -> object:
        async def ticks() -> AsyncGenerator[str]:
            made.append(request.last_event_id or "first")
            yield "tick"

        return EventStream(ticks()), 201, {"X-A": "b"}

    async def run() -> None:
        async with TestClient(app) as client:
            head = await client.head("/")
            assert made == []
            assert (head.status, head.content_type, head.header("x-a")) == (201, "text/event-stream", "b")
            assert (head.header("cache-control"), head.header("x-accel-buffering")) == ("no-cache", "no")
            assert head.header("vary") == "HX-Request-Type, HX-Source"
            assert (await client.get("/")).text == "data: tick\n\n"
            await client.get("/", headers={"Last-Event-ID": "é".encode().decode("latin-1")})
            assert made == ["first", "é"]

    asyncio.run(run())


def test_silence_is_broken_by_comments(tmp_path: Path) -> None:
    """The comments come between events, never inside of one, and none is needed while events come."""
    app = make_app(tmp_path, sse_heartbeat_interval=0.001)
    go_on = asyncio.Event()

    @app.route("/")
    async def events() -> EventStream:
        async def ticks() -> AsyncGenerator[str]:
            yield "one"
            await go_on.wait()
            yield "two"

        return EventStream(ticks())

    async def run() -> None:
        async with TestClient(app) as client, client.stream("GET", "/") as answer:
            assert await answer.next_chunk() == b"data: one\n\n"
            for _ in range(3):
                assert (await answer.next_chunk()).startswith(b":")
            go_on.set()
            rest = await answer.text()
            assert rest.endswith("data: two\n\n")
            assert parse(rest.encode()) == [("message", "two", "")]

    asyncio.run(run())


def test_a_client_that_leaves_while_nothing_happens(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    closed: list[str] = []

    @app.route("/")
    async def events() -> EventStream:
        async def ticks() -> AsyncGenerator[str]:
            try:
                yield get_request().path
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                closed.append(get_request().path)

        return EventStream(ticks())

    async def run() -> None:
        async with TestClient(app) as client:
            async with client.events("/") as events:
                assert (await anext(events)).data == "/"
                assert closed == []
            assert closed == ["/"]
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_nothing_is_made_that_the_client_does_not_take(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    made: list[int] = []

    @app.route("/")
    async def events() -> EventStream:
        async def numbers() -> AsyncGenerator[str]:
            for number in range(1000):
                made.append(number)
                yield str(number)

        return EventStream(numbers())

    async def run() -> None:
        async with TestClient(app) as client, client.events("/") as events:
            for expected in range(3):
                assert (await anext(events)).data == str(expected)
                for _ in range(20):
                    await asyncio.sleep(0)
                assert len(made) <= expected + 3

    asyncio.run(run())


def test_a_plain_generator_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """It blocks a thread of its own, and sees the request it belongs to."""
    import threading

    app = make_app(tmp_path, worker_threads=1)
    release = threading.Event()
    closed = threading.Event()

    @app.route("/{name}")
    def events(name: str) -> EventStream:
        g.name = name

        def ticks() -> Iterator[str]:
            try:
                yield f"{g.name} {get_request().path}"
                release.wait()
                yield "released"
            finally:
                closed.set()

        return EventStream(ticks())

    async def run() -> None:
        async with TestClient(app) as client:
            async with client.events("/a") as first, client.events("/b") as second:
                assert (await anext(first)).data == "a /a"
                assert (await anext(second)).data == "b /b"
                release.set()
                assert (await anext(first)).data == "released"
            assert await asyncio.to_thread(closed.wait, 5)

    asyncio.run(run())


@pytest.mark.parametrize("value", [None, b"x", 3, object()])
def test_a_value_that_is_no_event(tmp_path: Path, value: object, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    closed: list[bool] = []

    @app.route("/")
    async def events() -> EventStream:
        async def ticks() -> AsyncGenerator[object]:
            try:
                yield "fine"
                yield value
            finally:
                closed.append(True)

        return EventStream(ticks())

    async def run() -> None:
        async with TestClient(app) as client:
            with pytest.raises(TypeError, match=type(value).__name__):
                await client.get("/")

    asyncio.run(run())
    assert closed == [True]
    assert len(caplog.records) == 1


def test_an_endless_channel_does_not_hold_up_a_test(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    async def events() -> EventStream:
        async def forever() -> AsyncGenerator[str]:
            yield "tick"
            await asyncio.Event().wait()

        return EventStream(forever())

    @app.route("/page")
    def page() -> str:
        return "text"

    async def run() -> None:
        async with TestClient(app, patience=0.01) as client:
            with pytest.raises(RuntimeError, match=r"client\.events"):
                await client.get("/")
            with pytest.raises(RuntimeError, match="not with events"):
                async with client.events("/page"):
                    pass
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_hundreds_of_clients_leave_nothing_behind(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    open_channels: set[int] = set()
    everybody = 300

    @app.route("/{id:int}")
    async def events(id: int) -> EventStream:
        async def ticks() -> AsyncGenerator[str]:
            open_channels.add(id)
            try:
                yield str(id)
                await asyncio.Event().wait()
            finally:
                open_channels.discard(id)

        return EventStream(ticks())

    async def one(client: TestClient, name: int, arrived: asyncio.Barrier) -> None:
        async with client.events(f"/{name}") as events:
            assert (await anext(events)).data == str(name)
            await arrived.wait()
            await arrived.wait()

    async def run() -> None:
        arrived = asyncio.Barrier(everybody + 1)
        async with TestClient(app) as client, asyncio.TaskGroup() as group:
            for name in range(everybody):
                group.create_task(one(client, name, arrived))
            await arrived.wait()
            assert len(open_channels) == everybody
            await arrived.wait()
        assert open_channels == set()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
