"""CORS: who may read an answer, preflights, and what caches have to know."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from pathlib import Path
from typing import Any

import pytest

from chirp import App, ConfigurationError, Request, Response
from chirp.http.streaming import StreamingResponse
from chirp.middleware import CORSConfig, CORSMiddleware
from chirp.middleware.builtin import CORSConfig as SameConfig
from tests.runtime.driver import Answer, ask, get, make_app

ORIGIN = "https://app.example"


def cors_app(folder: Path, **settings: Any) -> App:
    app = make_app(folder)
    app.add_middleware(CORSMiddleware(CORSConfig(**settings)))
    app.route("/")(lambda: "x")
    app.route("/items", methods=["GET", "PUT", "DELETE"])(lambda: "x")
    app.route("/own", methods=["GET", "OPTIONS"])(lambda: "own")
    app.route("/boom")(lambda: 1 // 0)
    app.route("/stream")(lambda: StreamingResponse(["x"]))
    app.route("/vary")(lambda: Response("x").with_vary("Accept", "origin"))
    return app


def preflight(app: App, method: str, *headers: str, origin: str = ORIGIN, path: str = "/items", **more: str) -> Answer:
    sent = [("origin", origin), ("access-control-request-method", method), *more.items()]
    if headers:
        sent.append(("access-control-request-headers", ", ".join(headers)))
    return ask(app, "OPTIONS", path, headers=sent)


def allowed(answer: Answer) -> list[str]:
    return answer.all("access-control-allow-origin")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nope", 404), ("/boom", 500), ("/stream", 200)])
def test_every_answer_has_the_headers(tmp_path: Path, path: str, status: int) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,), allow_credentials=True, expose_headers=("HX-Trigger", "X-A"))
    answer = get(app, path, ("origin", ORIGIN))
    assert answer.status == status
    assert allowed(answer) == [ORIGIN]
    assert answer["access-control-allow-credentials"] == "true"
    assert answer["access-control-expose-headers"] == "HX-Trigger, X-A"
    assert "Origin" in answer["vary"]


def test_an_error_of_the_method_has_them_too(tmp_path: Path) -> None:
    answer = ask(cors_app(tmp_path, allow_origins=(ORIGIN,)), "POST", "/", headers=[("origin", ORIGIN)])
    assert (answer.status, allowed(answer)) == (405, [ORIGIN])


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://app.example",
        "https://app.example:444",
        "https://app.example.evil.example",
        "https://evilapp.example",
        "https://sub.app.example",
        "https://app.example/",
        "https://app.exampleX",
        "app.example",
        "null",
        "",
        "*",
        f"{ORIGIN} https://evil.example",
        "HTTPS://APP.EXAMPLE",
    ],
)
def test_another_origin_gets_nothing_and_caches_know_why(tmp_path: Path, origin: str) -> None:
    answer = get(cors_app(tmp_path, allow_origins=(ORIGIN,), allow_credentials=True), "/", ("origin", origin))
    assert allowed(answer) == []
    assert answer.all("access-control-allow-credentials") == []
    assert answer["vary"] == "Origin"


def test_vary_is_on_answers_to_requests_without_an_origin(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,))
    assert get(app, "/")["vary"] == "Origin"
    assert get(app, "/vary")["vary"] == "Accept, origin"
    assert allowed(get(app, "/")) == []


def test_everybody(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=("*",))
    answer = get(app, "/", ("origin", "https://anybody.example"))
    assert allowed(answer) == ["*"]
    assert answer.all("vary") == []
    assert allowed(get(app, "/", ("origin", "null"))) == ["*"]


def test_hosts_below_a_host(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=("https://*.example.com", "http://*.example.org:8000"))
    for origin in ("https://a.example.com", "https://a.b.example.com", "http://x.example.org:8000"):
        assert allowed(get(app, "/", ("origin", origin))) == [origin]
    for origin in (
        "https://example.com",
        "https://.example.com",
        "https://evilexample.com",
        "http://a.example.com",
        "https://a.example.com:8443",
        "https://evil.example/.example.com",
        "https://evil.example?.example.com",
        "https://evil.example#.example.com",
        "https://evil.example:80.example.com",
        "https://user@a.example.com",
        "https://a b.example.com",
        "http://x.example.org",
    ):
        assert allowed(get(app, "/", ("origin", origin))) == [], origin


def test_null_only_where_it_is_named(tmp_path: Path) -> None:
    assert allowed(get(cors_app(tmp_path, allow_origins=("null",)), "/", ("origin", "null"))) == ["null"]


def test_the_usual_port_is_left_out_as_browsers_do(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=("HTTPS://App.Example:443",))
    assert allowed(get(app, "/", ("origin", ORIGIN))) == [ORIGIN]


def test_a_header_of_the_handler_is_replaced(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,))
    app.route("/own-header")(lambda: Response("x").with_header("Access-Control-Allow-Origin", "*"))
    assert allowed(get(app, "/own-header", ("origin", ORIGIN))) == [ORIGIN]


def test_nothing_leaks_from_one_request_to_the_next(tmp_path: Path) -> None:
    other = "https://other.example"
    app = cors_app(tmp_path, allow_origins=(ORIGIN, other))
    for origin in (ORIGIN, other, ORIGIN):
        assert allowed(get(app, "/", ("origin", origin))) == [origin]
    assert allowed(get(app, "/")) == []


# preflights


def test_a_preflight_for_what_is_allowed(tmp_path: Path) -> None:
    app = cors_app(
        tmp_path,
        allow_origins=(ORIGIN,),
        allow_methods=("get", "PUT"),
        allow_headers=("X-CSRF-Token", "HX-Request"),
        allow_credentials=True,
        max_age=60,
    )
    answer = preflight(app, "PUT", "x-csrf-token", "HX-REQUEST", "content-type")
    assert (answer.status, answer.body) == (204, b"")
    assert allowed(answer) == [ORIGIN]
    assert answer["access-control-allow-methods"] == "GET, PUT"
    assert answer["access-control-allow-headers"] == "X-CSRF-Token, HX-Request"
    assert answer["access-control-allow-credentials"] == "true"
    assert answer["access-control-max-age"] == "60"
    assert answer["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def test_a_preflight_never_reaches_the_handler(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,))
    answer = preflight(app, "GET", path="/own")
    assert (answer.status, answer.body) == (204, b"")
    assert preflight(app, "GET", path="/nowhere").status == 204


@pytest.mark.parametrize(
    ("origin", "method", "headers", "refused"),
    [
        ("https://evil.example", "GET", (), "origin"),
        (ORIGIN, "DELETE", (), "method"),
        (ORIGIN, "put", (), "method"),
        (ORIGIN, "GET", ("X-Other",), "headers"),
        (ORIGIN, "GET", ("X-A", "X-Other"), "headers"),
        (ORIGIN, "GET", ("X-A X-Other",), "headers"),
        (ORIGIN, "GET", ("\xff",), "headers"),
        ("null", "BREW", ("X-Other",), "origin, method, headers"),
    ],
)
def test_a_preflight_for_what_is_not(
    tmp_path: Path, origin: str, method: str, headers: tuple[str, ...], refused: str
) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,), allow_methods=("GET", "PUT"), allow_headers=("X-A",))
    answer = preflight(app, method, *headers, origin=origin)
    assert (answer.status, answer.text) == (400, f"not allowed across origins: {refused}")
    assert answer["content-type"].startswith("text/plain")
    assert allowed(answer) == ([] if "origin" in refused else [ORIGIN])
    assert answer["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert answer.all("access-control-allow-methods") == []


def test_whatever_is_asked_for(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=("*",), allow_methods=("*",), allow_headers=("*",))
    answer = preflight(app, "PROPFIND", "X-Any", "Content-Type")
    assert answer.status == 204
    assert answer["access-control-allow-methods"] == "PROPFIND"
    assert answer["access-control-allow-headers"] == "X-Any, Content-Type"
    assert answer["vary"] == "Access-Control-Request-Method, Access-Control-Request-Headers"
    for method, header in [("GET\tX", "X-A"), ("GET", "a b"), ("GET", "é"), ("GET", 'x"y'), ("", "X-A")]:
        assert preflight(app, method, header).status == 400


def test_options_without_the_question_is_no_preflight(tmp_path: Path) -> None:
    app = cors_app(tmp_path, allow_origins=(ORIGIN,))
    plain = ask(app, "OPTIONS", "/items", headers=[("origin", ORIGIN)])
    assert (plain.status, plain["allow"], allowed(plain)) == (204, "DELETE, GET, HEAD, OPTIONS, PUT", [ORIGIN])
    assert ask(app, "OPTIONS", "/own", headers=[("origin", ORIGIN)]).text == "own"
    without_origin = ask(app, "OPTIONS", "/items", headers=[("access-control-request-method", "GET")])
    assert (without_origin.status, allowed(without_origin)) == (204, [])
    other_method = get(app, "/", ("origin", ORIGIN), ("access-control-request-method", "GET"))
    assert other_method.text == "x"


def test_by_default_nobody(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.add_middleware(CORSMiddleware())
    app.route("/")(lambda: "x")
    answer = get(app, "/", ("origin", ORIGIN))
    assert (answer.text, allowed(answer), answer["vary"]) == ("x", [], "Origin")
    assert preflight(app, "GET", path="/").status == 400


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"allow_origins": ("*",), "allow_credentials": True}, "any site"),
        ({"allow_origins": "https://example.com"}, "is a tuple"),
        ({"allow_origins": ("example.com",)}, "is no origin"),
        ({"allow_origins": ("https://example.com/",)}, "is no origin"),
        ({"allow_origins": ("https://example.com.",)}, "is no origin"),
        ({"allow_origins": ("https://",)}, "is no origin"),
        ({"allow_origins": ("https://*",)}, "is no origin"),
        ({"allow_origins": ("https://a.*.example.com",)}, "is no origin"),
        ({"allow_methods": "GET"}, "is a tuple"),
        ({"allow_headers": ("a b",)}, "is not a header name"),
        ({"expose_headers": ("a\r\nb",)}, "is not a header name"),
        ({"max_age": -1}, "max_age is -1"),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        CORSConfig(**settings)


def test_lists_are_taken_and_the_name_of_the_design_works() -> None:
    assert CORSConfig(allow_origins=[ORIGIN]).allow_origins == (ORIGIN,)  # type: ignore[arg-type]
    assert SameConfig is CORSConfig


def test_the_session_of_the_application_is_not_bothered(tmp_path: Path) -> None:
    """A preflight carries no cookie, and none of the inner middleware sees it."""
    app = cors_app(tmp_path, allow_origins=(ORIGIN,))
    seen: list[str] = []

    @app.add_middleware
    async def inner(request: Request, next: Any) -> Any:
        seen.append(request.method)
        return await next(request)

    preflight(app, "GET", path="/")
    get(app, "/")
    assert seen == ["GET"]
