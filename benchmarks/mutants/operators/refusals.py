"""Registrations that are refused, helpers that give nothing, and files that are not there."""

import ast
import re
from collections.abc import Iterator
from random import Random

from benchmarks.mutants.application import Application, all_elements
from benchmarks.mutants.mutation import Change, Operator, Place, misspelt
from benchmarks.mutants.operators.urls import routes

STATIC = "/static/"
_ASSET = re.compile(r"asset\((['\"])([\w./-]+)\1\)")


def _methods_emptied(app: Application, _random: Random) -> Iterator[Change]:
    for one in routes(app):
        for word in one.call.keywords:
            if word.arg == "methods" and isinstance(word.value, ast.List):
                start, end = one.module.range(word.value)
                place = Place("bad-registration", one.module.path, start, start + 2)
                yield Change(one.module.path, start, end, "[]", (place,))


def _methods_as_text(app: Application, _random: Random) -> Iterator[Change]:
    for one in routes(app):
        for word in one.call.keywords:
            if word.arg == "methods" and isinstance(word.value, ast.List) and len(word.value.elts) == 1:
                start, end = one.module.range(word.value)
                written = one.module.text[start + 1 : end - 1]
                place = Place("bad-registration", one.module.path, start, start + len(written))
                yield Change(one.module.path, start, end, written, (place,))


def _path_in_a_list(app: Application, _random: Random) -> Iterator[Change]:
    for one in routes(app):
        written = f"[{one.module.text[one.start : one.end]}]"
        place = Place("bad-route-path", one.module.path, one.start, one.start + len(written))
        yield Change(one.module.path, one.start, one.end, written, (place,))


def _return_lost(app: Application, _random: Random) -> Iterator[Change]:
    """The only `return` of a helper with an annotation that text, lists and the like keep."""
    for module in app.modules:
        for node in module.nodes:
            if not isinstance(node, ast.FunctionDef) or node.decorator_list or node.returns is None:
                continue
            kept = ast.unparse(node.returns)
            returned = [one for one in ast.walk(node) if isinstance(one, ast.Return)]
            if re.match(r"(str|int|dict|list|tuple)\b", kept) is None or "None" in kept or len(returned) != 1:
                continue
            if returned[0] is not node.body[-1] or returned[0].value is None or module.text.count(node.name) < 2:
                continue
            start, _ = module.range(returned[0])
            place = Place("wrong-annotation", module.path, *module.range(node.returns))
            yield Change(module.path, start, start + len("return "), "", (place,))


def _file_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """The URL of a file in an attribute."""
    for element in all_elements(app):
        for one in element.attributes:
            name = one.value.partition("?")[0]
            if name.startswith(STATIC) and "{" not in name:
                stem = one.value[len(STATIC) :].rpartition(".")[0]
                made = one.value.replace(stem, misspelt(stem, random), 1)
                place = Place("missing-file", element.path, one.value_start, one.value_start + len(made))
                yield Change(element.path, one.value_start, one.value_end, made, (place,))


def _asset_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """The name of a file that a function of the application is given."""
    for path in sorted(app.paths.values()):
        for found in _ASSET.finditer(app.files[path]):
            stem, dot, end = found[2].rpartition(".")
            made = f"{misspelt(stem, random)}{dot}{end}"
            place = Place("missing-file", path, found.start(2) - 1, found.start(2) + len(made) + 1)
            yield Change(path, found.start(2), found.end(2), made, (place,))


OPERATORS = (
    Operator("methods of a route emptied", "bad-registration", _methods_emptied),
    Operator("methods of a route as text", "bad-registration", _methods_as_text),
    Operator("path of a route in a list", "bad-route-path", _path_in_a_list),
    Operator("return of a helper lost", "wrong-annotation", _return_lost),
    Operator("URL of a file misspelt", "missing-file", _file_misspelt),
    Operator("file misspelt where a function is given it", "missing-file", _asset_misspelt),
)
