"""What statements and calls change in place: mappings, lists and objects, where the text reads them by a name."""

from chirp_check.facts.values import AnyTerm, Attr, Call, Index, Name
from chirp_check.model import library
from chirp_check.model.calls import is_harmless
from chirp_check.model.domain import (
    Callable,
    ClassValue,
    Dict,
    Instance,
    Method,
    Partial,
    Record,
    Sequence,
    Value,
    flattened,
    is_light,
)
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.frame import Arguments, Frame

SHARED = (Dict, Sequence, Instance)  # what a call can change for its caller


def by_method(place: AnyTerm, method: Method, given: Arguments, frame: Frame) -> None:
    """Note what a method of a mapping or list changes."""
    after = _changed(method, given)
    if after is not None:
        store(place, after, frame)


def _changed(method: Method, given: Arguments) -> Value | None:
    """What a mapping or list is after a method that changes it."""
    if isinstance(method.owner, Dict):
        return library.changed(method.owner, method.name, given)
    if isinstance(method.owner, Sequence):
        return library.extended(method.owner, method.name, given)
    return None


def by_call(term: Call, function: Value, given: Arguments, frame: Frame) -> None:
    """Note what a call has done to the mappings, lists and objects that it was given."""
    bound = len(function.args) if isinstance(function, Callable) else 0
    if not bound and not _shares(given):
        return
    places: dict[int | str, AnyTerm] = {}
    if bound and isinstance(term.function, Attr):
        places[0] = _owner(term.function.base, frame)
    for at, one in enumerate(term.arguments):
        if one.stars:
            break
        places[bound + at if one.name is None else one.name] = one.value
    if isinstance(function, Callable):
        for key, value in frame.machine.effects(function, given):
            if key in places:
                store(places[key], value, frame)
    elif not isinstance(function, (Method, ClassValue, Record, Partial)) and not is_harmless(function):
        for place, value in (
            (place, frame.machine.value(place, frame)) for place in places.values() if isinstance(place, Name)
        ):
            if isinstance(value, Dict) and not value.open:
                store(place, Dict(value.entries, True, value.span), frame)


def _shares(given: Arguments) -> bool:
    """Whether something is given that a call can change."""
    for one in given.args:
        if isinstance(one, SHARED):
            return True
    return any(isinstance(one, SHARED) for _, one in given.kwargs) if given.kwargs else False


def _owner(term: AnyTerm, frame: Frame) -> AnyTerm:
    """The term of the object that a method is called on: `self` for `super()`."""
    first = frame.state.scope.lookup("__first__")
    if isinstance(term, Call) and isinstance(term.function, Name) and term.function.id == "super":
        return Name(term.start, term.end, first.value) if isinstance(first, Text) else term
    return term


# What is changed in place.


def store(place: AnyTerm, value: Value, frame: Frame) -> None:
    """Put a value where a term reads it, if that is a local name, or inside of what one holds."""
    match place:
        case Name(id=name):
            if name in frame.state.scope.names:
                frame.state.bind(name, flattened(value))
        case Attr(base=base, name=name):
            store_attribute(base, name, value, frame)
        case Index(base=base, key=key):
            store_item(base, frame.machine.value(key, frame), value, frame)
        case _:
            pass


def store_attribute(base: AnyTerm, name: str, value: Value, frame: Frame) -> None:
    """`base.name = value`."""
    if isinstance(base, (Name, Attr, Index)):
        owner = frame.machine.value(base, frame)
        if isinstance(owner, Instance):
            store(base, owner.having(name, value), frame)


def store_item(base: AnyTerm, key: Value, value: Value, frame: Frame) -> None:
    """`base[key] = value`."""
    owner = frame.machine.value(base, frame) if isinstance(base, (Name, Attr, Index)) else None
    if isinstance(owner, Dict):
        held = value if is_light(value) else Unknown("a mapping with too many parts", owner.span)
        unknown_key = Dict(owner.entries, True, owner.span)
        store(base, owner.with_entry(key.value, held) if isinstance(key, Text) else unknown_key, frame)
    elif isinstance(owner, Sequence):
        store(base, Sequence((*owner.items, value), owner.is_tuple, True, owner.span), frame)
