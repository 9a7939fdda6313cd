"""Which values that a function reads it is ready to find empty: it asks whether they are there, and goes on without."""

from collections.abc import Iterator

from chirp_check.facts.handlers import Assign, If, Leave, Return, Unpack
from chirp_check.facts.values import AnyTerm, Bind, Call, Choice, Compare, Const, Either, Items, Name, Not
from chirp_check.facts.walk import every_part

type Place = tuple[int, int]

_TESTS = frozenset({"bool", "any", "all"})


def ready(parts: tuple[object, ...]) -> frozenset[Place]:
    """The places of the calls whose value may be empty, of all parts of a function.

    That is one which is tested where it is read, or under the name that it gets: `if form.get("next")`, `name or "?"`.
    What a function refuses to go on without (`if not text: return …`) is not among them.
    """
    tested = tuple(one for part in parts for one in _tested(part))
    names = {one.id for one in tested if isinstance(one, Name)} - {one for part in parts for one in _demanded(part)}
    found = {(one.start, one.end) for one in tested if isinstance(one, Call)}
    for part in parts:
        for name, value in _given(part):
            if name in names:
                found |= {(one.start, one.end) for one in every_part(value) if isinstance(one, Call)}
    return frozenset(found)


def has_default(call: Call) -> bool:
    """Whether what is read has a value of its own for what is not sent, other than an empty one."""
    given = [one.value for one in call.arguments[1:]]
    return any(not isinstance(one, Const) or one.value not in ("", None) for one in given)


def _tested(part: object) -> Iterator[AnyTerm]:
    """What a part of a function asks to be there, or to be of some value."""
    match part:
        case If(condition=condition) | Choice(condition=condition):
            yield _plain(condition)
        case Either(operands=operands, operator="and" | "or"):
            yield from (_plain(one) for one in operands[:-1])
            yield from (_plain(one) for one in operands[-1:] if isinstance(one, Compare))
        case Compare(left=left, operator="is" | "is not" | "==" | "!=", right=right):
            yield from (_plain(left), _plain(right))
        case Call(function=Name(id=name), arguments=arguments) if name in _TESTS:
            yield from (_plain(one.value) for one in arguments)
        case _:
            pass


def _plain(term: AnyTerm) -> AnyTerm:
    return term.value if isinstance(term, Bind) else term


def _demanded(part: object) -> Iterator[str]:
    """The names without whose value a function does not go on."""
    if isinstance(part, If) and part.then and isinstance(part.then[-1], (Return, Leave)):
        condition = part.condition
        asked = condition.operands if isinstance(condition, Either) and condition.operator == "or" else (condition,)
        yield from (one.value.id for one in asked if isinstance(one, Not) and isinstance(one.value, Name))


def _given(part: object) -> Iterator[tuple[str, AnyTerm]]:
    """The names that a part of a function binds, each with its value."""
    match part:
        case Assign(name=name, value=value) if value is not None:
            yield name, value
        case Bind(name=name, value=value):
            yield name, value
        case Unpack(names=names, value=Items(elements=values)) if len(names) == len(values):
            yield from ((name, value) for name, value in zip(names, values, strict=True) if name is not None)
        case Unpack(names=names, value=value):
            yield from ((name, value) for name in names if name is not None)
        case _:
            pass
