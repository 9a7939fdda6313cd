"""A streaming response to ASGI messages: one chunk at a time, and everything closed whichever way it ends.

Chunks are pulled in the task of the request, so context variables, timeouts and task groups work inside of generators.
A second task waits for the client to leave. What was cut off is never ended as if it were whole.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import suppress
from typing import Protocol, runtime_checkable

from chirp._internal.asgi import Receive, Send
from chirp.errors import ClientDisconnect
from chirp.http.request import Request
from chirp.http.streaming import Chunk, Chunks, StreamingResponse
from chirp.server.sending import WITHOUT_BODY, encode_head
from chirp.server.threads import Workers

log = logging.getLogger("chirp")

_END = object()


async def send_stream(
    response: StreamingResponse, request: Request, receive: Receive, send: Send, workers: Workers
) -> None:
    """Send it until its chunks end or the client leaves. An exception of the chunks is logged and raised again."""
    stream = _Stream(response, send, workers)
    try:
        if request.method == "HEAD" or response.status in WITHOUT_BODY:
            await stream.send_without_body()
        else:
            await _while_present(stream, receive)
    except ClientDisconnect:
        return
    except _SendFailed as failure:
        if not isinstance(failure.error, OSError):
            raise failure.error from None
    except Exception:  # the boundary: the server learns of it too, and cuts the connection
        log.exception("%s %s failed while the answer was sent", request.method, request.path)
        raise


async def _while_present(stream: _Stream, receive: Receive) -> None:
    """Run the stream; ClientDisconnect when the client leaves before its end."""
    # The watcher sets a deadline when the client leaves: it passes at once, and cancels this task as `timeout` can.
    presence = asyncio.timeout(None)
    try:
        async with presence:
            watcher = asyncio.get_running_loop().create_task(_watch(receive, presence))
            try:
                await stream.run()
            finally:
                watcher.cancel()
                await asyncio.wait([watcher])
    except TimeoutError:
        if not presence.expired():
            raise
        raise ClientDisconnect from None


async def _watch(receive: Receive, presence: asyncio.Timeout) -> None:
    """Wait until the client leaves; a server whose `receive` fails says so too."""
    with suppress(OSError):
        while (await receive())["type"] != "http.disconnect":
            pass
    presence.reschedule(asyncio.get_running_loop().time())


class _SendFailed(Exception):
    """`send` raised; the chunks did not."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _Stream:
    """One response on its way."""

    __slots__ = ("_left", "_response", "_send", "_source")

    def __init__(self, response: StreamingResponse, send: Send, workers: Workers) -> None:
        self._response = response
        self._send = send
        self._source = _source(response.chunks, workers)
        self._left = response.length

    async def send_without_body(self) -> None:
        """The header lines alone: no chunk is made."""
        await self.close()
        await self._send_head()
        await self._deliver({"type": "http.response.body", "body": b""})

    async def _send_head(self) -> None:
        response = self._response
        lines = encode_head(response, response.length)
        await self._deliver({"type": "http.response.start", "status": response.status, "headers": lines})

    async def run(self) -> None:
        """Head, chunks and end; the source is closed on every way out."""
        try:
            await self._send_head()
            task = asyncio.current_task()
            while (chunk := await self._source.next()) is not _END:
                if task is not None and task.cancelling():
                    raise asyncio.CancelledError  # the generator swallowed it
                if body := self._encoded(chunk):
                    await self._deliver({"type": "http.response.body", "body": body, "more_body": True})
            if self._left:
                raise RuntimeError(f"the body ended {self._left} bytes before its declared length")
        finally:
            await self.close()
        await self._deliver({"type": "http.response.body", "body": b"", "more_body": False})

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
            await self._send(message)
        except Exception as error:  # whatever the server raises is told from what the chunks raise
            raise _SendFailed(error) from error

    async def close(self) -> None:
        """Close the source; what that raises is logged, since something else may be on its way up."""
        try:
            await self._source.close()
        except Exception:  # the boundary: the clean-up of user code does not hide why it was called
            log.exception("closing the chunks of a response failed")


@runtime_checkable
class _Closing(Protocol):
    def close(self) -> object: ...


@runtime_checkable
class _Aclosing(Protocol):
    async def aclose(self) -> object: ...


def _source(chunks: Chunks, workers: Workers) -> _AsyncSource | _ThreadSource:
    if isinstance(chunks, AsyncIterable):
        return _AsyncSource(aiter(chunks))
    return _ThreadSource(iter(chunks), workers)


class _AsyncSource:
    __slots__ = ("_iterator",)

    def __init__(self, iterator: AsyncIterator[Chunk]) -> None:
        self._iterator = iterator

    async def next(self) -> object:
        return await anext(self._iterator, _END)

    async def close(self) -> None:
        if isinstance(self._iterator, _Aclosing):
            await self._iterator.aclose()


class _ThreadSource:
    """A plain iterator, used by one worker thread at a time."""

    __slots__ = ("_busy", "_closed", "_iterator", "_workers")

    def __init__(self, iterator: Iterator[Chunk], workers: Workers) -> None:
        self._iterator = iterator
        self._workers = workers
        self._busy = False
        self._closed = False

    async def next(self) -> object:
        self._busy = True
        return await self._workers.run(_pull, self)

    def pull(self) -> object:
        """In the thread. A thread cannot be interrupted: if the client left meanwhile, it closes what it has."""
        try:
            return next(self._iterator, _END)
        finally:
            self._busy = False
            if self._closed:
                self.shut()

    def shut(self) -> None:
        if isinstance(self._iterator, _Closing):
            self._iterator.close()

    async def close(self) -> None:
        self._closed = True
        if not self._busy and isinstance(self._iterator, _Closing):
            await self._workers.run(_shut, self)


def _pull(source: _ThreadSource) -> object:
    return source.pull()


def _shut(source: _ThreadSource) -> None:
    source.shut()
