"""Facts one by one: the statements of a Python file, its functions by name, and everything that a fact holds."""

from annotationlib import get_annotations
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import cast

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
        statement = next(pending[-1], None)
        if statement is None:
            pending.pop()
            continue
        yield statement
        inside = _inside(statement)
        if inside:
            pending.append(iter(inside))


def _inside(statement: AnyStatement) -> tuple[AnyStatement, ...]:
    match statement:
        case Define(function=function):
            return function.body
        case DefineClass(definition=definition):
            return definition.body
        case If(then=then, other=other):
            return (*then, *other)
        case Loop(body=body, other=other):
            return (*body, *other)
        case Match(cases=cases):
            return tuple(one for case in cases for one in case.body)
        case Try(body=body, handlers=handlers, other=other, final=final):
            return (*body, *(one for _, caught in handlers for one in caught), *other, *final)
        case _:
            return ()


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
            yield cast("msgspec.Struct", current)
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
