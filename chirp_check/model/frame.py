"""Where evaluation stands: the state of one path through one function, and what it may ask of the machine around it."""

from collections.abc import Iterable, Mapping
from copy import replace
from typing import Protocol

import msgspec

from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.facts.values import AnyTerm
from chirp_check.model.domain import (
    Callable,
    ClassValue,
    Dict,
    External,
    Instance,
    Module,
    Record,
    Scalar,
    Scope,
    Sequence,
    Value,
)
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.imports import Modules
from chirp_check.source import Span

type Entries = tuple[tuple[str, Value], ...]

LIMIT = 16  # paths that are told apart; beyond, what differs between them is Unknown
UNSEEN = Unknown("an argument", Span("", 0, 0))


class Arguments(msgspec.Struct, frozen=True, gc=False):
    """Evaluated arguments. `open_args` and `open_kwargs`: more may come through `*` or `**` of something unknown."""

    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    open_args: bool = False
    open_kwargs: bool = False

    def get(self, position: int, name: str) -> Value | None:
        """The argument at a position or of a name."""
        if position < len(self.args):
            return self.args[position]
        return next((value for key, value in self.kwargs if key == name), None)


class Summary(msgspec.Struct, frozen=True, gc=False):
    """What one run of a function gave: its return values, whether it can fall off its end, and what it yields.

    `effects` are the mappings, lists and objects it was given, by parameter, as it leaves them changed.
    """

    returned: tuple[Value, ...]
    falls_off: bool
    emitted: tuple[Value, ...]
    effects: tuple[tuple[str, Value], ...] = ()


class Shape(msgspec.Struct, frozen=True, gc=False):
    """What the text of a class says about its objects: `fields` are the names that its body annotates.

    `assigned` are the attributes that its methods set, with the number of methods that do.
    """

    fields: tuple[str, ...]
    assigned: tuple[tuple[str, int], ...]


class Registration(msgspec.Struct, frozen=True, gc=False):
    """A handler registered for a path: the decorator's arguments, and the application it was called on, if known.

    `summary` is what the handler gives on unknown arguments, where only the call that registered it knows.
    """

    route: Record
    application: Span | None
    handler: Value
    span: Span
    summary: Summary | None = None


class Machine(Protocol):
    """What expressions need from the interpreter: other functions, other modules, and a place to note what they saw."""

    noted: int  # how often something was constructed, registered, defined or handed over so far

    def function(self, function: Callable) -> Function | None:
        """What the text of a function says; None when it is not there any more."""
        ...

    def value(self, term: AnyTerm, frame: Frame) -> Value:
        """The value of a term."""
        ...

    def class_names(self, definition: ClassValue) -> Mapping[str, Value]:
        """The names that the body of a class binds."""
        ...

    def shape(self, definition: ClassValue) -> Shape:
        """What the text of a class says about its objects."""
        ...

    def effects(self, function: Callable, arguments: Arguments) -> tuple[tuple[int | str, Value], ...]:
        """What a call changes of what it is given: the arguments by position (bound ones first) or name, changed."""
        ...

    def invoke(self, function: Callable, arguments: Arguments) -> tuple[Value, ...]:
        """All values a call can return; at least one."""
        ...

    def note_function(self, function: Callable) -> None:
        """A function was defined."""
        ...

    def note_class(self, definition: ClassValue, names: dict[str, Value]) -> None:
        """A class was defined at the top of a module."""
        ...

    def global_name(self, module: str, name: str) -> Value | None:
        """A name of a project module's namespace."""
        ...

    def public_names(self, module: str) -> tuple[tuple[str, Value], ...]:
        """What `from module import *` binds."""
        ...

    def import_name(self, importer: str, dotted: str, level: int) -> Module | External | None:
        """The module that an import names."""
        ...

    def note_record(self, record: Record) -> None:
        """A framework class was constructed."""
        ...

    def note_registration(self, registration: Registration) -> None:
        """A handler was registered."""
        ...

    def note_escape(self, application: Record, span: Span) -> None:
        """An application was handed to code that the text does not show."""
        ...


class Surroundings(Protocol):
    """What a piece of work asks of the rest of the project."""

    @property
    def modules(self) -> Modules:
        """The importable files of the project."""
        ...

    def module(self, path: str) -> ModuleFacts | None:
        """The facts of a Python file."""
        ...

    def function(self, module: str, qualname: str) -> Function | None:
        """A function of a Python file."""
        ...

    def exported(self, module: str, name: str) -> Value | None:
        """A name of a module that has been run."""
        ...

    def all_exported(self, module: str) -> Mapping[str, Value]:
        """The names of a module that has been run."""
        ...

    def class_names(self, module: str, qualname: str) -> Mapping[str, Value]:
        """The names of a class at the top of a module that has been run."""
        ...

    def shape(self, module: str, qualname: str) -> Shape:
        """What the text of a class says about its objects."""
        ...

    def call(self, function: Callable, arguments: Arguments) -> tuple[Summary, bool]:
        """What a call gives that is a piece of work by itself, and whether it may have noted something."""
        ...


class Undecided(Exception):
    """Evaluation met a choice that the state has not made; the statement is run again once for each arm."""

    def __init__(self, key: str, arms: int) -> None:
        super().__init__(key)
        self.key = key
        self.arms = arms


