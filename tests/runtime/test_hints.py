"""What the framework says of the usual mistakes: what is wrong, where, and what was probably meant."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import collections
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chirp import App, AppConfig, ConfigurationError, Fragment, Next, Redirect, Request, Response, Template
from chirp.middleware import SessionMiddleware
from chirp_check.grammar.path import PathError
from tests.runtime.driver import get, make_app

EXPECTED = "Return str, bytes, dict, list, Response, "


def app_of(handler: Callable[..., Any], path: str = "/") -> App:
    app = App(AppConfig(static_dir=None))
    app.route(path)(handler)
    return app


def logged(app: App, path: str, caplog: pytest.LogCaptureFixture) -> str:
    """What the log says of a request that fails, notes included, without what Python itself prints of its lines."""
    assert get(app, path).status == 500
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info is not None
    error = record.exc_info[1]
    assert error is not None
    return "\n".join((str(error), *vars(error).get("__notes__", ())))


# Values that are no answer


@dataclass
class Book:
    title: str


async def load() -> str:
    return "loaded"


def pieces() -> Generator[str]:
    yield "x"


async def events() -> AsyncGenerator[str]:
    yield "x"


class Markupish:
    def __html__(self) -> str:
        return ""


@pytest.mark.parametrize(
    ("value", "kind", "hint"),
    [
        (lambda: None, "NoneType", "is a `return` missing? For an empty answer return Action()"),
        (lambda: {"a", "b"}, "set", "for JSON return a sorted list of it"),
        (lambda: collections.ChainMap({}), "ChainMap", "for JSON return dict(…) of it"),
        (lambda: Book("Emma"), "Book", "for JSON return dataclasses.asdict(…) of it, for HTML a Template"),
        (lambda: 201, "int", "for text return str(…) of it, for a status a tuple, as in `return 'done', 201`"),
        (lambda: Redirect, "type", "`Redirect` is a class: is it to be called, `Redirect(…)`?"),
        (lambda: pieces, "function", "`pieces` is a function: is it to be called, `pieces(…)`?"),
        (lambda: pieces(), "generator", "wrap the generator: EventStream(pieces()) sends events, StreamingResponse("),
        (lambda: events(), "async_generator", "wrap the generator: EventStream(events()) sends events"),
        (lambda: Markupish(), "Markupish", "for HTML return str(…) of it"),
    ],
)
def test_a_value_that_is_no_answer(
    value: Callable[[], object], kind: str, hint: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = logged(app_of(value), "/", caplog)
    assert told.startswith(f"Cannot convert {kind} to a response. {EXPECTED}")
    assert hint in told
    assert "tests.runtime.test_hints.<lambda>` returned it (tests/runtime/test_hints.py:" in told


def test_a_forgotten_await(caplog: pytest.LogCaptureFixture) -> None:
    async def index() -> Any:
        return load()

    told = logged(app_of(index), "/", caplog)
    assert "Cannot convert coroutine to a response." in told
    assert "is an `await` missing before `load(…)`?" in told
    assert "index` returned it (tests/runtime/test_hints.py:" in told


def test_a_forgotten_return(caplog: pytest.LogCaptureFixture) -> None:
    def index(id: int) -> Any:
        Template("book.html", id=id)

    assert "is a `return` missing?" in logged(app_of(index, "/{id}"), "/7", caplog)


def test_a_middleware_that_forgets_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    app = app_of(lambda: "x")

    async def timing(request: Request, next: Next) -> Any:
        await next(request)

    app.add_middleware(timing)
    told = logged(app, "/", caplog)
    assert "the middleware `test_a_middleware_that_forgets_the_answer.<locals>.timing` returned it" in told
    assert "is it `return await next(request)`?" in told


# Handlers and routes


@pytest.mark.parametrize("handler", [pieces, events])
def test_a_handler_that_yields(handler: Callable[..., Any]) -> None:
    name = handler.__name__
    with pytest.raises(TypeError) as caught:
        app_of(handler, "/feed")
    assert str(caught.value) == (
        f"`{name}` has a `yield`, so it is a generator and no handler of /feed: let a function without `yield` "
        f"return EventStream({name}()) for events, or StreamingResponse({name}()) for text"
    )


def test_a_decorator_without_a_path() -> None:
    app: Any = App()
    with pytest.raises(TypeError, match=r"the decorator needs a path: write @app.route\('/…'\)"):
        app.route(lambda: "x")
    with pytest.raises(TypeError, match=r"a path is a str, as in .* not int"):
        app.route(7)
    with pytest.raises(TypeError, match="what answers /x is str, not a function"):
        app.route("/x")("text")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("books", "a route path starts with `/`\n  books\n  ^"),
        ("/books/{id", "`{` without `}`\n  /books/{id\n         ^"),
        (
            "/books/{id:uuid}",
            "no converter `uuid`; there are int, float, str, path\n  /books/{id:uuid}\n             ^",
        ),
        ("/books//new", "empty segment in a route path\n  /books//new\n         ^"),
        ("/a{b}", "a parameter fills its whole segment\n  /a{b}\n    ^"),
    ],
)
def test_a_path_that_does_not_parse(path: str, message: str) -> None:
    with pytest.raises(PathError) as caught:
        App().route(path)
    assert caught.value.message == message


def test_a_parameter_that_nothing_fills() -> None:
    def book(request: Request, book_ids: int) -> str:
        return str(book_ids)

    with pytest.raises(ConfigurationError) as caught:
        app_of(book, "/books/{book_id:int}").freeze()
    message = str(caught.value)
    assert "book takes `book_ids`, which is neither `request` nor a parameter of /books/{book_id:int}" in message
    assert "(tests/runtime/test_hints.py:" in message
    assert message.endswith(": did you mean `book_id`?")


def test_two_routes_for_one_path() -> None:
    app = app_of(lambda key: "one", "/{key}")
    app.route("/{name}")(lambda name: "two")
    with pytest.raises(ConfigurationError) as caught:
        app.freeze()
    message = str(caught.value)
    assert "is registered already as /{key} (" in message
    assert message.count("tests/runtime/test_hints.py:") == 2


def test_a_registration_that_comes_too_late() -> None:
    app = App(AppConfig(static_dir=None))
    app.freeze()
    with pytest.raises(RuntimeError) as caught:
        app.route("/late")(pieces_page)
    message = str(caught.value)
    assert message.startswith("Cannot modify the app after it has started serving requests. Register routes, ")
    assert " Too late: the route /late of `tests.runtime.test_hints.pieces_page`. It froze at " in message
    assert f"{Path(__file__).name}:" in message.rpartition("It froze at ")[2]
    late: list[tuple[Callable[[], object], str]] = [
        (lambda: app.add_middleware(passing), "the middleware `passing`"),
        (lambda: app.error(404)(pieces_page), "the error handler `pieces_page`"),
        (lambda: app.template_filter("money")(str), "the template filter `money`"),
        (lambda: app.template_global()(pieces_page), "the template global `pieces_page`"),
        (lambda: app.on_startup(pieces_page), "the startup hook `pieces_page`"),
    ]
    for register, what in late:
        with pytest.raises(RuntimeError, match=f"Too late: {what}"):
            register()


def pieces_page() -> str:
    return "x"


async def passing(request: Request, next: Next) -> Response:
    return await next(request)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bok", "no route is called `bok`: did you mean `book`?"),
        ("author", "no route is called `author`; there are `book`, `index`"),
    ],
)
def test_a_route_name_that_nothing_has(name: str, message: str) -> None:
    app = App(AppConfig(static_dir=None))
    app.route("/", name="index")(lambda: "x")
    app.route("/{key}", name="book")(lambda key: "x")
    with pytest.raises(ValueError, match="no route") as caught:
        app.url_for(name)
    assert str(caught.value) == message
    with pytest.raises(ValueError, match="there are no routes"):
        App().url_for("x")


# Templates


@pytest.mark.parametrize("debug", [True, False])
def test_a_template_that_is_not_there(tmp_path: Path, debug: bool, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path, {"books/list.html": "x"}, debug=debug)
    app.route("/")(lambda: Template("book/list.html"))
    told = logged(app, "/", caplog)
    assert "did you mean `books/list.html`?" in told
    assert f"looked in {tmp_path / 'templates'}" in told


def test_no_folder_of_templates(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = App(AppConfig(template_dir=tmp_path / "views", static_dir=None))
    app.route("/")(lambda: Template("index.html"))
    assert f"the folder {tmp_path / 'views'} does not exist" in logged(app, "/", caplog)


def test_a_block_that_is_not_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path, {"page.html": "{% block results %}x{% end %}"})
    app.route("/")(lambda: Fragment("page.html", "result"))
    told = logged(app, "/", caplog)
    assert "Block 'result' not found in template 'page.html'" in told
    assert "Did you mean 'results'?" in told


def test_the_template_of_an_inherited_block_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    templates = {
        "base.html": "{% block content %}{% end %}",
        "child.html": "{% extends 'base.html' %}\n{% block content %}\n{{ titel }}{% end %}",
    }
    app = make_app(tmp_path, templates)
    app.route("/")(lambda: Template("child.html", title="x"))
    assert "the line is in the template child.html:3" in logged(app, "/", caplog)


# Settings


def test_sessions_without_a_secret() -> None:
    app = app_of(lambda: "x")
    app.add_middleware(SessionMiddleware())
    with pytest.raises(ConfigurationError, match="secret_key is empty; at least 32 bytes are needed"):
        app.freeze()
