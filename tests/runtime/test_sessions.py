"""Sessions: what is kept, what is refused, and when a cookie is set."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import json
import random
import re
import string
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from chirp import App, AppConfig, ConfigurationError, Request, Response
from chirp.http.streaming import StreamingResponse
from chirp.middleware import CSRFMiddleware
from chirp.middleware.sessions import Session, SessionConfig, SessionMiddleware, SessionTooLarge, get_session
from chirp.testing import TestClient
from tests.runtime.driver import Answer, ask, get, http_scope, make_app

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


def session_app(folder: Path, config: SessionConfig | None = None, **settings: Any) -> App:
    app = make_app(folder, None, **({"secret_key": KEY} | settings))
    app.add_middleware(SessionMiddleware(config))

    @app.route("/set/{value}")
    def write(value: str) -> str:
        get_session()["value"] = value
        return "set"

    @app.route("/get")
    async def read() -> str:
        return str(get_session().get("value"))

    @app.route("/clear")
    def clear() -> str:
        get_session().clear()
        return "cleared"

    @app.route("/rotate")
    def rotate() -> str:
        get_session().rotate()
        return "rotated"

    app.route("/plain")(lambda: "plain")
    return app


def cookie_of(answer: Answer) -> str:
    """The pair that a browser sends back."""
    return answer["set-cookie"].partition(";")[0]


def attributes_of(answer: Answer) -> list[str]:
    return answer["set-cookie"].split("; ")[1:]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the time of day forward."""
    now = float(int(time.time()))

    def forward(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(time, "time", lambda: now)
    return forward


def test_a_value_comes_back_and_nothing_is_set_when_nothing_changed(tmp_path: Path) -> None:
    app = session_app(tmp_path)
    written = get(app, "/set/42")
    assert written["vary"] == "Cookie"
    assert written["cache-control"] == "no-store"
    read = get(app, "/get", ("cookie", cookie_of(written)))
    assert read.text == "42"
    assert read.all("set-cookie") == []
    assert read["vary"] == "Cookie"
    assert read.all("cache-control") == []


def test_a_request_that_does_not_look_at_the_session_does_not_depend_on_it(tmp_path: Path) -> None:
    app = session_app(tmp_path)
    answer = get(app, "/plain", ("cookie", cookie_of(get(app, "/set/1"))))
    assert answer.all("vary") + answer.all("set-cookie") + answer.all("cache-control") == []


def test_an_empty_session_that_is_read_sets_no_cookie(tmp_path: Path) -> None:
    answer = get(session_app(tmp_path), "/get")
    assert (answer.text, answer["vary"], answer.all("set-cookie")) == ("None", "Cookie", [])


def test_emptying_deletes_the_cookie_where_it_was_set(tmp_path: Path) -> None:
    config = SessionConfig(path="/shop", domain="example.com", secure=True)
    app = session_app(tmp_path, config)
    cleared = get(app, "/clear", ("cookie", cookie_of(get(app, "/set/1"))))
    assert cookie_of(cleared) == "chirp_session="
    expected = ["Max-Age=0", "Path=/shop", "Domain=example.com", "Secure", "HttpOnly", "SameSite=lax"]
    assert attributes_of(cleared) == expected
    assert cleared["cache-control"] == "no-store"
    assert get(app, "/clear").all("set-cookie") == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        "a.b.c",
        ".." * 50,
        '"\\377\\376"',
        "ünïcode",
        "x" * 1_000_000,
        "eyJhIjoxfQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbb",
        ".eJwFwcEN.aaa.bbb",
    ],
)
def test_a_cookie_that_is_not_ours_is_an_empty_session(tmp_path: Path, value: str) -> None:
    app = session_app(tmp_path)
    answer = get(app, "/get", ("cookie", f"chirp_session={value}"))
    assert (answer.status, answer.text, answer.all("set-cookie")) == (200, "None", [])


def test_every_changed_character_makes_it_garbage(tmp_path: Path) -> None:
    app = session_app(tmp_path)
    name, _, value = cookie_of(get(app, "/set/42")).partition("=")
    # The last character of base64 carries bits that mean nothing.
    for index in range(len(value) - 1):
        changed = value[:index] + ("A" if value[index] != "A" else "B") + value[index + 1 :]
        assert get(app, "/get", ("cookie", f"{name}={changed}")).text == "None", index


