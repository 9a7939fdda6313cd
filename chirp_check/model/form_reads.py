"""Which fields of a form a function reads: by itself, in what it hands the form to, and through dataclasses."""

from collections.abc import Iterator
from typing import cast

import msgspec

from chirp_check.facts.handlers import Assign, Case, Define, Function, Import, Loop, Param, Try, Unpack
from chirp_check.facts.values import (
    AnyTerm,
    Arg,
    Attr,
    Bind,
    Call,
    Compare,
    Const,
    Index,
    Items,
    Name,
    Opaque,
    Repeated,
)
from chirp_check.facts.walk import every_part, names_in
from chirp_check.model.domain import Callable, ClassValue, External, Module, Value
from chirp_check.model.entities import Text
from chirp_check.model.form_classes import annotated_class, form_fields
from chirp_check.model.form_ready import has_default, ready
from chirp_check.model.inputs import text
from chirp_check.model.library import decorator_names
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.program import name_of
from chirp_check.source import Span

REQUEST, FORM = "request", "form"
DEPTH = 6  # functions that hand the form to others
_GETTING = frozenset({"get", "get_list", "getlist", "getall", "get_all"})
_BODY = frozenset({"json", "body", "stream", "text", "data"})
_READERS = frozenset({"form_from", "form_or_errors", "form_of"})

_BINDING = frozenset({Assign, Bind, Case, Function, Import, Loop, Param, Repeated, Unpack})

type Held = str | Text
type _Bound = tuple[tuple[str, Held], ...]


class FieldRead(msgspec.Struct, frozen=True, gc=False):
    """A field that is read at `span`; `required`: without it the request fails; `owner` is the dataclass it is of.

    `ready`: what reads it asks whether it is there, or has something else for it.
    """

    name: str
    span: Span
    required: bool
    owner: str = ""
    ready: bool = False


class Reads(msgspec.Struct, frozen=True, gc=False):
    """The fields that are read.

    `asked` are those of which is asked whether they are there. `open`: others may be read; `body`: what is sent may be
    no form at all.
    """

    fields: tuple[FieldRead, ...] = ()
    asked: frozenset[str] = frozenset()
    open: bool = False
    body: bool = False


@query
def form_reads(model: Queries, handler: Callable, given: frozenset[str], is_action: bool) -> Reads:
    """What a handler reads of the form.

    `given` are the names of parameters that something else provides; those of a form action (`is_action`) are fields.
    """
    written = function(model, handler.module, handler.qualname)
    if written is None:
        return Reads(open=True)
    bound = {name for name, _ in handler.kwargs}
    free = [one for one in written.params[len(handler.args) :] if one.name not in bound]
    walk = _Walk(model)
    requests = (one.name for one in free if one.name == "request" or _is_request(model, handler.module, one))
    walk.follow(_Place(walk, handler.module, written, 0, dict.fromkeys(requests, REQUEST)), sure=True)
    for one in free:
        if one.name not in given:
            walk.fields += _of_parameter(model, handler.module, one, is_action=is_action)
    asked = {one.name for one in walk.fields if not one.required and not one.owner} | walk.asked
    fields = (one for one in walk.fields if one.owner or not one.required or one.name not in asked)
    return Reads(tuple(dict.fromkeys(fields)), frozenset(walk.asked), walk.open, walk.body)


@gate
def _mentions_form(model: Queries, path: str) -> bool:
    """Whether the functions of a file that are given a request may read its form."""
    written = text(model, path) or ""
    return ".form" in written or any(word in written for word in _READERS)


def _is_request(model: Queries, module: str, one: Param) -> bool:
    term = one.annotation
    if isinstance(term, Const):
        return term.value == "Request"
    value = name_of(model, module, term.id) if isinstance(term, Name) else None
    return isinstance(value, External) and value.name.startswith("chirp.") and value.name.endswith(".Request")


def _of_parameter(model: Queries, module: str, one: Param, *, is_action: bool) -> Iterator[FieldRead]:
    """The fields that a parameter takes: those of its dataclass, or, of a form action, the one of its name."""
    if is_action and isinstance(one.annotation, Name) and one.annotation.id == "str":
        at = Span(module, one.start, one.start + len(one.name))
        yield FieldRead(one.name, at, required=one.default is None, ready=True)
    elif one.default is None:
        owner = annotated_class(model, module, one.annotation)
        yield from _of_class(model, owner) if owner is not None else ()


