"""Which statements of a function bind names, without those of functions and classes in it."""

from collections.abc import Iterator

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Define,
    DefineClass,
    Function,
    If,
    Import,
    Loop,
    Match,
    Try,
    Unpack,
)
from chirp_check.model.inputs import text
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


def binds(one: Function, name: str) -> bool:
    """Whether a function has a name of its own."""
    if any(param.name == name for param in one.params):
        return True
    for statement in own_statements(one.body):
        match statement:
            case Assign(name=bound) | Augment(name=bound) | Import(name=bound) if bound == name:
                return True
            case Unpack(names=names) | Loop(names=names) if name in names:
                return True
            case Define(function=Function(name=bound)) if bound == name:
                return True
            case DefineClass(definition=inner) if inner.name == name:
                return True
            case _:
                pass
    return False


@query
def has_walrus(model: Queries, path: str) -> bool:
    """Whether expressions of a file may bind names."""
    return ":=" in (text(model, path) or "")
