"""Responses: immutable values that are checked where they are made, not when they are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import quote

from chirp.http.cookies import quote_value
from chirp.http.headers import check_header_name, check_header_value

HTML = "text/html; charset=utf-8"
MAX_SET_COOKIE_BYTES = 4096

_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
_SAMESITE = frozenset({"lax", "strict", "none"})
_PLACES = frozenset({"location", "hx-location", "hx-redirect", "hx-push-url", "hx-replace-url"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie directive; ValueError when a browser would not take it or would take something else.

    `max_age` is in seconds. The value may be any text: what a cookie cannot carry is quoted, and parsed back.
    """

    name: str
    value: str
    max_age: int | None = None
    path: str = "/"
    domain: str | None = None
    secure: bool = False
    httponly: bool = True
    samesite: str = "lax"
    partitioned: bool = False

    def __post_init__(self) -> None:
        check_header_name(self.name)
        for attribute in (self.path, self.domain or ""):
            if ";" in attribute or not attribute.isascii() or not attribute.isprintable():
                raise ValueError(f"{attribute!r} in a cookie attribute")
        if self.samesite and self.samesite.lower() not in _SAMESITE:
            raise ValueError(f"samesite is lax, strict or none, not {self.samesite!r}")
        if (self.samesite.lower() == "none" or self.partitioned) and not self.secure:
            raise ValueError("a cookie with samesite none, or partitioned, must be secure")
        prefix = self.name.lower()
        if prefix.startswith(("__secure-", "__host-")) and not self.secure:
            raise ValueError(f"the cookie {self.name} must be secure")
        if prefix.startswith("__host-") and (self.path != "/" or self.domain):
            raise ValueError(f"the cookie {self.name} must have the path / and no domain")
        if len(self.to_header_value()) > MAX_SET_COOKIE_BYTES:
            raise ValueError(f"the cookie {self.name} is larger than {MAX_SET_COOKIE_BYTES} bytes")

    def to_header_value(self) -> str:
        parts = [f"{self.name}={quote_value(self.value)}"]
        if self.max_age is not None:
            parts.append(f"Max-Age={int(self.max_age)}")
        if self.path:
            parts.append(f"Path={self.path}")
        if self.domain:
            parts.append(f"Domain={self.domain}")
        if self.secure:
            parts.append("Secure")
        if self.httponly:
            parts.append("HttpOnly")
        if self.samesite:
            parts.append(f"SameSite={self.samesite}")
        if self.partitioned:
            parts.append("Partitioned")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True, init=False)
