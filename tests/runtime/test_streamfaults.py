"""Faults in streams: whatever fails at whichever step, and wherever a request is cut off, nothing is left behind.

Each scenario runs once undisturbed to count its steps, then once for each step with the fault there.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chirp import App, EventStream, Fragment, Stream, StreamingResponse, Suspense, TemplateStream
from tests.runtime.driver import Message, body_messages, check_order, http_scope, make_app

TEMPLATES = {
    "stream.html": "<h1>{{ a }}</h1>{% block list %}{{ b | step }}{% end %}",
    "suspense.html": "<h1>x</h1>{% block one %}<p id='one'>{{ a | step }}</p>{% end %}{% block two %}{{ b }}{% end %}",
    "async.html": "{% async for x in xs %}<i>{{ x | step }}</i>{% end %}{{ await a }}",
    "row.html": "{% block row %}<li>{{ n | step }}</li>{% end %}",
}


@dataclass
class Steps:
    """Counts what user code does, and fails where it is told to; knows what is open."""

    fails_at: int = 0
    taken: int = 0
    opened: set[str] = field(default_factory=set[str])

    def step(self, value: object = "") -> object:
        self.taken += 1
        if self.taken == self.fails_at:
            raise LookupError("injected")
        return value

    async def load(self, name: str) -> str:
        self.opened.add(name)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            self.step()
            return name
        finally:
            self.opened.discard(name)

    async def numbers(self) -> AsyncGenerator[int]:
        self.opened.add("numbers")
        try:
            for number in range(3):
                await asyncio.sleep(0)
                self.step()
                yield number
        finally:
            self.opened.discard("numbers")
            await asyncio.sleep(0)


def streaming_app(folder: Path, steps: Steps) -> App:
    app = make_app(folder, TEMPLATES, worker_threads=2)
    app.template_filter("step")(steps.step)

    @app.route("/chunks")
    async def chunks() -> StreamingResponse:
        async def generator() -> AsyncGenerator[str]:
            async with aclosing(steps.numbers()) as numbers:
                async for number in numbers:
                    yield str(number)

        return StreamingResponse(generator())

    @app.route("/plain")
    def plain() -> StreamingResponse:
        def generator() -> Iterator[str]:
            steps.opened.add("plain")
            try:
                for number in range(3):
                    yield str(steps.step(number))
            finally:
                steps.opened.discard("plain")

        return StreamingResponse(generator())

    @app.route("/events")
    async def events() -> EventStream:
        async def generator() -> AsyncGenerator[object]:
            async with aclosing(steps.numbers()) as numbers:
                async for number in numbers:
                    yield Fragment("row.html", "row", n=number)

        return EventStream(generator())

    @app.route("/stream")
    async def stream() -> Stream:
        return Stream("stream.html", a=steps.load("a"), b=steps.load("b"))

    @app.route("/suspense")
    async def suspense() -> Suspense:
        return Suspense("suspense.html", a=steps.load("a"), b=steps.load("b"))

    @app.route("/async")
    async def by_itself() -> TemplateStream:
        return TemplateStream("async.html", xs=steps.numbers(), a=steps.load("a"))

    return app


PATHS = ["/chunks", "/plain", "/events", "/stream", "/suspense", "/async"]


class Connection:
    """Records what is sent; the nth call of `send` fails, or the client leaves at the nth message."""

    def __init__(self, *, fails_at: int = 0, error: type[Exception] = OSError, leaves_at: int = 0) -> None:
        self.incoming = body_messages(b"")
        self.sent: list[Message] = []
        self.calls = 0
        self.fails_at = fails_at
        self.error = error
        self.leaves_at = leaves_at
        self.left = asyncio.Event()

    async def receive(self) -> Message:
        if self.incoming:
            return self.incoming.pop(0)
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            raise self.error("injected")
        check_order(self.sent, message)
        self.sent.append(message)
        if self.calls == self.leaves_at:
            self.left.set()
            for _ in range(3):
                await asyncio.sleep(0)

    @property
    def complete(self) -> bool:
        return bool(self.sent) and self.sent[-1]["type"] == "http.response.body" and not self.sent[-1].get("more_body")


async def run(app: App, path: str, connection: Connection) -> Exception | None:
    """One request; what comes out of the application is given back."""
    try:
        await app(http_scope("GET", path), connection.receive, connection.send)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    return None


async def settled(steps: Steps) -> None:
    """A cancelled task ends in its next turn, and a worker thread closes what it has when it comes to it."""
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    for _ in range(30_000):
        if not steps.opened:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(steps.opened)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def app(tmp_path: Path, steps: Steps) -> App:
    return streaming_app(tmp_path, steps)


@pytest.mark.parametrize("path", PATHS)
def test_undisturbed(app: App, steps: Steps, path: str) -> None:
    async def once() -> None:
        connection = Connection()
        assert await run(app, path, connection) is None
        assert connection.complete
        assert connection.sent[0]["status"] == 200
        await settled(steps)

    asyncio.run(once())
    assert steps.taken > 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_a_send_that_fails(
    app: App, steps: Steps, path: str, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """An OSError says that the client has left, which is no failure; anything else is the server's own."""

    async def everywhere() -> None:
        undisturbed = Connection()
        await run(app, path, undisturbed)
        for at in range(1, undisturbed.calls + 1):
            connection = Connection(fails_at=at, error=error)
            raised = await run(app, path, connection)
            assert raised is None if error is OSError else str(raised) == "injected"
            assert not connection.complete
            await settled(steps)

    asyncio.run(everywhere())
    assert caplog.records == []


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_leaves(app: App, steps: Steps, path: str, caplog: pytest.LogCaptureFixture) -> None:
    async def everywhere() -> None:
        undisturbed = Connection()
        await run(app, path, undisturbed)
        for at in range(1, undisturbed.calls + 1):
            connection = Connection(leaves_at=at)
            assert await run(app, path, connection) is None
            assert len(connection.sent) >= at
            await settled(steps)

    asyncio.run(everywhere())
    assert caplog.records == []


