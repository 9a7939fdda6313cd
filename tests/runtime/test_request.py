"""The request: what it shows, what it hides, and how its body is read."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from chirp import AppConfig, Request
from chirp.errors import ContentTooLarge
from chirp.http.body import MAX_JSON_DEPTH
from tests.runtime.driver import Message, Pairs, ask, body_messages, exchange, get, http_scope, make_app, post_form


def request_for(
    *headers: tuple[str, str], path: str = "/", query: str = "", method: str = "GET", **scope: Any
) -> Request:
    return Request.from_asgi(http_scope(method, path, headers, query, **scope), no_body)


async def no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_the_parts_of_a_request() -> None:
    request = Request.from_asgi(
        http_scope(
            "PUT", "/a b", [("Host", "example.com:81"), ("Cookie", "a=1"), ("Content-Type", "text/x")], "q=1&q=2"
        ),
        no_body,
        {"id": 4},
    )
    assert (request.method, request.path, request.http_version, request.scheme) == ("PUT", "/a b", "1.1", "http")
    assert (request.query.get_list("q"), request.cookies["a"], request.headers["host"]) == (
        ["1", "2"],
        "1",
        "example.com:81",
    )
    assert (request.content_type, request.path_params["id"]) == ("text/x", 4)
    assert (request.server, request.client) == (("localhost", 80), ("127.0.0.1", 1234))
    assert (request.url, request.absolute_url) == ("/a%20b?q=1&q=2", "http://example.com:81/a%20b?q=1&q=2")
    assert request.headers is request.headers
    assert request.query is request.query
    assert request.cookies is request.cookies


def test_a_request_cannot_be_changed() -> None:
    request = request_for(("Cookie", "a=1"))
    for name in ("method", "path", "headers", "query", "cookies", "path_params", "server"):
        with pytest.raises(AttributeError):
            setattr(request, name, "x")
    with pytest.raises(AttributeError):
        request.invented = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        request.cookies["a"] = "2"  # type: ignore[index]
    with pytest.raises(TypeError):
        request.path_params["a"] = "2"  # type: ignore[index]


def test_repr_shows_method_and_path_only() -> None:
    request = request_for(("cookie", "session=s3cret"), ("authorization", "s3cret"), path="/a\n", query="token=s3cret")
    assert repr(request) == "<Request GET '/a\\n'>"
    assert isinstance(hash(request), int)


@pytest.mark.parametrize(
    ("scope", "url", "absolute"),
    [
        ({"path": "//evil.example/x"}, "/evil.example/x", "http://localhost:80/evil.example/x"),
        ({"path": "/a\r\nX: y"}, "/a%0D%0AX:%20y", "http://localhost:80/a%0D%0AX:%20y"),
        ({"path": "/a?b"}, "/a%3Fb", "http://localhost:80/a%3Fb"),
        ({"path": "/é", "scheme": "https"}, "/%C3%A9", "https://localhost:80/%C3%A9"),
        ({"path": "/x", "root_path": "/mount"}, "/mount/x", "http://localhost:80/mount/x"),
        ({"path": "/mount/x", "root_path": "/mount"}, "/mount/x", "http://localhost:80/mount/x"),
        ({"path": "/x", "server": None}, "/x", "http:///x"),
        (
            {"path": "/x", "server": ["/run/app.sock", None]},
            "/x",
            "http:///run/app.sock/x".replace("/run/", "%2Frun%2F"),
        ),
        ({"path": "/x", "query_string": b"a=\r\n\xff"}, "/x?a=%0D%0A%FF", "http://localhost:80/x?a=%0D%0A%FF"),
    ],
)
def test_urls_are_encoded(scope: dict[str, Any], url: str, absolute: str) -> None:
    request = Request.from_asgi(http_scope("GET", "/") | scope, no_body)
    assert request.url == url
    assert request.absolute_url == absolute


def test_defaults_of_a_minimal_scope() -> None:
    request = Request.from_asgi({"type": "http", "method": "GET", "path": "/"}, no_body)
    assert (request.http_version, request.scheme, request.server, request.client) == ("1.1", "http", None, None)
    assert (len(request.headers), len(request.query), dict(request.cookies), request.url) == (0, 0, {}, "/")
    assert request.root_path == ""


HTMX4 = ("hx-request-type", "partial")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], {"is_htmx": False, "is_fragment": False, "htmx_target": None, "htmx_trigger": None, "htmx_source": None}),
        ([("hx-request", "true")], {"is_htmx": True, "is_fragment": True, "is_boosted": False}),
        ([("hx-request", "true"), ("hx-boosted", "true")], {"is_boosted": True, "is_fragment": False}),
        (
            [("hx-request", "true"), ("hx-history-restore-request", "true")],
            {"is_history_restore": True, "is_fragment": False},
        ),
        (
            [("hx-target", "list"), ("hx-trigger", "save")],
            {"htmx_target": "list", "htmx_trigger": "save", "htmx_source": "save"},
        ),
        ([("hx-target", "div#list"), HTMX4], {"htmx_target": "list"}),
        ([("hx-target", "div#a%20b"), HTMX4], {"htmx_target": "a b"}),
        ([("hx-target", "body"), HTMX4], {"htmx_target": None}),
        ([("hx-source", "button#save")], {"htmx_source": "save"}),
        ([("hx-source", "button")], {"htmx_source": None}),
        ([("hx-current-url", "http://x/%C3%A9")], {"htmx_current_url": "http://x/%C3%A9"}),
        (
            [("hx-current-url", "http://x/?q=a%26b"), ("hx-request-type", "partial")],
            {"htmx_current_url": "http://x/?q=a%26b"},
        ),
        ([("hx-target", "%C3%A9"), ("hx-target-uri-autoencoded", "true")], {"htmx_target": "é"}),
    ],
)
def test_what_htmx_says(headers: Pairs, expected: dict[str, object]) -> None:
    request = request_for(*headers)
    assert {name: getattr(request, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("0", 0),
        ("12", 12),
        ("-1", None),
        ("+5", None),
        ("5_0", None),
        (" 5", None),
        ("1e3", None),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 30, None),
        ("٣", None),
    ],
)
def test_content_length_is_digits(value: str, length: int | None) -> None:
    scope = http_scope("GET", "/") | {"headers": [(b"content-length", value.encode())]}
    assert Request.from_asgi(scope, no_body).content_length == length
    assert request_for().content_length is None


def answer_from(
    folder: Path,
    read: Callable[[Request], Awaitable[object]],
    body: bytes | Sequence[bytes],
    *headers: tuple[str, str],
    **config: Any,
) -> tuple[int, str]:
    """Status and text of a handler that returns what it read."""
    app = make_app(folder, **config)

    @app.route("/", methods=["POST"])
    async def handler(request: Request) -> str:
        return repr(await read(request))

    answer = ask(app, "POST", "/", headers=headers, body=body)
    return answer.status, answer.text


async def read_twice(request: Request) -> object:
    first = await request.body()
    streamed = b"".join([chunk async for chunk in request.stream()])
    return first == streamed == await request.body(), await request.text()


async def stream_twice(request: Request) -> object:
    chunks = [chunk async for chunk in request.stream()]
    with pytest.raises(RuntimeError, match="streamed already"):
        await request.body()
    with pytest.raises(RuntimeError, match="streamed already"):
        await anext(request.stream())
    return chunks


async def stream_the_rest(request: Request) -> object:
    await request.body()
    return [chunk async for chunk in request.stream()]


def test_the_body_is_kept_and_a_stream_is_not(tmp_path: Path) -> None:
    assert answer_from(tmp_path, read_twice, [b"a", b"", b"b"]) == (200, "(True, 'ab')")
    assert answer_from(tmp_path, stream_twice, [b"a", b"", b"b"]) == (200, "[b'a', b'b']")
    assert answer_from(tmp_path, stream_the_rest, b"") == (200, "[]")


def test_text_is_utf8(tmp_path: Path) -> None:
    assert answer_from(tmp_path, Request.text, b"\xff") == (400, "the body is not UTF-8")


@pytest.mark.parametrize("read", [Request.body, Request.text, Request.json, lambda request: request.form(), read_twice])
def test_a_body_over_the_limit(tmp_path: Path, read: Callable[[Request], Awaitable[object]]) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    for headers in ([form], [form, ("content-length", "2")]):
        status, text = answer_from(tmp_path, read, [b"12345", b"67890"], *headers, max_content_length=9)
        assert (status, text) in {(413, "Content Too Large"), (400, "the body is not declared as JSON")}
    for body in (b"a=1", b"a=12"):
        status, _ = answer_from(tmp_path, read, body, form, max_content_length=3)
        assert status in ({413, 400} if len(body) > 3 else {200, 400})
    status, _ = answer_from(tmp_path, read, b"a=1", form, max_content_length=3)
    assert status in {200, 400}


def counted_exchange(app: Any, scope: Message, incoming: list[Message]) -> tuple[list[Message], int]:
    """What is sent, and how many messages were received."""
    total = len(incoming)
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent, total - len(incoming)


def test_a_declared_length_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    for handler in (asyncio_handler, plain_handler):
        app = make_app(tmp_path, max_content_length=9)
        app.route("/", methods=["POST"])(handler)
        scope = http_scope("POST", "/", [("content-length", "10")])
        sent, received = counted_exchange(app, scope, body_messages(b"1234567890"))
        assert (sent[0]["status"], received) == (413, 0)


async def asyncio_handler() -> str:
    return "never reads the body"


def plain_handler() -> str:
    return "never reads the body"


async def stream_all(request: Request) -> object:
    return [chunk async for chunk in request.stream()]


def test_a_stream_is_limited_too(tmp_path: Path) -> None:
    assert answer_from(tmp_path, stream_all, [b"12345", b"6789"], max_content_length=9)[0] == 200
    assert answer_from(tmp_path, stream_all, [b"12345", b"67890"], max_content_length=9)[0] == 413
    scope = http_scope("GET", "/", [("content-length", "10")])
    request = Request(scope, no_body, {}, AppConfig(max_content_length=9))
    with pytest.raises(ContentTooLarge):
        asyncio.run(request.body())


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    app = make_app(tmp_path, max_content_length=9)
    app.route("/", methods=["POST"])(plain_handler)
    sent, received = counted_exchange(app, http_scope("POST", "/"), body_messages([b"12345"] * 100))
    assert (sent[0]["status"], received) == (413, 2)


@pytest.mark.parametrize("length", ["-1", "5_0", "+5", "x", ""])
def test_a_length_that_is_no_number_is_refused(tmp_path: Path, length: str) -> None:
    assert answer_from(tmp_path, Request.body, b"", ("content-length", length)) == (
        400,
        "Content-Length is not a number",
    )


def test_a_truncated_body_reaches_no_handler(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    reached: list[object] = []

    @app.route("/async", methods=["POST"])
    async def handler(request: Request) -> str:
        reached.append(await request.body())
        return "never"

    @app.route("/plain", methods=["POST"])
    def plain() -> str:
        reached.append("plain")
        return "never"

    async def watch(request: Request, next: Any) -> Any:
        return await next(request)

    app.add_middleware(watch)
    for path in ("/async", "/plain"):
        half: Message = {"type": "http.request", "body": b"half", "more_body": True}
        sent = asyncio.run(exchange(app, http_scope("POST", path), [half]))
        assert sent == [], "nobody is there to answer"
    assert reached == []


JSON = ("content-type", "application/json")


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"a": [1, 2.5, null, true, "\xc3\xa9"]}', "application/json", (200, "{'a': [1, 2.5, None, True, 'é']}")),
        (b"1", "application/json; charset=utf-8", (200, "1")),
        (b"1", "application/vnd.api+json", (200, "1")),
        (b"1", "Text/JSON", (200, "1")),
        (b'{"a":1,"a":2}', "application/json", (200, "{'a': 2}")),
        (b"1", "text/plain", (400, "the body is not declared as JSON")),
        (b"1", "application/jsonp", (400, "the body is not declared as JSON")),
        (b"", "application/json", (400, "the body is not JSON")),
        (b"{", "application/json", (400, "the body is not JSON")),
        (b"NaN", "application/json", (400, "the body is not JSON")),
        (b"[-Infinity]", "application/json", (400, "the body is not JSON")),
        (b'"\xff"', "application/json", (400, "the body is not JSON")),
        ('"x"'.encode("utf-16"), "application/json", (400, "the body is not JSON")),
        (b"\xef\xbb\xbf1", "application/json", (400, "the body is not JSON")),
        (b"1" * 5000, "application/json", (400, "the body is not JSON")),
        (b"[" * 100_000, "application/json", (400, "the body is not JSON")),
        (
            b"[" * (MAX_JSON_DEPTH + 1) + b"]" * (MAX_JSON_DEPTH + 1),
            "application/json",
            (400, "the JSON is nested too deeply"),
        ),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "application/json", (400, "the JSON is nested too deeply")),
    ],
)
def test_json_is_strict(tmp_path: Path, body: bytes, content_type: str, expected: tuple[int, str]) -> None:
    assert answer_from(tmp_path, Request.json, body, ("content-type", content_type)) == expected


def test_wide_and_allowed_depths_of_json_pass(tmp_path: Path) -> None:
    values: list[object] = [[[]] * 100, [{"a": {}}] * 70, json.loads("[" * MAX_JSON_DEPTH + "]" * MAX_JSON_DEPTH)]
    for value in values:
        status, _ = answer_from(tmp_path, Request.json, json.dumps(value).encode(), JSON)
        assert status == 200


async def form_items(request: Request) -> object:
    form = await request.form()
    return [(name, form.get_list(name)) for name in form]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"a=1&a=2&b=%C3%A9+x", "application/x-www-form-urlencoded", (200, "[('a', ['1', '2']), ('b', ['é x'])]")),
        (b"a=1", "Application/X-WWW-Form-URLencoded; charset=utf-8", (200, "[('a', ['1'])]")),
        (b"", "", (200, "[]")),
        (b"a=%ff", "application/x-www-form-urlencoded", (400, "url-encoded text is not UTF-8")),
        (b"&" * 1000, "application/x-www-form-urlencoded", (400, "more than 1000 fields")),
        (b"a=1", "", (415, "send the form as application/x-www-form-urlencoded or multipart/form-data")),
        (b"{}", "application/json", (415, "send the form as application/x-www-form-urlencoded or multipart/form-data")),
    ],
)
def test_forms(tmp_path: Path, body: bytes, content_type: str, expected: tuple[int, str]) -> None:
    headers = [("content-type", content_type)] if content_type else []
    assert answer_from(tmp_path, form_items, body, *headers) == expected


def test_a_def_handler_reads_its_form_at_once(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    def handler(request: Request) -> list[object]:
        form = request.form
        return [form["title"], form.get_list("tag"), len(form), list(form), "nope" in form, form.get("nope")]

    @app.route("/missing", methods=["POST"])
    def missing(request: Request) -> str:
        return request.form["title"]

    assert post_form(app, "/", b"title=x&tag=1&tag=2").text == '["x",["1","2"],2,["title","tag"],false,null]'
    answer = post_form(app, "/missing", b"other=1")
    assert (answer.status, answer.text) == (400, "missing: title")


def test_a_form_that_is_not_read_yet_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    async def handler(request: Request) -> str:
        return request.form["title"]

    assert post_form(app, "/", b"title=x").status == 500
    assert "await request.form()" in caplog.text


def test_middleware_and_handler_may_both_read_the_form(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.add_middleware
    async def check(request: Request, next: Any) -> Any:
        assert (await request.form())["title"] == "x"
        return await next(request)

    @app.route("/", methods=["POST"])
    def handler(request: Request) -> str:
        return request.form["title"]

    assert post_form(app, "/", b"title=x").text == "x"


@pytest.mark.parametrize("query", ["a=%ff", "&" * 1000])
def test_a_query_that_cannot_be_read_is_a_400(tmp_path: Path, query: str) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda request: request.query.get("a", ""))
    assert get(app, "/", query=query).status == 400


def test_a_missing_parameter_is_a_400(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda request: request.query["q"])
    assert (get(app, "/").status, get(app, "/").text) == (400, "missing: q")
