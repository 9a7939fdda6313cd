"""Abstract values: what a Python expression can be, as far as names, URLs and ids are concerned.

Every value keeps the place it comes from, so that a finding points at the literal and not at the helper it passed
through.
"""

from collections.abc import Mapping as Names
from copy import replace
from typing import override

import msgspec

from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.source import Span

LONGEST = 10_000  # characters of a text that is kept; a name or URL has far fewer
PIECES = 200  # of a text with holes
DEEPEST = 6  # displays in displays, as they are kept
WEIGHT = 300  # values inside of a value that another holds; people write far fewer


class Scalar(msgspec.Struct, frozen=True, gc=False):
    """A known number, bool or None."""

    value: int | float | bool | None
    span: Span


class Path(msgspec.Struct, frozen=True, gc=False):
    """A file system path relative to the project root, with `/`; `..` is resolved. Empty is the root itself."""

    text: str
    span: Span


class External(msgspec.Struct, frozen=True, gc=False):
    """Something of a package outside the project: its dotted name."""

    name: str
    span: Span


class Module(msgspec.Struct, frozen=True, gc=False):
    """A module of the project."""

    path: str
    span: Span


class Sequence(msgspec.Struct, frozen=True, gc=False):
    """A tuple or list: its known items; `open` when there may be more, or fewer, of the same kind."""

    items: tuple[Value, ...]
    is_tuple: bool
    open: bool
    span: Span


class Yields(Sequence, frozen=True, gc=False):
    """What a generator function yields: its items are all there can be, any number of each, so it is `open`."""


class Dict(msgspec.Struct, frozen=True, gc=False):
    """A mapping: known keys in order; `open` when it may hold others. `keys` are those of a display as written."""

    entries: tuple[tuple[str, Value], ...]
    open: bool
    span: Span
    keys: tuple[Text, ...] = ()

    def get(self, key: str) -> Value | None:
        """The value of a key, the last one given."""
        return next((value for name, value in reversed(self.entries) if name == key), None)

    def with_entry(self, key: str, value: Value) -> Dict:
        """The mapping with one key set."""
        kept = tuple(entry for entry in self.entries if entry[0] != key)
        return Dict((*kept, (key, value)), self.open, self.span)


class Record(msgspec.Struct, frozen=True, gc=False):
    """A constructed value of the framework: its class's name, its arguments as written, whether more may be passed."""

    kind: str
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]
    open: bool
    span: Span

    def argument(self, position: int | None, name: str) -> Value | None:
        """The argument at a position, or else of a name; None where it is not given."""
        if position is not None and position < len(self.args):
            return self.args[position]
        for key, value in self.kwargs:
            if key == name:
                return value
        return None


