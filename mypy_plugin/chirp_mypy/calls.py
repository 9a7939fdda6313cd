"""A call of a return type as mypy sees it: which strings its arguments can be."""

from dataclasses import dataclass

from mypy.nodes import Expression
from mypy.plugin import FunctionContext
from mypy.typeops import try_getting_str_literals, try_getting_str_literals_from_type
from mypy.types import Instance, LiteralType, Type, UnionType, get_proper_type

STRING_ENUMS = ("enum.StrEnum", "builtins.str")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its expression, and the strings it can be; None when that is not known."""

    expression: Expression
    strings: tuple[str, ...] | None


def argument(context: FunctionContext, position: int | None, name: str) -> Argument | None:
    """The argument for a parameter, by the parameter's name or by its position; None when it is not given alone."""
    names = context.callee_arg_names
    index = names.index(name) if name in names else position
    if index is None or index >= len(context.args) or len(context.args[index]) != 1:
        return None
    if context.arg_kinds[index][0].is_star():
        return None
    expression, kind = context.args[index][0], context.arg_types[index][0]
    literals = try_getting_str_literals(expression, kind)
    strings = tuple(literals) if literals is not None else _members(kind)
    return Argument(expression, strings)


def _members(kind: Type) -> tuple[str, ...] | None:
    """The values of members of a string enumeration, which mypy knows by their names."""
    proper = get_proper_type(kind)
    values = [_member(one) for one in (proper.items if isinstance(proper, UnionType) else [proper])]
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None


def _member(kind: Type) -> str | None:
    proper = get_proper_type(kind)
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        proper = proper.last_known_value
    if not isinstance(proper, LiteralType) or not isinstance(proper.value, str):
        return None
    enum = proper.fallback.type
    member = enum.get(proper.value)
    if not enum.is_enum or member is None or member.type is None or not any(map(enum.has_base, STRING_ENUMS)):
        return None
    literals = try_getting_str_literals_from_type(member.type)
    return literals[0] if literals else None
