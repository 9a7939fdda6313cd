"""Whether a condition of a template holds for one render, as far as the constants that it is given tell."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne

import msgspec

from chirp_check.facts.values import (
    AnyTerm,
    Attr,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Filter,
    Index,
    Items,
    Name,
    Not,
    Test,
)
from chirp_check.model.requirements_scope import GIVEN, Condition


class Known(msgspec.Struct, frozen=True, gc=False):
    """A constant; of a list or mapping only whether it is empty counts."""

    value: str | int | float | bool | tuple[()] | None


class _Undefined:
    """What a name is that nothing provides, and what is taken of it."""


UNDEFINED = _Undefined()
type Given = Mapping[str, Known | None]  # the names of a context; None where the value is not known
type _Value = Known | _Undefined | None


def reachable(conditions: tuple[Condition, ...], given: Given) -> bool:
    """Whether a place behind these conditions may be reached."""
    return all(_holds(one, given) is not (not one.holds) for one in conditions)


def _holds(condition: Condition, given: Given) -> bool | None:
    return _decided(condition.term, given, condition.local)


def _decided(term: AnyTerm, given: Given, local: frozenset[str]) -> bool | None:
    """Whether a term is true. A part that decides by itself decides, though what stands before it is not known."""
    match term:
        case Not(value=inner):
            truth = _decided(inner, given, local)
            return None if truth is None else not truth
        case Either(operands=operands, operator="and" | "or" as operator):
            deciding = operator == "or"
            truths = [_decided(one, given, local) for one in operands]
            if deciding in truths:
                return deciding
            return None if None in truths else not deciding
        case _:
            return _truth(_value(term, given, local))


def _truth(value: _Value) -> bool | None:
    return bool(value.value) if isinstance(value, Known) else None


def _value(term: AnyTerm, given: Given, local: frozenset[str]) -> _Value:
    """A term's value; None where it is not known."""
    match term:
        case Const(value=value):
            return Known(value)
        case Name(id=name):
            return None if name in local else given.get(name, UNDEFINED)
        case Items(elements=()):
            return Known(())
        case Attr(base=base) | Index(base=base) | Call(function=base):
            return UNDEFINED if isinstance(_value(base, given, local), _Undefined) else None
        case Not():
            truth = _decided(term, given, local)
            return None if truth is None else Known(truth)
        case Filter():
            return _filtered(term, given, local)
        case Test():
            return _tested(term, given, local)
        case Compare():
            return _compared(term, given, local)
        case Either(operands=(left, right), operator="??"):
            first = _value(left, given, local)
            return _value(right, given, local) if isinstance(first, _Undefined) or first == Known(None) else first
        case Choice(condition=condition, then=then, other=other):
            taken = _decided(condition, given, local)
            return None if taken is None else _value(then if taken else other, given, local)
        case _:
            return None


def _filtered(term: Filter, given: Given, local: frozenset[str]) -> _Value:
    base = _value(term.base, given, local)
    if term.name not in ("default", "d"):
        return UNDEFINED if isinstance(base, _Undefined) else None
    if isinstance(base, _Undefined) or base == Known(None):
        return _value(term.arguments[0].value, given, local) if term.arguments else Known("")
    return base if len(term.arguments) < 2 else None


def _tested(term: Test, given: Given, local: frozenset[str]) -> _Value:
    value = _value(term.value, given, local)
    found: bool | None = None
    if term.name in ("defined", "undefined"):
        defined = False if isinstance(value, _Undefined) else None if value is None else value.value is not None
        found = defined if term.name == "defined" else None if defined is None else not defined
    elif term.name == GIVEN:
        found = not isinstance(value, _Undefined)
    elif isinstance(value, _Undefined):
        return UNDEFINED
    elif isinstance(value, Known) and term.name in _TESTS and not term.arguments:
        found = _TESTS[term.name](value.value)
    return None if found is None else Known(found is not term.negated)


_TESTS: Mapping[str, Callable[[object], bool]] = {
    "none": lambda value: value is None,
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "string": lambda value: isinstance(value, str),
}


def _compared(term: Compare, given: Given, local: frozenset[str]) -> _Value:
    left = _value(term.left, given, local)
    if term.operator in ("in", "not in") and isinstance(term.right, Items):
        options = [_value(one, given, local) for one in term.right.elements]
        if not isinstance(left, Known) or not all(isinstance(one, Known) for one in options):
            return None
        return Known((left in options) is (term.operator == "in"))
    right = _value(term.right, given, local)
    if isinstance(left, _Undefined) or isinstance(right, _Undefined):
        return UNDEFINED
    if term.operator in ("is", "is not"):
        asked = left is not None and left.value is None and right == Known(None)
        return Known(asked is (term.operator == "is")) if left is not None and right == Known(None) else None
    compare = _OPERATORS.get(term.operator)
    if left is None or right is None or compare is None or not _comparable(left, right, term.operator):
        return None
    return Known(compare(left.value, right.value))


_OPERATORS: Mapping[str, Callable[..., bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def _comparable(left: Known, right: Known, operator: str) -> bool:
    numbers = isinstance(left.value, (int, float)) and isinstance(right.value, (int, float))
    texts = isinstance(left.value, str) and isinstance(right.value, str)
    return left.value != () and right.value != () and (operator in ("==", "!=") or numbers or texts)
