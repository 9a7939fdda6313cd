"""Facts one by one: the statements of a Python file, its functions by name, and everything that a fact holds."""

from annotationlib import get_annotations
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from chirp_check.facts.handlers import (
    AnyStatement,
    Define,
    DefineClass,
    Function,
    If,
    Loop,
    Match,
    ModuleFacts,
    Try,
)
from chirp_check.facts.values import Name, Scalar


def every_statement(body: tuple[AnyStatement, ...]) -> Iterator[AnyStatement]:
    """All statements, those inside of others included, in the order of the text."""
    pending = [iter(body)]
    while pending:
        for statement in pending[-1]:
            yield statement
            inside = _INSIDE.get(type(statement))
            if inside is not None:
                pending.append(iter(inside(statement)))
                break
        else:
            pending.pop()


def _in_branches(one: If) -> tuple[AnyStatement, ...]:
    return (*one.then, *one.other)


def _in_loop(one: Loop) -> tuple[AnyStatement, ...]:
    return (*one.body, *one.other)


def _in_match(one: Match) -> tuple[AnyStatement, ...]:
    return tuple(inner for case in one.cases for inner in case.body)


def _in_try(one: Try) -> tuple[AnyStatement, ...]:
    caught = (inner for _, body in one.handlers for inner in body)
    return (*one.body, *caught, *one.other, *one.final)


# By class: to ask a statement for each of these classes whether it is one takes several times as long.
_INSIDE: Mapping[type, Callable[[Any], tuple[AnyStatement, ...]]] = {
    Define: attrgetter("function.body"),
    DefineClass: attrgetter("definition.body"),
    If: _in_branches,
    Loop: _in_loop,
    Match: _in_match,
    Try: _in_try,
}


def functions_of(facts: ModuleFacts) -> Mapping[str, Function]:
    """The functions of a Python file by qualified name, inner ones included."""
    found = (one.function for one in every_statement(facts.body) if isinstance(one, Define))
    return {one.qualname: one for one in found}


def every_part(fact: object) -> Iterator[msgspec.Struct]:
    """A fact, or each of several in a tuple, and all that they hold, in no order of the text."""
    pending: list[object] = [fact]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
            continue
        kind = type(current)
        if kind not in _PARTS:
            _PARTS[kind] = _parts_of(kind)
        parts = _PARTS[kind]
        if parts is not None:
            if TYPE_CHECKING:
                assert isinstance(current, msgspec.Struct)
            yield current
            for part in parts:
                pending.append(part(current))


# What reads the fields of a fact that may hold others, by the fact's class; None for what is no fact.
_PARTS: dict[type, tuple[Callable[[object], object], ...] | None] = {}
_PLAIN = (str, int, bool, str | None, Scalar)


def _parts_of(kind: type) -> tuple[Callable[[object], object], ...] | None:
    if not issubclass(kind, msgspec.Struct):
        return None
    fields = [field for base in reversed(kind.__mro__) for field in get_annotations(base).items()]
    return tuple(attrgetter(name) for name, written in fields if written not in _PLAIN)


def names_in(fact: object) -> Iterator[Name]:
    """The names that are read in a term or another fact."""
    return (one for one in every_part(fact) if isinstance(one, Name))
