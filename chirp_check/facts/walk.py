"""The statements of a Python file one by one, and its functions by name."""

from collections.abc import Iterator, Mapping

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
