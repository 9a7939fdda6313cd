"""An answer of an application while it is being made: for clients that run in its process."""

import asyncio
from codecs import getincrementaldecoder
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any, Self

from chirp._internal.asgi import Message, Receive, Scope, Send
from chirp.realtime.events import SSEEvent

type ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_PATIENCE = 5.0


class Exchange:
    """One request. The application is at most one message ahead of the client, which may leave at any time."""

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        self._request: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(1)
        self._left = asyncio.Event()
        self._task = asyncio.ensure_future(app(scope, self._receive, self._send))
        self._task.add_done_callback(lambda _: self._messages.put_nowait(None))

    async def _receive(self) -> Message:
        if self._request:
            return self._request.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if not self._left.is_set():
            await self._room.acquire()
            await self._messages.put(message)

    async def next(self) -> Message | None:
        """The next message; None when the application is done. What it raises is raised here."""
        message = await self._messages.get()
        if message is None:
            self._messages.put_nowait(None)
            await self._task
            return None
        self._room.release()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._left.set()
        return message

    async def leave(self) -> None:
        """Disconnect, and wait for the application to end; RuntimeError when it does not. What it raises is raised."""
        self._left.set()
        self._room.release()
        done, _ = await asyncio.wait([self._task], timeout=_PATIENCE)
        if not done:
            self._task.cancel()
            raise RuntimeError(f"the application goes on, {_PATIENCE:g} s after the client has left")
        await self._task

    async def cancel(self) -> None:
        """End the application, if it goes on."""
        self._task.cancel()
        await asyncio.wait([self._task])


class LiveAnswer:
    """Status and headers are there, the body comes as it is made: `chunks()`, or the rest of it as `text()`."""

    def __init__(self, exchange: Exchange, head: Message) -> None:
        self._exchange = exchange
        self.status: int = head["status"]
        self.headers: tuple[tuple[str, str], ...] = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"]
        )

    def header(self, name: str) -> str | None:
        """The first value under a name, in any case."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def content_type(self) -> str:
        return self.header("content-type") or ""

    async def chunks(self) -> AsyncGenerator[bytes]:
        """What is sent of the body, until it ends or the iteration does."""
        while (message := await self._exchange.next()) is not None:
            if body := message.get("body", b""):
                yield body

    async def next_chunk(self) -> bytes:
        """The next part of the body that is sent; empty at its end."""
        return await anext(self.chunks(), b"")

    async def text(self) -> str:
        """The rest of the body."""
        return b"".join([chunk async for chunk in self.chunks()]).decode()

    async def disconnect(self) -> None:
        """Leave, as a browser does that goes to another page, and wait until the application has noticed."""
        await self._exchange.leave()


class LiveEvents:
    """The events of an answer: iterate over it. Comments, such as heartbeats, are left out."""

    def __init__(self, answer: LiveAnswer) -> None:
        self.answer = answer
        self._events = self._parsed()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SSEEvent:
        return await anext(self._events)

    async def _parsed(self) -> AsyncGenerator[SSEEvent]:
        parser = EventParser()
        async for chunk in self.answer.chunks():
            for event in parser.feed(chunk):
                yield event

    async def disconnect(self) -> None:
        await self.answer.disconnect()


class EventParser:
    """An event stream in pieces, cut anywhere, to its events. An event that is not complete at the end is none."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8-sig")(errors="replace").decode
        self._rest = ""
        self._fields: dict[str, Any] = {}

    def feed(self, chunk: bytes) -> Iterator[SSEEvent]:
        """The events that are complete with this piece."""
        text = self._rest + self._decode(chunk)
        held = "\r" if text.endswith("\r") else ""  # it may be half of a line end
        *lines, rest = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = rest + held
        for line in lines:
            if line:
                self._field(line)
            else:
                fields, self._fields = self._fields, {}
                if "data" in fields:
                    yield SSEEvent(**fields)

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                before = self._fields.get("data")
                self._fields["data"] = value if before is None else f"{before}\n{value}"
            case "event":
                self._fields["event"] = value
            case "id" if "\0" not in value:
                self._fields["id"] = value
            case "retry" if value.isascii() and value.isdigit():
                self._fields["retry"] = int(value)
            case _:
                return
