"""CSRF: what has to be there before a request may change something."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from chirp import App, AppConfig, ConfigurationError, Next, Request, Template
from chirp.http.streaming import StreamingResponse
from chirp.middleware.csrf import CSRFConfig, CSRFMiddleware, csrf_exempt, csrf_token
from chirp.middleware.sessions import SessionMiddleware, get_session
from tests.runtime.driver import Answer, Pairs, ask, exchange, get, http_scope, make_app

KEY = "0123456789abcdef0123456789abcdef"
HOST = ("host", "example.com")
FORM = ("content-type", "application/x-www-form-urlencoded")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """An application, and a browser that has loaded a page of it."""

    app: App
    cookie: tuple[str, str]
    token: str

    def send(
        self, *headers: tuple[str, str], method: str = "POST", path: str = "/", body: bytes = b"", **scope: Any
    ) -> Answer:
        return ask(self.app, method, path, headers=[HOST, self.cookie, *headers], body=body, **scope)

    def sends_token(self, *headers: tuple[str, str], **more: Any) -> Answer:
        return self.send(("x-csrf-token", self.token), *headers, **more)


def csrf_app(folder: Path, config: CSRFConfig | None = None, *, sessions: bool = True) -> App:
    templates = {
        "form.html": '<form method="post">{{ csrf_field() }}</form>',
        "meta.html": "{{ csrf_meta() }}{{ csrf_token }}",
        "error.html": "no: {{ csrf_token() }}",
    }
    app = make_app(folder, templates, secret_key=KEY)
    if sessions:
        app.add_middleware(SessionMiddleware())
    app.add_middleware(CSRFMiddleware(config))
    app.route("/token", inline=True)(csrf_token)
    app.route("/form")(lambda: Template("form.html"))
    app.route("/meta")(lambda: Template("meta.html"))

    @app.route("/", methods=METHODS)
    async def change(request: Request) -> str:
        return f"changed {len(await request.body())}"

    @app.route("/upload", methods=["POST"])
    async def upload(request: Request) -> str:
        return (await request.form())["a"]

    @app.route("/stream", methods=["POST"])
    async def stream(request: Request) -> str:
        return str(len([chunk async for chunk in request.stream()]))

    @app.route("/hook", methods=["POST"])
    @csrf_exempt
    def hook() -> str:
        return "hooked"

    return app


def visit(app: App) -> Visitor:
    answer = get(app, "/token", HOST)
    return Visitor(app, ("cookie", answer["set-cookie"].partition(";")[0]), answer.text)


@pytest.fixture(params=["session", "cookie"])
def visitor(request: pytest.FixtureRequest, tmp_path: Path) -> Visitor:
    return visit(csrf_app(tmp_path, sessions=request.param == "session"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_unsafe_methods_need_the_token(visitor: Visitor, method: str) -> None:
    assert visitor.send(method=method).status == 403
    assert visitor.sends_token(method=method).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_safe_methods_do_not(visitor: Visitor, method: str) -> None:
    answer = visitor.send(("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), method=method)
    assert answer.status == {"GET": 200, "HEAD": 200, "OPTIONS": 204, "TRACE": 405}[method]


def test_methods_that_nobody_knows_are_unsafe_and_case_matters(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)
    app.route("/purge", methods=["PURGE"])(lambda: "purged")
    visitor = visit(app)
    assert visitor.send(method="PURGE", path="/purge").status == 403
    assert visitor.sends_token(method="PURGE", path="/purge").text == "purged"


def form_body(token: str, field: str = "_csrf_token") -> bytes:
    return f"a=1&{field}={token}".encode()


def multipart(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], bytes]:
    parts = [f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    return ("content-type", "multipart/form-data; boundary=XX"), ("".join(parts) + "--XX--\r\n").encode()


def test_the_token_from_a_form_field(visitor: Visitor) -> None:
    body = form_body(visitor.token)
    assert visitor.send(FORM, body=body).text == f"changed {len(body)}"
    assert visitor.send(("content-type", "Application/X-WWW-form-urlencoded ; charset=utf-8"), body=body).status == 200
    assert visitor.send(FORM, body=form_body("")).status == 403
    assert visitor.send(FORM, body=b"a=1").status == 403


def test_the_token_from_a_multipart_form(visitor: Visitor) -> None:
    kind, body = multipart([("_csrf_token", visitor.token), ("a", "é")])
    assert visitor.send(kind, path="/upload", body=body).text == "é"
    kind, body = multipart([("a", "1")])
    assert visitor.send(kind, path="/upload", body=body).status == 403


def test_the_token_of_a_rendered_form(visitor: Visitor) -> None:
    page = visitor.send(method="GET", path="/form").text
    name = page.partition('name="')[2].partition('"')[0]
    token = page.partition('value="')[2].partition('"')[0]
    assert page == f'<form method="post"><input type="hidden" name="{name}" value="{token}"></form>'
    assert visitor.send(FORM, body=form_body(token, name)).status == 200


def test_the_token_of_a_meta_element_and_of_the_bare_name(visitor: Visitor) -> None:
    page = visitor.send(method="GET", path="/meta").text
    meta, bare = page.partition('content="')[2].split('">')
    assert page == f'<meta name="csrf-token" content="{meta}">{bare}'
    assert visitor.send(("x-csrf-token", meta)).status == visitor.send(("x-csrf-token", bare)).status == 200


def test_the_query_is_no_place_for_a_token(visitor: Visitor) -> None:
    query = f"_csrf_token={visitor.token}&X-CSRF-Token={visitor.token}"
    assert ask(visitor.app, "POST", "/", headers=[HOST, visitor.cookie, FORM], query=query).status == 403


def test_a_body_of_another_type_needs_the_header(visitor: Visitor) -> None:
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded-not"):
        assert visitor.send(("content-type", kind), body=form_body(visitor.token)).status == 403
    assert visitor.send(body=form_body(visitor.token)).status == 403
    assert visitor.sends_token(("content-type", "application/json"), body=b"{}").status == 200


@pytest.mark.parametrize(
    "header",
    [("hx-request", "true"), ("x-requested-with", "XMLHttpRequest"), ("sec-fetch-site", "same-origin")],
)
def test_what_proves_nothing(visitor: Visitor, header: tuple[str, str]) -> None:
    assert visitor.send(header).status == 403
    assert visitor.sends_token(header).status == 200


def wrong_tokens(token: str) -> list[str]:
    changed = ("B" if token[0] == "A" else "A") + token[1:]
    end = token[:-2] + ("BA" if token[-2:] == "AA" else "AA")
    return [
        "", " ", "x", "é", "\xff" * 86, "\x80", token[:-1], token + "A", token[:43], token[43:] + token[:43], changed,
        end, token.swapcase(), "A" * 86, "=" * 86, token.replace(token[5], "*"), token * 1000, token[:40] + "\t" * 46,
        token.encode().hex(), "null", "undefined",
    ]  # fmt: skip


@pytest.mark.parametrize("index", range(21))
def test_wrong_tokens_are_refused_and_break_nothing(visitor: Visitor, index: int) -> None:
    wrong = wrong_tokens(visitor.token)
    assert len(wrong) == 21
    token = wrong[index]
    assert visitor.send(("x-csrf-token", token)).status == 403
    if token.isprintable():
        kind, body = multipart([("_csrf_token", token)])
        assert visitor.send(kind, body=body).status == 403


def test_a_wrong_header_is_not_made_good_by_the_form(visitor: Visitor) -> None:
    assert visitor.send(FORM, ("x-csrf-token", "wrong"), body=form_body(visitor.token)).status == 403


def test_tokens_differ_at_every_call_and_all_of_them_are_right(visitor: Visitor) -> None:
    tokens = {visitor.send(method="GET", path="/token").text for _ in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {86}
    for token in tokens:
        assert visitor.send(("x-csrf-token", token)).status == 200
    # Nothing of the secret shows in what two of them have in common.
    first, second = list(tokens)[:2]
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 20


def test_the_token_of_somebody_else_is_wrong(visitor: Visitor) -> None:
    other = visit(visitor.app)
    assert visitor.send(("x-csrf-token", other.token)).status == 403
    assert ask(visitor.app, "POST", "/", headers=[HOST, ("x-csrf-token", visitor.token)]).status == 403


@pytest.mark.parametrize("value", ["", "x", "é", "a" * 5000, "a.b.c"])
def test_a_cookie_that_is_not_ours_makes_no_token_right(visitor: Visitor, value: str) -> None:
    name = visitor.cookie[1].partition("=")[0]
    headers = [HOST, ("cookie", f"{name}={value}"), ("x-csrf-token", visitor.token)]
    assert ask(visitor.app, "POST", "/", headers=headers).status == 403


def test_the_cookie_is_set_once_and_then_stays(visitor: Visitor) -> None:
    page = visitor.send(method="GET", path="/form")
    assert page.all("set-cookie") == []
    assert page["vary"] == "Cookie"
    answer = visitor.send(method="GET")
    assert answer.all("set-cookie") + answer.all("vary") == []


def test_the_own_cookie_is_kept_by_no_cache_and_read_by_no_script(tmp_path: Path) -> None:
    app = csrf_app(tmp_path, sessions=False)
    answer = ask(app, "GET", "/token", headers=[HOST], scheme="https")
    assert answer["cache-control"] == "no-store"
    assert answer["vary"] == "Cookie"
    attributes = answer["set-cookie"].split("; ")[1:]
    assert attributes == ["Max-Age=31536000", "Path=/", "Secure", "HttpOnly", "SameSite=lax"]


def test_a_session_that_begins_anew_makes_earlier_tokens_wrong(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)

    @app.route("/login", methods=["POST"])
    def login() -> str:
        get_session().rotate()
        return csrf_token()

    visitor = visit(app)
    answer = visitor.sends_token(path="/login")
    after = Visitor(app, ("cookie", answer["set-cookie"].partition(";")[0]), answer.text)
    assert after.sends_token().status == 200
    assert after.send(("x-csrf-token", visitor.token)).status == 403


# where the request comes from

OWN = [
    ("http", "example.com", "http://example.com"),
    ("http", "example.com", "http://EXAMPLE.com"),
    ("http", "example.com:80", "http://example.com"),
    ("http", "example.com:8000", "http://example.com:8000"),
    ("https", "example.com", "https://example.com"),
    ("https", "example.com:443", "https://example.com"),
    ("http", "example.com", "https://example.com"),  # a proxy ended the encryption
    ("http", "[::1]:8000", "http://[::1]:8000"),
]
FOREIGN = [
    ("http", "example.com", "http://evil.example"),
    ("http", "example.com", "http://example.com.evil.example"),
    ("http", "example.com", "http://evilexample.com"),
    ("http", "example.com", "http://sub.example.com"),
    ("http", "example.com", "http://example.com:8000"),
    ("http", "example.com:8000", "http://example.com"),
    ("https", "example.com", "http://example.com"),
    ("http", "example.com", "null"),
    ("http", "example.com", ""),
    ("http", "example.com", "example.com"),
    ("http", "example.com", "ftp://example.com"),
    ("http", "example.com", "http://user@example.com"),
    ("http", "example.com", "http://example.com/"),
    ("http", "example.com", "http://example.com http://evil.example"),
    ("http", "example.com", "\xff\xfe"),
    ("http", "", "http://"),
]


@pytest.mark.parametrize(("scheme", "host", "origin"), OWN)
def test_an_origin_of_our_own(visitor: Visitor, scheme: str, host: str, origin: str) -> None:
    headers = [("host", host), visitor.cookie, ("x-csrf-token", visitor.token), ("origin", origin)]
    assert ask(visitor.app, "POST", "/", headers=headers, scheme=scheme).status == 200
    without_token = [("host", host), visitor.cookie, ("origin", origin)]
    assert ask(visitor.app, "POST", "/", headers=without_token, scheme=scheme).status == 403


@pytest.mark.parametrize(("scheme", "host", "origin"), FOREIGN)
def test_an_origin_of_others(visitor: Visitor, scheme: str, host: str, origin: str) -> None:
    headers = [("host", host), visitor.cookie, ("x-csrf-token", visitor.token), ("origin", origin)]
    assert ask(visitor.app, "POST", "/", headers=headers, scheme=scheme).status == 403
    pretending = [*headers, ("sec-fetch-site", "same-origin")]
    assert ask(visitor.app, "POST", "/", headers=pretending, scheme=scheme).status == 403


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403), ("", 403), ("SAME-ORIGIN", 403)],
)
def test_sec_fetch_site(visitor: Visitor, site: str, status: int) -> None:
    assert visitor.sends_token(("sec-fetch-site", site)).status == status


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("http://example.com/page?x=1", 200),
        ("http://example.com", 200),
        ("", 200),
        ("http://evil.example/http://example.com/", 403),
        ("http://example.com.evil.example/", 403),
        ("http://example.com@evil.example/", 403),
        ("http://example.com\\@evil.example/", 403),
        ("nonsense", 403),
        ("http://[", 403),
    ],
)
def test_a_referer_where_the_browser_says_nothing_else(visitor: Visitor, referer: str, status: int) -> None:
    assert visitor.sends_token(("referer", referer)).status == status
    assert visitor.sends_token(("referer", referer), ("sec-fetch-site", "same-origin")).status == 200


def test_two_hosts_are_no_host(visitor: Visitor) -> None:
    assert visitor.sends_token(("host", "evil.example"), ("origin", "http://evil.example")).status == 403


def test_other_origins_may_be_trusted_and_still_need_the_token(tmp_path: Path) -> None:
    config = CSRFConfig(trusted_origins=("https://admin.example.com", "https://*.partner.example:8443"))
    visitor = visit(csrf_app(tmp_path, config))
    for origin in ("https://admin.example.com", "https://a.b.partner.example:8443"):
        assert visitor.sends_token(("origin", origin), ("sec-fetch-site", "cross-site")).status == 200
        assert visitor.sends_token(("referer", f"{origin}/page")).status == 200
        assert visitor.send(("origin", origin), ("sec-fetch-site", "cross-site")).status == 403
    for origin in ("http://admin.example.com", "https://partner.example:8443", "https://evil-partner.example:8443"):
        assert visitor.sends_token(("origin", origin)).status == 403


# exemptions


def test_an_exempt_route_is_called_from_anywhere(visitor: Visitor) -> None:
    evil = [HOST, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
    assert ask(visitor.app, "POST", "/hook", headers=evil).text == "hooked"


def test_exempt_is_the_handler_and_not_its_path(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)
    app.route("/hook/{rest:path}", methods=["POST"])(lambda: "not exempt")
    app.route("/hook", methods=["PUT"])(lambda: "not exempt")
    for method, path in [("POST", "/hook/x"), ("PUT", "/hook")]:
        assert ask(app, method, path, headers=[HOST]).status == 403


def test_exempt_through_decorators_and_in_pages(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)

    @csrf_exempt
    @app.route("/above", methods=["POST"])
    def above() -> str:
        return "above"

    def decorated(handler: Any) -> Any:
        @wraps(handler)
        def inner() -> Any:
            return handler()

        return inner

    @app.route("/wrapped", methods=["POST"])
    @decorated
    @csrf_exempt
    def wrapped() -> str:
        return "wrapped"

    pages = tmp_path / "pages" / "folder"
    pages.mkdir(parents=True)
    exempt = "from chirp.middleware import csrf_exempt\n\n@csrf_exempt\n"
    (pages / "page.py").write_text(exempt + "def post():\n    return 'page'\n\ndef put():\n    return 'not exempt'\n")
    app.mount_pages(tmp_path / "pages")
    for path, text in [("/above", "above"), ("/wrapped", "wrapped"), ("/folder", "page")]:
        assert ask(app, "POST", path, headers=[HOST]).text == text
    assert ask(app, "PUT", "/folder", headers=[HOST]).status == 403


def test_an_exempt_handler_may_show_forms(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)
    app.route("/exempt-form", methods=["POST"])(csrf_exempt(lambda: Template("form.html")))
    answer = ask(app, "POST", "/exempt-form", headers=[HOST])
    token = answer.text.partition('value="')[2].partition('"')[0]
    assert Visitor(app, ("cookie", answer["set-cookie"].partition(";")[0]), token).sends_token().status == 200


# errors, streams, bodies


def test_what_no_route_answers_is_not_forbidden(visitor: Visitor) -> None:
    assert visitor.send(path="/nowhere").status == 404
    assert visitor.send(path="/form").status == 405


def test_a_middleware_that_answers_by_itself_is_guarded_too(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)

    @app.add_middleware
    async def answers(request: Request, next: Next) -> Any:
        return "answered" if request.path == "/by-middleware" else await next(request)

    visitor = visit(app)
    assert visitor.send(path="/by-middleware").status == 403
    assert visitor.sends_token(path="/by-middleware").text == "answered"
    assert visitor.send(method="GET", path="/by-middleware").text == "answered"
    assert visitor.sends_token(path="/nowhere").status == 404


def test_the_refusal_can_be_a_page_that_has_a_form(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = csrf_app(tmp_path)
    app.error(403)(lambda: Template("error.html"))
    answer = ask(app, "POST", "/", headers=[HOST])
    assert answer.status == 403
    token = answer.text.removeprefix("no: ")
    assert Visitor(app, ("cookie", answer["set-cookie"].partition(";")[0]), token).sends_token().status == 200
    assert [record.getMessage() for record in caplog.records] == [
        "refused POST /: there is no cookie that a token could belong to"
    ]


def test_the_refusal_says_what_a_user_can_do_and_the_log_says_why(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.send()
    assert "reload the page" in answer.text
    assert answer["content-type"].startswith("text/plain")
    visitor.send(FORM, body=b"a=1")
    visitor.send(("x-csrf-token", "wrong"))
    visitor.send(("origin", "http://evil.example"))
    reasons = [record.getMessage().partition(": ")[2] for record in caplog.records]
    assert reasons == [
        "no X-CSRF-Token header",
        "neither a X-CSRF-Token header nor a field _csrf_token",
        "the token is wrong",
        "Origin is 'http://evil.example'",
    ]


def test_a_stream_may_make_tokens_after_the_head_is_sent(tmp_path: Path) -> None:
    for sessions in (True, False):
        app = csrf_app(tmp_path, sessions=sessions)

        async def chunks() -> AsyncGenerator[str]:
            yield csrf_token()

        app.route("/tokens")(lambda: StreamingResponse(chunks()))
        app.route("/data")(lambda: StreamingResponse([b"x"], content_type="text/csv"))
        answer = get(app, "/tokens", HOST)
        visitor = Visitor(app, ("cookie", answer["set-cookie"].partition(";")[0]), answer.text)
        assert visitor.sends_token().status == 200
        assert get(app, "/data", HOST).all("set-cookie") == []


def reads_of(app: App, headers: Pairs) -> int:
    """How often the application asked for a part of the body before it refused."""
    reads = 0

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            nonlocal reads
            reads += 1
            return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 403

        await app(http_scope("POST", "/", headers), receive, send)

    asyncio.run(run())
    return reads


def test_no_body_is_read_when_the_headers_decide(visitor: Visitor) -> None:
    kind = ("content-type", "multipart/form-data; boundary=XX")
    origin = ("origin", "http://evil.example")
    for headers in (
        [HOST, kind],
        [HOST, visitor.cookie, kind, origin],
        [HOST, visitor.cookie, kind, ("x-csrf-token", "wrong")],
        [HOST, visitor.cookie, ("content-type", "application/json")],
    ):
        assert reads_of(visitor.app, headers) == 0


def test_an_upload_with_the_header_is_left_to_the_handler(visitor: Visitor) -> None:
    kind = ("content-type", "multipart/form-data; boundary=XX")
    answer = ask(
        visitor.app,
        "POST",
        "/stream",
        headers=[HOST, visitor.cookie, kind, ("x-csrf-token", visitor.token)],
        body=[b"a", b"b", b"c"],
    )
    assert answer.text == "3"


def test_a_body_that_is_too_large_or_broken_off_is_that(tmp_path: Path) -> None:
    app = csrf_app(tmp_path)
    visitor = visit(app)
    large = b"a=" + b"x" * (17 * 1024 * 1024)
    assert visitor.send(FORM, body=large).status == 413
    headers = [HOST, visitor.cookie, FORM]
    messages = [{"type": "http.request", "body": b"a=1", "more_body": True}]
    assert asyncio.run(exchange(app, http_scope("POST", "/", headers), messages)) == []


# configuration


def test_header_and_field_can_be_named_otherwise(tmp_path: Path) -> None:
    config = CSRFConfig(header_name="X-XSRF", field_name="xsrf")
    visitor = visit(csrf_app(tmp_path, config, sessions=False))
    assert visitor.send(("x-xsrf", visitor.token)).status == 200
    assert visitor.send(FORM, body=form_body(visitor.token, "xsrf")).status == 200
    assert visitor.sends_token().status == 403
    assert 'name="xsrf"' in visitor.send(method="GET", path="/form").text


@pytest.mark.parametrize(
    "settings",
    [
        {"header_name": "a b"},
        {"header_name": ""},
        {"field_name": ""},
        {"cookie_name": "a;b"},
        {"trusted_origins": "https://example.com"},
        {"trusted_origins": ("example.com",)},
        {"trusted_origins": ("*",)},
        {"secret_key": "short"},
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        CSRFConfig(**settings)


def test_it_does_not_start_without_a_key_or_within_the_session(tmp_path: Path) -> None:
    app = App()
    app.add_middleware(CSRFMiddleware())
    with pytest.raises(ConfigurationError, match="CSRFMiddleware: secret_key is empty"):
        app.freeze()
    app = App(AppConfig(secret_key=KEY))
    app.add_middleware(CSRFMiddleware())
    app.add_middleware(SessionMiddleware())
    with pytest.raises(ConfigurationError, match="add SessionMiddleware before it"):
        app.freeze()
    with pytest.raises(ConfigurationError, match="CSRFMiddleware: secret_key is empty"):
        csrf_app_without_key(tmp_path).freeze()


def csrf_app_without_key(folder: Path) -> App:
    app = make_app(folder)
    app.add_middleware(CSRFMiddleware())
    return app


def test_tokens_outside_of_its_reach(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    def handler() -> str:
        with pytest.raises(RuntimeError, match="there is no CSRF token"):
            csrf_token()
        return "x"

    assert get(app, "/").text == "x"


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(CSRFConfig(secret_key=KEY))
