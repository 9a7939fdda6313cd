"""Logins: who the user is, who is sent to the login page, and where to go afterwards."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chirp import App, AppConfig, ConfigurationError, Request, Template
from chirp.http.urls import is_safe_url, safe_next
from chirp.middleware import (
    AuthMiddleware,
    SessionMiddleware,
    current_user,
    flash,
    get_session,
    login,
    login_required,
    logout,
)
from chirp.testing import TestClient
from tests.runtime.driver import Answer, answer_of, ask, exchange, get, http_scope, make_app

KEY = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class User:
    """A user of the application."""

    name: str


USERS: dict[object, User] = {1: User("Ada"), "bob": User("Bob")}


def auth_app(folder: Path, load: Any = USERS.get, **options: Any) -> App:
    templates = {"hello.html": "{% if current_user %}{{ current_user.name }}{% else %}visitor{% end %}"}
    app = make_app(folder, templates, secret_key=KEY)
    app.add_middleware(SessionMiddleware())
    app.add_middleware(AuthMiddleware(load, **options))
    app.route("/hello")(lambda: Template("hello.html"))
    app.route("/plain")(lambda: "plain")

    @app.route("/login/{user}")
    def log_in(user: str) -> str:
        login(int(user) if user.isdigit() else user)
        return "logged in"

    @app.route("/logout", methods=["GET", "POST"])
    def log_out() -> str:
        logout()
        return str(current_user())

    @app.route("/private", methods=["GET", "POST"])
    @login_required
    def private(request: Request) -> str:
        return f"private {current_user().name} {request.method}"

    @app.route("/private/{n:int}")
    @login_required
    async def numbered(n: int) -> str:
        return f"{n + 1} {current_user().name}"

    return app


def log_in(user: str) -> str:
    login(user)
    return "logged in"


def cookie_of(answer: Answer) -> tuple[str, str]:
    return ("cookie", answer["set-cookie"].partition(";")[0])


def logged_in(app: App, user: object = 1) -> tuple[str, str]:
    return cookie_of(get(app, f"/login/{user}"))


def test_the_user_in_handlers_and_templates(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    assert get(app, "/hello").text == "visitor"
    assert get(app, "/hello", logged_in(app)).text == "Ada"
    assert get(app, "/private", logged_in(app, "bob")).text == "private Bob GET"
    assert get(app, "/private/4", logged_in(app)).text == "5 Ada"


def test_a_page_that_shows_the_user_depends_on_the_cookie_and_others_do_not(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    cookie = logged_in(app)
    assert get(app, "/hello", cookie)["vary"] == "Cookie"
    assert get(app, "/hello")["vary"] == "Cookie"
    assert get(app, "/plain", cookie).all("vary") == []


def test_the_user_may_be_loaded_by_a_coroutine_or_in_a_thread(tmp_path: Path) -> None:
    async def load(user_id: object) -> User | None:
        await asyncio.sleep(0)
        return USERS.get(user_id)

    app = auth_app(tmp_path, load)
    assert get(app, "/hello", logged_in(app)).text == "Ada"
    threads: list[str] = []

    def load_blocking(user_id: object) -> User | None:
        threads.append(threading.current_thread().name)
        return USERS.get(user_id)

    app = auth_app(tmp_path, load_blocking)
    assert get(app, "/hello", logged_in(app)).text == "Ada"
    assert threads == ["chirp-worker"]


def test_nobody_is_loaded_for_visitors_and_static_files(tmp_path: Path) -> None:
    loaded: list[object] = []
    static = tmp_path / "static"
    static.mkdir()
    (static / "a.txt").write_text("file")
    app = App(AppConfig(secret_key=KEY, static_dir=static, skip_contract_checks=True))
    app.add_middleware(SessionMiddleware())
    app.add_middleware(AuthMiddleware(loaded.append))
    app.route("/login/{user}", inline=True)(log_in)
    app.route("/")(lambda: "x")
    cookie = logged_in(app)
    assert get(app, "/").text == "x"
    assert get(app, "/static/a.txt", cookie).text == "file"
    assert loaded == []
    get(app, "/", cookie)
    assert loaded == ["1"]


def test_a_user_that_is_gone_is_a_visitor(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    cookie = logged_in(app, 99)
    assert get(app, "/hello", cookie).text == "visitor"
    assert get(app, "/private", cookie).status == 303


def test_who_cannot_be_looked_up_gets_in_nowhere(tmp_path: Path) -> None:
    def load(user_id: object) -> User:
        raise ConnectionError("the database is away")

    app = auth_app(tmp_path, load)
    assert get(app, "/private", logged_in(app)).status == 500


def location(answer: Answer) -> tuple[str, str | None]:
    """Where a browser is sent, and the way back in it."""
    url = urlsplit(answer["location"])
    return url.path, parse_qs(url.query).get("next", [None])[0]


def test_a_browser_is_sent_to_the_login_page_with_the_way_back(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    answer = ask(app, "GET", "/private/7", query="a=1&b=%C3%A9")
    assert (answer.status, answer.body) == (303, b"")
    assert location(answer) == ("/login", "/private/7?a=1&b=%C3%A9")
    assert answer["cache-control"] == "no-store"
    assert answer["vary"] == "HX-Request, HX-History-Restore-Request, Cookie"
    assert location(ask(app, "POST", "/private")) == ("/login", None)


def test_the_login_page_may_be_elsewhere_and_the_application_mounted(tmp_path: Path) -> None:
    app = auth_app(tmp_path, login_url="/account/enter?kind=1")
    answer = ask(app, "GET", "/sub/private", root_path="/sub")
    assert answer["location"] == "/sub/account/enter?kind=1&next=/sub/private"


def test_htmx_loads_the_login_page_as_a_whole(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    htmx = ("hx-request", "true")
    page = ("hx-current-url", "https://example.com/tasks?page=2#top")
    answer = ask(app, "POST", "/private", headers=[htmx, page])
    assert (answer.status, answer.body, answer["hx-redirect"]) == (401, b"", "/login?next=/tasks%3Fpage%3D2")
    assert answer.all("location") == []
    assert ask(app, "GET", "/private", headers=[htmx])["hx-redirect"] == "/login"
    boosted = ask(app, "GET", "/private", headers=[htmx, ("hx-boosted", "true"), page])
    assert boosted["hx-redirect"] == "/login?next=/tasks%3Fpage%3D2"
    for hostile in ("https://example.com//evil.example", "https://example.com/\\evil", "javascript:alert(1)", "x"):
        assert ask(app, "GET", "/private", headers=[htmx, ("hx-current-url", hostile)])["hx-redirect"] == "/login"


def test_the_order_of_the_decorators_does_not_matter(tmp_path: Path) -> None:
    app = auth_app(tmp_path)

    @login_required
    @app.route("/first")
    def first() -> str:
        return "private"

    @login_required
    @app.route("/second", inline=True)
    async def second() -> str:
        return "private"

    class Views:
        def third(self) -> str:
            return "private"

    app.route("/third")(login_required(Views().third))
    for path in ("/first", "/second", "/third"):
        assert location(get(app, path)) == ("/login", path)
        assert get(app, path, logged_in(app)).text == "private"


def test_a_visitor_s_body_is_not_read(tmp_path: Path) -> None:
    messages = [{"type": "http.request", "body": b"x", "more_body": True}]
    sent = asyncio.run(exchange(auth_app(tmp_path), http_scope("POST", "/private"), messages))
    assert answer_of(sent).status == 303


def test_a_history_restore_is_an_ordinary_redirect(tmp_path: Path) -> None:
    headers = [("hx-request", "true"), ("hx-history-restore-request", "true")]
    answer = ask(auth_app(tmp_path), "GET", "/private", headers=headers)
    assert (answer.status, location(answer)) == (303, ("/login", "/private"))


def test_a_page_of_a_folder_can_be_private(tmp_path: Path) -> None:
    app = auth_app(tmp_path)
    folder = tmp_path / "pages" / "secret"
    folder.mkdir(parents=True)
    source = "from chirp.middleware import login_required\n\n@login_required\ndef get():\n    return 'secret'\n"
    (folder / "page.py").write_text(source)
    app.mount_pages(tmp_path / "pages")
    assert location(get(app, "/secret")) == ("/login", "/secret")
    assert get(app, "/secret", logged_in(app)).text == "secret"


def test_login_begins_the_session_anew_and_keeps_what_the_visitor_had(tmp_path: Path) -> None:
    app = auth_app(tmp_path)

    @app.route("/basket")
    def basket() -> str:
        get_session().setdefault("basket", []).append("tea")
        return str(get_session()["basket"])

    visitor = cookie_of(get(app, "/basket"))
    user = cookie_of(get(app, "/login/1", visitor))
    assert get(app, "/basket", user).text == "['tea', 'tea']"
    assert get(app, "/hello", visitor).text == "visitor"
    same_user = cookie_of(get(app, "/login/1", user))
    assert get(app, "/basket", same_user).text == "['tea', 'tea']"
    other_user = cookie_of(get(app, "/login/bob", user))
    assert get(app, "/basket", other_user).text == "['tea']"


def test_logout_leaves_nothing(tmp_path: Path) -> None:
    app = auth_app(tmp_path)

    @app.route("/messages")
    def message() -> str:
        flash("hello")
        get_session()["a"] = 1
        return "x"

    answer = get(app, "/logout", cookie_of(get(app, "/messages", logged_in(app))))
    assert answer.text == "None"
    assert answer["set-cookie"].startswith("chirp_session=; Max-Age=0")


def test_a_client_logs_in_and_out(tmp_path: Path) -> None:
    async def run() -> list[str]:
        async with TestClient(auth_app(tmp_path)) as client:
            pages = [(await client.get("/hello")).text]
            await client.get("/login/1")
            pages.append((await client.get("/hello")).text)
            await client.post("/logout")
            return [*pages, (await client.get("/hello")).text]

    assert asyncio.run(run()) == ["visitor", "Ada", "visitor"]


@pytest.mark.parametrize("user_id", [None, 1.5, True, ("a",), User("x")])
def test_what_is_no_id(tmp_path: Path, user_id: Any) -> None:
    app = auth_app(tmp_path)

    @app.route("/bad")
    def bad() -> str:
        with pytest.raises(TypeError, match="the id of a user is str or int, not"):
            login(user_id)
        return "x"

    assert get(app, "/bad").text == "x"


def test_without_the_middleware_a_private_page_stays_shut(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/private")(login_required(lambda: "private"))
    assert get(app, "/private").status == 500


def test_it_does_not_start_without_sessions_around_it() -> None:
    app = App(AppConfig(secret_key=KEY))
    app.add_middleware(AuthMiddleware(USERS.get))
    with pytest.raises(ConfigurationError, match="add SessionMiddleware before it"):
        app.freeze()
    app.add_middleware(SessionMiddleware())
    with pytest.raises(ConfigurationError, match="before it, not after it"):
        app.freeze()


def test_settings_that_cannot_work() -> None:
    with pytest.raises(TypeError, match="load_user is a function"):
        AuthMiddleware("user")  # type: ignore[arg-type]
    for url in ("login", "//evil.example", "https://evil.example", ""):
        with pytest.raises(ConfigurationError, match="login_url is a path"):
            AuthMiddleware(USERS.get, login_url=url)


# where a redirect may go

SAFE = [
    "/",
    "/path",
    "/view/?param=http://example.com",
    "/view/?param=//example.com",
    "/view?param=https://example.com",
    "/a//b",
    "/%2F%2Fevil.example",
    "/%5Cevil.example",
    "/\u00e9/😀",
    "/\uff0f\uff0fevil.example",
    "/a b",
    "/@evil.example",
    "/:80/x",
    "/javascript:alert(1)",
    "/" + "x" * 2047,
]
UNSAFE = [
    "",
    " ",
    "path",
    "?a=1",
    "#x",
    ".",
    "../x",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/a\\b",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\t\\evil.example",
    "\t//evil.example",
    "\x00//evil.example",
    "\x08//evil.example",
    "/\x00",
    "/\x1f/evil.example",
    "/\x7f/evil.example",
    "/\x85/evil.example",
    " /path",
    "/path ",
    "\u00a0/path",
    "http://evil.example",
    "http:///evil.example",
    "http:\\\\evil.example",
    "http:/evil.example",
    "http:evil.example",
    "https://evil.example",
    "https://example.com@evil.example/",
    "https://evil.example/example.com",
    "https://example.com.evil.example",
    "https://example.com:8443/",
    "https://example.com\\@evil.example",
    "http://example.com/",
    "ftp://example.com/",
    "HTTPS//example.com",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/" + "x" * 2048,
]


@pytest.mark.parametrize("url", SAFE)
def test_safe_urls(url: str) -> None:
    assert is_safe_url(url)
    assert safe_next(url, "/home") == url
    assert is_safe_url(url, ("example.com",))


@pytest.mark.parametrize("url", UNSAFE)
def test_unsafe_urls(url: str) -> None:
    assert is_safe_url(url) is False
    assert is_safe_url(url, ("example.com",)) is False
    stripped = url.strip(" ")
    assert safe_next(url, "/home") == (stripped if stripped == "/path" else "/home")


def test_hosts_that_are_allowed() -> None:
    for url in ("https://example.com", "https://example.com/x?y", "HTTPS://EXAMPLE.com#z", "https://b.example:8443/"):
        assert is_safe_url(url, ("example.com", "b.example:8443"))
    assert safe_next("https://example.com/", allowed_hosts=("example.com",)) == "https://example.com/"
    assert safe_next(None) == "/"


def test_a_redirect_to_a_safe_url_arrives_as_it_is(tmp_path: Path) -> None:
    from chirp import Redirect

    app = make_app(tmp_path)
    app.route("/login")(lambda request: Redirect(safe_next(request.query.get("next"), "/home")))
    for url, target in [("/a?b=1", "/a?b=1"), ("//evil.example", "/home"), ("/%09/evil.example", "/home")]:
        assert ask(app, "GET", "/login", query=f"next={url}")["location"] == target