def test_what_is_signed_for_another_use_is_garbage(tmp_path: Path) -> None:
    payload = [{"value": "42"}, {}, int(time.time())]
    app = session_app(tmp_path)
    own = session_app(tmp_path, SessionConfig(cookie_name="other"))
    pair = cookie_of(get(own, "/set/42"))
    assert get(own, "/get", ("cookie", pair)).text == "42"
    assert get(app, "/get", ("cookie", pair.replace("other=", "chirp_session="))).text == "None"
    for salt in ("itsdangerous", "cookie-session", "chirp.csrf.chirp_csrf", "chirp.session."):
        signed = str(URLSafeTimedSerializer(KEY, salt=salt).dumps(payload))
        assert get(app, "/get", ("cookie", f"chirp_session={signed}")).text == "None"


def test_it_is_signed_with_sha256(tmp_path: Path) -> None:
    signature = cookie_of(get(session_app(tmp_path), "/set/42")).rpartition(".")[2]
    assert len(signature) == 43  # 256 bits in base64


def test_older_keys_are_read_and_new_ones_written(tmp_path: Path) -> None:
    old = cookie_of(get(session_app(tmp_path, secret_key=OTHER), "/set/42"))
    assert get(session_app(tmp_path), "/get", ("cookie", old)).text == "None"
    both = session_app(tmp_path, secret_key_fallbacks=(OTHER,))
    assert get(both, "/get", ("cookie", old)).text == "42"
    new = cookie_of(get(both, "/rotate", ("cookie", old)))
    assert get(session_app(tmp_path), "/get", ("cookie", new)).text == "42"
    own = session_app(tmp_path, SessionConfig(secret_key=KEY, fallbacks=(OTHER,)), secret_key="")
    assert get(own, "/get", ("cookie", old)).text == "42"
    assert get(own, "/get", ("cookie", new)).text == "42"


@pytest.mark.parametrize("key", ["", "short", "x" * 31])
def test_a_key_that_is_too_short_stops_the_application_from_starting(tmp_path: Path, key: str) -> None:
    app = session_app(tmp_path, secret_key=key)
    with pytest.raises(ConfigurationError, match=r"secret_key (is empty|is \d+ bytes long); at least 32") as failure:
        app.freeze()
    assert "secrets.token_urlsafe(32)" in str(failure.value)
    with pytest.raises(ConfigurationError, match="secret_key is"):
        App(AppConfig(secret_key=key)).add_middleware(SessionMiddleware(SessionConfig(secret_key=key or "x")))


@pytest.mark.parametrize("fallback", ["", "x" * 31])
def test_an_older_key_that_is_too_short_is_none(tmp_path: Path, fallback: str) -> None:
    """Whoever guesses it could write sessions."""
    with pytest.raises(ConfigurationError, match="at least 32 bytes"):
        session_app(tmp_path, secret_key_fallbacks=(fallback,)).freeze()
    with pytest.raises(ConfigurationError, match="at least 32 bytes"):
        SessionConfig(secret_key=KEY, fallbacks=(fallback,))


@pytest.mark.parametrize("middleware", [SessionMiddleware, CSRFMiddleware])
def test_every_key_is_checked_by_whoever_signs(tmp_path: Path, middleware: Callable[[], Any]) -> None:
    for keys in ({"secret_key": KEY, "secret_key_fallbacks": ("x" * 31,)}, {"secret_key": "\udcff" * 40}):
        app = make_app(tmp_path, None, **keys)
        app.add_middleware(middleware())
        with pytest.raises(ConfigurationError, match=r"secret_key is (31 bytes long; at least 32|no text)"):
            app.freeze()


def test_outside_of_an_application_it_says_that_it_has_no_key() -> None:
    async def unused(_: Request) -> Response:
        raise AssertionError("reached")

    request = Request.from_asgi(http_scope("GET", "/"), no_body)
    with pytest.raises(ConfigurationError, match="SessionMiddleware: secret_key is empty"):
        asyncio.run(SessionMiddleware()(request, unused))