def _of_class(model: Queries, owner: ClassValue) -> Iterator[FieldRead]:
    for one in form_fields(model, owner.module, owner.qualname):
        yield FieldRead(one.name, one.span, one.required, owner.qualname)


class _Walk(msgspec.Struct):
    """Goes through functions that are given the request or the form, and gathers what they read."""

    model: Queries
    fields: list[FieldRead] = msgspec.field(default_factory=list[FieldRead])
    asked: set[str] = msgspec.field(default_factory=set[str])
    open: bool = False
    body: bool = False
    _seen: set[tuple[str, str, _Bound, bool]] = msgspec.field(default_factory=set[tuple[str, str, _Bound, bool]])

    def follow(self, place: _Place, *, sure: bool) -> None:
        """Gather what a function reads; `sure`: nothing catches the fault of a field that is not there."""
        key = (place.module, place.written.qualname, tuple(sorted(place.held.items(), key=_name_of)), sure)
        if key in self._seen:
            return
        self._seen.add(key)
        self.open = self.open or place.depth > DEPTH
        if place.depth <= DEPTH and (FORM in place.held.values() or _mentions_form(self.model, place.module)):
            place.read(sure=sure)


class _Place(msgspec.Struct):
    """One function, with the names that hold the request, the form, or the name of a field."""

    walk: _Walk
    module: str
    written: Function
    depth: int
    held: dict[str, Held]
    bound: frozenset[str] = frozenset()
    parts: tuple[msgspec.Struct, ...] = ()
    loops: dict[str, list[AnyTerm | None]] = msgspec.field(default_factory=dict[str, list[AnyTerm | None]])

    def read(self, *, sure: bool) -> None:
        """Gather what the function reads; `sure`: nothing catches the fault of a field that is not there."""
        parts = tuple(every_part((self.written.params, self.written.body)))
        self.bound = frozenset(name for one in parts if type(one) in _BINDING for name in _bound(one))
        self.parts = parts
        parameters = {one.name for one in self.written.params}
        for one in parts:
            if isinstance(one, (Loop, Repeated)) and len(one.names) == 1:
                self.loops.setdefault(one.names[0], []).append(one.iterable)
        for _ in range(2):  # a name may hold what another one holds
            assigned: dict[str, list[Held | None]] = {}
            for one in parts:
                if isinstance(one, (Assign, Bind)) and one.value is not None:
                    assigned.setdefault(one.name, []).append(self._holding(one.value))
            for name, values in assigned.items():
                if len(set(values)) == 1 and values[0] is not None and name not in parameters:
                    self.held[name] = values[0]
        suppressed = any(isinstance(one, Name) and one.id == "suppress" for one in parts)
        self._visit(self.written.body, sure=sure and not suppressed)

    def _holding(self, term: AnyTerm) -> str | None:
        """Whether a term is the request, or the form."""
        match term:
            case Name(id=name):
                held = self.held.get(name)
                return held if isinstance(held, str) else None
            case Attr(base=base, name="form") if self._holding(base) == REQUEST:
                return FORM
            case Attr(base=base, name="data" | "files") if self._holding(base) == FORM:
                return FORM
            case Call(function=Attr(base=base, name="form"), arguments=()) if self._holding(base) == REQUEST:
                return FORM
            case Call(function=Name(id="dict"), arguments=(Arg(stars=0, value=inner),)):
                return FORM if self._holding(inner) == FORM else None
            case Call(function=Name() as called, arguments=()):
                return REQUEST if self._is_ours(called, frozenset({"get_request"})) else None
            case Bind(value=inner):
                return self._holding(inner)
            case _:
                return None

    def _is_ours(self, called: AnyTerm, names: frozenset[str]) -> bool:
        value = self._named(called.id) if isinstance(called, Name) else None
        return (
            isinstance(value, External) and value.name.startswith("chirp.") and value.name.rpartition(".")[2] in names
        )

    def _named(self, name: str) -> Value | None:
        """What a name of the module means here."""
        return None if name in self.bound else name_of(self.walk.model, self.module, name)

    def _visit(self, part: object, *, sure: bool) -> None:
        """Gather what a part of the function reads; `sure`: nothing catches the fault of a field that is not there."""
        match part:
            case tuple():
                for one in cast("tuple[object, ...]", part):
                    if not isinstance(one, (str, int)):
                        self._visit(one, sure=sure)
            case Const():
                pass
            case Assign(name=name, value=value) if value is not None and self._holding(value) is not None:
                self.walk.open = self.walk.open or self.held.get(name) != self._holding(value)
            case Define(function=inner):
                hidden = {one.name: self.held.pop(one.name) for one in inner.params if one.name in self.held}
                self._visit(inner.body, sure=sure)
                self.held |= hidden
            case Try(body=body, handlers=handlers):
                self._visit(body, sure=sure and not handlers)
                self._visit((*(caught for _, caught in handlers), part.other, part.final), sure=sure)
            case Opaque(inside=inside):  # which may bind names of its own
                bound = self.bound
                self.bound |= {one.id for one in names_in(inside)}
                self._visit(inside, sure=sure)
                self.bound = bound
            case Index(base=base, key=key) if self._holding(base) == FORM:
                self._field(key, required=sure, is_ready=not sure)
            case Compare(left=left, operator="in" | "not in", right=right) if self._holding(right) == FORM:
                self._ask(self._text(left))
            case Name() | Attr() | Call() if self._holding(part) == FORM:
                self.walk.open = True
            case Call():
                self._call(part, sure=sure)
            case Attr(base=base, name=name) if self._holding(base) == REQUEST and name != FORM:
                self.walk.body = self.walk.body or name in _BODY
            case Name() if self._holding(part) == REQUEST:
                self.walk.open = True
            case msgspec.Struct():
                self._visit(msgspec.structs.astuple(part), sure=sure)
            case _:
                pass

    def _call(self, call: Call, *, sure: bool) -> None:
        called = call.function
        owner = self._holding(called.base) if isinstance(called, Attr) else None
        first = call.arguments[0] if call.arguments and not call.arguments[0].stars else None
        if owner == FORM and isinstance(called, Attr) and called.name in _GETTING and first is not None:
            is_ready = has_default(call) or (call.start, call.end) in ready(self.parts)
            self._field(first.value, required=False, is_ready=is_ready)
            self._visit(call.arguments[1:], sure=sure)
            return
        self.walk.open = self.walk.open or owner == FORM
        if self._is_ours(called, _READERS):
            self._read_by_class(call)
            return
        if owner is None:
            self._visit(called, sure=sure)
        elif owner == REQUEST and isinstance(called, Attr):
            self.walk.body = self.walk.body or called.name in _BODY
        followed = self._follow(call, sure=sure) if any(self._holding(one.value) for one in call.arguments) else False
        for one in call.arguments:
            if not followed or self._holding(one.value) is None:
                self._visit(one.value, sure=sure)

    def _read_by_class(self, call: Call) -> None:
        """`form_from(request, TaskForm)` and its like."""
        given = call.arguments[1].value if len(call.arguments) > 1 else None
        owner = annotated_class(self.walk.model, self.module, given)
        self.walk.open = self.walk.open or owner is None
        self.walk.fields += _of_class(self.walk.model, owner) if owner is not None else ()

    def _follow(self, call: Call, *, sure: bool) -> bool:
        """Go into a function of the project that is given the request or the form."""
        found = self._function(call.function)
        if found is None or any(one.stars for one in call.arguments):
            return False
        module, written = found
        skipped = _takes_itself(written, call.function)
        places = [one.name for one in written.params if one.kind in ("positional", "normal")][skipped:]
        bound: dict[str, Held] = {}
        for at, one in enumerate(call.arguments):
            name = one.name if one.name is not None else places[at] if at < len(places) else None
            value = self._holding(one.value) or self._text(one.value)
            if name is not None and value is not None:
                bound[name] = value
        self.walk.follow(_Place(self.walk, module, written, self.depth + 1, bound), sure=sure)
        return True

    def _function(self, called: AnyTerm) -> tuple[str, Function] | None:
        """The function of the project that a call means: near by, of the module, of a class, or of another module."""
        model = self.walk.model
        match called:
            case Name(id=name):
                around = self.written.qualname.split(".<locals>.")
                for depth in range(len(around), 0, -1):
                    near = function(model, self.module, ".<locals>.".join((*around[:depth], name)))
                    if near is not None:
                        return self.module, near
                value = self._named(name)
            case Attr(base=Name(id="self" | "cls"), name=name):
                within = self.written.qualname.rpartition(".")[0]
                own = function(model, self.module, f"{within}.{name}")
                return (self.module, own) if own is not None else None
            case Attr(base=Name(id=base), name=name):
                value = _member(model, self._named(base), name)
            case _:
                return None
        if isinstance(value, ClassValue):
            value = _member(model, value, "__init__")
        if not isinstance(value, Callable) or value.args or value.kwargs:
            return None
        written = function(model, value.module, value.qualname)
        return (value.module, written) if written is not None else None

    def _text(self, term: AnyTerm) -> Text | None:
        """The name of a field, where the text tells."""
        found = self._texts(term)
        return found[0] if len(found) == 1 else None

    def _texts(self, term: AnyTerm) -> tuple[Text, ...]:
        """The names of fields that a term can be; none where the text does not tell."""
        match term:
            case Const(value=str() as value):
                return (Text(value, Span(self.module, term.start, term.end)),)
            case Name(id=name) if name in self.loops and name not in self.held:
                iterables = self.loops[name]
                return self._items(iterables[0]) if len(iterables) == 1 else ()
            case Name(id=name):
                found = self.held.get(name) or self._named(name)
                return (found,) if isinstance(found, Text) else ()
            case _:
                return ()

    def _items(self, term: AnyTerm | None) -> tuple[Text, ...]:
        """The texts of a display that is gone through, written there or bound to a name just once."""
        if isinstance(term, Name) and term.id not in self.loops:
            parts = every_part(self.written.body)
            given = [one.value for one in parts if isinstance(one, Assign) and one.name == term.id]
            term = given[0] if len(given) == 1 else None
        found = [self._texts(one) for one in term.elements] if isinstance(term, Items) else []
        return tuple(text for texts in found for text in texts) if all(found) else ()

    def _ask(self, name: Text | None) -> None:
        self.walk.open = self.walk.open or name is None
        if name is not None:
            self.walk.asked.add(name.value)

    def _field(self, key: AnyTerm, *, required: bool, is_ready: bool = False) -> None:
        names = self._texts(key)
        self.walk.open = self.walk.open or not names
        self.walk.fields += [FieldRead(one.value, one.span, required, ready=is_ready) for one in names]
        if not names:
            self._visit(key, sure=True)


