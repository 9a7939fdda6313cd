"""`chirp run --contract`: an application whose answers are compared while it is developed, and whose pages show it.

Answers to htmx carry the number under which the page asks what was found; documents load the script that asks. What
htmx is about to do with an answer is compared on the page as it then is.
"""

import json
import sys
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from chirp._internal.asgi import Message, Receive, Scope, Send
from chirp.contract.browser import Browser, Page, Sent, missing_target
from chirp.contract.comparing import Comparison, sent_by
from chirp.contract.injecting import allowing, with_script
from chirp.contract.mismatch import Mismatch
from chirp.contract.swapping import Fault
from chirp.contract.watching import KEY, Watch
from chirp.errors import ClientDisconnect, ContentTooLarge
from chirp.htmx.vendored import PREFIX
from chirp.http.body import read_body
from chirp.http.response import Response

if TYPE_CHECKING:
    from chirp.app import App

PATH = f"{PREFIX}/contract"
HEADER = b"x-chirp-contract"
KEPT = 200  # answers that a page can ask for
LARGEST = 8 * 1024 * 1024  # bytes of a page


@dataclass(slots=True)
class Answered:
    """An answer that was sent, and what was found wrong with it."""

    sent: Sent
    response: Response
    watch: Watch
    found: tuple[Mismatch, ...]


