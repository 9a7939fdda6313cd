"""CORS: which pages of other origins may read what this application answers. Origins are compared exactly."""

from collections.abc import Iterable
from dataclasses import dataclass

from chirp.errors import ConfigurationError
from chirp.http.headers import check_header_name, is_token
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.hosts import split_host
from chirp.middleware.protocol import Middleware, Next, Place

# What browsers send across origins without asking.
_ALWAYS = frozenset({"accept", "accept-language", "content-language", "content-type"})
_OURS = {"access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PREFLIGHT_VARY = ("Access-Control-Request-Method", "Access-Control-Request-Headers")


@dataclass(frozen=True, slots=True)
class CORSConfig:
    """Who may ask, and for what. Nothing is allowed by default.

    `allow_origins`: `https://example.com`, `https://*.example.com` for every host below, `null` for sandboxed pages, or
    `*` alone for everybody, which excludes `allow_credentials`. `allow_methods` and `allow_headers` may be `("*",)`,
    which means whatever is asked for. `max_age` says for how many seconds a browser remembers a preflight.
    """

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    allow_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    expose_headers: tuple[str, ...] = ()
    max_age: int = 600

    def __post_init__(self) -> None:
        for name in ("allow_origins", "allow_methods", "allow_headers", "expose_headers"):
            values: object = object.__getattribute__(self, name)
            if isinstance(values, str):
                raise ConfigurationError(f"CORSConfig: {name} is a tuple, as in {name}=({values!r},)")
            object.__setattr__(self, name, tuple(self._checked(name, values)))  # type: ignore[arg-type]
        if "*" in self.allow_origins and self.allow_credentials:
            raise ConfigurationError("CORSConfig: allow_credentials needs origins by name; with `*` any site gets them")
        if self.max_age < 0:
            raise ConfigurationError(f"CORSConfig: max_age is {self.max_age}; the least is 0")

    def _checked(self, name: str, values: Iterable[str]) -> Iterable[str]:
        for value in values:
            if name == "allow_origins":
                yield check_origin(value)
            else:
                try:
                    yield value.upper() if name == "allow_methods" else check_header_name(value)
                except ValueError as error:
                    raise ConfigurationError(f"CORSConfig: {name}: {error}") from None


def check_origin(origin: str) -> str:
    """The origin in lower case, if a browser can send it, or `*.` stands before its host; else ConfigurationError."""
    lower = origin.lower()
    scheme, separator, host = lower.partition("://")
    split = split_host(host.removeprefix("*."))
    if lower in {"*", "null"}:
        return lower
    if separator and scheme.isalpha() and split is not None and not host.endswith("."):
        return lower.removesuffix(_DEFAULT_PORTS.get(scheme, "\n"))  # browsers leave the usual port out
    raise ConfigurationError(f"{origin!r} is no origin; write `https://example.com`, with a port if it has one")


class Origins:
    """A set of origins, asked quickly."""

    __slots__ = ("_below", "_exact")

    def __init__(self, origins: Iterable[str]) -> None:
        checked = [check_origin(origin) for origin in origins]
        self._exact = frozenset(one for one in checked if "://*." not in one)
        self._below = tuple(tuple(one.split("*", 1)) for one in checked if "://*." in one)

    def __contains__(self, origin: str) -> bool:
        if origin in self._exact:
            return True
        for scheme, suffix in self._below:
            host = origin.removeprefix(scheme)
            if origin.startswith(scheme) and host.endswith(suffix) and _is_host(host):
                return True
        return False


def _is_host(text: str) -> bool:
    return split_host(text) is not None


class CORSMiddleware:
    """Answers preflights, and adds the CORS headers to every other answer, errors too. Add it first."""

    __slots__ = ("_always", "_every", "_headers", "_methods", "_origins", "_preflight", "config")

    def __init__(self, config: CORSConfig | None = None) -> None:
        config = config or CORSConfig()
        self.config: CORSConfig = config
        self._every = "*" in config.allow_origins
        self._origins = Origins(config.allow_origins)
        self._methods = frozenset(config.allow_methods)
        self._headers = frozenset(name.lower() for name in config.allow_headers)
        credentials = (("Access-Control-Allow-Credentials", "true"),) if config.allow_credentials else ()
        exposed = (("Access-Control-Expose-Headers", ", ".join(config.expose_headers)),)
        self._always = (*credentials, *(exposed if config.expose_headers else ()))
        self._preflight = (*credentials, ("Access-Control-Max-Age", str(config.max_age)))

    def at_freeze(self, place: Place, /) -> Middleware:
        """Preflights reach only routes that answer OPTIONS themselves, and the chain of what no route answers."""
        route = place.route
        return self if route is None or "OPTIONS" in route.methods else self.add

    async def __call__(self, request: Request, next: Next, /) -> Response:
        if request.method == "OPTIONS":
            origin = request.headers.get("origin")
            method = request.headers.get("access-control-request-method")
            if origin is not None and method is not None:
                return self._answer(origin, method, request.headers.get("access-control-request-headers"))
        return await self.add(request, next)

    async def add(self, request: Request, next: Next, /) -> Response:
        """Answer, with the CORS headers."""
        response = await next(request)
        origin = request.headers.get("origin")
        if not self._every:
            response = response.with_vary("Origin")
        if origin is None or not self._allows(origin):
            return response
        own = [pair for pair in response.headers if pair[0].lower() not in _OURS]
        return response.with_lines((*own, self._allowed(origin), *self._always), response.cookies)

    def _allows(self, origin: str) -> bool:
        return self._every or origin in self._origins

    def _allowed(self, origin: str) -> tuple[str, str]:
        return ("Access-Control-Allow-Origin", "*" if self._every else origin)

    def _answer(self, origin: str, method: str, asked: str | None) -> Response:
        """To a preflight: 204 when all is allowed, else 400 that says what is not."""
        names = [name.strip() for name in (asked or "").split(",") if name.strip()]
        refused: list[str] = []
        headers: list[tuple[str, str]] = []
        if self._allows(origin):
            headers += [self._allowed(origin), *self._preflight]
        else:
            refused.append("origin")
        if not (method in self._methods or ("*" in self._methods and method.isascii() and method.isalpha())):
            refused.append("method")
        if not all(self._permits(name) for name in names):
            refused.append("headers")
        if refused:
            plain = "text/plain; charset=utf-8"
            response = Response(f"not allowed across origins: {', '.join(refused)}", 400, plain, headers)
        else:
            response = Response("", 204, headers=(*headers, *self._permitted(method, names)))
        response = response if self._every else response.with_vary("Origin")
        return response.with_vary(*_PREFLIGHT_VARY)

    def _permits(self, name: str) -> bool:
        if "*" in self._headers:
            return is_token(name)
        return name.lower() in self._headers or name.lower() in _ALWAYS

    def _permitted(self, method: str, names: list[str]) -> Iterable[tuple[str, str]]:
        yield "Access-Control-Allow-Methods", method if "*" in self._methods else ", ".join(self.config.allow_methods)
        permitted = names if "*" in self._headers else self.config.allow_headers
        if permitted:
            yield "Access-Control-Allow-Headers", ", ".join(permitted)
