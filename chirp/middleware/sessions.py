"""Sessions: a small mapping that the client keeps in a signed cookie. It can read what is in it, and change nothing.

The cookie is set only when the session has changed, and such a response is never stored by a cache.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, cast, override

from chirp.context import get_request
from chirp.errors import ConfigurationError
from chirp.http.request import Request
from chirp.http.response import Response, SetCookie
from chirp.http.streaming import StreamingResponse
from chirp.middleware.protocol import Middleware, Next, Place
from chirp.middleware.signing import Signer, check_key

MAX_COOKIE = 4093
"""How many bytes of one cookie, with its name and attributes, every browser keeps."""

_STATE = "chirp.session"
_FLASHED = "chirp.flashed"
_LIVE = ("text/html", "text/event-stream")


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """How sessions are kept. Times are in seconds.

    `secret_key` and `fallbacks` (older keys, still read but no longer used to sign) are by default those of AppConfig.
    A session ends `max_age` after it was last changed; `idle_timeout` after the last request that read it;
    `absolute_timeout` after it began, whatever happens. With `max_age=None` the browser forgets it when it closes.
    `secure=None` means: over https only, if the request came over https.
    """

    secret_key: str = field(default="", repr=False)
    fallbacks: tuple[str, ...] = field(default=(), repr=False)
    cookie_name: str = "chirp_session"
    max_age: int | None = 14 * 24 * 3600
    idle_timeout: int | None = None
    absolute_timeout: int | None = None
    path: str = "/"
    domain: str | None = None
    secure: bool | None = None
    samesite: str = "lax"

    def __post_init__(self) -> None:
        if isinstance(self.fallbacks, str):
            raise ConfigurationError("SessionConfig: fallbacks is a tuple of keys")
        for key in (*filter(None, [self.secret_key]), *self.fallbacks):
            check_key(key, "SessionConfig")
        limits = {"max_age": self.max_age, "idle_timeout": self.idle_timeout, "absolute_timeout": self.absolute_timeout}
        for name, value in limits.items():
            if value is not None and value < 1:
                raise ConfigurationError(f"SessionConfig: {name} is {value}; the least is 1 second, None is no limit")
        try:
            self.cookie("", secure=self.is_secure("https"), max_age=None)
        except ValueError as error:
            raise ConfigurationError(f"SessionConfig: {error}") from None

    def is_secure(self, scheme: str) -> bool:
        """Whether the cookie is for https only, on an answer to this scheme."""
        if self.secure is not None:
            return self.secure
        always = self.samesite.lower() == "none" or self.cookie_name.lower().startswith(("__host-", "__secure-"))
        return always or scheme == "https"

    def cookie(self, value: str, *, secure: bool, max_age: int | None) -> SetCookie:
        """The cookie with this value."""
        return SetCookie(self.cookie_name, value, max_age, self.path, self.domain, secure, True, self.samesite)


class SessionTooLarge(RuntimeError):
    """The session does not fit into a cookie."""


class Session(MutableMapping[str, Any]):
    """The session of the current request: strings to what JSON can hold; a TypeError or ValueError says what it cannot.

    It is read from the cookie when it is first used. What is changed inside of a list or dict in it is noticed too.
    """

    __slots__ = (
        "_before",
        "_changed",
        "_config",
        "_data",
        "_private",
        "_sealed",
        "_signer",
        "_text",
        "accessed",
        "since",
    )

    def __init__(self, text: str | None, signer: Signer, config: SessionConfig) -> None:
        self._text = text
        self._signer = signer
        self._config = config
        self._data: dict[str, Any] | None = None
        self._private: dict[str, Any] = {}
        self._before: str | None = None
        self._changed = False
        self._sealed = False
        self.accessed: bool = False
        """Whether the response depends on the session."""
        self.since: float = 0.0
        """When it began, in seconds since the epoch; 0 before it is read."""

    # the mapping

    @override
    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    @override
    def __setitem__(self, key: str, value: object) -> None:
        if type(key) is not str:
            raise TypeError(f"the keys of a session are str, not {type(key).__name__}")
        _check(value, f"session[{key!r}]")
        self._write()[key] = value

    @override
    def __delitem__(self, key: str) -> None:
        if key not in self._read():
            raise KeyError(key)
        del self._write()[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    @override
    def __len__(self) -> int:
        return len(self._read())

    @override
    def __repr__(self) -> str:
        return f"<Session {sorted(self._data or ())}>"

    @override
    def clear(self) -> None:
        """Empty it, also of what the framework keeps there; the cookie is deleted."""
        self._write().clear()
        self._private.clear()

    def rotate(self) -> None:
        """Begin anew with the same content, when the rights of the user change: tokens handed out before are void."""
        self._write()
        self._private.pop("csrf", None)
        self.since = _now()

    # what the framework keeps

    def peek(self, key: str) -> Any:
        """What the framework keeps under a key, or None. It does not count as access: see `accessed`."""
        self._load()
        return self._private.get(key)

    def keep(self, key: str, value: object) -> None:
        """Keep something for the framework, apart from the application's keys; None removes it."""
        self._write()
        if value is None:
            self._private.pop(key, None)
        else:
            self._private[key] = value

    # reading and writing

    def _load(self) -> dict[str, Any]:
        if self._data is None:
            self._data = {}
            self.since = _now()
            if self._text:
                self._restore(self._text)
        return self._data

    def _restore(self, text: str) -> None:
        config = self._config
        limits = [limit for limit in (config.max_age, config.idle_timeout) if limit is not None]
        found = self._signer.read(text, min(limits, default=None))
        if found is None:
            return
        (data, private, since), signed_at = found
        age = _now() - since
        if config.absolute_timeout is not None and not 0 <= age <= config.absolute_timeout:
            return
        self._data, self._private, self.since = data, private, since
        if any(type(value) in {dict, list} for value in data.values()):
            self._before = _text_of(data)
        if config.idle_timeout is not None and _now() - signed_at > config.idle_timeout / 10:
            self._changed = True

    def _read(self) -> dict[str, Any]:
        self.accessed = True
        return self._load()

    def _write(self) -> dict[str, Any]:
        if self._sealed:
            raise RuntimeError("the session cannot change any more: the head of the response is made already")
        self._changed = True
        return self._read()

    def seal(self) -> str | None:
        """For the middleware: end all changes. The new value of the cookie, empty to delete it, None to leave it."""
        self._sealed = True
        if self._data is None or not self.accessed:
            return None
        if not self._changed and (self._before is None or _text_of(self._data) == self._before):
            return None
        if not self._data and not self._private:
            return ""
        return self._signer.sign([self._data, self._private, int(self.since)])


