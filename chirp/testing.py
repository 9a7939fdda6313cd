"""An in-process client: requests go through the ASGI entry, as from a server."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlencode, urljoin

from chirp._internal.asgi import Scope
from chirp._internal.multipart_body import Uploads, encode_multipart
from chirp.app import App
from chirp.contract.mismatch import ContractMismatch, Mismatch
from chirp.exchange import Exchange, LiveAnswer, LiveEvents
from chirp.http.response import Response
from chirp.server.jsonify import to_json
from chirp.server.lifespan import Running

if TYPE_CHECKING:
    from chirp.contract.browser import Page
    from chirp.contract.comparing import Comparison

__all__ = ["ContractMismatch", "Mismatch", "TestClient"]

type Fields = Mapping[str, str | list[str]]


class TestClient:
    """Sends requests to an application and keeps its cookies.

    Entering it freezes the application and runs its lifespan. Responses are of the type that handlers return:
    `status`, `text`, `header(name)`.
    """

    __test__ = False  # not a test class, whatever its name says

    def __init__(self, app: App, *, patience: float = 5.0, contract: bool = False) -> None:
        """`patience`: for how many seconds a request waits for the end of an answer that is sent in pieces.

        `contract`: each answer is compared with what the analyzer says of it, and put into the page that the client has
        (`page`), as htmx does; ContractMismatch says where the two do not agree. Set it before entering.
        """
        self.app = app
        self.patience = patience
        self.contract = contract
        self.cookies: dict[str, str] = {}
        self._running = Running()
        self._comparison: Comparison | None = None

    async def __aenter__(self) -> Self:
        self._running = await self.app.start()
        if self.contract:
            from chirp.contract.comparing import Comparison

            self._comparison = Comparison(self.app)
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._comparison is not None:
            self._comparison.watched.close()
            self._comparison = None
        await self._running.stop()

    @property
    def page(self) -> Page:
        """The page that the client has, with what htmx has put into it since. RuntimeError when there is none."""
        page = None if self._comparison is None else self._comparison.browser.current
        if page is None:
            why = "no page was asked for yet" if self._comparison else "a client has a page with contract=True"
            raise RuntimeError(why)
        return page

    async def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, query: Fields | None = None
    ) -> Response:
        return await self.request("GET", path, headers=headers, query=query)

    async def head(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        return await self.request("HEAD", path, headers=headers)

    async def options(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        return await self.request("OPTIONS", path, headers=headers)

    async def post(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Fields | None = None,
        files: Uploads | None = None,
        body: bytes | None = None,
    ) -> Response:
        return await self.request("POST", path, headers=headers, json=json, data=data, files=files, body=body)

    async def put(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Fields | None = None,
        files: Uploads | None = None,
        body: bytes | None = None,
    ) -> Response:
        return await self.request("PUT", path, headers=headers, json=json, data=data, files=files, body=body)

    async def patch(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Fields | None = None,
        files: Uploads | None = None,
        body: bytes | None = None,
    ) -> Response:
        return await self.request("PATCH", path, headers=headers, json=json, data=data, files=files, body=body)

    async def delete(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        return await self.request("DELETE", path, headers=headers)

    async def fragment(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        data: Fields | None = None,
        target: str | None = None,
    ) -> Response:
        """A request as htmx sends it for a swap; `target` is the id of the element to swap into."""
        sent = {"HX-Request": "true"} | ({"HX-Target": target} if target else {}) | dict(headers or {})
        return await self.request(method, path, headers=sent, data=data)

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Fields | None = None,
        body: bytes | None = None,
        json: object = None,
        data: Fields | None = None,
        files: Uploads | None = None,
    ) -> Response:
        """Any request. `path` is a URL path as a browser writes it, with or without a query.

        `data` is a form, `files` make it a multipart form: content by field, or (name, content), or (name, content,
        content type), or a list of these.
        """
        scope, content = self._made(method, path, headers, query, (body, json, data, files))
        exchange, compare = self._exchange(scope, content)
        try:
            response = await self._collected(exchange)
        finally:
            await exchange.cancel()
        compare(response)
        return response

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, data: Fields | None = None
    ) -> AsyncGenerator[LiveAnswer]:
        """An answer while it is made: `async with client.stream("GET", "/") as answer`. Then the client leaves."""
        scope, content = self._made(method, path, headers, None, (None, None, data, None))
        exchange, compare = self._exchange(scope, content)
        try:
            head = await exchange.next()
            if head is None:
                raise RuntimeError("the application sent no response")
            answer = LiveAnswer(exchange, head)
            self._store_cookies(answer)
            yield answer
        except BaseException:  # whatever went wrong in the test: the application ends, and that is told
            with suppress(Exception):
                await exchange.leave()
            raise
        await exchange.leave()
        compare(None)

    @asynccontextmanager
    async def events(self, path: str, *, headers: Mapping[str, str] | None = None) -> AsyncGenerator[LiveEvents]:
        """The events of an EventStream: `async with client.events("/ticks") as events: async for event in events`."""
        sent = {"Accept": "text/event-stream"} | dict(headers or {})
        async with self.stream("GET", path, headers=sent) as answer:
            if not answer.content_type.startswith("text/event-stream"):
                raise RuntimeError(f"{path} answers {answer.status} with {answer.content_type}, not with events")
            yield LiveEvents(answer)

    def _exchange(self, scope: Scope, content: bytes) -> tuple[Exchange, Callable[[Response | None], None]]:
        """A request on its way, and what its answer is to be handed to; None stands for one that was not read."""
        if self._comparison is None:
            return Exchange(self.app, scope, content), lambda _: None
        return self._comparison.begun(scope, content)

    def _made(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        query: Fields | None,
        content: tuple[bytes | None, object, Fields | None, Uploads | None],
    ) -> tuple[Scope, bytes]:
        """Scope and body of a request; its content as bytes, as JSON or as a form."""
        body, json, data, files = content
        sent = body or b""
        lines = {"host": "testserver"}
        if json is not None:
            sent = to_json(json).encode()
            lines["content-type"] = "application/json"
        elif files is not None:
            lines["content-type"], sent = encode_multipart(data or {}, files)
        elif data is not None:
            sent = urlencode(data, doseq=True).encode()
            lines["content-type"] = "application/x-www-form-urlencoded"
        if sent or method in {"POST", "PUT", "PATCH"}:
            lines["content-length"] = str(len(sent))
        if self.cookies:
            lines["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines |= {name.lower(): value for name, value in (headers or {}).items()}
        return _scope(method, path, query, lines), sent

    async def follow(self, response: Response, from_path: str = "/") -> Response:
        """GET where a redirect points."""
        location = response.header("location")
        if location is None:
            raise ValueError("the response is not a redirect")
        return await self.get(urljoin(from_path, location))

    async def _collected(self, exchange: Exchange) -> Response:
        """The whole answer; RuntimeError when it does not end."""
        head = await exchange.next()
        if head is None:
            raise RuntimeError("the application sent no response")
        answer = LiveAnswer(exchange, head)
        self._store_cookies(answer)
        first = await exchange.next()
        body = b"" if first is None else first.get("body", b"")
        if first is not None and first.get("more_body"):
            body += await self._rest(answer, exchange)
        while await exchange.next() is not None:
            pass
        headers = tuple(pair for pair in answer.headers if pair[0] not in {"content-type", "content-length"})
        return Response(body, answer.status, answer.content_type, headers)

    async def _rest(self, answer: LiveAnswer, exchange: Exchange) -> bytes:
        from asyncio import timeout

        try:
            async with timeout(self.patience):
                return b"".join([chunk async for chunk in answer.chunks()])
        except TimeoutError:
            await exchange.leave()
            raise RuntimeError(
                f"the answer did not end within {self.patience:g} s: use client.stream(…) or client.events(…)"
            ) from None

    def _store_cookies(self, answer: LiveAnswer) -> None:
        for name, value in answer.headers:
            if name == "set-cookie":
                self._store_cookie(value)

    def _store_cookie(self, line: str) -> None:
        pair, *attributes = line.split(";")
        name, _, value = pair.partition("=")
        expired = any(attribute.strip().lower() == "max-age=0" for attribute in attributes)
        if expired:
            self.cookies.pop(name.strip(), None)
        else:
            self.cookies[name.strip()] = value.strip()


def _scope(method: str, path: str, query: Fields | None, headers: Mapping[str, str]) -> Scope:
    path, _, query_string = path.partition("#")[0].partition("?")
    if query:
        query_string = "&".join(part for part in (query_string, urlencode(query, doseq=True)) if part)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query_string.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": None,
        "server": ("testserver", 80),
    }
