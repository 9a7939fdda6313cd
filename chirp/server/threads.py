"""Worker threads for `def` handlers: a hand-off that carries the context variables there and back.

`run_in_executor` costs twice as much per call: it makes two futures and a work item where one of each will do. To wake
an event loop costs as much again. So `hand_off` lets the loop wait for the thread, on a lock, where nothing else could
run meanwhile: `Pace` knows of which functions that holds.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, cast

from chirp.http.streaming import StreamingResponse
from chirp.server.closing import close

try:
    from resource import RUSAGE_THREAD, getrusage

    def _switches() -> float:
        """How often this thread has given its processor away, since it had to wait."""
        return getrusage(RUSAGE_THREAD).ru_nvcsw

except ImportError:  # not every system tells

    def _switches() -> float:
        return float("nan")  # it is not even equal to itself: what is slow counts as waiting


GRACE = 0.005
"""Seconds that a loop waits at most: as long as Python lets one thread run while another wants to."""

SHORT = 150e-6
"""Seconds that nobody misses."""

MOST_SKIPPED = 1000

_MISSING = object()


class Pace:
    """What is known of a function: whether its last call was short, or at least let nobody else run."""

    __slots__ = ("_is_quick", "_missed", "_rest", "_slow")

    def __init__(self) -> None:
        self._is_quick = True
        self._slow = False
        self._missed = 0
        self._rest = 0

    def run[A, R](self, context: Context, function: Callable[[A], R], argument: A) -> R:
        """Call it, in a thread. One that is slow and has to wait for something will wait the next time too."""
        watched = self._slow
        switches = _switches() if watched else 0.0
        started = perf_counter()
        try:
            return context.run(function, argument)
        finally:
            self._slow = perf_counter() - started > SHORT
            self._is_quick = not self._slow or (watched and _switches() == switches)

    def may_wait(self) -> bool:
        """Whether a loop may wait for the next call."""
        if self._rest:
            self._rest -= 1
            return False
        return self._is_quick

    def waited(self, *, in_vain: bool) -> None:
        """A loop has waited. After each time that was in vain twice as many calls are not waited for."""
        if in_vain:
            self._missed = self._rest = min(2 * self._missed + 1, MOST_SKIPPED)
        elif self._missed:
            self._missed -= 1


class _Job[R]:
    """One call. Its loop waits for `done` at first, and then, or from the start, for `future`."""

    __slots__ = ("_argument", "_error", "_function", "_pace", "_result", "context", "done", "future", "loop")

    def __init__(self, function: Callable[[Any], R], argument: object, pace: Pace | None) -> None:
        self._function = function
        self._argument = argument
        self._pace = pace
        self._result: R | None = None
        self._error: BaseException | None = None
        self.context = copy_context()
        self.done: threading.Lock | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.future: asyncio.Future[None] | None = None

    def perform(self) -> None:
        """Call the function, in a thread."""
        try:
            if self._pace is None:
                self._result = self.context.run(self._function, self._argument)
            else:
                self._result = self._pace.run(self.context, self._function, self._argument)
        except BaseException as error:  # noqa: BLE001 - the boundary: every exception belongs to the caller
            self._error = error

    def tell(self) -> None:
        """Let the loop go on: it looks at the lock once more after it has said that it does not wait any longer."""
        if self.done is not None:
            self.done.release()
        if self.loop is not None:
            try:
                self.loop.call_soon_threadsafe(self._settle)
            except RuntimeError:  # the loop is closed: nobody waits any more
                self.discard()

    def wait_later(self) -> asyncio.Future[None]:
        """From now on the future is waited for."""
        loop = asyncio.get_running_loop()
        self.future = loop.create_future()
        self.loop = loop
        return self.future

    def _settle(self) -> None:
        """In the loop."""
        if self.future is None:  # it has its result already
            return
        if self.future.done():
            self.discard()
        else:
            self.future.set_result(None)

    def outcome(self) -> R:
        """What came of it, once. An exception is raised, and leaves no cycle with what it comes from behind."""
        error, self._error = self._error, None
        if error is None:
            return cast("R", self._result)
        try:
            raise error
        finally:
            del error

    def discard(self) -> None:
        """Nobody takes it, since the request was cancelled: what it holds open, such as a file, is closed."""
        self._error = None
        if isinstance(self._result, StreamingResponse):
            close(self._result.chunks)


class Workers:
    """At most `size` daemon threads, started as they are needed, gone when idle; usable from several event loops."""

    __slots__ = ("_idle_seconds", "_in_turn", "_jobs", "_lock", "_size", "_threads", "_unfinished")

    def __init__(self, size: int, idle_seconds: float = 20.0) -> None:
        self._size = size
        self._idle_seconds = idle_seconds
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._unfinished = 0
        # Without a global lock the loop could do something else meanwhile.
        self._in_turn = sys._is_gil_enabled()  # pyright: ignore[reportPrivateUsage]

    async def run[A, R](self, function: Callable[[A], R], argument: A, pace: Pace | None = None) -> R:
        """Call `function(argument)` in a thread; context variables that it sets are set here afterwards."""
        job = _Job(function, argument, pace)
        future = job.wait_later()
        self._put(job)
        return await _result(job, future)

    async def hand_off[A, R](self, function: Callable[[A], R], argument: A, pace: Pace) -> R:
        """The same, once for a request: the loop itself may wait a little, so other tasks need not get their turn."""
        if not self._in_turn or not pace.may_wait():
            return await self.run(function, argument, pace)
        job = _Job(function, argument, pace)
        job.done = threading.Lock()
        job.done.acquire()
        self._put(job)
        if not job.done.acquire(timeout=GRACE):
            future = job.wait_later()
            in_vain = not job.done.acquire(blocking=False)
            pace.waited(in_vain=in_vain)
            if in_vain:
                return await _result(job, future)
            job.future = None  # it has come meanwhile
        else:
            pace.waited(in_vain=False)
        _adopt(job.context)
        return job.outcome()

    def _put(self, job: _Job[Any]) -> None:
        with self._lock:
            self._unfinished += 1
            if self._unfinished > self._threads < self._size:
                self._threads += 1
                # An empty context: the thread outlives the request that happens to need it first.
                threading.Thread(target=self._work, name="chirp-worker", daemon=True, context=Context()).start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._idle_seconds)
            except Empty:
                if self._may_leave():
                    return
                continue
            if job is None:
                return
            job.perform()
            with self._lock:
                self._unfinished -= 1
            job.tell()
            del job  # so that nothing of a request lives until the next one

    def _may_leave(self) -> bool:
        """Whether the other threads are enough for all jobs; if so, this one is no longer counted."""
        with self._lock:
            enough = self._unfinished < self._threads
            self._threads -= enough
            return enough

    def close(self) -> None:
        """Let the threads end after what they are doing; a later `run` starts new ones."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)
            self._threads = 0


async def _result[R](job: _Job[R], future: asyncio.Future[None]) -> R:
    try:
        await future
    except asyncio.CancelledError:
        if future.done() and not future.cancelled():
            job.discard()
        raise
    finally:
        _adopt(job.context)
    return job.outcome()


def _adopt(context: Context) -> None:
    """Set here what was set in the thread."""
    for variable, value in context.items():
        if variable.get(_MISSING) is not value:
            variable.set(value)