class SessionMiddleware:
    """Gives every request a session; `get_session()` is it."""

    __slots__ = ("_signer", "config")

    @property
    def template_globals(self) -> Mapping[str, Callable[..., Any]]:
        """What templates can call."""
        return {"get_flashed_messages": get_flashed_messages}

    def __init__(self, config: SessionConfig | None = None) -> None:
        self.config: SessionConfig = config or SessionConfig()
        keys = (self.config.secret_key, *self.config.fallbacks)
        self._signer = Signer(keys, f"chirp.session.{self.config.cookie_name}") if keys[0] else None

    def at_freeze(self, place: Place, /) -> Middleware:
        """With the key of the application, unless it has its own."""
        if self._signer is not None:
            return self
        key = check_key(place.config.secret_key, "SessionMiddleware")
        return SessionMiddleware(replace(self.config, secret_key=key, fallbacks=place.config.secret_key_fallbacks))

    async def __call__(self, request: Request, next: Next, /) -> Response:
        if self._signer is None:
            check_key("", "SessionMiddleware")
            raise AssertionError("an empty key is refused")
        sent = request.cookies.get(self.config.cookie_name)
        session = request.state[_STATE] = Session(sent, self._signer, self.config)
        response = await next(request)
        if renders_later(response):
            # What is rendered after the head may read the session, and show messages, but can no longer change it.
            _take_flashed(request)
        value = session.seal()
        if session.accessed:
            response = response.with_vary("Cookie")
        # What a failed handler has half done is not kept.
        if value is None or (value == "" and sent is None) or response.status >= 500:
            return response
        cookie = self._cookie(value, session, request)
        return response.with_header("Cache-Control", "no-store").with_set_cookie(cookie)

    def _cookie(self, value: str, session: Session, request: Request) -> SetCookie:
        config = self.config
        secure = config.is_secure(request.scheme)
        if value == "":
            return config.cookie("", secure=secure, max_age=0)
        ends = [config.max_age, config.idle_timeout]
        if config.absolute_timeout is not None:
            ends.append(max(1, int(session.since + config.absolute_timeout - _now())))
        max_age = None if config.max_age is None else min(end for end in ends if end is not None)
        size = len(config.cookie("", secure=secure, max_age=max_age).to_header_value()) + len(value)
        if size > MAX_COOKIE:
            raise SessionTooLarge(
                f"the session is {size} bytes as a cookie, and browsers keep {MAX_COOKIE}: keep large values on the "
                "server, and what finds them in the session"
            )
        return config.cookie(value, secure=secure, max_age=max_age)