class Response:
    """An HTTP response. Each `with_…` returns a new one; names and values are checked at that call (ValueError)."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[SetCookie, ...] = ()

    def __init__(
        self,
        body: str | bytes = "",
        status: int = 200,
        content_type: str = HTML,
        headers: Iterable[tuple[str, str]] = (),
        cookies: tuple[SetCookie, ...] = (),
    ) -> None:
        _set_body(self, body)
        _set_status(self, status if status == 200 and type(status) is int else check_status(status))
        _set_content_type(self, content_type if content_type is HTML else check_header_value(content_type))
        _set_headers(self, tuple(checked_header(*pair) for pair in headers) if headers else ())
        _set_cookies(self, cookies)

    def with_status(self, status: int) -> Self:
        return replace(self, status=status)

    def with_header(self, name: str, value: str) -> Self:
        """Set a header, replacing what is there under this name."""
        if name.lower() == "content-type":
            return self.with_content_type(value)
        return self.with_lines((*self._without(name), checked_header(name, value)), self.cookies)

    def append_header(self, name: str, value: str) -> Self:
        """Add one more line under this name, as `Link` or `WWW-Authenticate` may need."""
        return self.with_lines((*self.headers, checked_header(name, value)), self.cookies)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Set several headers, each replacing what is there under its name."""
        response = self
        for name, value in headers.items():
            response = response.with_header(name, value)
        return response

    def with_vary(self, *names: str) -> Self:
        """Name request headers this response depends on, in one `Vary` merged with what is there."""
        merged = [part.strip() for line in self.header_list("vary") for part in line.split(",") if part.strip()]
        known = {name.lower() for name in merged}
        if "*" in known:
            return self
        for name in names:
            if name.lower() not in known:
                merged.append(name)
                known.add(name.lower())
        return self.with_header("Vary", ", ".join(merged))

    def with_lines(self, headers: tuple[tuple[str, str], ...], cookies: tuple[SetCookie, ...]) -> Self:
        """For middleware: these headers and cookies in place of its own. They are checked already, so they are not."""
        if type(self) is not Response:
            return replace(self, headers=headers, cookies=cookies)
        made = object.__new__(type(self))
        _set_body(made, self.body)
        _set_status(made, self.status)
        _set_content_type(made, self.content_type)
        _set_headers(made, headers)
        _set_cookies(made, cookies)
        return made

    def with_content_type(self, content_type: str) -> Self:
        return replace(self, content_type=content_type)

    def with_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = True,
        samesite: str = "lax",
        partitioned: bool = False,
    ) -> Self:
        """Set a cookie; see SetCookie for what is refused."""
        cookie = SetCookie(name, value, max_age, path, domain, secure, httponly, samesite, partitioned)
        return self.with_set_cookie(cookie)

    def with_set_cookie(self, cookie: SetCookie) -> Self:
        """Set a cookie that is made already."""
        return self.with_lines(self.headers, (*self.cookies, cookie))

    def without_cookie(
        self, name: str, path: str = "/", *, domain: str | None = None, secure: bool | None = None
    ) -> Self:
        """Delete a cookie; path and domain must be those it was set with. Prefixed names are secure by themselves."""
        if secure is None:
            secure = name.lower().startswith(("__secure-", "__host-"))
        return self.with_cookie(name, "", max_age=0, path=path, domain=domain, secure=secure)

    def header(self, name: str) -> str | None:
        """The first value under a name, in any case; None when there is none."""
        values = self.header_list(name)
        return values[0] if values else None

    def header_list(self, name: str) -> list[str]:
        """All values under a name, in order; the content type and the cookies are headers too."""
        wanted = name.lower()
        if wanted == "content-type":
            return [self.content_type]
        values = [value for key, value in self.headers if key.lower() == wanted]
        if wanted == "set-cookie":
            values += [cookie.to_header_value() for cookie in self.cookies]
        return values

    def _without(self, name: str) -> Iterable[tuple[str, str]]:
        wanted = name.lower()
        return (pair for pair in self.headers if pair[0].lower() != wanted)

    @property
    def body_bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body

    @property
    def text(self) -> str:
        return self.body if isinstance(self.body, str) else self.body.decode()


# Every request makes a Response: filling its slots directly takes half the time of a generated `__init__`.
_set_body, _set_status, _set_content_type, _set_headers, _set_cookies = (
    vars(Response)[field.name].__set__ for field in fields(Response)
)


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the client to `url`. Characters a URL cannot hold are percent-encoded; control characters are refused."""

    url: str
    status: int = 302
    headers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.status not in _REDIRECTS or isinstance(self.status, bool):
            raise ValueError(f"{self.status} is not a redirect status")
        check_location(self.url)

    @property
    def location(self) -> str:
        return check_location(self.url)


def check_location(url: str) -> str:
    """The URL with only URL characters in it; ValueError for control characters and for code in place of a URL."""
    if any(char < " " or char == "\x7f" for char in url):
        raise ValueError("a control character in a URL")
    _check_place(url)
    return quote(url, safe=_URL_SAFE)


def _check_place(url: str) -> None:
    """ValueError when it is code; browsers take tabs out of a URL."""
    if url.replace("\t", "").lstrip().lower().startswith(("javascript:", "data:", "vbscript:")):
        raise ValueError("the URL is code, not a place")


def check_status(status: int) -> int:
    """The status, if it is an int from 200 to 599; else ValueError."""
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError(f"{status!r} is not a response status")
    return status


def checked_header(name: str, value: str) -> tuple[str, str]:
    """The pair, if an application may send it; else ValueError."""
    known = name.lower()
    if known == "content-type":
        raise ValueError("set the content type through content_type")
    if known in _PLACES:
        _check_place(_path_of(value) if known == "hx-location" else value)
    return check_header_name(name), check_header_value(value)


def _path_of(location: str) -> str:
    """The URL in HX-Location, which may be JSON with more in it."""
    if not location.lstrip().startswith("{"):
        return location
    import json

    try:
        path = json.loads(location).get("path")
    except ValueError:  # htmx cannot read it either
        return ""
    return path if isinstance(path, str) else ""
