"""CSRF: a request that changes something has to come from a page of this application.

Two things show it, and both are asked for: what the browser says about where the request comes from, which pages
cannot forge, and a token that only pages of this application contain. That htmx sent it proves nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chirp.context import get_request
from chirp.errors import ConfigurationError, HTTPError
from chirp.http.headers import is_token
from chirp.http.request import Request
from chirp.http.response import Response, SetCookie
from chirp.middleware.cors import Origins, check_origin
from chirp.middleware.hosts import split_host
from chirp.middleware.protocol import Middleware, Next, Place
from chirp.middleware.sessions import Session, renders_later, session_of, sessions_around
from chirp.middleware.signing import Signer, check_key

log: logging.Logger = logging.getLogger("chirp")

_STATE = "chirp.csrf"
_EXEMPT = "__chirp_csrf_exempt__"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_SIZE = 32
_TOKEN_LENGTH = 86
_YEAR = 365 * 24 * 3600
_DETAIL = "this form is out of date, or came from another site: reload the page and send it again"


@dataclass(frozen=True, slots=True)
class CSRFConfig:
    """Where the token is looked for: in the header first, then in the form field; never in the query.

    `trusted_origins` are other origins whose pages may send requests here, with a token. The cookie, for one year, is
    used where there is no session.
    """

    header_name: str = "X-CSRF-Token"
    field_name: str = "_csrf_token"
    trusted_origins: tuple[str, ...] = ()
    cookie_name: str = "chirp_csrf"
    secret_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not is_token(self.header_name) or not is_token(self.cookie_name) or not self.field_name:
            raise ConfigurationError("CSRFConfig: header_name and cookie_name are names, and field_name is not empty")
        if isinstance(self.trusted_origins, str):
            raise ConfigurationError("CSRFConfig: trusted_origins is a tuple of origins")
        if "*" in [check_origin(origin) for origin in self.trusted_origins]:
            raise ConfigurationError("CSRFConfig: trusted_origins names origins; `*` would trust every site")
        if self.secret_key:
            check_key(self.secret_key, "CSRFConfig")


def csrf_exempt[F: Callable[..., object]](handler: F) -> F:
    """Let the routes of this handler be called from anywhere, as a webhook is; it has to prove the sender itself."""
    handler.__dict__[_EXEMPT] = True
    return handler


class CSRFMiddleware:
    """Refuses (403) unsafe requests that do not come from a page of this application, unless their route is exempt.

    The token is bound to the session; without a SessionMiddleware around it, to a signed cookie of its own.
    """

    __slots__ = ("config",)

    def __init__(self, config: CSRFConfig | None = None) -> None:
        self.config: CSRFConfig = config or CSRFConfig()

    @property
    def template_globals(self) -> Mapping[str, Callable[..., Any]]:
        """What templates can call."""
        return {"csrf_token": csrf_token, "csrf_field": csrf_field, "csrf_meta": csrf_meta}

    def at_freeze(self, place: Place, /) -> Middleware:
        """Checks where something can change; elsewhere it only hands out tokens."""
        signer = None
        if not sessions_around(place, "CSRFMiddleware"):
            keys = [self.config.secret_key or place.config.secret_key, *place.config.secret_key_fallbacks]
            check_key(keys[0], "CSRFMiddleware")
            signer = Signer(keys, f"chirp.csrf.{self.config.cookie_name}")
        guard = _Guard(self.config, signer)
        route = place.route
        if route is None:
            return guard.check if _may_answer(place.inner) else guard.provide
        return guard.provide if route.methods <= _SAFE or _is_exempt(route.handler) else guard.check

    async def __call__(self, request: Request, next: Next, /) -> Response:
        raise RuntimeError("CSRFMiddleware works in the chain of an application: app.add_middleware(CSRFMiddleware())")


class _Guard:
    """The middleware in its place."""

    __slots__ = ("_config", "_field", "_origins", "_signer")

    def __init__(self, config: CSRFConfig, signer: Signer | None) -> None:
        self._config = config
        self._origins = Origins(config.trusted_origins)
        self._signer = signer

    async def provide(self, request: Request, next: Next, /) -> Response:
        """Answer, with tokens for who asks."""
        secret = request.state[_STATE] = self._secret_of(request)
        response = await next(request)
        if renders_later(response):
            secret.get()
        return secret.save(response) if isinstance(secret, _CookieSecret) else response

    async def check(self, request: Request, next: Next, /) -> Response:
        """Answer, if the request may change something."""
        if request.method not in _SAFE:
            request.state[_STATE] = self._secret_of(request)  # for the templates of an error handler
            fault = self._fault_of_origin(request) or await self._fault_of_token(request)
            if fault is not None:
                log.warning("refused %s %s: %s", request.method, request.path, fault)
                raise HTTPError(403, _DETAIL)
        return await self.provide(request, next)

    def _secret_of(self, request: Request) -> _Secret:
        if self._signer is None:
            return _SessionSecret(session_of(request), self._config)
        return _CookieSecret(request, self._signer, self._config)

    def _fault_of_origin(self, request: Request) -> str | None:
        """What the browser says against it: Sec-Fetch-Site, Origin, or, where both are missing, Referer."""
        headers = request.headers
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        if origin is not None and origin in self._origins:
            return None
        if site is not None and site not in {"same-origin", "none"}:
            return f"Sec-Fetch-Site is {site[:40]!r}"
        if origin is not None:
            return None if _is_own(origin, request) else f"Origin is {origin[:200]!r}"
        referer = headers.get("referer")
        if site is None and referer and not (_is_own(_origin(referer), request) or _origin(referer) in self._origins):
            return f"Referer is {referer[:200]!r}"
        return None

    async def _fault_of_token(self, request: Request) -> str | None:
        secret = self._secret_of(request).known()
        if secret is None:
            return "there is no cookie that a token could belong to"
        token = request.headers.get(self._config.header_name)
        if token is None:
            media = (request.content_type or "").partition(";")[0].strip().lower()
            if media not in _FORMS:
                return f"no {self._config.header_name} header"
            token = (await request.form()).get(self._config.field_name)
        if token is None:
            return f"neither a {self._config.header_name} header nor a field {self._config.field_name}"
        return None if _matches(token, secret) else "the token is wrong"


# where the secret is kept


class _SessionSecret:
    """In the session."""

    __slots__ = ("_session", "config")

    def __init__(self, session: Session, config: CSRFConfig) -> None:
        self._session = session
        self.config = config

    def known(self) -> str | None:
        """The secret, if the browser has one already."""
        secret: str | None = self._session.peek("csrf")
        return secret

    def get(self) -> str:
        """The secret, made if there is none."""
        self._session.accessed = True
        secret = self.known()
        if secret is None:
            secret = _new_secret()
            self._session.keep("csrf", secret)
        return secret


class _CookieSecret:
    """In a cookie of its own."""

    __slots__ = ("_made", "_request", "_signer", "_used", "config")

    def __init__(self, request: Request, signer: Signer, config: CSRFConfig) -> None:
        self.config = config
        self._request = request
        self._signer = signer
        self._made: str | None = None
        self._used = False

    def known(self) -> str | None:
        """The secret, if the browser has one already."""
        if self._made is not None:
            return self._made
        found = self._signer.read(self._request.cookies.get(self.config.cookie_name, ""), _YEAR)
        secret = found[0] if found is not None else None
        return secret if isinstance(secret, str) else None

    def get(self) -> str:
        """The secret, made if there is none."""
        self._used = True
        secret = self.known()
        if secret is None:
            secret = self._made = _new_secret()
        return secret

    def save(self, response: Response) -> Response:
        """The response with the cookie, if the secret is new."""
        if self._used:
            response = response.with_vary("Cookie")
        if self._made is None:
            return response
        secure = self._request.scheme == "https"
        cookie = SetCookie(self.config.cookie_name, self._signer.sign(self._made), _YEAR, secure=secure)
        return response.with_header("Cache-Control", "no-store").with_set_cookie(cookie)


type _Secret = _SessionSecret | _CookieSecret


# what templates call


def csrf_token() -> str:
    """A token for this browser: a new one at each call, so that compressed pages do not give it away."""
    return _mask(_current().get())


def csrf_field() -> Any:
    """A hidden form field with a token."""
    from kida import Markup

    name = _current().config.field_name
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, csrf_token())


def csrf_meta() -> Any:
    """`<meta name="csrf-token">`, for scripts."""
    from kida import Markup

    return Markup('<meta name="csrf-token" content="{}">').format(csrf_token())


def _current() -> _Secret:
    secret = get_request().state.get(_STATE)
    if secret is None:
        raise RuntimeError("there is no CSRF token: app.add_middleware(CSRFMiddleware())")
    found: _Secret = secret
    return found


# origins


def _origin(url: str) -> str:
    """Scheme and host of a URL, in lower case."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0].partition('?')[0].partition('#')[0]}".lower()


