"""Which statements of a function bind names, without those of functions and classes in it."""

from collections.abc import Iterator

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Define,
    DefineClass,
    If,
    Import,
    Loop,
    Match,
    Try,
    Unpack,
)
from chirp_check.facts.values import Bind
from chirp_check.facts.walk import every_part
from chirp_check.model.inputs import text
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, query


def own_statements(body: tuple[AnyStatement, ...]) -> Iterator[AnyStatement]:
    """The statements of a function, without those of functions and classes in it."""
    for one in body:
        yield one
        match one:
            case If(then=then, other=other):
                yield from own_statements((*then, *other))
            case Loop(body=inner, other=other):
                yield from own_statements((*inner, *other))
            case Try(body=inner, handlers=handlers, other=other, final=final):
                caught = (each for _, found in handlers for each in found)
                yield from own_statements((*inner, *caught, *other, *final))
            case Match(cases=cases):
                yield from own_statements(tuple(each for case in cases for each in case.body))
            case _:
                pass


@query
def bound_names(model: Queries, path: str, qualname: str) -> frozenset[str]:
    """The names that a function has of its own."""
    one = function(model, path, qualname)
    if one is None:
        return frozenset()
    found: set[str | None] = {param.name for param in one.params}
    for statement in own_statements(one.body):
        found.update(_bound(statement))
    if has_walrus(model, path):
        found.update(part.name for part in every_part(one.body) if isinstance(part, Bind))
    return frozenset(name for name in found if name is not None)


def _bound(statement: AnyStatement) -> tuple[str | None, ...]:
    match statement:
        case Assign(name=name) | Augment(name=name) | Import(name=name):
            return (name,)
        case Unpack(names=names) | Loop(names=names):
            return names
        case Define(function=inner):
            return (inner.name,)
        case DefineClass(definition=definition):
            return (definition.name,)
        case Match(cases=cases):
            return tuple(name for case in cases for name in case.names)
        case Try(handlers=handlers):
            return tuple(name for name, _ in handlers)
        case _:
            return ()


@query
def has_walrus(model: Queries, path: str) -> bool:
    """Whether expressions of a file may bind names."""
    return ":=" in (text(model, path) or "")
