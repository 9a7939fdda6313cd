"""What a hostile case asks of a framework: the same small application, and the same few calls, in each."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, override

from tests.runtime.driver import Answer, ASGIApp, Message, Pairs, answer_of, body_messages, check_order, http_scope

SECONDS = 8  # until a request without an answer counts as a hang
PATIENCE = 60  # where nothing is expected to hang


class NotThere(Exception):
    """The framework has no such feature: the case does not apply to it."""


class Broken(AssertionError):
    """What went over the wire is no answer, or is none that HTTP allows."""


class Framework:
    """The base of the adapters: whatever one does not bring is not there."""

    name = ""

    # Calls of the application, each answered through ASGI; a refusal is a ValueError or TypeError of the call.

    def header(self, name: str, value: str) -> Answer:
        """A response on which the application set this header."""
        raise NotThere

    def header_twice(self, name: str, first: str, second: str) -> Answer:
        """The same header set twice."""
        raise NotThere

    def header_added(self, name: str, first: str, second: str) -> Answer:
        """The same header added twice."""
        raise NotThere

    def content_type(self, value: str) -> Answer:
        raise NotThere

    def redirect(self, url: str, status: int = 302) -> Answer:
        raise NotThere

    def htmx(self, kind: str, value: Any) -> Answer:
        """An answer that tells htmx to `redirect`, `trigger`, `retarget`, …"""
        raise NotThere

    def cookie(self, name: str, value: str = "v", **options: Any) -> str:
        """The Set-Cookie line."""
        raise NotThere

    def deleted_cookie(self, name: str, **options: Any) -> str:
        raise NotThere

    def status(self, status: Any) -> Answer:
        raise NotThere

    def returned(self, value: Any) -> Answer:
        """A handler that returns this value."""
        raise NotThere

    def json(self, value: Any) -> Answer:
        """A handler that answers with this value as JSON."""
        raise NotThere

    def sse(self, data: Any, **options: Any) -> bytes:
        """One event on the wire."""
        raise NotThere

    def registered(self, path: str, **options: Any) -> ASGIApp:
        """An application with this one route, at its first request."""
        raise NotThere

    def url_for(self, name: str, **params: Any) -> str:
        raise NotThere

    def calling(self, function: Callable[[], Any], *, plain: bool = False) -> ASGIApp:
        """An application whose handler at / awaits this function; with `plain`, a handler that is no coroutine."""
        raise NotThere

    def http_error(self, status: int, detail: str, headers: dict[str, str]) -> Exception:
        """The exception that stands for an answer."""
        raise NotThere

    def safe_redirect(self, url: str) -> bool:
        """Whether the framework's helper takes this as a place on this site."""
        raise NotThere

    # Applications

    def app(self) -> ASGIApp:
        """The application of `docs`: echoes what it gets, see the adapters."""
        raise NotThere

    def uploads(self) -> ASGIApp:
        """/form again, for multipart: 10 files, 100 fields, 200 kB of text and 1 MB in all."""
        raise NotThere

    def static(self, folder: Path) -> ASGIApp:
        """One that serves a folder below /static."""
        raise NotThere

    def templates(self, folder: Path, name: str) -> ASGIApp:
        """One that renders this template with `value` from the query."""
        raise NotThere

    def sessions(self, **options: Any) -> ASGIApp:
        """/get, /set?k=v, /clear, /login over a session."""
        raise NotThere

    def cors(self, **options: Any) -> ASGIApp:
        raise NotThere

    def csrf(self, **options: Any) -> ASGIApp:
        raise NotThere

    def hosts(self, *allowed: str) -> ASGIApp:
        raise NotThere

    def behind(self, *trusted: str) -> ASGIApp:
        """The application of `app`, which believes these proxies."""
        raise NotThere

    def debug(self) -> ASGIApp:
        """One with its debug page, that fails at /boom."""
        raise NotThere

    def streaming(self, chunks: Any) -> ASGIApp:
        """One that streams these chunks (an async or a plain iterable) at /."""
        raise NotThere

    def events(self, source: Any, **options: Any) -> ASGIApp:
        """One that sends what this async generator yields as server-sent events at /."""
        raise NotThere

    def lifespan(self, start: Callable[[], Any], stop: Callable[[], Any]) -> ASGIApp:
        raise NotThere

    def middleware(self, *layers: str) -> ASGIApp:
        """One whose middleware adds `x-layer: name` to every answer."""
        raise NotThere

    def errors(self, handlers: dict[Any, Callable[..., Any]]) -> ASGIApp:
        """One with these error handlers, that raises what /raise?of=NAME says."""
        raise NotThere

    @override
    def __repr__(self) -> str:
        return self.name


@contextmanager
def silence() -> Generator[None]:
    """The logs of failures that are meant to be."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def talk(app: ASGIApp, scope: Message, incoming: Sequence[Message], *, whole: bool = True) -> list[Message]:
    """Everything the application sends to a client that stays until it has the response.

    An exception after a whole response is the server's to log, as ASGI allows; one before it is none of the answers
    that a server could give, unless `whole` is off.
    """
    sent: list[Message] = []
    queue = list(incoming)

    async def run() -> None:
        answered = asyncio.Event()

        async def receive() -> Message:
            if not queue:
                await answered.wait()
            return queue.pop(0) if queue else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            check_order(sent, message)
            sent.append(message)
            if message["type"].endswith("body") and not message.get("more_body"):
                answered.set()

        limit = asyncio.timeout(SECONDS)
        try:
            async with limit:
                await app(scope, receive, send)
        except TimeoutError:
            if limit.expired():
                raise Broken(f"no answer within {SECONDS} seconds") from None
            raise

    try:
        asyncio.run(run())
    except Broken:
        raise
    except (Exception, asyncio.CancelledError, SystemExit) as error:  # noqa: BLE001 - whatever it is
        if whole and (not sent or sent[-1].get("more_body") or len(sent) < 2):
            raise Broken(f"no whole response, but {type(error).__name__}: {error}") from None
    return sent


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    headers: Pairs = (),
    body: bytes | Iterable[bytes] = b"",
    *,
    query: str | bytes = "",
    **scope: Any,
) -> Answer:
    """One request."""
    raw = query if isinstance(query, bytes) else query.encode()
    made = http_scope(method, path, headers) | {"query_string": raw} | scope
    with silence():
        return answer_of(talk(app, made, body_messages(body)))


def get(app: ASGIApp, path: str, *headers: tuple[str, str], query: str | bytes = "", **scope: Any) -> Answer:
    return ask(app, "GET", path, headers, query=query, **scope)


def cut_off(app: ASGIApp, path: str, headers: Pairs, *chunks: bytes) -> list[Message]:
    """What is sent to a client that leaves in the middle of its body."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"})
    with silence():
        return talk(app, http_scope("POST", path, headers), messages, whole=False)


def noise(length: int) -> str:
    """Text that does not compress, the same each time."""
    pieces = (hashlib.sha256(str(n).encode()).hexdigest() for n in range(length // 64 + 1))
    return "".join(pieces)[:length]
