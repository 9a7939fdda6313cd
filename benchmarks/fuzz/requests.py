"""Random requests to a site of every feature, guided by the lines they reach.

Each has to be answered, without an unexpected 5xx, in valid messages without line breaks in headers, and nothing may be
left of it. They are sent without a server, in one thread and in a time of their own (`QuickLoop`): functions for worker
threads are called in place, unless threads are asked for.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.fuzz.inputs import Input, Mutator, seeds
from benchmarks.fuzz.lines import RUNTIME, Lines
from benchmarks.fuzz.loop import QuickLoop, StuckError
from chirp.app import App
from chirp.context import request_var
from chirp.server.threads import Workers
from tests.hostile.reading import open_files
from tests.hostile.site import OPEN, site
from tests.runtime.driver import Message, answer_of, check_order

SLOW = 2.0  # seconds
CHECK = 1_000  # requests after which nothing may be left
REPORT = 100_000
TOO_MANY = 20
CORPUS = 20_000


class Failed(Exception):
    """An invariant does not hold."""


class Client:
    """One connection, as a server has it: some of its sends wait, and it may leave after a number of messages."""

    def __init__(self, one: Input, *, waits: bool) -> None:
        self.sent: list[Message] = []
        self._incoming: list[Message] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in one.chunks
        ]
        last: Message = {"type": "http.request", "body": b"", "more_body": False}
        self._incoming.append({"type": "http.disconnect"} if one.cut_off else last)
        self._incoming.reverse()
        self._leaves_after = one.leaves_after
        self._waits = waits
        self._gone = asyncio.Event()

    async def receive(self) -> Message:
        if self._incoming:
            return self._incoming.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        leaves = self._leaves_after
        if leaves and len(self.sent) >= leaves and leaves % 2 == 0:
            raise OSError
        check_order(self.sent, message)
        self.sent.append(message)
        if len(self.sent) == leaves:
            self._gone.set()
        if self._waits:
            await asyncio.sleep(0)


def scope_of(one: Input) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": one.method,
        "scheme": "http",
        "path": one.path,
        "raw_path": one.path.encode("utf-8", "surrogatepass"),
        "query_string": one.query,
        "root_path": "",
        "headers": list(one.headers),
        "client": ("127.0.0.1", 1234),
        "server": ("localhost", 80),
    }


async def send(app: App, one: Input, *, waits: bool = True) -> int:
    """The status of the answer, 0 for none that was due; Failed when an invariant breaks."""
    client = Client(one, waits=waits)
    started = time.perf_counter()
    try:
        await app(scope_of(one), client.receive, client.send)
    except Exception as error:
        raise Failed(f"{type(error).__name__}: {error}") from error
    if time.perf_counter() - started > SLOW:
        await _again(app, one)
    if request_var.get(None) is not None:
        raise Failed("the request is left in its task")
    if one.cut_off or one.leaves_after:
        return 0
    answer = answer_of(client.sent)
    if not 200 <= answer.status < 500:
        raise Failed(f"status {answer.status}")
    if one.method == "HEAD" and answer.body:
        raise Failed("a body for HEAD")
    lengths = answer.all("content-length")
    if lengths and one.method != "HEAD" and answer.status != 304 and lengths != [str(len(answer.body))]:
        raise Failed(f"content-length {lengths} of {len(answer.body)} bytes")
    return answer.status


async def _again(app: App, one: Input) -> None:
    """Failed if it takes as long of the processor, too, and not only because the machine is busy."""
    client = Client(one, waits=False)
    started = time.process_time()
    await app(scope_of(one), client.receive, client.send)
    if (taken := time.process_time() - started) > SLOW:
        raise Failed(f"{taken:.1f} seconds of processor time")


class Requests:
    """A run: what was sent, what came back, and what went wrong."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.apps = [site(folder), site(folder, guarded=True)]
        self.lines = Lines(RUNTIME)
        self.statuses: dict[int, int] = {}
        self.failures: list[str] = []
        self.sent = 0
        self.current: Input | None = None
        self._folder = str(folder)
        self._mutator = Mutator(seed)
        self._corpus = seeds()
        self._queue = list(self._corpus)
        self._files = open_files()
        self._started = time.monotonic()

    async def go_on(self, seconds: float, count: int) -> None:
        """Send until the time is over, all are sent, or too much has gone wrong."""
        end = self._started + seconds
        tasks = asyncio.all_tasks()
        while time.monotonic() < end and self.sent < count and len(self.failures) <= TOO_MANY:
            await self._next(self._mutator.random)
            if self.sent % CHECK == 0:
                await self._look_around(tasks)
            if self.sent % REPORT == 0:
                print(self, flush=True)
        await self._look_around(tasks)
        self._look_at_files()

    async def _next(self, rng: random.Random) -> None:
        corpus = self._corpus
        one = self._queue.pop() if self._queue else self._mutator.change(rng.choice(corpus), rng.choice(corpus))
        self.current = one
        reached = len(self.lines.seen)
        self.sent += 1
        try:
            status = await send(self.apps[rng.random() < 0.1], one, waits=rng.random() < 0.25)
        except (Failed, AssertionError) as error:
            self.failures.append(f"{error}: {one}")
            return
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if len(self.lines.seen) > reached and len(corpus) < CORPUS:
            corpus.append(one)

    async def _look_around(self, tasks: set[asyncio.Task[Any]]) -> None:
        await asyncio.sleep(0.1)
        if left := asyncio.all_tasks() - tasks:
            self.failures.append(f"tasks are left: {left}: within {CHECK} requests before {self.current}")
            tasks |= left
        if OPEN:
            self.failures.append(f"generators are open: {OPEN}: within {CHECK} requests before {self.current}")
            OPEN.clear()

    def _look_at_files(self) -> None:
        strays = [name for name in open_files() - self._files if self._folder in name or "(deleted)" in name]
        if strays:
            self.failures.append(f"files are open: {strays}")

    def __str__(self) -> str:
        shown = ", ".join(f"{status or 'gone'}: {count}" for status, count in sorted(self.statuses.items()))
        seconds = time.monotonic() - self._started
        return f"{self.sent} requests in {seconds:.0f} s, {len(self.lines.seen)} lines; {shown}"


async def _in_place[A, R](_: Workers, function: Callable[[A], R], argument: A, pace: object = None) -> R:
    return function(argument)


def fuzz_requests(seconds: float, seed: int, count: int = sys.maxsize, *, threads: bool = False) -> int:
    """How it ended, as a process says it: 0 when nothing went wrong."""
    in_threads = Workers.run, Workers.hand_off
    if not threads:  # the hand-off has tests of its own
        Workers.run = Workers.hand_off = _in_place  # type: ignore[assignment,method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = Requests(Path(folder), seed)
            run.lines.start()
            try:
                with asyncio.Runner(loop_factory=None if threads else QuickLoop) as runner:
                    runner.run(run.go_on(seconds, count))
            except StuckError:
                run.failures.append(f"it waits for ever: {run.current}")
            finally:
                run.lines.stop()
                for app in run.apps:
                    app.freeze().services.workers.close()
    finally:
        Workers.run, Workers.hand_off = in_threads  # type: ignore[method-assign]
    for failure in run.failures:
        print(failure)
    print(run)
    print(f"{len(run.failures)} failures (seed {seed})")
    return int(bool(run.failures))
