"""Terms to abstract values, in the state of one path. A choice that the path has not made is raised as `Undecided`."""

import builtins
from collections.abc import Callable as Function

from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Arg,
    Attr,
    Bind,
    Call,
    Choice,
    Compare,
    Const,
    Divide,
    Either,
    Filter,
    Index,
    Items,
    Join,
    Mapping,
    Merge,
    Name,
    Not,
    Opaque,
    Repeated,
    Star,
)
from chirp_check.model import changes, objects, operators
from chirp_check.model.calls import apply, attribute
from chirp_check.model.domain import (
    ClassValue,
    Dict,
    External,
    Instance,
    Method,
    Path,
    Record,
    Scalar,
    Sequence,
    Value,
    flattened,
    joined,
    pieces_of,
)
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.frame import Arguments, Frame

BUILTINS = frozenset(dir(builtins))
TWICE = "@twice"  # noted for a keyword that a call gives twice: where its value is written, and what else it is


def evaluate(term: AnyTerm, frame: Frame) -> Value:
    """The value of a term."""
    return _EVALUATORS[type(term)](term, frame)


def arguments(given: tuple[Arg, ...], frame: Frame) -> Arguments:
    """The arguments of a call, stars unpacked."""
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    open_args = open_kwargs = False
    for one in given:
        value = evaluate(one.value, frame)
        if one.stars == 1:
            open_args = open_args or not isinstance(value, Sequence) or value.open
            args += value.items if isinstance(value, Sequence) else ()
        elif one.stars == 2:
            open_kwargs = open_kwargs or not isinstance(value, Dict) or value.open
            if isinstance(value, Dict):
                _note_twice(given, one, value, frame)
                kwargs.update(value.entries)
        elif one.name is not None:
            kwargs[one.name] = value
        elif not open_args:
            args.append(value)
    return Arguments(tuple(args), tuple(kwargs.items()), open_args, open_kwargs)


def _note_twice(given: tuple[Arg, ...], forwarded: Arg, mapping: Dict, frame: Frame) -> None:
    """Keywords that a call gives and also forwards: Python refuses it. An open mapping may lack any of its keys."""
    for one in given if not mapping.open else ():
        entry = mapping.get(one.name) if one.name is not None else None
        if entry is not None and one.name is not None:
            written = Text(one.name, frame.span(one.value.start, one.value.end))
            stars = frame.span(forwarded.value.start, forwarded.value.end)
            frame.machine.note_record(Record(TWICE, (written, entry), (), False, stars))


def test(term: AnyTerm, frame: Frame) -> bool | None:
    """Whether a condition holds, where the text tells; evaluated for its effects in any case."""
    match term:
        case Not(value=value):
            inner = test(value, frame)
            return None if inner is None else not inner
        case Either(operands=operands, operator="and" | "or" as operator):
            return _test_all(operands, frame, ends=operator == "or")
        case Name(id="TYPE_CHECKING") | Attr(name="TYPE_CHECKING"):
            return None
        case _:
            return operators.truth(evaluate(term, frame))


def _test_all(operands: tuple[AnyTerm, ...], frame: Frame, *, ends: bool) -> bool | None:
    """Whether a chain of `and` (`or`: `ends`) holds; the first operand that decides it is the last to be looked at."""
    known: bool | None = not ends
    for operand in operands:
        holds = test(operand, frame)
        if holds is ends:
            return ends
        known = None if holds is None else known
    return known


def _const(term: Const, frame: Frame) -> Value:
    span = frame.span(term.start, term.end)
    return Text(term.value, span) if isinstance(term.value, str) else Scalar(term.value, span)


def _name(term: Name, frame: Frame) -> Value:
    found = frame.state.scope.lookup(term.id)
    if found is None:
        found = frame.machine.global_name(frame.module, term.id)
        if isinstance(found, Instance):
            found = objects.changed_later(found, frame)
    if found is not None:
        return found
    span = frame.span(term.start, term.end)
    if term.id == "__file__":
        return Path(frame.module, span)
    if term.id in BUILTINS:
        return External(f"builtins.{term.id}", span)
    return Unknown(f"`{term.id}` is bound nowhere the text shows", span)


def _attr(term: Attr, frame: Frame) -> Value:
    span = frame.span(term.start, term.end)
    match term.base:
        case Call(function=Name(id="super"), arguments=()):
            found = objects.inherited(term.name, frame, span)
            if found is not None:
                return found
        case Attr(base=base, name=name) if term.name == "name":
            definition = evaluate(base, frame)
            if isinstance(definition, ClassValue) and objects.is_enumeration(definition):
                return Text(name, span)
        case _:
            pass
    return attribute(evaluate(term.base, frame), term.name, frame, span)


def _index(term: Index, frame: Frame) -> Value:
    base, key = evaluate(term.base, frame), evaluate(term.key, frame)
    return operators.item(base, key, frame, frame.span(term.start, term.end))


def _call(term: Call, frame: Frame) -> Value:
    function = evaluate(term.function, frame)
    given = arguments(term.arguments, frame)
    if isinstance(function, Method) and isinstance(term.function, Attr):
        changes.by_method(term.function.base, function, given, frame)
    made = apply(function, given, frame, frame.span(term.start, term.end))
    changes.by_call(term, function, given, frame)
    return made


def _filter(term: Filter, frame: Frame) -> Value:
    evaluate(term.base, frame)
    return Unknown(f"the filter `{term.name}`", frame.span(term.start, term.end))


