"""What is asked of every application, and the data that it answers with."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Message = MutableMapping[str, Any]
type ASGIApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

TEMPLATES = Path(__file__).parent / "templates"
ROUTES = 200
PAYLOAD: dict[str, object] = {"contacts": [{"id": n, "name": f"Name {n}", "active": n % 2 == 0} for n in range(10)]}


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    email: str
    active: bool


CONTACTS = [Contact(n, f"Name <{n}>", f"name{n}@example.com", n % 3 == 0) for n in range(50)]

BROWSER_HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"connection", b"keep-alive"),
    (b"cookie", b"session=abcdef0123456789; theme=dark"),
]
FORM = b"name=Ada+Lovelace&email=ada%40example.com"
FORM_HEADERS = [
    *BROWSER_HEADERS,
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-length", b"%d" % len(FORM)),
]
CASES = {
    "plain": ("GET", "/plain"),
    "json": ("GET", "/json"),
    "parameter": ("GET", f"/item{ROUTES - 10}/4217"),
    "page": ("GET", "/page"),
    "fragment": ("GET", "/fragment"),
    "form": ("POST", "/form"),
    "plain, def": ("GET", "/plain-def"),
    "page, def": ("GET", "/page-def"),
}


def scope_for(case: str) -> Message:
    """The ASGI scope of a case, as a server makes it for a browser's request."""
    method, path = CASES[case]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": FORM_HEADERS if method == "POST" else BROWSER_HEADERS,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
