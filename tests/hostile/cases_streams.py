"""Hostile cases: answers that are made while they are sent."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, override

from tests.hostile.case import Topic
from tests.hostile.framework import SECONDS, Framework, get, silence
from tests.hostile.reading import status
from tests.runtime.driver import ASGIApp, Connection, http_scope

streams = Topic(2800, "Streams")


class Source:
    """Chunks that note when they are made and when they are closed."""

    def __init__(self, *, forever: bool = True, fails_after: int = 0, idle: bool = False) -> None:
        self.made = 0
        self.closed = False
        self._forever = forever
        self._fails_after = fails_after
        self._idle = idle

    async def chunks(self) -> AsyncGenerator[bytes]:
        try:
            while self._forever or self.made < 3:
                if self._fails_after and self.made == self._fails_after:
                    raise RuntimeError("in the middle")
                self.made += 1
                yield b"x" * 10
                if self._idle:
                    await asyncio.Event().wait()
        finally:
            self.closed = True

    def plain(self) -> Generator[bytes]:
        try:
            while self._forever or self.made < 3:
                self.made += 1
                yield b"x" * 10
        finally:
            self.closed = True


async def bounded(work: Coroutine[Any, Any, Any]) -> Any:
    """What it gives; an exception is a value here, a hang is not."""
    async with asyncio.timeout(SECONDS):
        try:
            return await work
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - it is looked at
            return error


def run(conversation: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Nothing may be left running; sse-starlette has one task per event loop that waits for the server's end."""

    async def whole() -> None:
        before = asyncio.all_tasks()
        await conversation()
        await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() - before if "_shutdown_watcher" not in str(task.get_coro())]
        assert not left, f"left behind: {left}"

    with silence():
        asyncio.run(whole())


def serve(app: ASGIApp, connection: Connection, method: str = "GET", **scope: Any) -> Coroutine[Any, Any, Any]:
    return bounded(app(http_scope(method, "/", **scope), connection.receive, connection.send))


@streams.case(1, "chunks arrive in order, and the answer ends")
def _(framework: Framework) -> None:
    source = Source(forever=False)
    assert get(framework.streaming(source.chunks()), "/").body == b"x" * 30
    assert source.closed


def started(framework: Framework, chunks: Any, connection: Connection, version: str) -> asyncio.Task[Any]:
    asgi = {"version": "3.0", "spec_version": version}
    return asyncio.ensure_future(serve(framework.streaming(chunks), connection, asgi=asgi))


def leaves(framework: Framework, row: tuple[str, bool]) -> None:
    version, idle = row

    async def conversation() -> None:
        source, connection = Source(idle=idle), Connection()
        task = started(framework, source.chunks(), connection, version)
        await connection.sent_at_least(2)
        connection.leave(send_fails=version == "2.4")
        await task
        assert source.closed
        assert not connection.complete, "a part looks like the whole"

    run(conversation)


streams.table(
    2,
    {
        "a client that leaves stops a busy generator": ("2.3", False),
        "a client that leaves stops a generator that waits": ("2.3", True),
        "a client that leaves stops a busy generator, under ASGI 2.4": ("2.4", False),
        "a client that leaves stops a generator that waits, under ASGI 2.4": ("2.4", True),
    },
    leaves,
)


def refuses(framework: Framework, version: str) -> None:
    async def conversation() -> None:
        source, connection = Source(), Connection(fails_at=4)
        await started(framework, source.chunks(), connection, version)
        assert source.closed
        assert not connection.complete

    run(conversation)


streams.table(
    6,
    {
        "an OSError of send stops and closes the generator": "2.3",
        "an OSError of send stops and closes the generator, under ASGI 2.4": "2.4",
    },
    refuses,
)


def broken(framework: Framework, version: str) -> None:
    async def conversation() -> None:
        source, connection = Source(fails_after=2), Connection()
        outcome = await started(framework, source.chunks(), connection, version)
        assert source.closed
        assert connection.body == b"x" * 20
        assert not connection.complete, "a part looks like the whole, and may be cached"
        assert isinstance(outcome, Exception), "the server does not learn of it"

    run(conversation)


streams.table(
    10,
    {
        "an exception in mid-stream is raised, and the answer has no end": "2.3",
        "an exception in mid-stream is raised, under ASGI 2.4": "2.4",
    },
    broken,
)


@streams.case(12, "an exception before the first chunk leaves no answer that looks whole")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        async def chunks() -> AsyncGenerator[bytes]:
            if framework.name:
                raise RuntimeError("at once")
            yield b""

        connection = Connection()
        outcome = await started(framework, chunks(), connection, "2.4")
        assert not connection.complete or connection.sent[0]["status"] == 500
        assert isinstance(outcome, Exception) or connection.complete

    run(conversation)


@streams.case(13, "the next chunk is made when the client took the last one")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source = Source()
        gate = asyncio.Semaphore(2)

        class Slow(Connection):
            @override
            async def send(self, message: Any) -> None:
                await gate.acquire()
                await super().send(message)

        connection = Slow()
        task = started(framework, source.chunks(), connection, "2.3")
        await connection.sent_at_least(2)
        for _ in range(20):
            await asyncio.sleep(0)
        assert source.made <= 2, source.made
        connection.leave()
        gate.release()
        await task

    run(conversation)


@streams.case(14, "cancelling the request closes the generator")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Source(idle=True), Connection()
        task = started(framework, source.chunks(), connection, "2.4")
        await connection.sent_at_least(2)
        task.cancel()
        await asyncio.wait([task])
        assert source.closed
        assert not connection.complete

    run(conversation)


@streams.case(15, "a plain generator does not block the event loop")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        entered, release = threading.Event(), threading.Event()

        def chunks() -> Generator[bytes]:
            yield b"1"
            entered.set()
            release.wait(SECONDS)
            yield b"2"

        connection = Connection()
        task = started(framework, chunks(), connection, "2.3")
        await connection.sent_at_least(2)
        turns = 0
        while not entered.is_set():
            await asyncio.sleep(0.001)
            turns += 1
            assert turns < 1000, "the loop waits for the generator"
        release.set()
        await task
        assert connection.body == b"12"

    run(conversation)


@streams.case(16, "a plain generator is closed when the client leaves")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Source(), Connection()
        task = started(framework, source.plain(), connection, "2.3")
        await connection.sent_at_least(3)
        connection.leave()
        await task
        for _ in range(3000):
            if source.closed:
                break
            await asyncio.sleep(0.01)
        assert source.closed

    run(conversation)


@streams.case(17, "HEAD makes no chunk")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        source, connection = Source(forever=False), Connection()
        await serve(framework.streaming(source.chunks()), connection, "HEAD")
        assert connection.body == b""
        assert source.made == 0

    run(conversation)


@streams.case(18, "a chunk that is neither text nor bytes ends in an exception")
def _(framework: Framework) -> None:
    async def conversation() -> None:
        async def chunks() -> AsyncGenerator[Any]:
            yield b"1"
            yield 2

        connection = Connection()
        outcome = await started(framework, chunks(), connection, "2.4")
        assert isinstance(outcome, Exception)
        assert not connection.complete

    run(conversation)


@streams.case(19, "an empty chunk is not the end")
def _(framework: Framework) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        yield b"1"
        yield b""
        yield b"2"

    assert get(framework.streaming(chunks()), "/").body == b"12"


@streams.case(20, "a stream frames itself: neither content length nor transfer encoding")
def _(framework: Framework) -> None:
    answer = get(framework.streaming(Source(forever=False).chunks()), "/")
    status(answer, 200)
    assert answer.all("transfer-encoding") == []
    assert answer.all("content-length") == []
