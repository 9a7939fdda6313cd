"""What calls of helpers hand on to the templates that they name, where running the helper loses what it was.

A call is known by the place of the template's name in it, which the value of the name keeps on its way.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import AnyStatement, Assign, Do, Function, Return
from chirp_check.facts.values import AnyTerm, Call, Choice, Const, Items, Name
from chirp_check.model.entities import Text
from chirp_check.model.inputs import module_functions, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import name_of
from chirp_check.model.typing.bindings import own_statements
from chirp_check.source import Span


class Handing(msgspec.Struct, frozen=True, gc=False):
    """A call that names a template: where its keywords are given what; `open` when it forwards a mapping, too."""

    given: tuple[tuple[str, Span], ...]
    open: bool


@query
def handings(model: Queries, path: str) -> Mapping[Span, tuple[Handing, ...]]:
    """The calls of a Python file that name a template, by the place where its name is written.

    A name that is used otherwise as well has none.
    """
    found: dict[Span, list[Handing]] = {}
    constants: dict[Span, str] = {}
    for call in (call for one in module_functions(model, path).values() for call in _calls(one)):
        named = [(arg.value, _named(model, path, arg.value)) for arg in call.arguments]
        for term, place in named:
            if place is not None:
                found.setdefault(place, []).append(_handing(path, call))
                constants.update({place: term.id} if isinstance(term, Name) else {})
    source = text(model, path) or ""
    return {
        place: tuple(calls)
        for place, calls in found.items()
        if place not in constants or source.count(constants[place]) == len(calls) + 1
    }


def _handing(path: str, call: Call) -> Handing:
    given = tuple((arg.name, _span(path, arg.value)) for arg in call.arguments if arg.name is not None)
    return Handing(given, any(arg.stars for arg in call.arguments))


def _calls(one: Function) -> Iterator[Call]:
    """The calls whose result a function returns or keeps."""
    for statement in own_statements(one.body):
        yield from _in_term(_value(statement))


def _value(statement: AnyStatement) -> AnyTerm | None:
    return statement.value if isinstance(statement, (Return, Assign, Do)) else None


def _in_term(term: AnyTerm | None) -> Iterator[Call]:
    match term:
        case Call(arguments=arguments):
            yield term
            for given in arguments:
                yield from _in_term(given.value)
        case Choice(then=then, other=other):
            yield from _in_term(then)
            yield from _in_term(other)
        case Items(elements=elements):
            for one in elements:
                yield from _in_term(one)
        case _:
            pass


def _named(model: Queries, path: str, term: AnyTerm) -> Span | None:
    """Where the text is written that a term is."""
    match term:
        case Const(value=str() as value) if "." in value:
            return _span(path, term)
        case Name(id=name):
            known = name_of(model, path, name)
            return known.span if isinstance(known, Text) and "." in known.value else None
        case _:
            return None


def _span(path: str, term: AnyTerm) -> Span:
    return Span(path, term.start, term.end)