def _join(term: Join, frame: Frame) -> Value:
    span = frame.span(term.start, term.end)
    values = [evaluate(part, frame) for part in term.parts]
    if values and isinstance(values[0], Path):
        rest = joined([piece for value in values[1:] for piece in pieces_of(value)], span)
        return operators.added(values[0], rest, span) if len(values) > 1 else values[0]
    return joined([piece for value in values for piece in pieces_of(value)], span)


def _add(term: Add, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    return operators.added(left, right, frame.span(term.start, term.end))


def _divide(term: Divide, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    return operators.divided(left, right, frame.span(term.start, term.end))


def _merge(term: Merge, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    return operators.merged(left, right, frame.span(term.start, term.end))


def _choice(term: Choice, frame: Frame) -> Value:
    decided = test(term.condition, frame)
    if decided is None:
        arms = (evaluate(term.then, frame), evaluate(term.other, frame))
        return frame.one_of(term.test, arms, frame.span(term.start, term.end))
    return evaluate(term.then if decided else term.other, frame)


def _either(term: Either, frame: Frame) -> Value:
    values: list[Value] = []
    for operand in term.operands:
        value = evaluate(operand, frame)
        holds = operators.truth(value) if term.operator else None
        if holds is not None and holds is (term.operator == "or"):
            values.append(value)
            break  # nothing behind it is looked at
        if holds is None or operand is term.operands[-1]:
            values.append(value)
    return frame.one_of(f"\0either@{term.start}:{term.end}", tuple(values), frame.span(term.start, term.end))


def _items(term: Items, frame: Frame) -> Value:
    items: list[Value] = []
    is_open = False
    for element in term.elements:
        value = evaluate(element.value if isinstance(element, Star) else element, frame)
        if not isinstance(element, Star):
            items.append(value)
        elif isinstance(value, Sequence):
            items += value.items
            is_open = is_open or value.open
        else:
            is_open = True
    return flattened(Sequence(tuple(items), term.is_tuple, is_open, frame.span(term.start, term.end)))


def _star(term: Star, frame: Frame) -> Value:
    return evaluate(term.value, frame)


def _mapping(term: Mapping, frame: Frame) -> Value:
    entries: dict[str, Value] = {}
    keys: list[Text] = []
    is_open = False
    for entry in term.entries:
        value = evaluate(entry.value, frame)
        key = evaluate(entry.key, frame) if entry.key is not None else None
        if isinstance(key, Text):
            entries[key.value] = value
            keys.append(key)
        elif key is None and isinstance(value, Dict):
            entries.update(value.entries)
            is_open = is_open or value.open
        else:
            is_open = True
    return flattened(Dict(tuple(entries.items()), is_open, frame.span(term.start, term.end), tuple(keys)))


def _repeated(term: Repeated, frame: Frame) -> Value:
    iterable = operators.iterated(evaluate(term.iterable, frame), frame)
    span = frame.span(term.start, term.end)
    rounds = iterable.items if isinstance(iterable, Sequence) and not iterable.open else ()
    scope = frame.state.scope
    before = {name: scope.names.get(name) for name in term.names}
    items: list[Value] = []
    for item in rounds or (Unknown("an item of a loop", iterable.span),):
        spread(term.names, item, frame)
        items.append(evaluate(term.element, frame))
    for name, value in before.items():
        if value is None:
            scope.names.pop(name, None)
        else:
            scope.names[name] = value
    return Sequence(tuple(items), False, not rounds, span)


def spread(names: tuple[str, ...], item: Value, frame: Frame) -> None:
    """Bind loop names to an item: one name takes it whole, several take its parts."""
    parts: tuple[Value, ...] = (item,)
    if len(names) > 1:
        fits = isinstance(item, Sequence) and not item.open and len(item.items) == len(names)
        parts = item.items if isinstance(item, Sequence) and fits else _flat(item, len(names))
    for at, name in enumerate(names):
        frame.state.bind(name, parts[at] if parts else Unknown("a part of a loop's item", item.span))


def _flat(item: Value, wanted: int) -> tuple[Value, ...]:
    """The parts of an item that a nested target takes apart, if there are as many as names."""
    parts = [item]
    while any(isinstance(one, Sequence) for one in parts) and len(parts) <= wanted:
        parts = [
            inner
            for one in parts
            for inner in (one.items if isinstance(one, Sequence) and not one.open else (one,))
            if not (isinstance(one, Sequence) and one.open)
        ]
    return tuple(parts) if len(parts) == wanted else ()


def _compare(term: Compare, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    return operators.compared(left, term.operator, right, frame.span(term.start, term.end))


def _not(term: Not, frame: Frame) -> Value:
    span = frame.span(term.start, term.end)
    inner = test(term.value, frame)
    return Unknown("a negation", span) if inner is None else Scalar(not inner, span)


def _bind(term: Bind, frame: Frame) -> Value:
    value = evaluate(term.value, frame)
    frame.state.bind(term.name, value)
    return value


def _opaque(term: Opaque, frame: Frame) -> Value:
    for inside in term.inside:
        evaluate(inside, frame)
    return Unknown(term.reason, frame.span(term.start, term.end))


# The evaluators take the term class they are listed under; the table is the only place that pairs them.
_EVALUATORS: dict[type[AnyTerm], Function[..., Value]] = {
    Const: _const,
    Name: _name,
    Attr: _attr,
    Index: _index,
    Call: _call,
    Filter: _filter,
    Join: _join,
    Add: _add,
    Divide: _divide,
    Merge: _merge,
    Choice: _choice,
    Either: _either,
    Items: _items,
    Star: _star,
    Mapping: _mapping,
    Repeated: _repeated,
    Compare: _compare,
    Not: _not,
    Bind: _bind,
    Opaque: _opaque,
}