class ContractApp:
    """The ASGI application around another: for one process, and for development."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._comparison = Comparison(app)
        self._answers: OrderedDict[str, Answered] = OrderedDict()
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == f"{PATH}.js":
            await _send(send, 200, "text/javascript; charset=utf-8", _script())
        elif scope["path"] == PATH and scope["method"] == "POST":
            await _send(send, *self._told(await _body(receive)))
        else:
            self._renew()
            headers = [pair for pair in scope["headers"] if pair[0].lower() != b"accept-encoding"]
            exchange = _Exchange(self, {**scope, "headers": headers}, send)
            await self._comparison.watched({**exchange.scope, KEY: exchange.watch}, receive, exchange.send)

    def _renew(self) -> None:
        """Take in what has changed; nothing is compared once the code that runs is not the code that is there."""
        self._comparison.renew()
        if self._comparison.is_outdated and not self._warned:
            self._warned = True
            _say("the code has changed: start again to compare with it (`--reload` does)")

    def keep(self, number: str, sent: Sent, response: Response | None, watch: Watch) -> None:
        """Compare an answer, and keep it for the page that asks; without a response it is still on its way."""
        if self._comparison.is_outdated:
            return
        found = self._comparison.shown(self._comparison.of_answer(sent, response, watch))
        before = self._answers[number].found if number in self._answers else ()
        self._answers[number] = Answered(sent, response or Response(""), watch, found)
        if len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        _print(sent, (one for one in found if one not in before))

    # What a page asks.

    def _told(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            asked: dict[str, Any] = json.loads(body)
            known = self._answers.get(asked["answer"])
        except ValueError, KeyError, TypeError:
            return 400, "text/plain", b"not understood"
        if known is None:
            return 404, "text/plain", b"no such answer"
        found = known.found
        if isinstance(asked.get("html"), str):
            of_page = self._of_page(known, asked)
            _print(known.sent, of_page)
            found = (*(() if "what" in asked else found), *of_page)
        request = f"{known.sent.method} {known.sent.url}"
        told = {"request": request, "mismatches": [_as_json(one) for one in found]}
        return 200, "application/json", json.dumps(told).encode()

    def _of_page(self, known: Answered, asked: dict[str, Any]) -> tuple[Mismatch, ...]:
        """What is wrong on the page as it is: with what it does with an answer, or with what it could not do."""
        comparison = self._comparison
        sent = replace(known.sent, is_marked=bool(asked.get("marked")))
        url = sent.current if "what" not in asked and sent.current is not None else sent.url
        page = Page.of(url, asked["html"], self._template_of(url))
        what = asked.get("what")
        if what == "swap":
            said = f"htmx could not swap in an answer: {str(asked.get('message'))[:200]}"
            return comparison.shown([comparison.of_fault(Fault("failed-swap", said))])
        if what == "target":
            return comparison.shown([comparison.of_fault(one) for one in missing_target(page)])
        browser = Browser()
        browser.show(page)
        return comparison.shown(comparison.of_page(browser, sent, known.response, known.watch))

    def _template_of(self, url: str) -> str | None:
        """What was rendered as a whole for the page at a URL."""
        for one in reversed(self._answers.values()):
            if one.sent.url == url and not one.sent.is_htmx:
                return self._comparison.template_of(one.watch)
        return None


class _Exchange:
    """One request on its way: what is sent is read along, and pages get their script."""

    def __init__(self, app: ContractApp, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.watch = Watch()
        self._app = app
        self._sent = sent_by(scope)
        self._send = send
        self._number = token_hex(16)
        self._start: Message | None = None
        self._begun = False
        self._body: list[bytes] | None = []

    async def send(self, message: Message) -> None:
        """What the application sends, on to the client."""
        start = self._start
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body" or start is None:
            if start is not None and not self._begun:
                await self._begin(start, b"")
            await self._send(message)
            return
        chunk, more = message.get("body", b""), message.get("more_body", False)
        if not self._begun:
            chunk = await self._begin(start, chunk)
            if more:  # the page may ask before it is complete
                self._app.keep(self._number, self._sent, None, self.watch)
        if self._body is not None:
            self._body.append(chunk)
        if not more:
            self._app.keep(self._number, self._sent, self._response(start), self.watch)
        await self._send({**message, "body": chunk})

    async def _begin(self, start: Message, chunk: bytes) -> bytes:
        """Send the start, with what tells the page the number; the first chunk with the script in it."""
        self._begun = True
        headers: list[tuple[bytes, bytes]] = list(start["headers"])
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        if not kind.startswith(b"text/") or kind.startswith(b"text/event-stream"):
            self._body = None  # it may be large, or never end, and is no page
        if self._sent.is_htmx:
            headers.append((HEADER, self._number.encode()))
        elif kind.startswith(b"text/html") and self.scope["method"] != "HEAD":
            headers, nonce = allowing(headers)
            root = str(self.scope.get("root_path", ""))
            longer = with_script(chunk, f"{root}{PATH}.js", self._number, nonce)
            headers = [_lengthened(pair, len(longer) - len(chunk)) for pair in headers]
            chunk = longer
        await self._send({**start, "headers": headers})
        return chunk

    def _response(self, start: Message) -> Response:
        pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"]]
        kind = next((value for name, value in pairs if name == "content-type"), "")
        rest = tuple(pair for pair in pairs if pair[0] not in ("content-type", "content-length"))
        body = b"".join(self._body or ())
        return Response(body.decode("utf-8", "replace"), start["status"], kind or "text/plain", rest)


def _lengthened(pair: tuple[bytes, bytes], more: int) -> tuple[bytes, bytes]:
    return (pair[0], str(int(pair[1]) + more).encode()) if pair[0].lower() == b"content-length" else pair


def _script() -> bytes:
    return (Path(__file__).parent / "live.js").read_bytes()


def _as_json(one: Mismatch) -> dict[str, object]:
    _, _, source = one.shown.partition("\n")
    lines = [line for line in source.splitlines() if not line.startswith("help: ")]
    places = [f"{place}: {said}" for place, said in one.places]
    return {"rule": one.rule, "message": one.message, "help": one.help, "places": places, "source": "\n".join(lines)}


def _print(sent: Sent, found: Iterable[Mismatch]) -> None:
    for one in found:
        _say(f"{sent.method} {sent.url} does not keep to the contract\n{one.shown}\n")


def _say(text: str) -> None:
    sys.stderr.write(f"chirp: {text}\n")
    sys.stderr.flush()


async def _body(receive: Receive) -> bytes:
    """The body of a request; empty when it is too large, or the client has left."""
    try:
        return await read_body(receive, LARGEST)
    except ContentTooLarge, ClientDisconnect:
        return b""


async def _send(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
