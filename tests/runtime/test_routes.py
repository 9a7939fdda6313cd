"""Routes through the application: methods, paths, and how a handler gets its arguments."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NewType
from uuid import UUID

import pytest

from chirp import App, ConfigurationError, Request
from chirp.routing.params import CONVERTERS, convert_param
from chirp_check.grammar.path import PathError
from tests.runtime.driver import ask, get, make_app

if TYPE_CHECKING:
    from somewhere import Imagined  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

TaskId = NewType("TaskId", int)
type Alias = int


class MyRequest(Request):
    """A subclass somebody annotates with."""


def test_the_decorator_returns_the_function_and_keeps_its_type() -> None:
    app = App()

    @app.route("/")
    def home(request: Request) -> str:
        return "x"

    checked: Callable[[Request], str] = home
    assert checked is home


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 200, None),
        ("HEAD", "/", 200, None),
        ("OPTIONS", "/", 204, "GET, HEAD, OPTIONS"),
        ("POST", "/", 405, "GET, HEAD, OPTIONS"),
        ("get", "/", 405, "GET, HEAD, OPTIONS"),
        ("BREW", "/", 405, "GET, HEAD, OPTIONS"),
        ("POST", "/both", 200, None),
        ("PUT", "/both", 200, None),
        ("GET", "/both", 405, "OPTIONS, POST, PUT"),
        ("HEAD", "/both", 405, "OPTIONS, POST, PUT"),
        ("OPTIONS", "/own", 200, None),
        ("GET", "/items/new", 200, None),
        ("POST", "/items/new", 200, None),
        ("DELETE", "/items/new", 405, "GET, HEAD, OPTIONS, POST"),
        ("GET", "/nope", 404, None),
        ("OPTIONS", "/nope", 404, None),
        ("GET", "/both/", 404, None),
        ("GET", "//both", 404, None),
        ("GET", "/./both", 404, None),
        ("GET", "/both//", 404, None),
        ("GET", "*", 404, None),
        ("GET", "", 404, None),
    ],
)
def test_methods_and_paths(tmp_path: Path, method: str, path: str, status: int, allow: str | None) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda: "home")
    app.route("/both", methods=["post", "Put"])(lambda: "both")
    app.route("/own", methods=["OPTIONS"])(lambda: "own")
    app.route("/items/{name}")(lambda name: name)
    app.route("/items/new", methods=["POST"])(lambda: "new")
    answer = ask(app, method, path, headers=[("x-http-method-override", "DELETE")])
    assert answer.status == status
    assert answer.all("allow") == ([] if allow is None else [allow])


def test_the_most_specific_route_wins_whatever_the_order(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/{p:path}")(lambda p: f"path {p}")
    app.route("/{s}")(lambda s: f"str {s}")
    app.route("/{x:float}")(lambda x: f"float {x}")
    app.route("/{n:int}")(lambda n: f"int {n}")
    app.route("/a")(lambda: "text")
    assert [get(app, path).text for path in ("/a", "/7", "/7.5", "/b", "/b/c")] == [
        "text",
        "int 7",
        "float 7.5",
        "str b",
        "path b/c",
    ]


def test_duplicate_routes_are_an_error_at_freeze_that_names_both(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/a/{x}")
    def first(x: str) -> str:
        return x

    @app.route("/a/{y}", methods=["GET", "POST"])
    def second(y: str) -> str:
        return y

    with pytest.raises(ConfigurationError, match=r"GET /a/\{y\} \(.*second, .*\) .* /a/\{x\} \(.*first, .*\)"):
        app.freeze()


def test_what_cannot_be_registered() -> None:
    app = App()
    with pytest.raises(PathError):
        app.route("no-slash")
    with pytest.raises(TypeError, match="methods is a list"):
        app.route("/", methods="POST")
    for methods in ([], ["PO ST"], ["GÉT"]):
        with pytest.raises(ValueError, match="are not HTTP methods"):
            app.route("/", methods=methods)


class Handlers:
    """Handlers, each with its path and what it answers to one request."""

    def plain(self, id: int) -> object:
        return id

    def text(self, id: str) -> object:
        return id

    def number(self, id: float) -> object:
        return id

    def uuid(self, id: UUID) -> object:
        return id.int

    def optional(self, id: int | None = None) -> object:
        return id

    def union(self, id: int | str) -> object:
        return id

    def new_type(self, id: TaskId) -> object:
        return id

    def alias(self, id: Alias) -> object:
        return id

    def annotated(self, id: Annotated[int, "positive"]) -> object:
        return id

    def anything(self, id: Any) -> object:
        return id

    def bare(self, id):  # type: ignore[no-untyped-def]  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
        return id  # pyright: ignore[reportUnknownVariableType]

    def quoted(self, id: "int") -> object:  # noqa: UP037 - this is what it tests
        return id

    def strings(self, id: "int", request: "Request", other: "Nowhere" = None) -> object:  # type: ignore[name-defined]  # noqa: F821, UP037  # pyright: ignore[reportUndefinedVariable, reportUnknownParameterType]
        return [id, request.path]

    def imagined(self, id: int, other: Imagined = None) -> object:  # pyright: ignore[reportUnknownParameterType]
        return id

    def both(self, request: Request, id: int) -> object:
        return [request.path_params["id"], id]

    def renamed(self, req: Request, id: int) -> object:
        return [req.path, id]

    def subclass(self, request: MyRequest) -> object:
        return request.path

    def untyped_request(self, request):  # type: ignore[no-untyped-def]  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
        return request.path  # pyright: ignore[reportUnknownVariableType]

    def keyword_only(self, *, id: int) -> object:
        return id

    def everything(self, *args: object, **kwargs: object) -> object:
        return [args, kwargs]

    def default(self, id: int, limit: int = 10) -> object:
        return [id, limit]

    def ignores_it(self) -> object:
        return "ignored"


@pytest.mark.parametrize(
    ("handler", "pattern", "path", "expected"),
    [
        ("plain", "/{id}", "/7", 7),
        ("plain", "/{id:int}", "/7", 7),
        ("text", "/{id}", "/7", "7"),
        ("text", "/{id:int}", "/7", "7"),
        ("number", "/{id}", "/7.5", 7.5),
        ("number", "/{id:int}", "/7", 7.0),
        ("uuid", "/{id}", "/00000000-0000-0000-0000-000000000007", 7),
        ("optional", "/{id}", "/7", 7),
        ("union", "/{id}", "/7", "7"),
        ("new_type", "/{id}", "/7", 7),
        ("alias", "/{id}", "/7", 7),
        ("annotated", "/{id}", "/7", 7),
        ("anything", "/{id}", "/7", "7"),
        ("bare", "/{id:int}", "/7", 7),
        ("quoted", "/{id}", "/7", 7),
        ("imagined", "/{id}", "/7", 7),
        ("strings", "/{id}", "/7", [7, "/7"]),
        ("both", "/{id}", "/7", ["7", 7]),
        ("renamed", "/{id}", "/7", ["/7", 7]),
        ("subclass", "/x", "/x", "/x"),
        ("untyped_request", "/x", "/x", "/x"),
        ("keyword_only", "/{id}", "/7", 7),
        ("everything", "/{a}/{b:int}", "/x/7", [[], {"a": "x", "b": 7}]),
        ("default", "/{id}", "/7", [7, 10]),
        ("ignores_it", "/{id}", "/7", "ignored"),
        ("plain", "/{id}", "/x", 404),
        ("plain", "/{id}", "/7.5", 404),
        ("plain", "/{id}", "/-7", 404),
        ("plain", "/{id}", "/+7", 404),
        ("plain", "/{id}", "/٧", 404),
        ("plain", "/{id}", "/7\n", 404),
        ("plain", "/{id}", "/" + "7" * 5000, 404),
        ("uuid", "/{id}", "/x", 404),
        ("number", "/{id}", "/nan", 404),
        ("number", "/{id}", "/1e999", 404),
    ],
)
def test_arguments_by_name_and_annotation(
    tmp_path: Path, handler: str, pattern: str, path: str, expected: object
) -> None:
    app = make_app(tmp_path)
    function = getattr(Handlers(), handler)

    def negotiable(*args: Any, **kwargs: Any) -> object:
        return {"value": function(*args, **kwargs)}

    negotiable.__wrapped__ = function  # type: ignore[attr-defined]
    app.route(pattern)(negotiable)
    answer = get(app, path)
    if expected == 404:
        assert answer.status == 404
    else:
        assert answer.status == 200, answer.text
        assert app.render({"value": expected}) == answer.text


def positional(id: int, /) -> str:
    return str(id)


def unknown(id: int, user: str) -> str:
    return user


def wrong(id: bytes) -> str:
    return str(id)


def narrow(id: int) -> str:
    return str(id)


@pytest.mark.parametrize(
    ("handler", "path", "words"),
    [
        (positional, "/{id}", "takes `id` by position only"),
        (unknown, "/{id}", r"takes `user`, which is neither `request` nor a parameter of /\{id\}"),
        (narrow, "/", "takes `id`, which is neither"),
        (wrong, "/{id}", r"`id: bytes` cannot be made from \{id:str\}"),
        (narrow, "/{id:float}", r"`id: int` cannot be made from \{id:float\}"),
    ],
)
def test_a_handler_that_can_never_be_called_is_an_error_at_freeze(
    tmp_path: Path, handler: Callable[..., str], path: str, words: str
) -> None:
    app = make_app(tmp_path)
    app.route(path)(handler)
    with pytest.raises(ConfigurationError, match=f"{handler.__name__}.*{words}"):
        app.freeze()


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/x", "root_path": "/mount"}, "/x"),
        ({"path": "/mount/x", "root_path": "/mount"}, "/x"),
        ({"path": "/mountain/x", "root_path": "/mount"}, None),
        ({"path": "/mount", "root_path": "/mount"}, "/"),
    ],
)
def test_a_mounted_application_sees_its_own_paths(tmp_path: Path, scope: dict[str, Any], path: str | None) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda request: request.path)
    app.route("/x")(lambda request: request.path)
    app.route("/link")(lambda: app.url_for("x"))
    answer = ask(app, "GET", **scope)
    assert answer.status == (404 if path is None else 200)
    assert path is None or answer.text == path


def test_url_for() -> None:
    app = App()

    @app.route("/items")
    @app.route("/items/{id:int}")
    def item(id: int = 0) -> str:
        return str(id)

    app.route("/é/{p:path}", name="files")(lambda p: p)
    assert app.url_for("item") == "/items"
    assert app.url_for("item", id=3) == "/items/3"
    assert app.url_for("files", p="a b/c") == "/%C3%A9/a%20b/c"
    with pytest.raises(ValueError, match="no route is called `nope`"):
        app.url_for("nope")
    assert app.url_for("item", page=2, q="a&é", tag=["x", "y"], none=None) == "/items?page=2&q=a%26%C3%A9&tag=x&tag=y"
    assert app.url_for("item", id=3, page=2) == "/items/3?page=2"
    with pytest.raises(ValueError, match="needs the parameter `p`"):
        app.url_for("files", page=2)
    app.route("/people/{name}", name="person")(lambda name: name)
    assert app.url_for("person", name="ada") == "/people/ada", "a parameter may be called `name`"


def test_url_for_below_a_mount_point(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.route("/link", name="link")(lambda: app.url_for("link"))
    assert ask(app, "GET", "/link", root_path="/my app/").text == "/my%20app/link"


def test_converters_under_their_known_name() -> None:
    assert set(CONVERTERS) == {"str", "int", "float", "path"}
    assert convert_param("7", "int") == 7
    for value, kind in (("x", "int"), ("7", "uuid"), ("٧", "int")):
        with pytest.raises(ValueError, match=r".+"):
            convert_param(value, kind)
