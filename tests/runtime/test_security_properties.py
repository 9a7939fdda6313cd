"""Properties of what guards an application, for any input: nothing breaks, and nothing gets through."""

import asyncio
import string
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chirp import App, Request
from chirp.http.urls import is_safe_url, safe_next
from chirp.middleware import AllowedHosts, CORSConfig, CORSMiddleware, get_session, secure_stack
from chirp.middleware.hosts import host_matches, split_host
from tests.runtime.driver import Answer, answer_of, body_messages, exchange, http_scope, make_app

KEY = "0123456789abcdef0123456789abcdef"
NAUGHTY = st.text(alphabet="/\\:@?#.%[]* \t\r\n\x00abé", max_size=12)
URLS = st.one_of(
    NAUGHTY,
    st.builds("{}evil.example{}".format, NAUGHTY, NAUGHTY),
    st.builds("/{}evil.example".format, NAUGHTY),
    st.builds("https:{}evil.example".format, NAUGHTY),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LATIN = st.text(alphabet=[chr(code) for code in range(0x20, 0x100)], max_size=60)


def as_a_browser_goes(url: str) -> str:
    """Where a browser goes from https://own.example/: it drops what it cannot see, and turns backslashes round."""
    seen = url.strip("".join(map(chr, range(0x21))))
    for invisible in "\t\r\n":
        seen = seen.replace(invisible, "")
    return urlsplit(urljoin("https://own.example/", seen.replace("\\", "/"))).netloc


@given(URLS)
@example("/\t/evil.example")
@example("/\\evil.example")
@settings(max_examples=1000)
def test_a_safe_url_stays_here(url: str) -> None:
    if is_safe_url(url):
        assert as_a_browser_goes(url) == "own.example"
    if is_safe_url(url, ("friend.example",)):
        assert as_a_browser_goes(url) in {"own.example", "friend.example"}
    assert is_safe_url(safe_next(url))


@given(st.text(alphabet=string.ascii_letters + string.digits + "-._~/?#&=:@!$'()*+,;%é", max_size=40))
def test_an_ordinary_path_is_safe(rest: str) -> None:
    assert is_safe_url("/" + rest.lstrip("/"))


@given(st.one_of(NAUGHTY, st.text(max_size=20), st.builds("{}example.com{}".format, NAUGHTY, NAUGHTY)))
def test_a_host_is_one_host(text: str) -> None:
    split = split_host(text)
    if split is None:
        return
    host, port = split
    assert not set(host) & set("/\\@?#%, \t\r\n")
    assert not port or (port.isascii() and port.isdigit())
    assert split_host(f"{host}:{port}" if port else host) == split
    assert urlsplit(f"http://{text}/").hostname == host.strip("[]") or host.endswith(".") or text.endswith(".")
    if host_matches(host, ("example.com", "*.example.com")):
        assert host == "example.com" or host.endswith(".example.com")


class Fixed:
    """One application for all examples of a property."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.value: dict[str, Any] = {}

    def ask(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes = b"", **scope: Any) -> Answer:
        made = http_scope(method, path, headers, **scope)
        return answer_of(asyncio.run(exchange(self.app, made, body_messages(body))))


def guarded(folder: Path) -> Fixed:
    app = make_app(folder, secret_key=KEY, trusted_proxies=("127.0.0.1",))
    app.add_middleware(CORSMiddleware(CORSConfig(allow_origins=("https://app.example", "https://*.app.example"))))
    secure_stack(app)
    app.add_middleware(AllowedHosts(["example.com"]))
    fixed = Fixed(app)

    @app.route("/write")
    def write() -> str:
        get_session().update(fixed.value)
        return "written"

    @app.route("/read")
    def read() -> str:
        fixed.value = dict(get_session())
        return "read"

    @app.route("/", methods=["GET", "POST"])
    def home(request: Request) -> str:
        return f"{request.scheme} {request.absolute_url}"

    return fixed


def test_a_session_gives_back_what_was_put_into_it(tmp_path: Path) -> None:
    fixed = guarded(tmp_path)

    @given(st.dictionaries(st.text(max_size=10), JSON, min_size=1, max_size=4))
    @settings(max_examples=60, deadline=None)
    def check(value: dict[str, Any]) -> None:
        fixed.value = value
        written = fixed.ask("GET", "/write", [("host", "example.com")])
        assert written.status == 200
        pair = written["set-cookie"].partition(";")[0]
        fixed.value = {}
        read = fixed.ask("GET", "/read", [("host", "example.com"), ("cookie", pair)])
        assert fixed.value == value
        assert read.all("set-cookie") == []

    check()


HEADERS = st.sampled_from(
    [
        "host", "origin", "referer", "sec-fetch-site", "x-csrf-token", "cookie", "x-forwarded-for", "hx-request",
        "x-forwarded-proto", "x-forwarded-host", "access-control-request-method", "access-control-request-headers",
        "content-type", "hx-current-url",
    ]
)  # fmt: skip


def test_no_header_breaks_a_guard(tmp_path: Path) -> None:
    fixed = guarded(tmp_path)

    @given(
        st.sampled_from(["GET", "POST", "OPTIONS", "HEAD"]),
        st.lists(st.tuples(HEADERS, LATIN), max_size=6),
        st.binary(max_size=40),
    )
    @settings(max_examples=150, deadline=None)
    def check(method: str, headers: list[tuple[str, str]], body: bytes) -> None:
        answer = fixed.ask(method, "/", [("host", "example.com"), *headers], body)
        assert answer.status in {200, 204, 400, 403}
        assert method != "POST" or answer.status in {400, 403}
        for origin in answer.all("access-control-allow-origin"):
            assert origin == "https://app.example" or origin.endswith(".app.example")
        if method != "OPTIONS":
            assert answer["x-content-type-options"] == "nosniff"

    check()
