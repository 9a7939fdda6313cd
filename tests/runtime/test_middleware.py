"""Middleware, error handlers, and what belongs to one request."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from chirp import App, HTTPError, Middleware, Next, NotFound, Redirect, Request, Response, Template, g, get_request
from chirp.errors import MethodNotAllowed, reason
from chirp.middleware import Middleware as SameMiddleware
from tests.runtime.driver import answer_of, ask, exchange, get, http_scope, make_app, post_form


class Mark:
    """A class middleware that notes when it was passed, and marks the response."""

    def __init__(self, name: str, passed: list[str]) -> None:
        self.name = name
        self.passed = passed

    async def __call__(self, request: Request, next: Next, /) -> Response:
        self.passed.append(f">{self.name}")
        response = await next(request)
        self.passed.append(f"<{self.name}")
        return response.with_header(f"X-{self.name}", "1")


def test_the_first_added_is_the_outermost(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    passed: list[str] = []
    app.add_middleware(Mark("A", passed))

    @app.add_middleware
    async def function(request: Request, next: Next) -> Response:
        passed.append("function")
        return await next(request)

    app.add_middleware(Mark("B", passed))

    @app.route("/")
    def handler() -> str:
        passed.append("handler")
        return "x"

    answer = get(app, "/")
    assert passed == [">A", "function", ">B", "handler", "<B", "<A"]
    assert (answer["x-a"], answer["x-b"]) == ("1", "1")


@pytest.mark.parametrize(("path", "status"), [("/nope", 404), ("/post", 405), ("/boom", 500), ("/teapot", 418)])
def test_errors_pass_through_middleware_as_responses(tmp_path: Path, path: str, status: int) -> None:
    app = make_app(tmp_path)
    app.add_middleware(Mark("A", []))
    app.route("/post", methods=["POST"])(lambda: "x")
    app.route("/boom")(lambda: 1 // 0)
    app.route("/teapot")(lambda: raise_(HTTPError(418, "short and stout", (("X-Handle", "1"),))))
    answer = get(app, path)
    assert (answer.status, answer["x-a"]) == (status, "1")
    assert answer.all("x-handle") == (["1"] if status == 418 else [])


def raise_(error: Exception) -> None:
    raise error


def test_a_middleware_may_answer_itself_and_with_any_value(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.add_middleware
    async def gate(request: Request, next: Next) -> Any:
        return Redirect("/login") if request.path != "/login" else await next(request)

    app.route("/login")(lambda: "login")
    assert get(app, "/x")["location"] == "/login"
    assert get(app, "/login").text == "login"


def test_a_failing_middleware_is_an_error_that_the_outer_ones_see(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.add_middleware(Mark("A", []))

    @app.add_middleware
    async def broken(request: Request, next: Next) -> Response:
        raise ValueError("broken")

    @app.add_middleware
    async def forgetful(request: Request, next: Next) -> Any:
        return None

    app.error(ValueError)(lambda: ("handled", 503))
    answer = get(app, "/")
    assert (answer.status, answer.text, answer["x-a"]) == (503, "handled", "1")


def test_what_is_no_middleware() -> None:
    app = App()
    for wrong in (Mark, "text", None):
        with pytest.raises(TypeError, match="a middleware is a function or an object"):
            app.add_middleware(wrong)  # type: ignore[arg-type]
    assert SameMiddleware is Middleware


class Broken(Exception):
    """An application's own exception."""


class BadlyBroken(Broken):
    """A subclass of it."""


