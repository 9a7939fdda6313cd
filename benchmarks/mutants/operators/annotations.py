"""Annotations of handlers that promise what is no response. The witness is a handler that keeps the promise."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, Module, callee
from benchmarks.mutants.mutation import Change, Mutant, Operator, Place
from benchmarks.mutants.operators.urls import METHODS, page_path

NEGOTIABLE = ("StrEnum", "NamedTuple", "Protocol", "str", "dict")
RULE = "unnegotiable-annotation"
type Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def handlers(app: Application) -> tuple[tuple[Module, Function], ...]:
    """The functions that are registered: decorated with `route` or `error`, or named in `app.route(…)(function)`."""
    return tuple(_handlers(app))


def _handlers(app: Application) -> Iterator[tuple[Module, Function]]:
    for module in app.modules:
        named: set[str] = set()
        for call in module.calls():
            if isinstance(call.func, ast.Call) and callee(call.func) in ("route", "error") and call.args:
                given = call.args[0]
                named.add(
                    given.attr if isinstance(given, ast.Attribute) else given.id if isinstance(given, ast.Name) else ""
                )
        is_page = page_path(module.path) is not None
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
                decorated = any(
                    isinstance(one, ast.Call) and callee(one) in ("route", "error") for one in node.decorator_list
                )
                if decorated or node.name in named or (is_page and node.name in METHODS):
                    yield module, node


def _promise(annotation: Callable[[str], str], value: str) -> Callable[[Application, Random], Iterator[Change]]:
    """Replaces each annotation; the witness returns `value` first thing."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for module, function in handlers(app):
            assert function.returns is not None
            start, end = module.range(function.returns)
            made = annotation(module.text[start:end])
            text = module.text[:start] + made + module.text[end:]
            body, _ = module.range(function.body[0])
            at = body + len(made) - (end - start)
            witness = text[:at] + f"return {value}; " + text[at:]
            yield Change(
                module.path, start, end, made, (Place(RULE, module.path, start, start + len(made)),), witness=witness
            )

    return make


def _optional(app: Application, random: Random) -> Iterator[Mutant]:
    """`typing.Optional[…]` around the annotation, with its import."""
    for module, function in handlers(app):
        assert function.returns is not None
        start, end = module.range(function.returns)
        head = module.range(module.tree.body[1])[0]
        line = "import typing\n"
        made = f"typing.Optional[{module.text[start:end]}]"
        text = module.text[:head] + line + module.text[head:start] + made + module.text[end:]
        first = start + len(line)
        body = module.range(function.body[0])[0] + len(line) + len(made) - (end - start)
        witness = text[:body] + "return None; " + text[body:]
        yield Mutant(
            "annotation made Optional",
            (module.path, start, end),
            {module.path: text},
            (Place(RULE, module.path, first, first + len(made)),),
            witness={module.path: witness},
        )


def _may_be_negotiable(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id in NEGOTIABLE for base in node.bases)


def _class_of_project(app: Application, random: Random) -> Iterator[Change]:
    """A class of the project that the file already imports."""
    classes = {
        node.name
        for module in app.modules
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and not _may_be_negotiable(node)
    }
    for module, function in handlers(app):
        imported = sorted(
            {
                alias.name
                for node in module.nodes
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
                if alias.name in classes
            }
        )
        if not imported or function.returns is None:
            continue
        name = random.choice(imported)
        start, end = module.range(function.returns)
        text = module.text[:start] + name + module.text[end:]
        body, _ = module.range(function.body[0])
        at = body + len(name) - (end - start)
        witness = text[:at] + f"return object.__new__({name}); " + text[at:]
        place = Place(RULE, module.path, start, start + len(name))
        yield Change(module.path, start, end, name, (place,), witness=witness)


OPERATORS = (
    Operator("annotation made int", RULE, _promise(lambda _: "int", "7")),
    Operator("annotation made set of texts", RULE, _promise(lambda _: "set[str]", "{'a'}")),
    Operator("annotation made None", RULE, _promise(lambda _: "None", "None")),
    Operator("annotation with a bool among others", RULE, _promise(lambda old: f"{old} | bool", "True")),
    Operator("annotation with None among others", RULE, _promise(lambda old: f"{old} | None", "None")),
    Operator("annotation made Optional", RULE, _optional),
    Operator("annotation made a class of the project", RULE, _class_of_project),
)
