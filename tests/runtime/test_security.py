"""Security headers, the nonce of a page, and the stack of middleware that belongs together."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from chirp import App, AppConfig, ConfigurationError, Response, Template
from chirp.http.streaming import StreamingResponse
from chirp.middleware import (
    AuthMiddleware,
    CORSConfig,
    CORSMiddleware,
    SecurityConfig,
    SecurityHeaders,
    csp_nonce,
    current_user,
    get_session,
    login,
    secure_stack,
)
from tests.runtime.driver import Answer, ask, get, make_app

KEY = "0123456789abcdef0123456789abcdef"
FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}


def security_app(folder: Path, config: SecurityConfig | None = None, **settings: Any) -> App:
    templates = {"page.html": '<script nonce="{{ csp_nonce() }}">{{ csp_nonce }}</script>'}
    app = make_app(folder, templates, **settings)
    app.add_middleware(SecurityHeaders(config))
    app.route("/")(lambda: "x")
    app.route("/page")(lambda: Template("page.html"))
    app.route("/boom")(lambda: 1 // 0)
    app.route("/stream")(lambda: StreamingResponse(["x"]))
    return app


def script_sources(answer: Answer) -> str:
    return answer["content-security-policy"].partition("script-src ")[2].partition(";")[0]


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nope", 404), ("/boom", 500), ("/stream", 200)])
def test_every_answer_has_the_headers(tmp_path: Path, path: str, status: int) -> None:
    answer = get(security_app(tmp_path), path)
    assert answer.status == status
    assert {name: answer[name] for name in FIXED} == FIXED
    assert "frame-ancestors 'none'" in answer["content-security-policy"]
    assert answer.all("strict-transport-security") == []


def test_a_page_without_scripts_of_its_own_has_no_nonce(tmp_path: Path) -> None:
    assert script_sources(get(security_app(tmp_path), "/")) == "'self'"


def test_the_nonce_is_one_for_a_page_and_new_for_every_request(tmp_path: Path) -> None:
    app = security_app(tmp_path)
    nonces: set[str] = set()
    for _ in range(5):
        answer = get(app, "/page")
        nonce, again = answer.text.removeprefix('<script nonce="').removesuffix("</script>").split('">')
        assert nonce == again
        assert script_sources(answer) == f"'self' 'nonce-{nonce}'"
        nonces.add(nonce)
    assert len(nonces) == 5
    assert min(map(len, nonces)) >= 22  # 128 bits


def test_a_stream_knows_its_nonce_before_it_begins(tmp_path: Path) -> None:
    app = security_app(tmp_path)

    async def chunks() -> AsyncGenerator[str]:
        yield csp_nonce()

    app.route("/live")(lambda: StreamingResponse(chunks()))
    app.route("/data")(lambda: StreamingResponse(["x"], content_type="text/csv"))
    answer = get(app, "/live")
    assert script_sources(answer) == f"'self' 'nonce-{answer.text}'"
    assert script_sources(get(app, "/data")) == "'self'"


def test_what_a_response_says_itself_stays(tmp_path: Path) -> None:
    app = security_app(tmp_path)
    own = {"Content-Security-Policy": "default-src 'none'", "X-FRAME-OPTIONS": "SAMEORIGIN"}
    app.route("/own")(lambda: Response("x").with_headers(own))
    answer = get(app, "/own")
    assert answer["content-security-policy"] == "default-src 'none'"
    assert answer["x-frame-options"] == "SAMEORIGIN"
    assert answer["x-content-type-options"] == "nosniff"


def test_the_debug_page_keeps_its_own_policy(tmp_path: Path) -> None:
    answer = get(security_app(tmp_path, debug=True), "/boom", ("accept", "text/html"))
    assert answer["content-security-policy"].startswith("default-src 'none'")


def test_https_only_is_said_over_https_when_asked_for(tmp_path: Path) -> None:
    app = security_app(tmp_path, SecurityConfig(hsts=3600, hsts_subdomains=True))
    assert ask(app, "GET", "/", scheme="https")["strict-transport-security"] == "max-age=3600; includeSubDomains"
    assert get(app, "/").all("strict-transport-security") == []


def test_an_empty_value_leaves_a_header_out(tmp_path: Path) -> None:
    config = SecurityConfig(content_security_policy="", frame_options="", opener_policy="", permissions_policy="usb=()")
    answer = get(security_app(tmp_path, config), "/page")
    assert answer.all("content-security-policy") + answer.all("x-frame-options") == []
    assert answer["permissions-policy"] == "usb=()"
    assert answer["x-content-type-options"] == "nosniff"


def test_a_policy_can_be_tried_first(tmp_path: Path) -> None:
    config = SecurityConfig(content_security_policy="script-src {nonce}", report_only=True)
    answer = get(security_app(tmp_path, config), "/page")
    assert answer["content-security-policy-report-only"].startswith("script-src 'nonce-")
    assert answer.all("content-security-policy") == []


@pytest.mark.parametrize(
    "settings",
    [{"content_security_policy": "a\r\nb: c"}, {"permissions_policy": "\x00"}, {"hsts": -1}, {"referrer_policy": "😀"}],
)
def test_settings_that_cannot_work(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="SecurityConfig: "):
        SecurityConfig(**settings)


def test_without_the_middleware_there_is_no_nonce(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda: f"[{csp_nonce()}]")
    assert get(app, "/").text == "[]"


# the stack


def stacked(folder: Path, **settings: Any) -> App:
    app = make_app(folder, {"form.html": "{{ csrf_field() }}"}, **({"secret_key": KEY} | settings))
    app.add_middleware(CORSMiddleware(CORSConfig(allow_origins=("https://app.example",))))
    secure_stack(app)
    app.route("/form")(lambda: Template("form.html"))
    app.route("/boom")(lambda: 1 // 0)

    @app.route("/change", methods=["POST"])
    def change() -> str:
        get_session()["n"] = 1
        return "changed"

    return app


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/form", "example.com", 200),
        ("GET", "/nope", "example.com", 404),
        ("GET", "/boom", "example.com", 500),
        ("POST", "/change", "example.com", 403),
        ("GET", "/form", "evil.example", 400),
    ],
)
def test_refusals_have_the_headers_of_all_that_is_around_them(
    tmp_path: Path, method: str, path: str, host: str, status: int
) -> None:
    app = stacked(tmp_path, allowed_hosts=("example.com",))
    answer = ask(app, method, path, headers=[("host", host), ("origin", "https://app.example")])
    assert answer.status == status
    assert {name: answer[name] for name in FIXED} == FIXED
    assert answer["access-control-allow-origin"] == "https://app.example"


def test_the_stack_lets_a_form_through(tmp_path: Path) -> None:
    app = stacked(tmp_path)
    page = get(app, "/form", ("host", "example.com"))
    token = page.text.partition('value="')[2].partition('"')[0]
    sent = [("host", "example.com"), ("cookie", page["set-cookie"].partition(";")[0]), ("x-csrf-token", token)]
    answer = ask(app, "POST", "/change", headers=sent)
    assert answer.text == "changed"
    assert len(answer.all("set-cookie")) == 1


@pytest.mark.parametrize(
    ("early", "said"), [(True, "no, Ada"), (False, "secure_stack(app, auth=AuthMiddleware(load_user)) puts it before")]
)
def test_the_page_that_refuses_a_form_may_say_who_is_logged_in(tmp_path: Path, early: bool, said: str) -> None:
    app = make_app(tmp_path, secret_key=KEY)
    auth = AuthMiddleware({1: "Ada"}.get)
    secure_stack(app, auth=auth if early else None)
    if not early:
        app.add_middleware(auth)

    @app.route("/login")
    def enter() -> str:
        login(1)
        return "in"

    @app.route("/change", methods=["POST"])
    def change() -> str:
        return "changed"

    @app.error(403)
    def refused() -> str:
        try:
            return f"no, {current_user()}"
        except RuntimeError as error:
            return str(error)

    cookie = get(app, "/login")["set-cookie"].partition(";")[0]
    answer = ask(app, "POST", "/change", headers=[("cookie", cookie)])
    assert answer.status == 403
    assert said in answer.text


def test_the_stack_needs_a_key() -> None:
    app = App(AppConfig())
    secure_stack(app)
    with pytest.raises(ConfigurationError, match="secret_key is empty"):
        app.freeze()
