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
from chirp_check.model import library, paths
from chirp_check.model.calls import apply, attribute
from chirp_check.model.domain import (
    Dict,
    External,
    Method,
    Path,
    Record,
    Scalar,
    Sequence,
    Value,
    joined,
    pieces_of,
)
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.frame import Arguments, Frame

BUILTINS = frozenset(dir(builtins))


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
            kwargs.update(value.entries if isinstance(value, Dict) else ())
        elif one.name is not None:
            kwargs[one.name] = value
        elif not open_args:
            args.append(value)
    return Arguments(tuple(args), tuple(kwargs.items()), open_args, open_kwargs)


def truth(value: Value) -> bool | None:
    """Whether a value is true, where the text tells."""
    match value:
        case Text(text):
            return bool(text)
        case Scalar(known):
            return bool(known)
        case Sequence(items, open=False):
            return bool(items)
        case Dict(entries, open=False):
            return bool(entries)
        case Pattern() | Record() | Path():
            return True
        case _:
            return None


def test(term: AnyTerm, frame: Frame) -> bool | None:
    """Whether a condition holds, where the text tells; evaluated for its effects in any case."""
    match term:
        case Not(value=value):
            inner = test(value, frame)
            return None if inner is None else not inner
        case Name(id="TYPE_CHECKING") | Attr(name="TYPE_CHECKING"):
            return None
        case _:
            return truth(evaluate(term, frame))


def _const(term: Const, frame: Frame) -> Value:
    span = frame.span(term.start, term.end)
    return Text(term.value, span) if isinstance(term.value, str) else Scalar(term.value, span)


def _name(term: Name, frame: Frame) -> Value:
    found = frame.state.scope.lookup(term.id)
    if found is None:
        found = frame.machine.global_name(frame.module, term.id)
    if found is not None:
        return found
    span = frame.span(term.start, term.end)
    if term.id == "__file__":
        return Path(frame.module, span)
    if term.id in BUILTINS:
        return External(f"builtins.{term.id}", span)
    return Unknown(f"`{term.id}` is bound nowhere the text shows", span)


def _attr(term: Attr, frame: Frame) -> Value:
    return attribute(evaluate(term.base, frame), term.name, frame, frame.span(term.start, term.end))


def _index(term: Index, frame: Frame) -> Value:
    base, key = evaluate(term.base, frame), evaluate(term.key, frame)
    found: Value | None = None
    match base, key:
        case Dict(), Text(name):
            found = base.get(name)
        case Sequence(items, open=False), Scalar(int() as at) if -len(items) <= at < len(items):
            found = items[at]
        case External(name), _:
            return External(name, base.span)
        case _:
            pass
    return found if found is not None else Unknown("an item of something unknown", frame.span(term.start, term.end))


def _call(term: Call, frame: Frame) -> Value:
    function = evaluate(term.function, frame)
    given = arguments(term.arguments, frame)
    if isinstance(function, Method) and isinstance(term.function, Attr) and isinstance(term.function.base, Name):
        _change(term.function.base.id, function, given, frame)
    return apply(function, given, frame, frame.span(term.start, term.end))


def _change(name: str, method: Method, given: Arguments, frame: Frame) -> None:
    """Rebind a local name to what its mapping or list is after a method that changes it."""
    owner = method.owner
    if name not in frame.state.scope.names:
        return
    after: Dict | Sequence | None = None
    if isinstance(owner, Dict):
        after = library.changed(owner, method.name, given)
    elif isinstance(owner, Sequence):
        after = library.extended(owner, method.name, given)
    if after is not None:
        frame.state.bind(name, after)


def _filter(term: Filter, frame: Frame) -> Value:
    evaluate(term.base, frame)
    return Unknown(f"the filter `{term.name}`", frame.span(term.start, term.end))


def _join(term: Join, frame: Frame) -> Value:
    pieces: list[str | None] = []
    for part in term.parts:
        pieces += pieces_of(evaluate(part, frame))
    return joined(pieces, frame.span(term.start, term.end))