class State(msgspec.Struct):
    """One path: the names it has bound and the choices it has made (test text or place, to the arm taken)."""

    scope: Scope
    world: dict[str, int] = msgspec.field(default_factory=dict[str, int])

    def fork(self, **choice: int) -> State:
        """An independent copy."""
        scope = self.scope
        return State(Scope(scope.module, dict(scope.names), scope.parent, scope.kind), {**self.world, **choice})

    def choose(self, key: str, arm: int) -> State:
        """A copy that has made one more choice."""
        copy = self.fork()
        copy.world[key] = arm
        return copy

    def bind(self, name: str, value: Value) -> None:
        """Bind a name; choices whose test reads it are open again."""
        self.scope.names[name] = value
        stale = [key for key in self.world if name in key]
        for key in stale:
            del self.world[key]


class Frame(msgspec.Struct):
    """One evaluation: the machine, the current state, and whether there are too many paths to make further choices."""

    machine: Machine
    state: State
    saturated: bool = False

    @property
    def module(self) -> str:
        """The path of the file whose terms are evaluated."""
        return self.state.scope.module

    def span(self, start: int, end: int) -> Span:
        """A place in the current file."""
        return Span(self.state.scope.module, start, end)

    def one_of(self, key: str, values: tuple[Value, ...], span: Span) -> Value:
        """The value on this path of several that are possible, told apart only where they can decide a name."""
        if len(values) == 1 or all(value == values[0] for value in values):
            return values[0]
        if all(_decides_nothing(value) for value in values):
            return Unknown("one of several values", span)
        arm = self.choice(key, len(values))
        return values[arm] if arm is not None else Unknown("depends on too many conditions", span)

    def choice(self, key: str, arms: int) -> int | None:
        """The arm taken, or None when the paths are too many to tell apart. Raises `Undecided` for a new choice."""
        taken = self.state.world.get(key)
        if taken is None and not self.saturated:
            raise Undecided(key, arms)
        return taken


def _decides_nothing(value: Value) -> bool:
    """Whether a value can name no template, block, route or element: prose counts as such."""
    if isinstance(value, Text):
        return not value.value or (" " in value.value and "<" not in value.value)
    return isinstance(value, (Unknown, Scalar, Instance))


def merge(states: Iterable[State]) -> list[State]:
    """The states with equal names made one, knowing only the choices they share; collapsed when there are too many."""
    merged: list[State] = []
    for state in states:
        for other in merged:
            if other.scope.names == state.scope.names:
                other.world = {key: arm for key, arm in other.world.items() if state.world.get(key) == arm}
                break
        else:
            merged.append(state)
    return merged if len(merged) <= LIMIT else [collapse(merged, "depends on too many conditions")]


def collapse(states: list[State], reason: str) -> State:
    """One state for many: names that differ are joined where that keeps something, and Unknown otherwise."""
    first = states[0].fork()
    first.world = {}
    for state in states[1:]:
        for name, value in state.scope.names.items():
            known = first.scope.names.get(name)
            first.scope.names[name] = value if known is None or known == value else join(known, value, reason)
    return first


def join(left: Value, right: Value, reason: str) -> Value:
    """One value for two: what they share, and Unknown for what differs."""
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        extra = tuple(item for item in right.items if item not in left.items)
        return Sequence((*left.items, *extra), left.is_tuple, True, left.span)
    if isinstance(left, Dict) and isinstance(right, Dict):
        entries = _entries(left.entries, right.entries, reason)
        same_keys = {key for key, _ in left.entries} == {key for key, _ in right.entries}
        return Dict(entries, left.open or right.open or not same_keys, left.span)
    if isinstance(left, Instance) and isinstance(right, Instance) and left.of == right.of:
        return Instance(left.of, left.span, _entries(left.attributes, right.attributes, reason))
    return Unknown(reason, place(right))


def _entries(left: Entries, right: Entries, reason: str) -> Entries:
    found = dict(left)
    for key, value in right:
        known = found.get(key, value)
        found[key] = value if known == value else join(known, value, reason)
    return tuple(found.items())


def place(value: Value) -> Span:
    """Where a value comes from."""
    return value.span


def seen(value: Value) -> Value:
    """An argument as a call sees it: whatever nobody knows is the same, so that such calls are one."""
    match value:
        case Unknown():
            return UNSEEN
        case Dict(entries, is_open, span) if any(isinstance(one, Unknown) for _, one in entries):
            return Dict(tuple((key, seen(one)) for key, one in entries), is_open, span)
        case _:
            return value


def settled(function: Callable) -> Callable:
    """A function without what only the piece of work knows that has made it."""
    bound = tuple(UNSEEN for _ in function.args), tuple((name, UNSEEN) for name, _ in function.kwargs)
    return replace(function, scope=None, args=bound[0], kwargs=bound[1])


def unknown(reason: str, span: Span) -> Summary:
    """What a call gives that is not followed."""
    return Summary((Unknown(reason, span),), falls_off=False, emitted=())


type Call = tuple[Callable, Arguments]


class Noted(msgspec.Struct):
    """What a piece of work has noted so far, each once, in the order it was met."""

    records: dict[Record, None] = msgspec.field(default_factory=dict[Record, None])
    registrations: dict[Registration, None] = msgspec.field(default_factory=dict[Registration, None])
    escapes: dict[tuple[Span, Span], None] = msgspec.field(default_factory=dict[tuple[Span, Span], None])
    calls: dict[Call, None] = msgspec.field(default_factory=dict[Call, None])