def _is_own(origin: str, request: Request) -> bool:
    """Whether the origin is that of this application, whose host is the one the client asked for.

    Over https it has to be https. Over http both will do: a proxy may have ended the encryption.
    """
    scheme, separator, host = origin.lower().partition("://")
    sent = request.headers.get_list("host")
    if not separator or len(sent) != 1 or split_host(host) is None:
        return False
    usual = _USUAL_PORTS.get(scheme)
    if usual is None or (request.scheme == "https" and scheme != "https"):
        return False
    return host.removesuffix(usual) == sent[0].lower().removesuffix(usual)


# tokens: a random mask, then the secret under it


def _new_secret() -> str:
    import secrets

    return secrets.token_hex(_SIZE)


def _mask(secret: str) -> str:
    import secrets
    from base64 import urlsafe_b64encode

    mask = secrets.token_bytes(_SIZE)
    return urlsafe_b64encode(mask + _xor(mask, bytes.fromhex(secret))).rstrip(b"=").decode("ascii")


def _matches(token: str, secret: str) -> bool:
    """Whether this token was made from this secret; it takes equally long whatever is wrong with it."""
    from base64 import b64decode
    from hmac import compare_digest

    if len(token) != _TOKEN_LENGTH:
        return False
    try:
        raw = b64decode(token.encode("ascii") + b"==", b"-_", validate=True)
        expected = bytes.fromhex(secret)
    except ValueError:
        return False
    return compare_digest(_xor(raw[:_SIZE], raw[_SIZE:]), expected)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _may_answer(inner: Iterable[Middleware]) -> bool:
    """Whether one of them may answer a request by itself that no route answers; those of the framework do not."""
    return any(not type(layer).__module__.startswith("chirp.") for layer in inner)


def _is_exempt(handler: Any) -> bool:
    return bool(hasattr(handler, "__dict__") and handler.__dict__.get(_EXEMPT))