def _add(term: Add, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    span = frame.span(term.start, term.end)
    match left, right:
        case (Text() | Pattern(), _) | (_, Text() | Pattern()):
            return joined([*pieces_of(left), *pieces_of(right)], span)
        case Sequence(), Sequence():
            return Sequence((*left.items, *right.items), left.is_tuple, left.open or right.open, span)
        case _:
            return Unknown("a sum", span)


def _divide(term: Divide, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    span = frame.span(term.start, term.end)
    if isinstance(left, Path) and isinstance(right, (Text, Path)):
        return paths.join(left, right, span)
    return Unknown("a quotient", span)


def _merge(term: Merge, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    span = frame.span(term.start, term.end)
    if not isinstance(left, Dict) and not isinstance(right, Dict):
        return Unknown("a union", span)
    known = [side for side in (left, right) if isinstance(side, Dict)]
    entries = {key: value for side in known for key, value in side.entries}
    return Dict(tuple(entries.items()), len(known) < 2 or any(side.open for side in known), span)


def _choice(term: Choice, frame: Frame) -> Value:
    decided = test(term.condition, frame)
    if decided is None:
        arms = (evaluate(term.then, frame), evaluate(term.other, frame))
        return frame.one_of(term.test, arms, frame.span(term.start, term.end))
    return evaluate(term.then if decided else term.other, frame)


def _either(term: Either, frame: Frame) -> Value:
    values = _possible(tuple(evaluate(operand, frame) for operand in term.operands), term.operator)
    return frame.one_of(f"\0either@{term.start}:{term.end}", values, frame.span(term.start, term.end))


def _possible(values: tuple[Value, ...], operator: str) -> tuple[Value, ...]:
    """The operands that an `or` or `and` can give: one that is known to be passed over cannot be it."""
    if operator not in ("or", "and"):
        return values
    kept: list[Value] = []
    for value in values[:-1]:
        stops = truth(value) if operator == "or" else _denied(truth(value))
        kept += [value] if stops is not False else []
        if stops:
            return tuple(kept)
    return (*kept, values[-1])


def _denied(known: bool | None) -> bool | None:
    return None if known is None else not known


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
    return Sequence(tuple(items), term.is_tuple, is_open, frame.span(term.start, term.end))


def _star(term: Star, frame: Frame) -> Value:
    return evaluate(term.value, frame)


def _mapping(term: Mapping, frame: Frame) -> Value:
    made = Dict((), False, frame.span(term.start, term.end))
    for entry in term.entries:
        value = evaluate(entry.value, frame)
        key = evaluate(entry.key, frame) if entry.key is not None else None
        if isinstance(key, Text):
            made = made.with_entry(key.value, value)
        elif key is None and isinstance(value, Dict):
            for name, inner in value.entries:
                made = made.with_entry(name, inner)
            made = Dict(made.entries, made.open or value.open, made.span)
        else:
            made = Dict(made.entries, True, made.span)
    return made


def _repeated(term: Repeated, frame: Frame) -> Value:
    iterable = evaluate(term.iterable, frame)
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
        parts = item.items if isinstance(item, Sequence) and fits else ()
    for at, name in enumerate(names):
        frame.state.bind(name, parts[at] if parts else Unknown("a part of a loop's item", item.span))


def _compare(term: Compare, frame: Frame) -> Value:
    left, right = evaluate(term.left, frame), evaluate(term.right, frame)
    span = frame.span(term.start, term.end)
    same: bool | None = None
    match left, right:
        case (Text(a), Text(b)) | (Scalar(a), Scalar(b)):
            same = a == b and (a is None) == (b is None)
        case (Text() | Pattern() | Record() | Dict() | Sequence() | Path(), Scalar(None)):
            same = False
        case _:
            pass
    if same is None:
        return Unknown("a comparison", span)
    return Scalar(same if term.operator in ("is", "==") else not same, span)


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
