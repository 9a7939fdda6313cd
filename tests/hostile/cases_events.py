"""Hostile cases: server-sent events, on the wire and while the client stays or leaves."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from tests.hostile.case import Topic, refused
from tests.hostile.cases_streams import Source, run, serve
from tests.hostile.framework import Framework
from tests.runtime.driver import Connection

encoding = Topic(2700, "Server-sent events on the wire")


# What a browser takes of the fields besides the data.
KNOWN: dict[str, Callable[[str], bool]] = {
    "event": bool,
    "id": lambda value: "\0" not in value,
    "retry": lambda value: value.isascii() and value.isdigit(),
}


def received(wire: bytes) -> list[dict[str, str]]:
    """What a browser makes of an event stream, step by step as the HTML standard has it."""
    text = wire.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events: list[dict[str, str]] = []
    event: dict[str, str] = {}
    data: list[str] = []
    for line in text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"):
        if not line:
            if data:
                events.append({"event": "message", **event, "data": "\n".join(data)})
            event, data = {}, []
            continue
        name, colon, value = line.partition(":")
        value = value.removeprefix(" ") if colon else ""
        if name == "data":
            data.append(value)
        elif (
            (name == "event" and value) or (name == "id" and "\0" not in value) or (name == "retry" and value.isdigit())
        ):
            event[name] = value
    return events


def arrives(framework: Framework, data: str) -> None:
    found = received(framework.sse(data))
    expected = data.replace("\r\n", "\n").replace("\r", "\n")
    assert found == [{"event": "message", "data": expected}], found


encoding.table(
    1,
    {
        "text arrives": "hello",
        "empty text arrives": "",
        "several lines arrive": "one\ntwo\n\nthree",
        "CR LF is one line break": "one\r\ntwo",
        "a bare CR is a line break, and starts no field": "one\rdata: two\revent: evil",
        "a line break at the end arrives": "one\n",
        "a line break at the start arrives": "\none",
        "VT and FF are no line breaks": "one\x0btwo\x0cthree",
        "NEL, LS and PS are no line breaks": "one\x85two\u2028three\u2029four",
        "FS, GS and RS are no line breaks": "one\x1ctwo\x1dthree\x1efour",
        "text that begins with a space keeps it": " one",
        "text that begins with a colon arrives": ": comment",
        "text that looks like fields is text": "event: evil\nid: 1\nretry: 1",
        "characters of every plane arrive": "é€😀",
        "NUL arrives": "a\0b",
    },
    arrives,
)


def bad_event(framework: Framework, options: dict[str, Any]) -> None:
    try:
        refused(lambda: framework.sse("x", **options))
    except AssertionError:
        (event,) = received(framework.sse("x", **options))
        assert event["data"] == "x", "it broke out of its line"
        assert event.keys() & options.keys(), "it got lost"


encoding.table(
    20,
    {
        "an event name with LF is refused, or does not break out": {"event": "a\ndata: evil"},
        "an event name with CR": {"event": "a\rdata: evil"},
        "an id with LF": {"id": "1\ndata: evil"},
        "an id with CR": {"id": "1\revent: evil"},
        "an id with NUL, which browsers ignore, is refused": {"id": "a\0b"},
        "a negative retry is refused": {"retry": -1},
        "retry as text is refused": {"retry": "5\ndata: evil"},
        "retry True is refused": {"retry": True},
        "retry 1.5 is refused": {"retry": 1.5},
    },
    bad_event,
)


@encoding.case(30, "data with a lone surrogate is refused where it is made")
def _(framework: Framework) -> None:
    refused(lambda: framework.sse("\ud800"))


@encoding.case(31, "an id of nothing is sent: it makes the browser forget the last one")
def _(framework: Framework) -> None:
    assert received(framework.sse("x", id=""))[0].get("id") == ""


@encoding.case(32, "name, id and retry arrive")
def _(framework: Framework) -> None:
    found = received(framework.sse("x", event="e", id="7", retry=5))
    assert found == [{"event": "e", "id": "7", "retry": "5", "data": "x"}]


living = Topic(2900, "Server-sent events over time")


def opened(framework: Framework, source: Any, connection: Connection, **options: Any) -> asyncio.Task[Any]:
    asgi = {"version": "3.0", "spec_version": "2.4"}
    return asyncio.ensure_future(serve(framework.events(source, **options), connection, asgi=asgi))


class Events(Source):
    """Texts that note when they are closed."""

    async def texts(self) -> AsyncGenerator[str]:
        async for chunk in self.chunks():
            yield chunk.decode()


@living.case(1, "the type is text/event-stream, and nobody stores it")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        connection = Connection()
        await opened(framework, Events(forever=False).texts(), connection)
        headers = dict(connection.sent[0]["headers"])
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"cache-control"] in {b"no-cache", b"no-store"}

    run(conversation)


@living.case(2, "what is yielded arrives at once, one event each")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(idle=True), Connection()
        task = opened(framework, source.texts(), connection)
        await connection.sent_at_least(2)
        assert [event["data"] for event in received(connection.body)] == ["x" * 10]
        connection.leave(send_fails=True)
        await task

    run(conversation)


@living.case(3, "a client that leaves a silent stream stops it, and no task is left")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(idle=True), Connection()
        task = opened(framework, source.texts(), connection)
        await connection.sent_at_least(2)
        connection.leave(send_fails=True)
        await task
        await asyncio.sleep(0)
        assert source.closed

    run(conversation)


@living.case(4, "an OSError of send stops it, and no task is left")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(), Connection(fails_at=5)
        await opened(framework, source.texts(), connection)
        await asyncio.sleep(0)
        assert source.closed

    run(conversation)


@living.case(5, "cancelling the request stops it, and no task is left")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(idle=True), Connection()
        task = opened(framework, source.texts(), connection)
        await connection.sent_at_least(2)
        task.cancel()
        await asyncio.wait([task])
        for _ in range(3):
            await asyncio.sleep(0)
        assert source.closed

    run(conversation)


@living.case(6, "an exception in the generator is raised, and the stream has no end")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(fails_after=2), Connection()
        outcome = await opened(framework, source.texts(), connection)
        assert isinstance(outcome, Exception)
        assert not connection.complete

    run(conversation)


@living.case(7, "a silent stream sends comments")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Events(idle=True), Connection()
        task = opened(framework, source.texts(), connection, ping=1)
        await connection.sent_at_least(3)
        assert connection.sent[2]["body"].startswith(b":")
        connection.leave(send_fails=True)
        await task

    run(conversation)


@living.case(8, "the next event is made when the client took the last one")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source = Events()
        gate = asyncio.Semaphore(2)

        class Slow(Connection):
            async def send(self, message: Any) -> None:
                await gate.acquire()
                await super().send(message)

        connection = Slow()
        task = opened(framework, source.texts(), connection)
        await connection.sent_at_least(2)
        for _ in range(20):
            await asyncio.sleep(0)
        assert source.made <= 2, source.made
        task.cancel()
        await asyncio.wait([task])

    run(conversation)
