"""Worker threads for `def` handlers: a hand-off that carries the context variables there and back.

`run_in_executor` costs twice as much per call: it makes two futures and a work item where one of each will do.
"""

import asyncio
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from typing import Any

from chirp.http.streaming import StreamingResponse
from chirp.server.closing import close

type _Job = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Context, Callable[[Any], Any], Any]

_MISSING = object()


class Workers:
    """At most `size` daemon threads, started as they are needed, gone when idle; usable from several event loops."""

    __slots__ = ("_idle_seconds", "_jobs", "_lock", "_size", "_threads", "_unfinished")

    def __init__(self, size: int, idle_seconds: float = 20.0) -> None:
        self._size = size
        self._idle_seconds = idle_seconds
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._unfinished = 0

    async def run[A, R](self, function: Callable[[A], R], argument: A) -> R:
        """Call `function(argument)` in a thread; context variables that it sets are set here afterwards."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        context = copy_context()
        with self._lock:
            self._unfinished += 1
            if self._unfinished > self._threads < self._size:
                self._threads += 1
                # An empty context: the thread outlives the request that happens to need it first.
                threading.Thread(target=self._work, name="chirp-worker", daemon=True, context=Context()).start()
        self._jobs.put((loop, future, context, function, argument))
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                _discard(future.result())
            raise
        finally:
            _adopt(context)

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
            _perform(*job)
            del job  # so that nothing of a request lives until the next one
            with self._lock:
                self._unfinished -= 1

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


def _perform(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Any],
    context: Context,
    function: Callable[[Any], Any],
    argument: object,
) -> None:
    """Call the function and hand its result or exception to the waiting coroutine."""
    try:
        result = context.run(function, argument)
    except BaseException as error:  # noqa: BLE001 - the boundary: every exception belongs to the caller
        _tell(loop, _fail, future, error)
    else:
        _tell(loop, _finish, future, result)


def _tell[T](
    loop: asyncio.AbstractEventLoop,
    settle: Callable[[asyncio.Future[Any], T], None],
    future: asyncio.Future[Any],
    outcome: T,
) -> None:
    try:
        loop.call_soon_threadsafe(settle, future, outcome)
    except RuntimeError:  # the loop is closed: nobody waits any more
        _discard(outcome)


def _finish(future: asyncio.Future[Any], result: object) -> None:
    if future.done():
        _discard(result)
    else:
        future.set_result(result)


def _discard(result: object) -> None:
    """Nobody takes it, since the request was cancelled: what it holds open, such as a file, is closed."""
    if isinstance(result, StreamingResponse):
        close(result.chunks)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _adopt(context: Context) -> None:
    """Set here what was set in the thread."""
    for variable, value in context.items():
        if variable.get(_MISSING) is not value:
            variable.set(value)