class Scope(msgspec.Struct, eq=False):
    """The names of one module, class body or function call (`kind`). `parent` is the function call around it, if any.

    Names of modules are asked of the machine, so a module is nobody's parent.
    """

    module: str
    names: dict[str, Value]
    parent: Scope | None
    kind: str = "function"

    def lookup(self, name: str) -> Value | None:
        """The value of a name here or in a function further out."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    @property
    def around(self) -> Scope | None:
        """What a function that is defined here sees around it."""
        return self if self.kind == "function" else self.parent


class Callable(msgspec.Struct, frozen=True, eq=False):
    """A function of the project by its module and qualified name, and the arguments already bound (`self`, `partial`).

    `scope` is the call it was defined in, for one that was not defined at the top of a module or class. `owner` is the
    class of a method. What the function does is asked of the machine, so that a value does not change with it.
    `wrapped` is the function that a decorator has put this one around, as `functools.wraps` tells.
    """

    module: str
    qualname: str
    span: Span
    scope: Scope | None = None  # which makes no other value of it
    owner: ClassValue | None = None
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    wrapped: Callable | None = None

    @override
    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Callable) and self._compared() == other._compared()

    @override
    def __hash__(self) -> int:
        return hash((self.module, self.qualname, self.args, self.kwargs))

    @override
    def __repr__(self) -> str:
        return f"Callable({self.module!r}, {self.qualname!r}, args={self.args!r}, kwargs={self.kwargs!r})"

    def _compared(self) -> tuple[object, ...]:
        return self.qualname, self.span, self.args, self.kwargs, self.owner, self.wrapped

    @property
    def asked(self) -> Callable:
        """The function whose text says what a call has to give."""
        return self if self.wrapped is None else replace(self.wrapped, args=self.args, kwargs=self.kwargs)


class ClassValue(msgspec.Struct, frozen=True, eq=False):
    """A class of the project by its module and qualified name. `names` are those of a class made in a function call."""

    module: str
    qualname: str
    span: Span
    bases: tuple[Value, ...] = ()
    names: Names[str, Value] | None = None  # which make no other value of it

    @override
    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        same = isinstance(other, ClassValue) and (self.qualname, self.span) == (other.qualname, other.span)
        return same and isinstance(other, ClassValue) and self.bases == other.bases

    @override
    def __hash__(self) -> int:
        return hash((self.module, self.qualname))

    @override
    def __repr__(self) -> str:
        return f"ClassValue({self.module!r}, {self.qualname!r}, {self.bases!r})"


class Instance(msgspec.Struct, frozen=True, gc=False):
    """An object of a class of the project, constructed at `span`, and the attributes that were seen to be set."""

    of: ClassValue
    span: Span
    attributes: tuple[tuple[str, Value], ...] = ()

    def get(self, name: str) -> Value | None:
        """The value of an attribute of its own."""
        for key, value in self.attributes:
            if key == name:
                return value
        return None

    def having(self, name: str, value: Value) -> Instance:
        """The object with one attribute set, which keeps its place: what was set in another order is the same."""
        held = value if is_light(value) else Unknown("an object with too many parts", self.span)
        known = self.attributes
        for at, (key, before) in enumerate(known):
            if key == name:
                if before == held:
                    return self
                return Instance(self.of, self.span, (*known[:at], (name, held), *known[at + 1 :]))
        return Instance(self.of, self.span, (*known, (name, held)))


class Method(msgspec.Struct, frozen=True, gc=False):
    """A method of a known value (`app.route`, `"…".format`, `context.update`), not yet called."""

    owner: Value
    name: str
    span: Span


class Partial(msgspec.Struct, frozen=True, gc=False):
    """`functools.partial` of something that is no project function."""

    target: Value
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]
    span: Span


type Value = (
    Text
    | Pattern
    | Unknown
    | Scalar
    | Path
    | External
    | Module
    | Sequence
    | Dict
    | Record
    | Callable
    | ClassValue
    | Instance
    | Method
    | Partial
)


def joined(pieces: list[str | None], span: Span) -> Text | Pattern:
    """Text from literal pieces and holes: neighbours merged, a lone literal becomes `Text`."""
    merged: list[str | None] = []
    for piece in pieces:
        if piece is None:
            if not merged or merged[-1] is not None:
                merged.append(None)
        elif merged and merged[-1] is not None:
            merged[-1] += piece
        elif piece:
            merged.append(piece)
    if not merged:
        return Text("", span)
    if sum(len(piece) for piece in merged if piece is not None) > LONGEST or len(merged) > PIECES:
        return Pattern((None,), span)
    if len(merged) == 1 and merged[0] is not None:
        return Text(merged[0], span)
    return Pattern(tuple(merged), span)


def pieces_of(value: Value) -> list[str | None]:
    """A value as pieces of text; what is no known text is one hole."""
    match value:
        case Text(text):
            return [text]
        case Pattern(pieces):
            return list(pieces)
        case Scalar(number) if isinstance(number, int) and not isinstance(number, bool):
            return [str(number)]
        case _:
            return [None]


def is_light(value: Value) -> bool:
    """Whether a value has few enough parts to be kept in another: objects that hold each other grow without end."""
    if not isinstance(value, (Instance, Dict, Sequence)):
        return True
    pending: list[Value] = [value]
    seen = 0
    while pending:
        one = pending.pop()
        seen += 1
        if seen > WEIGHT:
            return False
        match one:
            case Instance(attributes=entries) | Dict(entries=entries):
                pending += [inner for _, inner in entries]
            case Sequence(items=items):
                pending += items
            case _:
                pass
    return True


def flattened(value: Value, depth: int = DEEPEST) -> Value:
    """The value with what is nested too deeply in it Unknown: a list that holds itself twice doubles each time."""
    match value:
        case Sequence(items, is_tuple, is_open, span) if any(isinstance(one, (Sequence, Dict)) for one in items):
            if depth == 0:
                return Unknown("nested too deeply", span)
            return Sequence(tuple(flattened(one, depth - 1) for one in items), is_tuple, is_open, span)
        case Dict(entries, is_open, span, keys) if any(isinstance(one, (Sequence, Dict)) for _, one in entries):
            if depth == 0:
                return Unknown("nested too deeply", span)
            return Dict(tuple((key, flattened(one, depth - 1)) for key, one in entries), is_open, span, keys)
        case _:
            return value


def is_portable(value: Value) -> bool:
    """Whether a value means the same outside of the call that made it."""
    match value:
        case Text() | Pattern() | Unknown() | Scalar() | Path() | External():
            return True
        case Sequence(items):
            return all(is_portable(item) for item in items)
        case Dict(entries):
            return all(is_portable(item) for _, item in entries)
        case Record(args=args, kwargs=kwargs):
            return all(is_portable(item) for item in (*args, *(item for _, item in kwargs)))
        case _:
            return False