async def no_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_one_older_key_is_no_tuple_of_keys() -> None:
    with pytest.raises(ConfigurationError, match="secret_key_fallbacks is a tuple") as failure:
        AppConfig(secret_key=KEY, secret_key_fallbacks=OTHER)  # type: ignore[arg-type]
    assert OTHER not in str(failure.value)
    with pytest.raises(ConfigurationError, match="fallbacks is a tuple"):
        SessionConfig(fallbacks=OTHER)  # type: ignore[arg-type]


def test_the_keys_are_not_shown() -> None:
    config = AppConfig(secret_key=KEY, secret_key_fallbacks=(OTHER,))
    own = SessionConfig(secret_key=KEY, fallbacks=(OTHER,))
    assert KEY not in f"{config!r} {own!r}"
    assert OTHER not in f"{config!r} {own!r}"


def test_a_session_that_is_too_large_is_an_error_that_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = session_app(tmp_path)
    letters = "".join(random.Random(1).choices(string.ascii_letters, k=5000))  # does not compress to nothing

    @app.route("/large/{size:int}")
    def large(size: int) -> str:
        get_session()["value"] = letters[:size]
        return "large"

    assert get(app, "/large/5000").status == 500
    error = caplog.records[-1].exc_info
    assert error is not None
    assert isinstance(error[1], SessionTooLarge)
    assert re.search(r"is \d{4} bytes as a cookie, and browsers keep 4093", str(error[1]))
    sizes = [size for size in range(2000, 5000, 20) if get(app, f"/large/{size}").status == 200]
    longest = max(len(get(app, f"/large/{size}")["set-cookie"]) for size in sizes[-3:])
    assert 3900 < longest <= 4093


def test_it_expires_when_it_was_not_changed_for_max_age(tmp_path: Path, clock: Callable[[float], None]) -> None:
    app = session_app(tmp_path, SessionConfig(max_age=100))
    written = get(app, "/set/1")
    assert "Max-Age=100" in attributes_of(written)
    clock(99)
    assert get(app, "/get", ("cookie", cookie_of(written))).text == "1"
    clock(3)
    assert get(app, "/get", ("cookie", cookie_of(written))).text == "None"


def test_a_cookie_from_the_future_is_not_ours(tmp_path: Path, clock: Callable[[float], None]) -> None:
    app = session_app(tmp_path)
    clock(1000)
    pair = cookie_of(get(app, "/set/1"))
    clock(-1000)
    assert get(app, "/get", ("cookie", pair)).text == "None"


def test_reading_keeps_it_alive_when_there_is_an_idle_timeout(tmp_path: Path, clock: Callable[[float], None]) -> None:
    app = session_app(tmp_path, SessionConfig(idle_timeout=100))
    pair = cookie_of(get(app, "/set/1"))
    clock(5)
    assert get(app, "/get", ("cookie", pair)).all("set-cookie") == []
    for _ in range(3):
        clock(90)
        read = get(app, "/get", ("cookie", pair))
        assert read.text == "1"
        assert "Max-Age=100" in attributes_of(read)
        pair = cookie_of(read)
    clock(101)
    assert get(app, "/get", ("cookie", pair)).text == "None"


def test_the_absolute_timeout_ends_it_whatever_happens(tmp_path: Path, clock: Callable[[float], None]) -> None:
    app = session_app(tmp_path, SessionConfig(absolute_timeout=100))
    pair = cookie_of(get(app, "/set/1"))
    clock(60)
    again = get(app, "/set/2", ("cookie", pair))
    assert "Max-Age=40" in attributes_of(again)
    clock(39)
    assert get(app, "/get", ("cookie", cookie_of(again))).text == "2"
    rotated = get(app, "/rotate", ("cookie", cookie_of(again)))
    clock(2)
    assert get(app, "/get", ("cookie", cookie_of(again))).text == "None"
    assert get(app, "/get", ("cookie", cookie_of(rotated))).text == "2"


