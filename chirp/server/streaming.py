"""A streaming response to ASGI messages: one chunk at a time, and everything closed whichever way it ends.

Chunks are made in the task of the request, so context variables, timeouts and task groups work inside of generators.
A second task waits for the client to leave. What was cut off is never ended as if it were whole.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Lock

from chirp._internal.asgi import Send
from chirp.errors import ClientDisconnect
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.http.streaming import Chunk, FirstChunk, StreamingResponse
from chirp.realtime.events import SSEResponse
from chirp.server.closing import aclose, close
from chirp.server.sending import WITHOUT_BODY, encode_head
from chirp.server.threads import Workers

log: logging.Logger = logging.getLogger("chirp")

_END = object()
_BEAT = b": still here\n\n"

type Leave = Callable[[], None]
"""To be called when the client has left."""


@dataclass(frozen=True, slots=True)
class StreamSender:
    """Sends streaming responses: plain iterables in threads of `workers`, events with a `heartbeat` in seconds."""

    workers: Workers
    heartbeat: float

    async def prepare(self, response: Response, request: Request) -> None:
        """Make the first chunk of what should fail before its status line is sent, if it fails; or ClientDisconnect."""
        if isinstance(response, StreamingResponse) and isinstance(response.chunks, FirstChunk):
            if request.method == "HEAD":
                return
            chunks = response.chunks
            try:
                await _while_present(request, lambda _: chunks.prepare())
            except BaseException:  # whatever stops it, the chunks are closed and the exception goes on
                await chunks.aclose()
                raise

    async def send(self, response: StreamingResponse, request: Request, send: Send) -> None:
        """Send it until its chunks end or the client leaves. An exception of the chunks is logged and raised again."""
        stream = self._stream(response, send)
        try:
            if request.method == "HEAD" or response.status in WITHOUT_BODY:
                await stream.send_without_body()
            else:
                await _while_present(request, stream.run)
        except ClientDisconnect:
            return
        except _SendFailed as failure:
            if not isinstance(failure.error, OSError):
                raise failure.error from None
        except Exception:  # the boundary: the server learns of it too, and cuts the connection
            log.exception("%s %s failed while the answer was sent", request.method, request.path)
            raise

    def _stream(self, response: StreamingResponse, send: Send) -> _Stream:
        seconds = (response.heartbeat or self.heartbeat) if isinstance(response, SSEResponse) else None
        chunks = response.chunks
        source: _AsyncSource | _ThreadSource
        if isinstance(chunks, AsyncIterable):
            source = _AsyncSource(aiter(chunks))
        else:
            # A plain generator of events may block for as long as the client stays: it gets a thread of its own.
            source = _ThreadSource(iter(chunks), self.workers if seconds is None else Workers(1, idle_seconds=0.1))
        return _Stream(response, send, source, seconds)


async def _while_present(request: Request, run: Callable[[Leave], Awaitable[None]]) -> None:
    """Run it in this task; when the client leaves before it ends it is cancelled, and ClientDisconnect is raised."""
    # A deadline that is set when the client leaves: it passes at once, and cancels this task as only `timeout` can.
    presence = asyncio.timeout(None)
    loop = asyncio.get_running_loop()

    def leave() -> None:
        presence.reschedule(loop.time())

    try:
        async with presence:
            watcher = loop.create_task(_watch(request, leave))
            try:
                await run(leave)
            finally:
                watcher.cancel()
                await asyncio.wait([watcher])
    except TimeoutError:
        if not presence.expired():
            raise
        raise ClientDisconnect from None


async def _watch(request: Request, leave: Leave) -> None:
    """Wait until the client leaves; a server whose `receive` fails says so too."""
    with suppress(OSError):
        await request.disconnected()
    leave()


class _SendFailed(Exception):
    """`send` raised; the chunks did not."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _Stream:
    """One response on its way."""

    __slots__ = ("_heart", "_left", "_response", "_seconds", "_send", "_source")

    def __init__(
        self,
        response: StreamingResponse,
        send: Send,
        source: _AsyncSource | _ThreadSource,
        seconds: float | None = None,
    ) -> None:
        """`seconds` of silence are broken by a comment, if they are given."""
        self._response = response
        self._send = send
        self._source = source
        self._left = response.length
        self._seconds = seconds
        self._heart: _Heart | None = None

    async def send_without_body(self) -> None:
        """The header lines alone: no chunk is made."""
        await self._close()
        await self._send_head()
        await self._deliver({"type": "http.response.body", "body": b""})

    async def run(self, leave: Leave) -> None:
        """Head, chunks and end; the source is closed on every way out."""
        try:
            await self._send_head()
            if self._seconds is not None:
                self._heart = _Heart(self._send, self._seconds, leave)
            await self._send_chunks()
        finally:
            if self._heart is not None:
                await self._heart.stop()
            await self._close()
        await self._deliver({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_head(self) -> None:
        response = self._response
        lines = encode_head(response, response.length)
        await self._deliver({"type": "http.response.start", "status": response.status, "headers": lines})

    async def _send_chunks(self) -> None:
        task = asyncio.current_task()
        while (chunk := await self._source.next()) is not _END:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError  # the generator swallowed it
            if body := self._encoded(chunk):
                await self._deliver({"type": "http.response.body", "body": body, "more_body": True})
        if self._left:
            raise RuntimeError(f"the body ended {self._left} bytes before its declared length")

    def _encoded(self, chunk: object) -> bytes:
        match chunk:
            case bytes():
                body = chunk
            case str():
                body = chunk.encode()
            case bytearray():
                body = bytes(chunk)
            case _:
                raise TypeError(f"a chunk is str or bytes, not {type(chunk).__name__}")
        if self._left is not None:
            self._left -= len(body)
            if self._left < 0:
                raise RuntimeError(f"the body is {-self._left} bytes longer than its declared length")
        return body

    async def _deliver(self, message: dict[str, object]) -> None:
        try:
            if self._heart is not None:
                await self._heart.pause()
            await self._send(message)
        except Exception as error:  # whatever the server raises is told from what the chunks raise
            raise _SendFailed(error) from error
        if self._heart is not None:
            self._heart.rest()

    async def _close(self) -> None:
        """Close the source; what that raises is logged, since something else may be on its way up."""
        try:
            await self._source.close()
        except Exception:  # the boundary: the clean-up of user code does not hide why it was called
            log.exception("closing the chunks of a response failed")


class _Heart:
    """Sends a comment after each time of silence. Sending is never done twice at once."""

    __slots__ = ("_beat", "_leave", "_seconds", "_send", "_since", "_timer")

    def __init__(self, send: Send, seconds: float, leave: Leave) -> None:
        self._send = send
        self._seconds = seconds
        self._leave = leave
        self._beat: asyncio.Task[None] | None = None
        self._since: float | None = None
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    async def pause(self) -> None:
        """Something is going to be sent: let a comment that is on its way arrive first."""
        self._since = None
        if self._beat is not None:
            await asyncio.wait([self._beat])

    def rest(self) -> None:
        """Something was sent: silence begins."""
        self._since = asyncio.get_running_loop().time()

    async def stop(self) -> None:
        self._timer.cancel()
        if self._beat is not None:
            self._beat.cancel()
        await self.pause()

    def _look(self) -> None:
        """Beat, if it was silent for long enough; then look again. One timer serves any number of events."""
        loop = asyncio.get_running_loop()
        due = loop.time() if self._since is None else self._since
        due += self._seconds
        if self._since is not None and due <= loop.time():
            self._since = None
            self._beat = loop.create_task(self._send_beat())
            due = loop.time() + self._seconds
        self._timer = loop.call_at(due, self._look)

    async def _send_beat(self) -> None:
        try:
            await self._send({"type": "http.response.body", "body": _BEAT, "more_body": True})
        except Exception as error:  # what cannot be sent to will not be answered any more
            if not isinstance(error, OSError):
                log.exception("a heartbeat could not be sent")
            self._leave()
        else:
            self.rest()
        finally:
            self._beat = None


class _AsyncSource:
    __slots__ = ("_iterator",)

    def __init__(self, iterator: AsyncIterator[Chunk]) -> None:
        self._iterator = iterator

    async def next(self) -> object:
        return await anext(self._iterator, _END)

    async def close(self) -> None:
        await aclose(self._iterator)


class _ThreadSource:
    """A plain iterator, used by one worker thread at a time, always in the same context."""

    __slots__ = ("_busy", "_closed", "_context", "_iterator", "_lock", "_workers")

    def __init__(self, iterator: Iterator[Chunk], workers: Workers) -> None:
        self._iterator = iterator
        self._workers = workers
        self._context = copy_context()
        self._lock = Lock()
        self._busy = False
        self._closed = False

    async def next(self) -> object:
        self._busy = True
        return await self._workers.run(_pull, self)

    def pull(self) -> object:
        """In the thread. A thread cannot be interrupted: if the client left meanwhile, it closes what it has."""
        try:
            return self._context.run(next, self._iterator, _END)
        finally:
            with self._lock:
                self._busy = False
                abandoned = self._closed
            if abandoned:
                self.shut()

    def shut(self) -> None:
        self._context.run(close, self._iterator)

    async def close(self) -> None:
        with self._lock:
            self._closed = True
            idle = not self._busy
        if idle:
            await self._workers.run(_shut, self)


def _pull(source: _ThreadSource) -> object:
    return source.pull()


def _shut(source: _ThreadSource) -> None:
    source.shut()