@pytest.mark.parametrize("path", PATHS)
def test_code_of_the_application_that_fails(
    app: App, steps: Steps, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log each; an answer that has begun is cut off, unless it can say what is missing."""

    async def everywhere() -> None:
        await run(app, path, Connection())
        for at in range(1, steps.taken + 1):
            steps.taken, steps.fails_at = 0, at
            caplog.clear()
            connection = Connection()
            raised = await run(app, path, connection)
            await settled(steps)
            assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1, at
            if path == "/suspense" or (connection.sent and connection.sent[0]["status"] == 500):
                assert raised is None
                assert connection.complete
            else:
                assert raised is not None
                assert not connection.complete
        steps.fails_at = 0
        again = Connection()
        assert await run(app, path, again) is None
        assert again.complete

    asyncio.run(everywhere())


@pytest.mark.parametrize("path", PATHS)
def test_a_request_that_is_cancelled_at_any_await(app: App, steps: Steps, path: str) -> None:
    async def cancel_after(turns: int) -> bool:
        connection = Connection()
        task = asyncio.ensure_future(app(http_scope("GET", path), connection.receive, connection.send))
        for _ in range(turns):
            await asyncio.sleep(0)
        done = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        await settled(steps)
        return done

    async def everywhere() -> None:
        turns = 0
        while not await cancel_after(turns) and turns < 60:
            turns += 1

    asyncio.run(everywhere())


@pytest.mark.parametrize("path", PATHS)
def test_a_head_request_starts_nothing(app: App, steps: Steps, path: str) -> None:
    async def once() -> None:
        connection = Connection()
        await app(http_scope("HEAD", path), connection.receive, connection.send)
        assert connection.complete
        assert connection.sent[1]["body"] == b""
        await settled(steps)

    asyncio.run(once())
    assert steps.taken <= (path == "/suspense")  # the shell is rendered


def fails_to_close() -> AsyncGenerator[str]:
    async def generator() -> AsyncGenerator[str]:
        try:
            yield "x"
            await asyncio.Event().wait()
        finally:
            raise LookupError("while closing")

    return generator()


def swallows() -> AsyncGenerator[str]:
    async def generator() -> AsyncGenerator[str]:
        yield "x"
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                yield "more"

    return generator()


@pytest.mark.parametrize(("make", "lines"), [(fails_to_close, 1), (swallows, 0)])
def test_generators_that_do_not_end_as_they_should(
    tmp_path: Path, make: Callable[[], Any], lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    async def page() -> StreamingResponse:
        return StreamingResponse(make())

    async def once() -> None:
        connection = Connection(leaves_at=2)
        raised = await run(app, "/", connection)
        assert raised is None or str(raised) == "while closing"
        assert not connection.complete
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(once())
    assert len(caplog.records) == lines
