"""Objects of the project's classes: what constructing one gives, and what its attributes are."""

from collections.abc import Iterator
from collections.abc import Sequence as Ordered
from copy import replace

from chirp_check.model import library
from chirp_check.model.domain import Callable, ClassValue, Dict, External, Instance, Scalar, Sequence, Value
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.frame import Arguments, Entries, Frame, State, join
from chirp_check.source import Span

ENUMERATIONS = frozenset({"enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag"})
PROPERTIES = frozenset({"property", "cached_property"})
# Bases outside the project that neither keep what they are constructed with nor hand it on.
PLAIN = ("builtins.", "abc.", "typing.", "enum.", "collections.abc.", "typing_extensions.")
AUTOMATIC = "`enum.auto()`"
LINEAGE = 50  # classes that one class derives from, as far as they are looked at


def lineage(definition: ClassValue) -> tuple[ClassValue, ...]:
    """A class and the project's classes that it derives from, nearest first; what several share comes last."""
    if not definition.bases:
        return (definition,)
    found: list[ClassValue] = []
    pending = [definition]
    while pending and len(found) < LINEAGE:
        one = pending.pop()
        found.append(one)
        pending += [base for base in reversed(one.bases) if isinstance(base, ClassValue)]
    return tuple(reversed(dict.fromkeys(reversed(found))))


def member(definition: ClassValue, name: str, frame: Frame) -> Value | None:
    """A name of a class's body or of a base's; of an enumeration the member."""
    found = _first(lineage(definition), name, frame)
    if found is None or isinstance(found, (Callable, ClassValue)) or not is_enumeration(definition):
        return found
    return _member(definition, name, found)


def _member(definition: ClassValue, name: str, value: Value) -> Value:
    """A member of an enumeration: of one of text the text itself, of any other an object."""
    bases = [base.name for one in lineage(definition) for base in one.bases if isinstance(base, External)]
    if "enum.StrEnum" in bases and isinstance(value, Unknown) and value.reason == AUTOMATIC:
        return Text(name.lower(), value.span)
    if "enum.StrEnum" in bases or "builtins.str" in bases:
        return value
    return Instance(definition, value.span, (("name", Text(name, value.span)), ("value", value)))


def _first(classes: Ordered[ClassValue], name: str, frame: Frame) -> Value | None:
    for one in classes:
        found = frame.machine.class_names(one).get(name)
        if found is not None:
            return found
    return None


def is_enumeration(definition: ClassValue) -> bool:
    """Whether the names of a class's body are the members of an enumeration."""
    bases = (base for one in lineage(definition) for base in one.bases)
    return any(isinstance(base, External) and base.name in ENUMERATIONS for base in bases)


def members(definition: ClassValue, frame: Frame) -> Iterator[tuple[str, Value]]:
    """The members of an enumeration."""
    for name, value in frame.machine.class_names(definition).items():
        if not name.startswith("_") and not isinstance(value, (Callable, ClassValue)):
            yield name, _member(definition, name, value)


# Attributes.


def attribute(owner: Instance, name: str, frame: Frame, span: Span) -> Value:
    """`owner.name`: what was set, or what the class has."""
    held = owner.get(name)
    if held is not None:
        return held
    if name in ("__dict__", "__class__"):
        return Dict(owner.attributes, True, span) if name == "__dict__" else owner.of
    found = member(owner.of, name, frame)
    return bound(found, owner, frame, span) if found is not None else Unknown(f"the attribute `{name}`", span)


def class_attribute(owner: ClassValue, name: str, frame: Frame, span: Span) -> Value:
    """`owner.name`."""
    found = member(owner, name, frame)
    if found is None:
        return Unknown(f"the class attribute `{name}`", span)
    return bound(found, owner, frame, span) if _is_of_class(found, frame) else found


def _is_of_class(found: Value, frame: Frame) -> bool:
    function = frame.machine.function(found) if isinstance(found, Callable) else None
    return function is not None and "classmethod" in library.decorator_names(function)


def bound(found: Value, owner: Instance | ClassValue, frame: Frame, span: Span) -> Value:
    """A name of a class as an object has it: methods know the object, properties are what they give."""
    function = frame.machine.function(found) if isinstance(found, Callable) else None
    if not isinstance(found, Callable) or function is None or found.owner is None:
        return found
    decorators = library.decorator_names(function)
    if "staticmethod" in decorators:
        return found
    definition = owner if isinstance(owner, ClassValue) else owner.of
    method = replace(found, args=(definition if "classmethod" in decorators else owner, *found.args))
    if PROPERTIES.isdisjoint(decorators):
        return method
    return frame.one_of(f"\0property@{span.start}:{span.end}", frame.machine.invoke(method, Arguments()), span)


