"""Mistakes in what templates ask values for: attributes that are not there."""

import ast
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.mutants.application import Application
from benchmarks.mutants.components import Expression, expressions
from benchmarks.mutants.mutation import Change, Operator, Place, misspelt

ATTRIBUTE = "unknown-attribute"


def _names(app: Application) -> frozenset[str]:
    """Every name that the Python code has, so that no misspelling hits another attribute."""
    nodes = (node for module in app.modules for node in ast.walk(module.tree))
    return frozenset(
        name
        for node in nodes
        for name in (node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None,)
        if name is not None
    )


def _tail(one: Expression) -> tuple[str, str] | None:
    """What an expression asks for an attribute, and the attribute, where it begins with nothing but such."""
    text = one.text.partition("|")[0].partition(" ")[0]
    owner, _, name = text.rpartition(".")
    if not owner or not all(part.isidentifier() for part in (*owner.split("."), name)):
        return None
    return owner, name


def _misspelt(word: str) -> Callable[[Application, Random], Iterator[Change]]:
    """The attribute at the beginning of an output (`word` empty) or of the expression of a tag."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        known = _names(app)
        for one in expressions(app):
            found = _tail(one)
            if found is None or (one.tag.word if one.tag is not None else "") != word or len(found[1]) < 3:
                continue
            owner, name = found
            start = one.start + len(owner) + 1
            made = misspelt(name, random, known)
            path, end = app.path(one.template), start + len(made)
            place = Place(ATTRIBUTE, path, start, end, ((one.start, end),))
            yield Change(path, start, start + len(name), made, (place,))

    return make


OPERATORS = (
    Operator("attribute misspelt in an output", ATTRIBUTE, _misspelt("")),
    Operator("attribute misspelt in a condition", ATTRIBUTE, _misspelt("if")),
)
