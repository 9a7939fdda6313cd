"""Mistakes in the fields of forms, on both sides."""

import ast
from collections.abc import Iterator
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, all_elements
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.names import text_of

RULE = "unknown-field"


@cache
def read(app: Application) -> tuple[tuple[str, Place], ...]:
    """The fields that code reads: `form["x"]`, `form.get("x")`, and the fields of dataclasses that handlers take."""
    return tuple(_read(app))


def _read(app: Application) -> Iterator[tuple[str, Place]]:
    texts = [module.text for module in app.modules]
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                if not any(f"form: Form[{node.name}]" in text for text in texts):
                    continue
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        yield line.target.id, Place(RULE, module.path, *module.range(line.target))
                continue
            key: ast.expr | None = None
            match node:
                case ast.Subscript(value=ast.Name(id="form"), slice=key):
                    pass
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="form") | ast.Attribute(attr="form"), attr="get"),
                    args=[key, *_],
                ):
                    pass
                case _:
                    continue
            name = text_of(key)
            if name is not None:
                yield name, Place(RULE, module.path, *module.range(key))


def _key_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """A name in Python, as it is read or as a dataclass has it."""
    known = frozenset(name for name, _ in read(app))
    for name, place in read(app):
        if len(name) < 3:
            continue
        text = app.files[place.path][place.start : place.end]
        made = text.replace(name, misspelt(name, random, known))
        due = Place(RULE, place.path, place.start, place.start + len(made))
        yield Change(place.path, place.start, place.end, made, (due,))


def _name_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """The name of an input that one form has: who reads it is due."""
    named = [
        (element, one)
        for element in all_elements(app)
        if element.name in ("input", "textarea", "select") and (one := element.get("name")) is not None
    ]
    for element, one in named:
        readers = tuple(place for name, place in read(app) if name == one.value)
        if len(one.value) < 3 or not readers or sum(other.value == one.value for _, other in named) > 1:
            continue
        made = misspelt(one.value, random)
        yield Change(element.path, one.value_start, one.value_end, made, readers, any_place=True)


def _name_lost(app: Application, random: Random) -> Iterator[Change]:
    """The name of the only such input is forgotten."""
    elements = [one for one in all_elements(app) if one.name in ("input", "textarea", "select")]
    for element in elements:
        own = element.get("name")
        same = [one for one in elements if own is not None and (name := one.get("name")) and name.value == own.value]
        readers = tuple(place for name, place in read(app) if own is not None and name == own.value)
        if own is not None and len(same) == 1 and readers:
            yield Change(element.path, own.start, own.end, "", readers, any_place=True)


OPERATORS = (
    Operator("field misspelt where it is read", RULE, _key_misspelt, Proof.ANSWERS),
    Operator("field misspelt in its form", RULE, _name_misspelt),
    Operator("field without a name", RULE, _name_lost),
)