def test_without_max_age_the_browser_forgets_it_when_it_closes(tmp_path: Path, clock: Callable[[float], None]) -> None:
    app = session_app(tmp_path, SessionConfig(max_age=None))
    written = get(app, "/set/1")
    assert attributes_of(written) == ["Path=/", "HttpOnly", "SameSite=lax"]
    clock(10**9)
    assert get(app, "/get", ("cookie", cookie_of(written))).text == "1"


@pytest.mark.parametrize(
    ("config", "scheme", "secure"),
    [
        (SessionConfig(), "http", False),
        (SessionConfig(), "https", True),
        (SessionConfig(secure=True), "http", True),
        (SessionConfig(secure=False), "https", False),
        (SessionConfig(cookie_name="__Host-s"), "http", True),
        (SessionConfig(cookie_name="__Secure-s"), "http", True),
        (SessionConfig(samesite="none"), "http", True),
    ],
)
def test_when_the_cookie_is_secure(tmp_path: Path, config: SessionConfig, scheme: str, secure: bool) -> None:
    app = session_app(tmp_path, config)
    written = ask(app, "GET", "/set/1", scheme=scheme)
    assert ("Secure" in attributes_of(written)) is secure
    assert "HttpOnly" in attributes_of(written)


@pytest.mark.parametrize(
    "settings",
    [
        {"max_age": 0},
        {"idle_timeout": -1},
        {"absolute_timeout": 0},
        {"samesite": "loose"},
        {"samesite": "none", "secure": False},
        {"cookie_name": "__Host-x", "path": "/a"},
        {"cookie_name": "a b"},
        {"domain": "a; Path=/evil"},
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="SessionConfig: "):
        SessionConfig(**settings)


def test_a_change_inside_of_a_value_is_noticed(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/add")
    def add() -> str:
        session = get_session()
        session.setdefault("items", []).append(len(session["items"]))
        return json.dumps(session["items"])

    @app.route("/items")
    def items() -> str:
        return json.dumps(get_session()["items"])

    pair = cookie_of(get(app, "/add"))
    second = get(app, "/add", ("cookie", pair))
    assert second.text == "[0, 1]"
    read = get(app, "/items", ("cookie", cookie_of(second)))
    assert (read.text, read.all("set-cookie")) == ("[0, 1]", [])


class Other:
    """No JSON."""


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (Other(), r"session\['x'\] is a Other"),
        ((1, 2), r"session\['x'\] is a tuple"),
        ({"a": [1, {2}]}, r"session\['x'\]\['a'\]\[1\] is a set"),
        ({"a": {1: 2}}, r"session\['x'\]\['a'\] has the key 1"),
        (b"x", r"session\['x'\] is a bytes"),
    ],
)
def test_what_json_cannot_give_back_is_refused_where_it_is_set(tmp_path: Path, value: object, complaint: str) -> None:
    app = session_app(tmp_path)

    @app.route("/bad")
    async def bad() -> str:
        with pytest.raises(TypeError, match=complaint):
            get_session()["x"] = value
        with pytest.raises(TypeError, match="keys of a session are str"):
            get_session()[1] = "x"  # type: ignore[index]
        return "refused"

    answer = get(app, "/bad")
    assert (answer.text, answer.all("set-cookie")) == ("refused", [])


def test_it_is_a_mapping(tmp_path: Path) -> None:
    app = session_app(tmp_path)
    seen: list[object] = []

    @app.route("/")
    async def handler() -> str:
        session = get_session()
        assert isinstance(session, Session)
        session.update(a=1, b=None, c="é\x00😀")
        with pytest.raises(ValueError, match="surrogates not allowed"):
            session["d"] = "\udc80"
        seen.append((list(session), len(session), "a" in session, session.pop("b"), repr(session)))
        with pytest.raises(KeyError):
            del session["nope"]
        del session["a"]
        return "x"

    @app.route("/read")
    def read() -> str:
        seen.append(dict(get_session()))
        return "x"

    get(app, "/read", ("cookie", cookie_of(get(app, "/"))))
    assert seen == [(["a", "b", "c"], 3, True, None, "<Session ['a', 'c']>"), {"c": "é\x00😀"}]