def _name_of(entry: tuple[str, Held]) -> str:
    return entry[0]


def _member(model: Queries, owner: Value | None, name: str) -> Value | None:
    """What a class or a module has under a name."""
    match owner:
        case ClassValue(module=module, qualname=qualname):
            written = function(model, module, f"{qualname}.{name}")
            return Callable(module, f"{qualname}.{name}", owner.span) if written is not None else None
        case Module(path=path):
            return name_of(model, path, name)
        case _:
            return None


def _takes_itself(written: Function, called: AnyTerm) -> int:
    """How many parameters a call does not write: `self` of a method, the class of a class method."""
    names = decorator_names(written)
    if "staticmethod" in names or not (isinstance(called, Attr) or written.name == "__init__"):
        return 0
    return int("classmethod" in names or written.name == "__init__" or _first(written) in ("self", "cls"))


def _first(written: Function) -> str:
    return written.params[0].name if written.params else ""


def _bound(part: object) -> tuple[str, ...]:
    """The names that a part of a function binds."""
    match part:
        case Assign(name=name) | Bind(name=name) | Import(name=name) | Param(name=name) | Function(name=name):
            return (name,)
        case Loop(names=names) | Repeated(names=names) | Case(names=names):
            return names
        case Unpack(names=names):
            return tuple(one for one in names if one is not None)
        case _:
            return ()
