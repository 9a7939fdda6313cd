"""Operators on known values: what a sum, an item, a comparison of two values gives."""

from chirp_check.model import objects, paths
from chirp_check.model.domain import (
    LONGEST,
    Callable,
    ClassValue,
    Dict,
    External,
    Instance,
    Method,
    Module,
    Partial,
    Path,
    Record,
    Scalar,
    Sequence,
    Value,
    joined,
    pieces_of,
)
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.frame import LIMIT, Frame
from chirp_check.source import Span

type _Kind = type[Text | Sequence | Callable | Record | ClassValue | Dict]
ALIKE: tuple[_Kind, ...] = (Text, Sequence, Callable, Record, ClassValue, Dict)


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
        case Pattern() | Record() | Path() | Callable() | ClassValue() | Method() | Module() | Partial():
            return True
        case _:
            return None


def item(base: Value, key: Value, frame: Frame, span: Span) -> Value:
    """`base[key]`; of a table of things of one kind each may be meant where the key is not known."""
    found: Value | None = None
    match base, key:
        case Dict(), Text(name):
            found = base.get(name)
        case Sequence(items, open=False), Scalar(int() as at) if -len(items) <= at < len(items):
            found = items[at]
        case External(name), _:
            return External(name, base.span)
        case ClassValue(), Text(name) if objects.is_enumeration(base):
            found = objects.member(base, name, frame)
        case ((Dict() | Sequence()), Unknown()):
            return one_of_table(base, frame, span)
        case _:
            pass
    return found if found is not None else Unknown("an item of something unknown", span)


def one_of_table(base: Dict | Sequence, frame: Frame, span: Span) -> Value:
    """Any value of a table whose values are all of one kind."""
    values = tuple(value for _, value in base.entries) if isinstance(base, Dict) else base.items
    alike = any(all(isinstance(value, kind) for value in values) for kind in ALIKE)
    if base.open or not alike or not 0 < len(values) <= LIMIT:
        return Unknown("an item that is chosen while the application runs", span)
    return frame.one_of(f"\0item@{span.start}:{span.end}", tuple(dict.fromkeys(values)), span)


def iterated(value: Value, frame: Frame) -> Value:
    """What a loop over a value goes through: of a mapping its keys, of an enumeration its members."""
    match value:
        case Dict():
            return Sequence(keys(value), False, value.open, value.span)
        case ClassValue() if objects.is_enumeration(value):
            return Sequence(tuple(one for _, one in objects.members(value, frame)), False, False, value.span)
        case _:
            return value


def keys(mapping: Dict) -> tuple[Text, ...]:
    """The keys of a mapping, where they are written if it has not been changed."""
    names = tuple(name for name, _ in mapping.entries)
    if tuple(key.value for key in mapping.keys) == names:
        return mapping.keys
    return tuple(Text(name, mapping.span) for name in names)


def added(left: Value, right: Value, span: Span) -> Value:
    """`left + right`."""
    match left, right:
        case (Text() | Pattern(), _) | (Scalar() | Unknown(), Text() | Pattern()):
            return joined([*pieces_of(left), *pieces_of(right)], span)
        case Sequence(), Sequence() if len(left.items) + len(right.items) <= LONGEST:
            return Sequence((*left.items, *right.items), left.is_tuple, left.open or right.open, span)
        case Path(), Text(more) if more.startswith("/"):
            return paths.join(left, Text(more.lstrip("/"), right.span), span)
        case Scalar(int() as one), Scalar(int() as other):
            return Scalar(one + other, span)
        case _:
            return Unknown("a sum", span)


def divided(left: Value, right: Value, span: Span) -> Value:
    """`left / right`."""
    if isinstance(left, Path) and isinstance(right, (Text, Path)):
        return paths.join(left, right, span)
    return Unknown("a quotient", span)


def merged(left: Value, right: Value, span: Span) -> Value:
    """`left | right`."""
    if not isinstance(left, Dict) and not isinstance(right, Dict):
        return Unknown("a union", span)
    known = [side for side in (left, right) if isinstance(side, Dict)]
    entries = {key: value for side in known for key, value in side.entries}
    return Dict(tuple(entries.items()), len(known) < 2 or any(side.open for side in known), span)


def compared(left: Value, operator: str, right: Value, span: Span) -> Value:
    """`left operator right`."""
    same = contained(left, right) if operator in ("in", "not in") else equal(left, right)
    if same is None:
        return Unknown("a comparison", span)
    return Scalar(same if operator in ("is", "==", "in") else not same, span)


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are the same, where the text tells."""
    match left, right:
        case (Text(a), Text(b)) | (Scalar(a), Scalar(b)):
            return a == b and (a is None) == (b is None)
        case (Unknown() | External() | Scalar(), _) | (_, Unknown() | External() | Pattern()):
            return None
        case _, Scalar(None):
            return False
        case Instance(of=one), Instance(of=other) if one == other and objects.is_enumeration(one):
            return left.get("name") == right.get("name")
        case _:
            return None


def contained(left: Value, right: Value) -> bool | None:
    """Whether `left in right`, where the text tells."""
    match left, right:
        case Text(name), Dict(entries, open=is_open):
            return any(key == name for key, _ in entries) or (None if is_open else False)
        case Text(part), Text(whole):
            return part in whole
        case ((Text() | Scalar() | Instance()), Sequence(items, open=is_open)):
            found = [equal(left, one) if not isinstance(one, Scalar) else _same_scalar(left, one) for one in items]
            if any(found):
                return True
            return None if is_open or None in found else False
        case _:
            return None


def _same_scalar(left: Value, right: Scalar) -> bool:
    return isinstance(left, Scalar) and left.value == right.value
