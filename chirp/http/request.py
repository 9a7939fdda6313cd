"""The request as handlers see it: immutable, and lazy — nothing is parsed before somebody asks, and then once."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from types import MappingProxyType
from typing import Any, Self, override
from urllib.parse import quote, unquote

from chirp._internal.asgi import Address, HTTPScope, Receive, Scope
from chirp.config import AppConfig
from chirp.errors import BadRequest, HTTPError
from chirp.http.body import check_length, declared_length, parse_json, read_body, read_chunks
from chirp.http.cookies import parse_cookies
from chirp.http.forms import MULTIPART, URLENCODED, FormAccess, FormData
from chirp.http.headers import Headers
from chirp.http.incoming import Incoming
from chirp.http.query import QueryParams

_DEFAULTS = AppConfig()
_PATH_SAFE = "/:@!$()*+,;=~"


class Request:
    """One HTTP request. Its attributes cannot be assigned; `repr` shows method and path, none of the client's secrets.

    Reading the query, a cookie or the body raises an HTTPError (400, 413) when the client sent what cannot be read.
    """

    __slots__ = (
        "_body",
        "_config",
        "_cookies",
        "_headers",
        "_incoming",
        "_path_params",
        "_plan",
        "_query",
        "_receive",
        "_scope",
        "_state",
        "_streamed",
        "_typed",
        "submitted",
    )
    submitted: FormData | None
    """The form, once it is read; for the framework, which closes its files."""

    def __init__(
        self, scope: Scope, receive: Receive, path_params: dict[str, Any], config: AppConfig = _DEFAULTS
    ) -> None:
        self._scope: Scope = scope
        self._receive = receive
        self._path_params = path_params
        self._config = config
        self._headers: Headers | None = None
        self._incoming: Incoming | None = None
        self._query: QueryParams | None = None
        self._cookies: Mapping[str, str] | None = None
        self._typed: HTTPScope | None = None
        self._body: bytes | None = None
        self.submitted = None
        self._streamed = False
        self._state: dict[str, Any] | None = None
        self._plan: object = None

    @classmethod
    def from_asgi(cls, scope: Scope, receive: Receive, path_params: dict[str, Any] | None = None) -> Self:
        """A request from an ASGI scope and receive callable, with the default limits."""
        return cls(scope, receive, {} if path_params is None else path_params)

    @override
    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path!r}>"

    @property
    def method(self) -> str:
        """The method as sent: methods are case-sensitive."""
        method: str = self._scope["method"]
        return method

    @property
    def path(self) -> str:
        """The percent-decoded path below the mount point (`root_path`)."""
        return local_path(self._scope)

    @property
    def params(self) -> dict[str, Any]:
        """For the argument binder: `path_params` without the read-only view."""
        return self._path_params

    @property
    def path_params(self) -> Mapping[str, Any]:
        """What the parameters of the route matched, converted."""
        return MappingProxyType(self._path_params)

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            self._headers = Headers(self._scope.get("headers", ()))
        return self._headers

    @property
    def query(self) -> QueryParams:
        """The query parameters; BadRequest when they are too many or not UTF-8."""
        if self._query is None:
            try:
                self._query = QueryParams(self._scope.get("query_string", b""), self._config.max_fields)
            except ValueError as error:
                raise BadRequest(str(error)) from None
        return self._query

    @property
    def cookies(self) -> Mapping[str, str]:
        if self._cookies is None:
            self._cookies = MappingProxyType(parse_cookies(self.headers.get_list("cookie")))
        return self._cookies

    @property
    def _details(self) -> HTTPScope:
        if self._typed is None:
            self._typed = HTTPScope.from_scope(self._scope)
        return self._typed

    @property
    def root_path(self) -> str:
        """Where the application is mounted, percent-encoded; empty at the root."""
        root: str = self._scope.get("root_path") or ""
        return quote(root.rstrip("/"), safe=_PATH_SAFE) if root else root

    @property
    def http_version(self) -> str:
        return self._details.http_version

    @property
    def scheme(self) -> str:
        return self._details.scheme

    @property
    def server(self) -> Address | None:
        return self._details.server

    @property
    def client(self) -> Address | None:
        return self._details.client

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def content_length(self) -> int | None:
        """Content-Length, None when it is absent or not a number."""
        try:
            return declared_length(self.headers.first(b"content-length"))
        except BadRequest:
            return None

    @property
    def url(self) -> str:
        """Path (with the mount point) and query, percent-encoded: safe to put into a header or an attribute."""
        path = "/" + quote(_full_path(self._scope), safe=_PATH_SAFE).lstrip("/")
        query = quote(self._scope.get("query_string", b""), safe=_PATH_SAFE + "%?&")
        return f"{path}?{query}" if query else path

    @property
    def absolute_url(self) -> str:
        """`url` with scheme and host; the host is what the client says, so do not trust it for links in e-mails."""
        host = self.headers.get("host", "")
        if not host and (server := self.server) is not None:
            host = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
        return f"{self.scheme}://{quote(host, safe=':[]')}{self.url}"

    # htmx: hints from the client, never a reason to trust it

    @property
    def is_htmx(self) -> bool:
        """htmx sent it (htmx 4 does not say so on a history restore)."""
        return self.headers.first(b"hx-request") == b"true"

    @property
    def is_boosted(self) -> bool:
        return self.headers.first(b"hx-boosted") == b"true"

    @property
    def is_history_restore(self) -> bool:
        return self.headers.first(b"hx-history-restore-request") == b"true"

    @property
    def is_fragment(self) -> bool:
        """htmx wants a part of a page: not a boosted navigation, not a history restore."""
        return self.is_htmx and not self.is_boosted and not self.is_history_restore

    @property
    def htmx_target(self) -> str | None:
        """The id of the element that will receive the response, as htmx 2 (`list`) and htmx 4 (`div#list`) send it."""
        value = self._hx_text(b"hx-target")
        if value is None or "#" in value:
            return value and value.partition("#")[2]
        return None if self.is_htmx4 else value

    @property
    def htmx_trigger(self) -> str | None:
        """The id of the element that caused the request (htmx 2)."""
        return self._hx_text(b"hx-trigger")

    @property
    def htmx_source(self) -> str | None:
        """The id of the element that caused the request: from HX-Source (htmx 4), else from HX-Trigger (htmx 2)."""
        value = self._hx_text(b"hx-source")
        return self.htmx_trigger if value is None else value.partition("#")[2] or None

    @property
    def last_event_id(self) -> str | None:
        """The id of the last event that a reconnecting EventSource has received; None on its first connection."""
        value = self.headers.first(b"last-event-id")
        return None if value is None else value.decode("utf-8", "replace")

    @property
    def htmx_current_url(self) -> str | None:
        """The address of the page that htmx runs in, percent-encoded as it stands there."""
        value = self.headers.first(b"hx-current-url")
        return None if value is None else value.decode("latin-1")

    @property
    def is_htmx4(self) -> bool:
        """The request carries headers that only htmx 4 sends."""
        return self.headers.first(b"hx-request-type") is not None or self.headers.first(b"hx-source") is not None

    def _hx_text(self, name: bytes) -> str | None:
        """A header that htmx percent-encodes: htmx 2 says so in `NAME-URI-AutoEncoded`, htmx 4 encodes ids always."""
        value = self.headers.first(name)
        if value is None:
            return None
        text = value.decode("latin-1")
        encoded = b"%" in value and (self.is_htmx4 or self.headers.first(name + b"-uri-autoencoded") == b"true")
        return unquote(text) if encoded else text

    @property
    def state(self) -> dict[str, Any]:
        """What middleware and handler note during this request: the attributes of `g`."""
        if self._state is None:
            self._state = {}
        return self._state

    # rendering

    @property
    def plan(self) -> object:
        """What the negotiator decided to render; `get_render_plan` gives it its type."""
        return self._plan

    def set_plan(self, plan: object) -> None:
        """For the negotiator: note what it decided."""
        self._plan = plan

    # body

    async def stream(self) -> AsyncGenerator[bytes]:
        """The body in chunks. After `body()` it gives the whole body again; a second stream is a RuntimeError."""
        if self._body is not None:
            if self._body:
                yield self._body
            return
        self._start_reading()
        async for chunk in read_chunks(self._shared().receive, self._config.max_content_length):
            yield chunk

    async def body(self) -> bytes:
        """The whole body, read once and kept. RuntimeError when it was read as a stream, or as a multipart form."""
        if self._body is None:
            self._start_reading()
            receive = self._receive if self._incoming is None else self._incoming.receive
            self._body = await read_body(receive, self._config.max_content_length)
        return self._body

    async def disconnected(self) -> None:
        """Return when the client has left; what it still sends of its body can be read meanwhile."""
        await self._shared().gone()

    def _shared(self) -> Incoming:
        if self._incoming is None:
            self._incoming = Incoming(self._receive)
        return self._incoming

    def _start_reading(self) -> None:
        if self._streamed:
            raise RuntimeError("the request body was streamed already, by `stream()` or into a multipart form")
        self._streamed = True
        check_length(self.headers.first(b"content-length"), self._config.max_content_length)

    async def text(self) -> str:
        """The body as UTF-8; BadRequest when it is not."""
        try:
            return (await self.body()).decode()
        except UnicodeDecodeError:
            raise BadRequest("the body is not UTF-8") from None

    async def json(self) -> Any:
        """The body as strict JSON; BadRequest for another content type or for what is not JSON."""
        media = self._media_type()
        if not media.endswith(("/json", "+json")):
            raise BadRequest("the body is not declared as JSON")
        return parse_json(await self.body())

    @property
    def form(self) -> FormAccess:
        """`await request.form()`; in `def` handlers also `request.form["name"]`."""
        return FormAccess(self._load_form, self._loaded_form)

    def load(self) -> Awaitable[object]:
        """For the framework: read the body so that `form` can be read without waiting."""
        sent = self.headers.first(b"content-type")
        if sent is not None and sent[:10].lower() == b"multipart/" and self._media_type() == MULTIPART:
            return self._load_form()
        return self.body()

    def act_as(self, method: str) -> None:
        """For the framework: be a request by another method."""
        self._scope = {**self._scope, "method": method}

    def limit_body(self, config: AppConfig) -> None:
        """For the framework: the settings of a route with limits of its own."""
        self._config = config

    async def _load_form(self) -> FormData:
        if self.submitted is None and self._media_type() == MULTIPART:
            from chirp.http.multipart import read_multipart

            declared = self.headers.first(b"content-type") or b""
            self.submitted = await read_multipart(self.stream(), declared, self._config)
        elif self.submitted is None:
            await self.body()
        return self._parse_form()

    def _loaded_form(self) -> FormData | None:
        if self._body is None:
            # A handler of GET and POST may be asked by HEAD too, which has no form.
            return FormData() if self.submitted is None and self.method in {"GET", "HEAD"} else self.submitted
        return self._parse_form()

    def _parse_form(self) -> FormData:
        if self.submitted is None:
            body = self._body or b""
            media = self._media_type()
            if media != URLENCODED and (body or media):
                raise HTTPError(415, f"send the form as {URLENCODED} or {MULTIPART}")
            try:
                self.submitted = FormData.from_urlencoded(body, self._config.max_fields)
            except ValueError as error:
                raise BadRequest(str(error)) from None
        return self.submitted

    def _media_type(self) -> str:
        """The content type without its parameters, in lower case; empty when there is none."""
        value = self.headers.first(b"content-type")
        return "" if value is None else value.partition(b";")[0].strip().lower().decode("latin-1")


def _full_path(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    return path if not root or _below(path, root) else root + path


def local_path(scope: Scope) -> str:
    """The path below `root_path`, whether or not the server repeats the mount point in `path`."""
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    return path[len(root) :] or "/" if root and _below(path, root) else path


def _below(path: str, root: str) -> bool:
    return path.startswith(root) and path[len(root) : len(root) + 1] in {"", "/"}
