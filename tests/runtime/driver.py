"""An ASGI driver for tests: full control over what an application receives, and a record of all it sends.

It checks the protocol while it listens: one start, body messages after it, nothing after the last of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chirp import App, AppConfig

type Message = MutableMapping[str, Any]
type Pairs = Sequence[tuple[str, str]]
type ASGIApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application sent for one request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        if len(values) != 1:
            raise AssertionError(f"{name}: {values}")
        return values[0]


def http_scope(method: str, path: str, headers: Pairs = (), query: str = "", **more: Any) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 1234),
        "server": ("localhost", 80),
    }
    return scope | more


def body_messages(body: bytes | Iterable[bytes]) -> list[Message]:
    chunks = [body] if isinstance(body, bytes) else list(body)
    last = len(chunks) - 1
    return [{"type": "http.request", "body": c, "more_body": i < last} for i, c in enumerate(chunks)]


async def exchange(app: ASGIApp, scope: Message, incoming: Sequence[Message] = ()) -> list[Message]:
    """Everything the application sends. A client that sent a whole body stays for the whole answer; others leave."""
    sent: list[Message] = []
    queue = list(incoming)
    over = asyncio.Event()
    if not queue or queue[-1].get("more_body") or queue[-1]["type"] != "http.request":
        over.set()

    async def receive() -> Message:
        if queue:
            return queue.pop(0)
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        check_order(sent, message)
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            over.set()

    await app(scope, receive, send)
    return sent


def check_order(sent: Sequence[Message], message: Message) -> None:
    kind = message["type"]
    if kind == "http.response.start":
        assert not sent, "a second response.start"
        assert type(message["status"]) is int
        for name, value in message["headers"]:
            assert type(name) is bytes, name
            assert type(value) is bytes, value
            assert name == name.lower(), name
            assert name, "a header without a name"
            assert not set(name + value) & set(b"\r\n\0"), (name, value)
    elif kind == "http.response.body":
        assert sent, "a body before the start"
        assert sent[0]["type"] == "http.response.start"
        assert len(sent) == 1 or sent[-1].get("more_body"), "a body after the last"
        assert type(message.get("body", b"")) is bytes, "a body that is not bytes"
    else:
        assert kind.startswith(("lifespan.", "websocket.")), f"an unknown message {kind}"


def answer_of(messages: Sequence[Message]) -> Answer:
    assert messages, "no response"
    start, *rest = messages
    assert rest, "no body message"
    assert not rest[-1].get("more_body"), "the response does not end"
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in rest))


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    headers: Pairs = (),
    query: str = "",
    body: bytes | Iterable[bytes] = b"",
    **scope: Any,
) -> Answer:
    """One request, in an event loop of its own."""
    made = http_scope(method, path, headers, query, **scope)
    return answer_of(asyncio.run(exchange(app, made, body_messages(body))))


def get(app: ASGIApp, path: str, *headers: tuple[str, str], query: str = "") -> Answer:
    return ask(app, "GET", path, headers=headers, query=query)


def post_form(app: ASGIApp, path: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    form = ("content-type", "application/x-www-form-urlencoded")
    return ask(app, "POST", path, headers=[form, *headers], body=body)


def lifespan(app: ASGIApp) -> list[Message]:
    """What an application says to a startup followed by a shutdown."""
    incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    return asyncio.run(exchange(app, {"type": "lifespan", "asgi": {"version": "3.0"}}, incoming))


def make_app(folder: Path, templates: dict[str, str] | None = None, **config: Any) -> App:
    """An application with these templates, in a folder of its own."""
    root = folder / "templates"
    root.mkdir(exist_ok=True)
    for name, text in (templates or {}).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    settings: dict[str, Any] = {"template_dir": root, "static_dir": None, "skip_contract_checks": True}
    return App(AppConfig(**settings | config))


class Connection:
    """A client under control: what it sends, when it leaves, and which of its calls fails.

    After the incoming messages it stays, silent, until `leave`; `Connection(..., leaves=True)` is gone by then. The
    `fails_at`-th call of receive or send, counted together, raises `error`; so does every send after it.
    """

    def __init__(
        self,
        incoming: Iterable[Message] = (),
        *,
        leaves: bool = False,
        fails_at: int = 0,
        error: Callable[[], BaseException] = OSError,
    ) -> None:
        self.incoming = list(incoming)
        self.sent: list[Message] = []
        self.calls = 0
        self.received = 0
        self._fails_at = fails_at
        self._error = error
        self._gone = asyncio.Event()
        self._changed = asyncio.Event()
        if leaves:
            self._gone.set()

    def leave(self, *, send_fails: bool = False) -> None:
        """The client goes away: `receive` says so from now on, and `send` raises where the server is of that kind."""
        self._gone.set()
        if send_fails:
            self._fails_at = 1

    async def receive(self) -> Message:
        self._step("receive")
        self.received += 1
        if self.incoming:
            return self.incoming.pop(0)
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self._step("send")
        check_order(self.sent, message)
        self.sent.append(message)
        self._changed.set()
        await asyncio.sleep(0)  # as a server, whose send may wait

    def _step(self, kind: str) -> None:
        self.calls += 1
        if self._fails_at and (self.calls == self._fails_at or (kind == "send" and self.calls > self._fails_at)):
            raise self._error()

    async def sent_at_least(self, count: int) -> None:
        """Wait until the application has sent that many messages."""
        while len(self.sent) < count:
            self._changed.clear()
            await self._changed.wait()

    @property
    def body(self) -> bytes:
        """What arrived of the body so far."""
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def complete(self) -> bool:
        """Whether the response was sent to its end."""
        return len(self.sent) > 1 and not self.sent[-1].get("more_body")
