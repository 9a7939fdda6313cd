"""HTTP over real sockets: a client that keeps cookies and fills in forms, and one that reads a stream of events."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from chirp.http.response import Response
from tests.examples.visitor import forms_of
from tests.servers.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str
    data: str
    id: str


async def _open(port: int, head: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, int, dict[str, str]]:
    # HTTP/1.0: the body is what comes until the connection ends, without chunks.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return reader, writer, status, headers


def _head(method: str, path: str, headers: Mapping[str, str]) -> str:
    lines = [f"{method} {path} HTTP/1.0", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines) + "\r\n\r\n"


async def fetch(port: int, path: str, *, headers: Mapping[str, str] | None = None, form: str | None = None) -> Answer:
    """A GET, or a POST of a form."""
    sent = dict(headers or {})
    if form is not None:
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form))}
    async with asyncio.timeout(PATIENCE):
        head = _head("GET" if form is None else "POST", path, sent) + (form or "")
        reader, writer, status, found = await _open(port, head)
        body = await reader.read()
        writer.close()
    return Answer(status, found, body.decode())


class Writer:
    """Somebody who has opened a page with a form, and sends that form to any process."""

    def __init__(self, page: str, action: str) -> None:
        self._page = page
        self._action = action
        self._cookie = ""
        self._fields: dict[str, str] = {}

    async def open(self, port: int) -> Self:
        """Read the page once."""
        page = await fetch(port, self._page)
        assert page.status == 200, page.status
        self._cookie = page.headers["set-cookie"].partition(";")[0]
        self._fields = next(form.fields for form in forms_of(Response(page.body)) if form.action == self._action)
        return self

    async def send(self, port: int, **typed: str) -> int:
        """Fill in the form and send it; the status."""
        form = urlencode(self._fields | typed)
        return (await fetch(port, self._action, headers={"Cookie": self._cookie}, form=form)).status


class Reader:
    """An open stream of events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.last = ""
        """The id of the last event."""

    async def next(self) -> Event | None:
        """The next event; None when the stream has ended."""
        fields: dict[str, str] = {}
        data: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    line = (await self._reader.readline()).decode()
                except ConnectionResetError:
                    return None
                if not line:
                    return None
                if line == "\n" and (fields or data):
                    self.last = fields.get("id", self.last)
                    return Event(fields.get("event", "message"), "\n".join(data), self.last)
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "data":
                    data.append(value)
                elif name:
                    fields[name] = value

    async def named(self, name: str) -> Event:
        """The next event of this name."""
        while event := await self.next():
            if event.name == name:
                return event
        raise AssertionError(f"the stream ended before a {name}")

    async def take(self, name: str, count: int) -> list[Event]:
        """So many events of this name."""
        return [await self.named(name) for _ in range(count)]


@asynccontextmanager
async def reading(port: int, path: str, last: str = "") -> AsyncGenerator[Reader]:
    """An open stream, after the event with the id `last`."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    async with asyncio.timeout(PATIENCE):
        reader, writer, status, found = await _open(port, _head("GET", path, headers))
    try:
        assert (status, found["content-type"]) == (200, "text/event-stream")
        yield Reader(reader, writer)
    finally:
        writer.close()
