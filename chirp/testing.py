"""An in-process client: requests go through the ASGI entry, as from a server."""

from collections.abc import Mapping
from typing import Self
from urllib.parse import unquote, urlencode, urljoin

from chirp._internal.asgi import Message, Scope
from chirp.app import App
from chirp.http.response import Response
from chirp.server.jsonify import to_json
from chirp.server.lifespan import Running

type Fields = Mapping[str, str | list[str]]


class TestClient:
    """Sends requests to an application and keeps its cookies.

    Entering it freezes the application and runs its lifespan. Responses are of the type that handlers return:
    `status`, `text`, `header(name)`.
    """

    __test__ = False  # not a test class, whatever its name says

    def __init__(self, app: App) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self._running = Running()

    async def __aenter__(self) -> Self:
        self._running = await self.app.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._running.stop()

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
        body: bytes | None = None,
    ) -> Response:
        return await self.request("POST", path, headers=headers, json=json, data=data, body=body)

    async def put(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Fields | None = None,
        body: bytes | None = None,
    ) -> Response:
        return await self.request("PUT", path, headers=headers, json=json, data=data, body=body)

    async def patch(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Fields | None = None,
        body: bytes | None = None,
    ) -> Response:
        return await self.request("PATCH", path, headers=headers, json=json, data=data, body=body)

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
    ) -> Response:
        """Any request. `path` is a URL path as a browser writes it, with or without a query."""
        content = body or b""
        lines = {"host": "testserver"}
        if json is not None:
            content = to_json(json).encode()
            lines["content-type"] = "application/json"
        elif data is not None:
            content = urlencode(data, doseq=True).encode()
            lines["content-type"] = "application/x-www-form-urlencoded"
        if content or method in {"POST", "PUT", "PATCH"}:
            lines["content-length"] = str(len(content))
        if self.cookies:
            lines["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines |= {name.lower(): value for name, value in (headers or {}).items()}
        scope = _scope(method, path, query, lines)
        messages = await _exchange(self.app, scope, content)
        return self._collect(messages)

    async def follow(self, response: Response, from_path: str = "/") -> Response:
        """GET where a redirect points."""
        location = response.header("location")
        if location is None:
            raise ValueError("the response is not a redirect")
        return await self.get(urljoin(from_path, location))

    def _collect(self, messages: list[Message]) -> Response:
        if not messages or messages[0]["type"] != "http.response.start":
            raise RuntimeError("the application sent no response")
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        content_type = ""
        headers: list[tuple[str, str]] = []
        for raw_name, raw_value in start["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            if name == "content-type":
                content_type = value
                continue
            if name == "set-cookie":
                self._store_cookie(value)
            if name != "content-length":
                headers.append((name, value))
        return Response(body, start["status"], content_type, tuple(headers))

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


async def _exchange(app: App, scope: Scope, body: bytes) -> list[Message]:
    import asyncio

    sent: list[Message] = []
    request: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    over = asyncio.Event()

    async def receive() -> Message:
        if request:
            return request.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            over.set()

    await app(scope, receive, send)
    return sent