def test_a_failed_handler_keeps_nothing(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/fail")
    def fail() -> str:
        get_session()["value"] = "half"
        raise ValueError("failed")

    answer = get(app, "/fail")
    assert (answer.status, answer.all("set-cookie")) == (500, [])
    assert "Cookie" in answer["vary"]


def test_an_error_response_of_a_client_keeps_it(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/no")
    def refuse() -> tuple[str, int]:
        get_session()["value"] = "1"
        return "no", 404

    assert get(app, "/get", ("cookie", cookie_of(get(app, "/no")))).text == "1"


def test_a_response_that_sets_it_is_stored_by_no_cache(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/cached")
    def cached() -> Response:
        get_session()["value"] = "1"
        return Response("x", headers=(("Cache-Control", "public, max-age=3600"), ("Vary", "Accept, Cookie")))

    answer = get(app, "/cached")
    assert answer["cache-control"] == "no-store"
    assert answer["vary"] == "Accept, Cookie"


def test_other_cookies_stay(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/both")
    def both() -> Response:
        get_session()["value"] = "1"
        return Response("x").with_cookie("theme", "dark")

    names = [line.partition("=")[0] for line in get(app, "/both").all("set-cookie")]
    assert names == ["theme", "chirp_session"]


def test_a_stream_may_read_it_but_no_longer_change_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = session_app(tmp_path)
    errors: list[str] = []

    async def chunks() -> AsyncGenerator[str]:
        yield str(get_session()["value"])
        try:
            get_session()["value"] = "late"
        except RuntimeError as error:
            errors.append(str(error))

    def plain_chunks() -> Iterator[str]:
        yield str(get_session()["value"])

    app.route("/stream")(lambda: StreamingResponse(chunks()))
    app.route("/plain-stream")(lambda: StreamingResponse(plain_chunks()))
    app.route("/file")(lambda: StreamingResponse([b"x"], content_type="text/csv"))

    @app.route("/write-and-stream")
    def write() -> StreamingResponse:
        get_session()["value"] = "new"
        return StreamingResponse(plain_chunks())

    pair = cookie_of(get(app, "/set/7"))
    for path in ("/stream", "/plain-stream"):
        answer = get(app, path, ("cookie", pair))
        assert (answer.text, answer["vary"], answer.all("set-cookie")) == ("7", "Cookie", [])
    assert errors == ["the session cannot change any more: the head of the response is made already"]
    assert get(app, "/file", ("cookie", pair)).all("vary") == []
    written = get(app, "/write-and-stream")
    assert get(app, "/get", ("cookie", cookie_of(written))).text == written.text == "new"


def test_sessions_of_requests_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    app = session_app(tmp_path)

    @app.route("/wait/{n:int}")
    async def wait(n: int) -> str:
        get_session()["n"] = n
        await asyncio.sleep(0)
        return str(get_session()["n"])

    @app.route("/n")
    def read() -> str:
        return str(get_session().get("n"))

    async def one(n: int) -> tuple[str, str]:
        client = TestClient(app)
        first = await client.get(f"/wait/{n}")
        return first.text, (await client.get("/n")).text

    async def everyone() -> list[tuple[str, str]]:
        return await asyncio.gather(*(one(n) for n in range(50)))

    assert asyncio.run(everyone()) == [(str(n), str(n)) for n in range(50)]


def test_without_the_middleware_and_outside_of_a_request(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    async def handler(request: Request) -> str:
        with pytest.raises(RuntimeError, match=r"there is no session: app.add_middleware\(SessionMiddleware\(\)\)"):
            get_session()
        return "x"

    assert get(app, "/").text == "x"
    with pytest.raises(RuntimeError, match="no request"):
        get_session()


def test_two_sessions_side_by_side_do_not_know_each_other(tmp_path: Path) -> None:
    """The inner one is the one handlers see; each has its own cookie."""
    app = make_app(tmp_path, secret_key=KEY)
    app.add_middleware(SessionMiddleware(SessionConfig(cookie_name="outer")))
    app.add_middleware(SessionMiddleware(SessionConfig(cookie_name="inner")))

    @app.route("/")
    def handler() -> str:
        get_session()["a"] = 1
        return "x"

    assert cookie_of(get(app, "/")).startswith("inner=")
