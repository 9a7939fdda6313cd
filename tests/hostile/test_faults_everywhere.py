"""A fault at every step of every feature: what was sent is a valid beginning, and nothing is left of the request.

Each scenario runs once undisturbed to count its steps, then once per step with the fault there: a call of `receive` or
`send` that raises, a client that leaves, a cancellation, an opened file that fails.
"""

import asyncio
import gc
import os
import re
import tempfile
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from chirp import App, StreamingResponse
from tests.hostile.framework import PATIENCE, silence
from tests.hostile.site import OPEN, SCENARIOS, TICKS, site
from tests.runtime.driver import Connection, http_scope, make_app

NONCE = re.compile(rb'nonce="[^"]*"')


class Injected(Exception):
    """What the fault raises."""


class Cut(OSError):
    """What a server's `send` raises when the connection is gone."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Generator[App]:
    built = site(tmp_path_factory.mktemp("site"))
    yield built
    built.freeze().services.workers.close()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0


async def answered(app: App, name: str, connection: Connection) -> BaseException | None:
    """Run a scenario to its end, whatever that is; then nothing of it may be left."""
    scope, _ = SCENARIOS[name]
    before = asyncio.all_tasks()
    try:
        async with asyncio.timeout(PATIENCE):
            await app(dict(scope), connection.receive, connection.send)
    except TimeoutError:
        raise AssertionError(f"{name} hangs") from None
    except Exception as error:  # noqa: BLE001 - it is judged
        outcome: BaseException | None = error
    else:
        outcome = None
    await nothing_left(before)
    return outcome


async def nothing_left(before: set[asyncio.Task[Any]]) -> None:
    for _ in range(6000):  # a worker thread may still be closing what it had
        if not OPEN and asyncio.all_tasks() == before:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"left behind: {OPEN} {asyncio.all_tasks() - before}")


def undisturbed(app: App, name: str) -> Connection:
    connection = Connection(SCENARIOS[name][1])
    assert asyncio.run(answered(app, name, connection)) is None
    assert connection.complete
    assert connection.sent[0]["status"] < 500
    return connection


def same(one: Connection, other: Connection) -> bool:
    """Whether two answers are equal, but for what is signed at a time, or random."""
    heads = [
        [pair for pair in connection.sent[0]["headers"] if pair[0] not in {b"set-cookie", b"content-security-policy"}]
        for connection in (one, other)
    ]
    return heads[0] == heads[1] and NONCE.sub(b"", one.body) == NONCE.sub(b"", other.body)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("error", [Cut, Injected])
def test_a_fault_at_every_call_of_the_server(app: App, name: str, error: type[Exception]) -> None:
    with silence():
        whole = undisturbed(app, name)
        gc.collect()
        before = descriptors()
        for step in range(1, whole.calls + 1):
            connection = Connection(SCENARIOS[name][1], fails_at=step, error=error)
            outcome = asyncio.run(answered(app, name, connection))
            if outcome is not None:
                assert isinstance(outcome, error), f"step {step}: {outcome!r}"
                assert error is not Cut, "a client that left is no failure"
            assert not connection.complete or connection.calls < step + 2
        gc.collect()
        assert descriptors() <= before
        assert same(undisturbed(app, name), whole), "something of the faults is left"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_client_that_leaves_after_every_message(app: App, name: str) -> None:
    async def leave_after(messages: int) -> Connection:
        connection = Connection(SCENARIOS[name][1])

        async def watch() -> None:
            await connection.sent_at_least(messages)
            connection.leave(send_fails=True)

        watcher = asyncio.ensure_future(watch())
        await asyncio.sleep(0)
        scope, _ = SCENARIOS[name]
        async with asyncio.timeout(PATIENCE):
            await app(dict(scope), connection.receive, connection.send)
        await watcher
        await nothing_left({task for task in [asyncio.current_task()] if task is not None})
        return connection

    with silence():
        whole = undisturbed(app, name)
        for messages in range(len(whole.sent) + 1):
            asyncio.run(leave_after(messages))
        assert same(undisturbed(app, name), whole)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cancellation_at_every_turn(app: App, name: str) -> None:
    scope, incoming = SCENARIOS[name]

    async def cancel_after(turns: int) -> bool:
        """Whether the request was over by then."""
        connection = Connection(incoming)
        task = asyncio.ensure_future(app(dict(scope), connection.receive, connection.send))
        for _ in range(turns):
            await asyncio.sleep(0)
        done = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None, task.exception()
        assert done or not connection.complete or len(connection.sent) > 1
        await nothing_left({one for one in [asyncio.current_task()] if one is not None})
        return done

    with silence():
        whole = undisturbed(app, name)
        turns = 0
        while not asyncio.run(cancel_after(turns)) and turns < 60:
            turns += 1
        assert same(undisturbed(app, name), whole)


FILES = ("file", "small file", "range", "download", "large upload", "upload", "page")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("call", ["open", "fstat", "temporary"])
def test_a_fault_of_the_file_system(app: App, name: str, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is one of the server's own, or it is cut off: never a part that looks like the whole."""
    owner, attribute = {"open": (os, "open"), "fstat": (os, "fstat"), "temporary": (tempfile, "TemporaryFile")}[call]
    original: Callable[..., Any] = getattr(owner, attribute)
    lock = threading.Lock()
    calls = 0
    fails_at = 0

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            mine = calls
        if mine == fails_at:
            raise OSError("the disk is gone")
        return original(*args, **kwargs)

    with silence():
        whole = undisturbed(app, name)
        with monkeypatch.context() as patch:
            patch.setattr(owner, attribute, failing)
            undisturbed(app, name)
            counted = calls
            for step in range(1, counted + 1):
                calls, fails_at = 0, step
                connection = Connection(SCENARIOS[name][1])
                asyncio.run(answered(app, name, connection))
                assert not connection.complete or connection.sent[0]["status"] >= 400 or same(connection, whole)
                fails_at = 0
        assert same(undisturbed(app, name), whole)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_at_every_call_of_a_template(app: App, name: str) -> None:
    """The answer is an error, or says so in its place, or is cut off: never a part that looks like the whole."""
    with silence():
        TICKS.fails_at = TICKS.calls = 0
        whole = undisturbed(app, name)
        try:
            for step in range(1, TICKS.calls + 1):
                TICKS.calls, TICKS.fails_at = 0, step
                connection = Connection(SCENARIOS[name][1])
                asyncio.run(answered(app, name, connection))
                assert connection.sent, "no answer"
                said = connection.sent[0]["status"] >= 400 or b'role="alert"' in connection.body
                made_good = name == "suspense" and b"later</p>" in connection.body  # the block came afterwards
                assert said or made_good or not connection.complete, connection.body
        finally:
            TICKS.fails_at = 0
        assert same(undisturbed(app, name), whole), "something of the faults is left"


class Chunks:
    """Chunks that hold something open."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def __iter__(self) -> Chunks:
        return self

    def __next__(self) -> bytes:
        return b"x"

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("loop_goes_on", [True, False])
def test_what_a_thread_answers_to_a_cancelled_request_is_closed(tmp_path: Path, loop_goes_on: bool) -> None:
    app = make_app(tmp_path)
    chunks, entered, release = Chunks(), threading.Event(), threading.Event()

    @app.route("/")
    def slow() -> StreamingResponse:
        entered.set()
        release.wait(PATIENCE)
        return StreamingResponse(chunks)

    async def cancel() -> None:
        connection = Connection([{"type": "http.request", "body": b"", "more_body": False}])
        task = asyncio.ensure_future(app(http_scope("GET", "/"), connection.receive, connection.send))
        await asyncio.to_thread(entered.wait, PATIENCE)
        task.cancel()
        await asyncio.wait([task])
        assert connection.sent == []
        if loop_goes_on:
            release.set()
            assert await asyncio.to_thread(chunks.closed.wait, PATIENCE)

    asyncio.run(cancel())
    release.set()
    assert chunks.closed.wait(PATIENCE)
    app.freeze().services.workers.close()
