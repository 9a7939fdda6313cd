"""What Kida's expressions become: terms. The grammar is that of `syntax.kida_expressions`."""

from typing import Any, cast

import msgspec

from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Arg,
    Attr,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Entry,
    Filter,
    Index,
    Items,
    Join,
    Mapping,
    Name,
    Not,
    Opaque,
    Repeated,
    Scalar,
    Term,
    Test,
)
from chirp_check.syntax.kida_build import TOO_DEEP, Applied, Arguments, Build

DEPTH = 100  # nesting beyond which an expression is opaque; people write below 10


def _arguments(pairs: Arguments[AnyTerm]) -> tuple[Arg, ...]:
    return tuple([Arg(name, 0, value) for name, value in pairs])


def _constant(start: int, end: int, value: Scalar) -> AnyTerm:
    return Const(start, end, value) if _storable(value) else Opaque(start, end, "an unusual literal")


def _storable(value: Scalar) -> bool:
    """Whether the stored form of facts can hold a literal: no lone surrogates, no integers beyond 63 bits."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _call(start: int, end: int, function: AnyTerm, arguments: Arguments[AnyTerm]) -> AnyTerm:
    return Call(start, end, function, _arguments(arguments))


def _filter(start: int, end: int, base: AnyTerm, applied: Applied[AnyTerm]) -> AnyTerm:
    return Filter(start, end, base, applied.name, _arguments(applied.arguments), applied.marked)


def _test(start: int, end: int, value: AnyTerm, applied: Applied[AnyTerm]) -> AnyTerm:
    return Test(start, end, value, applied.name, applied.marked, _arguments(applied.arguments))


def _minus(start: int, end: int, operand: AnyTerm) -> AnyTerm:
    if isinstance(operand, Const) and isinstance(operand.value, (int, float)):
        return Const(start, end, -operand.value)
    return Opaque(start, end, "arithmetic", (operand,))


def _mapping(start: int, end: int, entries: tuple[tuple[AnyTerm, AnyTerm], ...]) -> AnyTerm:
    return Mapping(start, end, tuple([Entry(key, value) for key, value in entries]))


def _filtered(start: int, end: int, element: AnyTerm, test: AnyTerm) -> AnyTerm:
    return Either(element.start, element.end, (element, Opaque(start, end, "a filtered element", (test,))))


def bounded(term: AnyTerm) -> AnyTerm:
    """The term, cut where it is too deep."""
    return cast("AnyTerm", _cut(term, DEPTH)) if _exceeds(term, DEPTH) else term


def _exceeds(value: Any, depth: int) -> bool:
    if isinstance(value, Term):
        return depth == 0 or any(_exceeds(one, depth - 1) for one in msgspec.structs.astuple(value))
    return any(_exceeds(one, depth) for one in _parts(value))


def _cut(value: Any, depth: int) -> Any:
    if isinstance(value, Term) and depth == 0:
        return Opaque(value.start, value.end, TOO_DEEP)
    depth -= isinstance(value, Term)
    parts = (_cut(one, depth) for one in _parts(value))
    if isinstance(value, msgspec.Struct):
        return type(value)(*parts)
    return tuple(parts) if _is_listed(value) else value


def _parts(value: Any) -> tuple[Any, ...]:
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.astuple(value)
    return value if _is_listed(value) else ()


def _is_listed(value: object) -> bool:
    return isinstance(value, tuple)


TERMS: Build[AnyTerm] = Build(
    constant=_constant,
    name=Name,
    attribute=Attr,
    item=Index,
    call=_call,
    filter=_filter,
    test=_test,
    compare=Compare,
    negation=Not,
    minus=_minus,
    add=Add,
    join=Join,
    either=Either,
    choice=Choice,
    items=Items,
    mapping=_mapping,
    repeated=Repeated,
    filtered=_filtered,
    opaque=Opaque,
    bounded=bounded,
)