def inherited(name: str, frame: Frame, span: Span) -> Value | None:
    """`super().name` in the method that is being run; None where there is no such method."""
    scope = frame.state.scope
    here, first = scope.lookup("__class__"), scope.lookup("__first__")
    owner = scope.lookup(first.value) if isinstance(first, Text) else None
    if not isinstance(here, ClassValue) or not isinstance(owner, (Instance, ClassValue)):
        return None
    classes = lineage(owner.of if isinstance(owner, Instance) else owner)
    behind = classes[classes.index(here) + 1 :] if here in classes else ()
    found = _first(behind, name, frame)
    return bound(found, owner, frame, span) if found is not None else None


def changed_later(owner: Instance, frame: Frame) -> Instance:
    """An object as a method finds it that is called some time later: what other methods set is not known."""
    again: dict[str, int] = {}
    for one in lineage(owner.of):
        for name, times in frame.machine.shape(one).assigned:
            again[name] = again.get(name, 0) + times
    changed = owner
    for name, times in again.items():
        if times > 1 or owner.get(name) is None:
            changed = changed.having(name, _opened(owner.get(name), name, owner.span))
    return changed


def _opened(held: Value | None, name: str, span: Span) -> Value:
    """What is left of an attribute's value when it may have been set or changed since."""
    match held:
        case Dict(entries=entries):
            kept = tuple((key, Unknown(f"the item `{key}`, which methods set", held.span)) for key, _ in entries)
            return Dict(kept, True, held.span)
        case Sequence(items=items):
            return Sequence(items, held.is_tuple, True, held.span)
        case _:
            return Unknown(f"the attribute `{name}`, which methods set", span)


# Construction.


def construct(definition: ClassValue, given: Arguments, frame: Frame, span: Span) -> Value:
    """`definition(given)`."""
    if is_enumeration(definition):
        found = (one for _, one in members(definition, frame) if given.args and _is_valued(one, given.args[0]))
        return next(found, Unknown("a member of an enumeration", span))
    made = Instance(definition, span)
    start = member(definition, "__init__", frame)
    if isinstance(start, Callable):
        return _after(start, made, given, frame)
    made = _with_fields(made, given, frame)
    start = member(definition, "__post_init__", frame)
    return _after(start, made, Arguments(), frame) if isinstance(start, Callable) else made


def _is_valued(one: Value, wanted: Value) -> bool:
    """Whether a member of an enumeration has a value."""
    value = one.get("value") if isinstance(one, Instance) else one
    return isinstance(value, (Text, Scalar)) and isinstance(wanted, (Text, Scalar)) and value.value == wanted.value


def _after(method: Callable, owner: Instance, given: Arguments, frame: Frame) -> Instance:
    """The object after one of its methods has been called."""
    called = replace(method, args=(owner, *method.args))
    changed = next((value for key, value in frame.machine.effects(called, given) if key == 0), owner)
    return changed if isinstance(changed, Instance) else owner


def _with_fields(made: Instance, given: Arguments, frame: Frame) -> Instance:
    """The fields that a class without a constructor of its own declares, in their order."""
    declared = dict.fromkeys(name for one in reversed(lineage(made.of)) for name in frame.machine.shape(one).fields)
    named = dict(given.kwargs)
    for at, name in enumerate(declared):
        value = given.args[at] if at < len(given.args) else named.get(name)
        if value is None and (given.open_args or given.open_kwargs):
            value = Unknown(f"the field `{name}`", made.span)
        if value is not None:
            made = made.having(name, value)
    return made


def replaced(owner: Instance, given: Arguments) -> Instance:
    """`dataclasses.replace(owner, **given)`."""
    for name, value in given.kwargs:
        owner = owner.having(name, value)
    return owner


def hands_on(definition: ClassValue) -> bool:
    """Whether constructing an object may hand what it is given to code that the text does not show."""
    bases = [base for one in lineage(definition) for base in one.bases if not isinstance(base, ClassValue)]
    return not all(isinstance(base, External) and base.name.startswith(PLAIN) for base in bases)


def is_shared(kind: str, value: Value) -> bool:
    """Whether a function that changes what it was given for a parameter of this kind changes it for the caller."""
    return isinstance(value, (Dict, Sequence, Instance)) and kind not in ("star", "double-star")


def effects_of(shared: Entries, ends: list[State]) -> Iterator[tuple[str, Value]]:
    """What a function has done to what it was given; the place of its making tells a changed value from another."""
    for name, before in shared:
        after: Value | None = None
        for state in ends:
            value = state.scope.names.get(name, before)
            value = value if type(value) is type(before) and value.span == before.span else before
            after = value if after is None or after == value else join(after, value, "changed in several ways")
        if after is not None and after != before:
            yield name, after


def called(owner: Instance, frame: Frame, span: Span) -> Value | None:
    """What runs when an object is called."""
    call = member(owner.of, "__call__", frame)
    return bound(call, owner, frame, span) if isinstance(call, Callable) else None
