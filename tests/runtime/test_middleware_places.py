"""What a middleware can decide when the application freezes: where it stands, and what templates get from it."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

import chirp.middleware
from chirp import ConfigurationError, Middleware, Next, Request, Response, Template
from chirp.middleware import AuthMiddleware, CSRFMiddleware, Session, SessionMiddleware, get_session, secure_stack
from chirp.middleware.protocol import Place
from tests.runtime.driver import ask, get, make_app


class Chooser:
    """Acts on routes that take POST only, and notes where it was asked."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.called: list[str] = []

    def at_freeze(self, place: Place) -> Middleware | None:
        self.places.append(place)
        return self if place.route is not None and "POST" in place.route.methods else None

    async def __call__(self, request: Request, next: Next, /) -> Response:
        self.called.append(request.path)
        return (await next(request)).with_header("X-Chosen", "1")


async def passes(request: Request, next: Next) -> Response:
    return await next(request)


def test_a_middleware_is_asked_once_for_each_route_and_once_for_the_rest(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)
    chooser = Chooser()
    app.add_middleware(passes)
    app.add_middleware(chooser)
    app.route("/")(lambda: "x")
    app.route("/form/{n:int}", methods=["POST"])(lambda: "posted")
    assert get(app, "/").all("x-chosen") == []
    assert ask(app, "POST", "/form/1")["x-chosen"] == "1"
    assert get(app, "/nope").all("x-chosen") == []
    assert chooser.called == ["/form/1"]
    own = [place.route.path if place.route else None for place in chooser.places]
    assert own.count("/") == own.count("/form/{n:int}") == own.count(None) == 1
    assert len(own) == len(set(own))
    place = chooser.places[0]
    assert (place.config, place.outer, place.inner) == (app.config, (passes,), ())


def test_another_middleware_may_take_its_place(tmp_path: Path) -> None:
    class Named:
        def at_freeze(self, place: Place) -> Middleware:
            async def named(request: Request, next: Next) -> Response:
                route = place.route.path if place.route else "none"
                return (await next(request)).with_header("X-Route", route)

            return named

        async def __call__(self, request: Request, next: Next, /) -> Response:
            raise AssertionError("another stands in its place")

    app = make_app(tmp_path)
    app.add_middleware(Named())
    app.route("/a/{b}")(lambda: "x")
    assert get(app, "/a/1")["x-route"] == "/a/{b}"
    assert get(app, "/nope")["x-route"] == "none"


def test_what_it_refuses_stops_the_start_and_leaves_the_application_open(tmp_path: Path) -> None:
    class Refusing(Chooser):
        def at_freeze(self, place: Place) -> Middleware | None:
            if "POST" not in (place.route.methods if place.route else {"POST"}):
                raise ConfigurationError("only POST here")
            return None

    app = make_app(tmp_path)
    app.add_middleware(Refusing())
    app.route("/")(lambda: "x")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="only POST here"):
            app.freeze()
    app.route("/late")(lambda: "still open")


def test_it_may_call_what_blocks_in_a_thread(tmp_path: Path) -> None:
    class Blocking:
        def at_freeze(self, place: Place) -> Middleware:
            async def call(request: Request, next: Next) -> Response:
                name = await place.in_thread(lambda _: threading.current_thread().name, None)
                return (await next(request)).with_header("X-Thread", name)

            return call

        async def __call__(self, request: Request, next: Next, /) -> Response:
            raise AssertionError("another stands in its place")

    app = make_app(tmp_path)
    app.add_middleware(Blocking())
    app.route("/")(lambda: "x")
    assert get(app, "/")["x-thread"] == "chirp-worker"


class Greeting:
    """Brings two globals."""

    template_globals: ClassVar[dict[str, Callable[..., Any]]] = {
        "greeting": lambda: "<hello>",
        "greet": lambda name, mark="!": f"{name}{mark}",
    }

    async def __call__(self, request: Request, next: Next, /) -> Response:
        return await next(request)


def test_globals_of_a_middleware_are_in_every_template(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"a.html": "{{ greeting }} {{ greeting() }} {{ greet('you', mark='?') }}"})
    app.add_middleware(Greeting())
    app.route("/")(lambda: Template("a.html"))
    assert get(app, "/").text == "&lt;hello&gt; &lt;hello&gt; you?"
    assert {"greeting", "greet"} <= app.describe().globals
    assert app.render(Template("a.html")).startswith("&lt;hello&gt;")


def test_the_application_has_the_last_word_on_a_name(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"a.html": "{{ greeting() }}"})
    app.add_middleware(Greeting())
    app.template_global("greeting")(lambda: "mine")
    app.route("/")(lambda: Template("a.html"))
    assert get(app, "/").text == "mine"


def test_a_global_with_arguments_that_have_defaults(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"a.html": "{{ shout }} {{ shout() }} {{ shout('b') }} {{ shout(text='c') }}"})

    @app.template_global()
    def shout(text: str = "a") -> Any:
        return text.upper()

    app.route("/")(lambda: Template("a.html"))
    assert get(app, "/").text == "A A B C"


def test_what_is_not_there_cannot_be_imported() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = chirp.middleware.Nothing  # type: ignore[attr-defined]  # pyright: ignore[reportUnknownVariableType, reportAttributeAccessIssue, reportUnknownMemberType]


@pytest.mark.parametrize("middleware", [CSRFMiddleware(), AuthMiddleware(print), SessionMiddleware()])
def test_what_has_to_be_placed_says_so_when_it_was_not(tmp_path: Path, middleware: Middleware) -> None:
    """Called by another middleware, it has not been told of the application."""
    app = make_app(tmp_path)
    seen: list[str] = []

    @app.add_middleware
    async def around(request: Request, next: Next) -> Response:
        try:
            return await middleware(request, next)
        except (RuntimeError, ConfigurationError) as error:
            seen.append(str(error))
            return Response("refused")

    assert get(app, "/").text == "refused"
    assert "app.add_middleware(" in seen[0] or "secret_key is empty" in seen[0]


def kept_values() -> dict[int, object]:
    """What there is of requests, by identity; other tests may have left some in what they logged."""
    gc.collect()
    return {id(kept): kept for kept in gc.get_objects() if isinstance(kept, Session | Request)}


def test_nothing_of_a_request_survives_it(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"a.html": "{{ csrf_token() }}{{ csp_nonce() }}"}, secret_key="k" * 32)
    secure_stack(app)
    app.route("/")(lambda: Template("a.html"))
    app.route("/boom")(lambda: 1 // get_session().get("n", 0))
    app.error(ZeroDivisionError)(lambda: ("no number", 422))
    app.freeze()
    before = kept_values()
    for path in ("/", "/boom", "/nope"):
        get(app, path)
    assert kept_values().keys() - before.keys() == set()
