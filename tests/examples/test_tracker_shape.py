"""The tracker keeps the shape of applications that people write, so that what is measured on it means something."""

import ast
from collections.abc import Iterator
from pathlib import Path

from examples import tracker
from examples.tracker.app import create_app

FOLDER = Path(tracker.__file__).parent
RENDER_HELPERS = {"render", "invalid"}
RETURN_TYPES = {"Template", "Page", "Fragment", "ValidationError"}

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in sorted(FOLDER.rglob("*.py"))]


def called_name(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def functions(module: ast.Module) -> Iterator[tuple[Function, bool]]:
    """Every function of a module, and whether it is a closure."""
    for outer in ast.walk(module):
        for inner in ast.iter_child_nodes(outer):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                yield inner, isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)


def registered_later(module: ast.Module) -> set[str]:
    """The names of functions given to `app.route(…)(function)`."""
    names: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Call() as route, args=[ast.Name(id=name) | ast.Attribute(attr=name)]):
                if called_name(route) == "route":
                    names.add(name)
            case _:
                pass
    return names


def handlers() -> list[tuple[Function, bool]]:
    found: list[tuple[Function, bool]] = []
    for module in modules():
        later = registered_later(module)
        for function, closure in functions(module):
            decorated = any(called_name(decorator) in {"route", "error"} for decorator in function.decorator_list)
            if decorated or function.name in later:
                found.append((function, closure))
    return found


def own_returns(function: Function) -> Iterator[ast.Return]:
    """The return statements of a function, without those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def returned_call(node: ast.Return) -> str:
    value = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
    return called_name(value) if value is not None else ""


def test_the_application_is_of_the_size_people_write() -> None:
    routes = create_app().describe().routes
    assert len(routes) >= 40
    assert len(list((FOLDER / "templates").rglob("*.html"))) >= 25


def test_at_least_half_of_the_handlers_are_closures() -> None:
    closures = [closure for _, closure in handlers()]
    assert len(closures) == len(create_app().describe().routes) + 4, "four error handlers besides the routes"
    assert sum(closures) >= len(closures) / 2


def test_a_third_of_the_returns_go_through_a_helper() -> None:
    returns = [node for function, _ in handlers() for node in own_returns(function)]
    assert sum(returned_call(node) in RENDER_HELPERS for node in returns) >= len(returns) / 3


def test_more_than_half_of_the_render_sites_unpack_a_context() -> None:
    sites = [
        node
        for module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called_name(node) in RETURN_TYPES | RENDER_HELPERS
    ]
    unpacking = [site for site in sites if any(keyword.arg is None for keyword in site.keywords)]
    assert len(sites) >= 50
    assert len(unpacking) > len(sites) / 2