def test_error_handlers_by_status_and_by_nearest_class(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"error.html": "<h1>{{ what }}</h1>"})

    @app.error(404)
    def missing(request: Request) -> str:
        return f"no {request.path}"

    @app.error(405)
    async def method(request: Request, error: MethodNotAllowed) -> dict[str, object]:
        return {"allowed": error.allowed}

    @app.error(Broken)
    def broken(*args: object) -> tuple[str, int]:
        return f"{type(args[1]).__name__} in {type(args[0]).__name__}", 409

    @app.error(Exception)
    def anything() -> str:
        return "anything"

    app.route("/broken")(lambda: raise_(Broken()))
    app.route("/badly")(lambda: raise_(BadlyBroken()))
    app.route("/zero")(lambda: 1 // 0)
    app.route("/gone")(lambda: raise_(NotFound("ignored")))
    assert (get(app, "/nope").status, get(app, "/nope").text) == (404, "no /nope")
    assert get(app, "/gone").text == "no /gone"
    answer = ask(app, "POST", "/zero")
    assert (answer.status, answer.text, answer["allow"]) == (
        405,
        '{"allowed":["GET","HEAD","OPTIONS"]}',
        "GET, HEAD, OPTIONS",
    )
    assert (get(app, "/broken").status, get(app, "/broken").text) == (409, "Broken in Request")
    assert get(app, "/badly").text == "BadlyBroken in Request"
    assert (get(app, "/zero").status, get(app, "/zero").text) == (500, "anything")


def test_a_handled_exception_is_not_logged_as_a_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    app.error(Broken)(lambda: ("handled", 409))
    app.route("/broken")(lambda: raise_(Broken()))
    app.route("/teapot")(lambda: raise_(HTTPError(418)))
    app.route("/unavailable")(lambda: raise_(HTTPError(503)))
    app.route("/boom")(lambda: 1 // 0)
    for path, status in (("/broken", 409), ("/teapot", 418), ("/nope", 404)):
        assert get(app, path).status == status
    assert caplog.records == []
    for path, status in (("/unavailable", 503), ("/boom", 500)):
        assert get(app, path).status == status
        assert f"GET {path} failed" in caplog.text


def test_what_a_template_raises_is_answered_as_if_the_handler_had_raised_it(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"t.html": "{{ fail() }}", "q.html": "{{ request.query['q'] }}"})
    errors: list[Exception] = [NotFound("no such task"), BadlyBroken(), ValueError()]
    app.error(Broken)(lambda: ("handled", 409))
    app.template_global("fail")(lambda: raise_(errors.pop(0)))
    app.route("/")(lambda: Template("t.html"))
    app.route("/q")(lambda: Template("q.html"))
    assert (get(app, "/").status, get(app, "/").status, get(app, "/").status) == (404, 409, 500)
    assert get(app, "/q").text == "missing: q"


def test_an_error_handler_may_be_an_object(tmp_path: Path) -> None:
    class Handler:
        async def __call__(self, request: Request) -> str:
            return f"no {request.path}"

    app = make_app(tmp_path)
    app.error(404)(Handler())
    assert get(app, "/x").text == "no /x"


def test_a_handler_for_500_takes_every_exception(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    app.error(500)(lambda request, error: f"{request.path} {error}")
    app.route("/")(lambda: raise_(Broken("down")))
    answer = get(app, "/")
    assert (answer.status, answer.text) == (500, "/ down")
    assert [record.message for record in caplog.records] == ["GET / failed"]


def test_a_failing_error_handler_is_a_plain_500(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    app.error(404)(lambda: 1 // 0)
    answer = get(app, "/nope")
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert "the error handler for NotFound failed" in caplog.text


def test_error_pages_repeat_nothing_of_the_request(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/detail")(lambda: raise_(HTTPError(400, "<b>detail</b>")))
    app.route("/boom")(lambda: raise_(ValueError("s3cret")))
    answer = get(app, "/<script>")
    assert (answer.text, answer["content-type"]) == ("Not Found", "text/plain; charset=utf-8")
    answer = get(app, "/detail")
    assert (answer.text, answer["content-type"]) == ("<b>detail</b>", "text/plain; charset=utf-8")
    assert "s3cret" not in get(app, "/boom").text


def test_http_errors_are_errors() -> None:
    assert str(HTTPError(404)) == "Not Found"
    assert str(HTTPError(404, "gone")) == "gone"
    assert reason(599) == "Error"
    for status in (200, 302, 600):
        with pytest.raises(ValueError, match="is not an error status"):
            HTTPError(status)


# What belongs to one request


def test_the_request_and_g_are_the_same_everywhere(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"page.html": "{{ request.path }} {{ get_request().path }} {{ user() }}"})
    seen: list[object] = []

    @app.add_middleware
    async def login(request: Request, next: Next) -> Response:
        assert "user" not in g
        g.user = "ada"
        assert get_request() is request
        response = await next(request)
        seen.append((g.user, g.get("thread"), g.get("nope", 1)))
        return response

    app.template_global("user")(lambda: g.user)

    @app.route("/plain")
    def plain() -> Any:
        g.thread = True
        from chirp import Template

        return Template("page.html")

    @app.route("/async")
    async def coroutine() -> str:
        del g.user
        assert "user" not in g
        with pytest.raises(AttributeError, match="g has no attribute 'user'"):
            _ = g.user
        with pytest.raises(AttributeError):
            del g.user
        g.user = f"{get_request().path} {g!r}"
        return g.user

    assert get(app, "/plain").text == "/plain /plain ada"
    assert get(app, "/async").text == "/async <chirp.g>"
    assert seen == [("ada", True, 1), ("/async <chirp.g>", None, 1)]


def test_outside_of_a_request_there_is_none() -> None:
    for use in (get_request, lambda: g.user, lambda: setattr(g, "user", 1), lambda: "user" in g, lambda: g.get("user")):
        with pytest.raises(RuntimeError, match="there is no request here"):
            use()


user: ContextVar[str] = ContextVar("user", default="nobody")


def test_context_variables_cross_the_worker_thread_both_ways(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    after: list[str] = []

    @app.add_middleware
    async def outside(request: Request, next: Next) -> Response:
        user.set("middleware")
        response = await next(request)
        after.append(user.get())
        return response

    @app.route("/")
    def handler() -> str:
        before = user.get()
        user.set("handler")
        return before

    @app.route("/boom")
    def boom() -> str:
        user.set("boom")
        raise ValueError

    assert get(app, "/").text == "middleware"
    assert get(app, "/boom").status == 500
    assert after == ["handler", "boom"]


@pytest.mark.parametrize("path", ["/ok", "/boom", "/nope", "/gone"])
def test_nothing_of_a_request_is_left_in_its_task(tmp_path: Path, path: str) -> None:
    app = make_app(tmp_path)

    @app.route("/ok")
    def ok() -> str:
        g.secret = "s"
        return "x"

    app.route("/boom")(lambda: 1 // 0)

    @app.route("/gone")
    async def gone(request: Request) -> str:
        g.secret = "s"
        async for _ in request.stream():
            pass
        return "never"

    async def two_requests() -> None:
        await exchange(app, http_scope("GET", path))
        with pytest.raises(RuntimeError, match="no request"):
            get_request()
        messages = await exchange(app, http_scope("GET", "/clean"))
        assert answer_of(messages).text == "clean"

    @app.route("/clean")
    async def clean() -> str:
        return "leak" if "secret" in g else "clean"

    asyncio.run(two_requests())


def test_requests_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    app = make_app(tmp_path, worker_threads=8)

    @app.route("/{n:int}")
    def plain(n: int) -> str:
        g.n = n
        return f"{get_request().path_params['n']} {g.n}"

    @app.route("/a/{n:int}")
    async def coroutine(n: int) -> str:
        g.n = n
        await asyncio.sleep(0)
        return f"{get_request().path_params['n']} {g.n}"

    async def all_at_once() -> None:
        paths = [f"{prefix}/{n}" for n in range(100) for prefix in ("", "/a")]
        answers = await asyncio.gather(*(exchange(app, http_scope("GET", path)) for path in paths))
        for path, messages in zip(paths, answers, strict=True):
            n = path.rpartition("/")[2]
            assert answer_of(messages).text == f"{n} {n}"

    asyncio.run(all_at_once())


def test_a_client_that_left_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda: "x")

    async def send(message: object) -> None:
        raise OSError("broken pipe")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(app(http_scope("GET", "/"), receive, send))
    assert caplog.records == []


def test_post_without_reading(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["GET", "POST"])
    async def handler() -> str:
        return "x"

    assert post_form(app, "/", b"a=1").text == "x"
    assert get(app, "/").text == "x"