def get_session() -> Session:
    """The session of the current request; RuntimeError outside of one, and without a SessionMiddleware."""
    return session_of(get_request())


def session_of(request: Request) -> Session:
    """The session of a request; RuntimeError without a SessionMiddleware."""
    session = request.state.get(_STATE)
    if session is None:
        raise RuntimeError("there is no session: app.add_middleware(SessionMiddleware())")
    found: Session = session
    return found


def flash(message: str, category: str = "info") -> None:
    """Keep a message for the next page that shows messages; RuntimeError without a SessionMiddleware."""
    if type(message) is not str or type(category) is not str:
        raise TypeError("a message and its category are str")
    session = get_session()
    session.keep("flash", [*(session.peek("flash") or ()), [category, message]])


def get_flashed_messages(*, with_categories: bool = False) -> list[Any]:
    """The messages that no page has shown yet, oldest first, or pairs (category, message); the same in one request."""
    messages = _take_flashed(get_request())
    return messages if with_categories else [message for _, message in messages]


def _take_flashed(request: Request) -> list[tuple[str, str]]:
    session = session_of(request)
    session.accessed = True
    taken: list[tuple[str, str]] = request.state.setdefault(_FLASHED, [])
    kept = session.peek("flash")
    if kept:
        taken += [(category, message) for category, message in kept]
        session.keep("flash", None)
    return list(taken)


def sessions_around(place: Place, who: str) -> bool:
    """Whether a SessionMiddleware stands around this place; ConfigurationError when it stands within."""
    if any(isinstance(layer, SessionMiddleware) for layer in place.inner):
        raise ConfigurationError(f"{who} works on sessions: add SessionMiddleware before it, not after it")
    return any(isinstance(layer, SessionMiddleware) for layer in place.outer)


def renders_later(response: Response) -> bool:
    """Whether templates may still run after the head is sent: what they may ask for has to be decided before."""
    return isinstance(response, StreamingResponse) and response.content_type.startswith(_LIVE)


def _check(value: Any, where: str) -> None:
    """TypeError unless JSON gives the value back as it is."""
    match value:
        case int() | float() | None:
            return
        case str():
            if not value.isascii():
                value.encode()  # a lone surrogate is no text: UnicodeEncodeError
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                _check(item, f"{where}[{index}]")
        case dict():
            for key, item in cast("dict[object, object]", value).items():
                if type(key) is not str:
                    raise TypeError(f"{where} has the key {key!r}; in a session, keys are str")
                _check(item, f"{where}[{key!r}]")
        case _:
            raise TypeError(
                f"{where} is a {type(value).__name__}; a session holds what JSON does: str, int, float, bool, None, "
                "lists and dicts of these"
            )


def _text_of(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data)


def _now() -> float:
    import time

    return time.time()
