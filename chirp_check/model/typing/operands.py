"""What Python makes of operators and calls whose operands have known types, as Kida runs them."""

from collections.abc import Mapping

from chirp_check.facts.handlers import Function
from chirp_check.facts.values import Arg
from chirp_check.model.typing.kinds import NONE, NUMBERS, TEXT, Keyed, Kind, Many, Parts, Plain, Table, Type, union

_ORDER = frozenset({"<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"-", "/", "//", "**"})


def refused(operator: str, left: Type, right: Type) -> tuple[Kind, Kind] | None:
    """Two kinds that an operator refuses, if it does so whatever of their types the operands are."""
    if not left or not right:
        return None
    pairs = [(one, other) for one in left for other in right if NONE not in (one, other)]
    if pairs and all(_refuses(operator, one, other) for one, other in pairs):
        return pairs[0]
    return None


def _refuses(operator: str, left: Kind, right: Kind) -> bool:
    one, other = _sort(left), _sort(right)
    if "" in (one, other):
        return False
    if operator in _ORDER:
        return one != other or one == "mapping"
    if operator == "+":  # Kida joins texts with everything
        return "text" not in (one, other) and one != other
    if operator in _ARITHMETIC:
        return one != "number" or other != "number"
    if operator in ("in", "not in"):
        return other == "number" or (other == "text" and one != "text")
    return False


def _sort(kind: Kind) -> str:
    """What counts of a kind for operators; empty where that is not known."""
    match kind:
        case Plain(name) if name in NUMBERS:
            return "number"
        case Plain("str" | "absent"):
            return "text"
        case Many(kind="list"):
            return "list"
        case Parts() | Many(kind="tuple"):
            return "tuple"
        case Table() | Keyed():
            return "mapping"
        case _:
            return ""


def result(operator: str, left: Type, right: Type) -> Type:
    """The type of a sum, difference or product."""
    if left is None or right is None:
        return None
    if operator == "+" and (left == (TEXT,) or right == (TEXT,)):
        return (TEXT,)
    numbers = all(isinstance(one, Plain) and one.name in NUMBERS for one in (*left, *right))
    if numbers and left and right:
        return union((left, right)) if operator in ("+", "-", "*") else (Plain("float"), Plain("int"))
    return None


def mistake(function: Function, taken: int, given: tuple[Arg, ...]) -> str | None:
    """What Python says against the arguments of a call, as a sentence's end; None where it takes them."""
    if any(one.stars for one in given):
        return None
    positional = [one for one in function.params if one.kind in ("positional", "normal")][taken:]
    named = {one.name for one in function.params if one.kind in ("normal", "keyword")} - {
        one.name for one in function.params[:taken]
    }
    kinds = {one.kind for one in function.params}
    args = [one for one in given if one.name is None]
    words = [one.name for one in given if one.name is not None]
    if len(args) > len(positional) and "star" not in kinds:
        return f"takes {_counted(len(positional), 'positional argument')}, and is given {len(args)}"
    filled = {one.name for one in positional[: len(args)]}
    for word in words:
        if word not in named and "double-star" not in kinds:
            return f"has no parameter `{word}`"
        if word in filled:
            return f"is given `{word}` twice"
    keyword_only = [one for one in function.params if one.kind == "keyword"]
    for one in (*positional, *keyword_only):
        if one.default is None and one.name not in filled and one.name not in words:
            return f"needs an argument for `{one.name}`"
    return None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count or 'no'} {what}s"


FILTERS: Mapping[str, Type] = {
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "trim", "replace", "string"), (TEXT,)),
    **dict.fromkeys(("length", "count"), (Plain("int"),)),
}
KEEPING = frozenset({"sort", "reverse", "unique", "list"})  # filters that go through the same elements
