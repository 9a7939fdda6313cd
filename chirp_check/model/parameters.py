"""The parameters of handlers against those of their routes' paths: what gives each its value, and of which type."""

import builtins
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from chirp_check.facts.handlers import (
    Assign,
    Case,
    Class,
    Define,
    DefineClass,
    Function,
    Import,
    Loop,
    Param,
    Unpack,
)
from chirp_check.facts.values import AnyTerm, Attr, Bind, Call, Const, Index, Merge, Name, Repeated
from chirp_check.facts.walk import every_statement
from chirp_check.grammar.names import nearest
from chirp_check.grammar.path import PathError, PathPattern, parse_path
from chirp_check.model.applications import AppKey, Handler, application_keys, registered_in
from chirp_check.model.cascades import Cascade
from chirp_check.model.domain import Callable, External, Record, Value
from chirp_check.model.entities import HandlerRef, ParameterFault, Route
from chirp_check.model.expressions import BUILTINS
from chirp_check.model.framework import kind_of
from chirp_check.model.inputs import module_facts, modules, text
from chirp_check.model.library import decorator_names
from chirp_check.model.listing import function, handler_ref
from chirp_check.model.memory import Queries, query
from chirp_check.model.pages import cascaded, served
from chirp_check.model.program import names_of
from chirp_check.source import Span

REQUEST = "request"
# What each converter delivers can be handed to a parameter of these types.
_TAKES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "int": frozenset({"int", "float", "str", "object"}),
        "float": frozenset({"float", "str", "object"}),
        "str": frozenset({"int", "float", "str", "object", "UUID"}),
        "path": frozenset({"int", "float", "str", "object", "UUID"}),
    }
)
# Types that say by themselves whether a piece of a path can be one; about all others nothing is said.
_BUILTIN = frozenset(
    {"int", "float", "str", "object", "bool", "bytes", "list", "dict", "tuple", "set", "frozenset", "complex"}
)
_LIBRARY: Mapping[str, str] = MappingProxyType(
    {"uuid.UUID": "UUID", "datetime.date": "date", "datetime.datetime": "datetime", "datetime.time": "time"}
)


type _Names = Mapping[str, Value]


class Taker(msgspec.Struct, frozen=True):
    """A handler with its text, and the names that its module binds; of a page, what the files around it provide.

    `shown`: a decorator that the text shows stands around it, with the same parameters for whoever asks.
    """

    callable: Callable
    written: Function
    names: _Names
    reference: HandlerRef
    provided: Cascade | None = None
    shown: bool = False


@query
def parameter_faults(model: Queries, path: str) -> tuple[ParameterFault, ...]:
    """The parameters that do not go with the routes which a Python file registers."""
    return tuple(dict.fromkeys(_all_faults(model, path)))


def _all_faults(model: Queries, path: str) -> Iterator[ParameterFault]:
    for app in application_keys(model):
        for route, handler in registered_in(model, app, path):
            if handler is not None and route.handler is not None:
                taker = taken_by(model, handler, route.handler, cascaded(model, app, path))
                yield from faults(model, route, taker) if taker is not None else ()
        yield from _faults_around(model, app, path)


def _faults_around(model: Queries, app: AppKey, path: str) -> Iterator[ParameterFault]:
    """The parameters of a provider of context or metadata that some page which it serves has no value for."""
    for route, provider, provided in served(model, app, path):
        handler = Handler.of(provider)
        taker = taken_by(model, handler, handler_ref(model, handler.function), provided)
        found = tuple(faults(model, route, taker)) if taker is not None else ()
        yield from found
        if found:
            return


def taken_by(model: Queries, taken: Handler, reference: HandlerRef, provided: Cascade | None) -> Taker | None:
    """A function that answers or provides, where its text is known."""
    called = taken.function
    written = function(model, called.module, called.qualname)
    if written is None:
        return None
    return Taker(called, written, names_of(model, called.module), reference, provided, taken.around is not None)


def faults(model: Queries, route: Route, taker: Taker) -> Iterator[ParameterFault]:
    """What is wrong with the parameters of a function that is called for a route."""
    is_page = taker.provided is not None
    pattern = _pattern(route)
    if pattern is None or _is_wrapped(taker):
        return
    taken = tuple(_free(taker))
    names = {one.name for one in taken}
    is_open = any(one.kind == "double-star" for one in taker.written.params)
    left = () if is_open else tuple(name for name in pattern.params if name not in names)
    for one in taken:
        fault = None if _is_provided(one, pattern, taker) else _fault(one, pattern, left, taker)
        if fault is not None:
            kind, annotation, converter = fault
            near = _meant(one.name, left, taker.provided) if kind in ("unfilled", "unread") else None
            left = tuple(name for name in left if name != near)
            at = Span(taker.callable.module, one.start, one.start + len(one.name))
            place = None if is_page else _place(route, near)
            yield ParameterFault(
                kind, one.name, at, route, taker.reference, annotation, converter, near, place, is_page
            )
        elif (word := _undefined(model, taker, one)) is not None:
            near = nearest(word.id, (*taker.names, *_BUILTIN))
            at = Span(taker.callable.module, word.start, word.end)
            yield ParameterFault("undefined", one.name, at, route, taker.reference, word.id, near=near)
    for name in left:
        read = _read(model, taker, name)
        if read is not None:
            place = None if is_page else _place(route, name)
            yield ParameterFault("untaken", name, read, route, taker.reference, renamed=place)
    read = _read(model, taker, REQUEST) if REQUEST not in names | pattern.params.keys() and not is_open else None
    if read is not None:
        yield ParameterFault(REQUEST, REQUEST, read, route, taker.reference)


def _pattern(route: Route) -> PathPattern | None:
    try:
        return parse_path(route.path.value) if route.path is not None else None
    except PathError:
        return None


def _is_wrapped(taker: Taker) -> bool:
    """Whether a decorator that the text does not show may give the function arguments of its own."""
    others = [one for one in taker.written.decorators if not _passes_through(one, taker.names)]
    return len(others) > int(taker.shown)


def _passes_through(decorator: AnyTerm, names: _Names) -> bool:
    while isinstance(decorator, Call):
        decorator = decorator.function
    if isinstance(decorator, Attr):
        root = decorator.base
        owner = names.get(root.id) if isinstance(root, Name) else None
        return decorator.name == "route" or isinstance(owner, Record) or _is_ours(owner)
    return isinstance(decorator, Name) and (
        decorator.id in ("staticmethod", "classmethod") or _is_ours(names.get(decorator.id))
    )


def _is_ours(value: Value | None) -> bool:
    return isinstance(value, External) and (value.name + ".").startswith(("chirp.", "functools."))


def _free(taker: Taker) -> Iterator[Param]:
    """The parameters that are not bound yet, those with stars left out."""
    given = {name for name, _ in taker.callable.kwargs}
    bound = len(taker.callable.args) or int("classmethod" in decorator_names(taker.written))
    for param in taker.written.params:
        if param.kind in ("star", "double-star"):
            continue
        if bound and param.kind in ("positional", "normal"):
            bound -= 1
        elif param.name not in given:
            yield param


def _is_provided(param: Param, pattern: PathPattern, taker: Taker) -> bool:
    """Whether the files around a page may give a parameter its value."""
    provided = taker.provided
    if provided is None or param.name in pattern.params or param.kind == "positional":
        return False
    return provided.open or param.name in provided.names | provided.maybe


def _fault(param: Param, pattern: PathPattern, left: tuple[str, ...], taker: Taker) -> tuple[str, str, str] | None:
    """What is wrong with one parameter: the kind of fault, its annotation, and the converter of the path."""
    annotation = _annotation(param.annotation, taker.names)
    if param.kind == "positional" and param.default is None:
        return "position", "", ""
    converter = pattern.params.get(param.name)
    if converter is not None:
        annotation = annotation or _of_framework(param.annotation, taker.names)
        wrong = annotation is not None and annotation not in _TAKES[converter]
        return ("type", annotation or "", converter) if wrong else None
    if param.default is not None:
        return ("unread", "", "") if nearest(param.name, left) is not None else None
    if param.annotation is None:
        return None if param.name == "request" else ("unfilled", "", "")
    return ("unfilled", annotation, "") if annotation is not None else None


def _annotation(term: AnyTerm | None, names: _Names) -> str | None:
    """An annotation that says whether a piece of a path can be of this type; None for every other."""
    match term:
        case Const(value=str() as word):
            return word if word in _BUILTIN else None
        case Name(id=name):
            value = names.get(name)
            if value is None:
                return name if name in _BUILTIN else None
            return _LIBRARY.get(value.name) if isinstance(value, External) else None
        case Attr(base=Name(id=module), name=name):
            value = names.get(module)
            return _LIBRARY.get(f"{value.name}.{name}") if isinstance(value, External) else None
        case Index(base=Name() as base):
            return _annotation(base, names)
        case Merge(left=left, right=Const(value=None)) | Merge(left=Const(value=None), right=left):
            return _annotation(left, names)
        case _:
            return None


def _of_framework(term: AnyTerm | None, names: _Names) -> str | None:
    """An annotation that is a class of the framework, of which no piece of a path can be."""
    value = names.get(term.id) if isinstance(term, Name) else None
    is_made = isinstance(value, External) and kind_of(value.name) is not None
    return term.id if is_made and isinstance(term, Name) else None


def _undefined(model: Queries, taker: Taker, param: Param) -> Name | None:
    """The name that an annotation consists of, where nothing has it."""
    word = param.annotation
    known = taker.names.keys() | vars(builtins).keys() | {REQUEST.capitalize()}  # which is told by its name
    if not isinstance(word, Name) or word.id in known or param.default is not None:
        return None
    source = text(model, taker.callable.module) or ""
    generic = source[taker.written.name_end :].lstrip().startswith("[") or "<locals>" in taker.written.qualname
    is_bound = generic or _is_bound_around(model, taker, word.id)
    return None if is_bound or taker.provided is not None else word


def _meant(name: str, left: tuple[str, ...], provided: Cascade | None) -> str | None:
    """The parameter of the path that is probably meant: the only one that is left, or one of nearly that name.

    A page need not take what its path and the files around it give.
    """
    if provided is not None:
        return nearest(name, (*left, *sorted(provided.names)))
    return left[0] if len(left) == 1 else nearest(name, left)


def _place(route: Route, name: str | None) -> Span | None:
    """Where a path names a parameter, if it is written in one piece."""
    if name is None or route.path is None:
        return None
    value, span = route.path.value, route.path.span
    offset = next((at for at in (value.find(f"{{{name}}}"), value.find(f"{{{name}:")) if at >= 0), -1)
    if offset < 0 or span.end - span.start != len(value) + 2:
        return None
    start = span.start + 1 + offset + 1
    return Span(span.path, start, start + len(name))


# Reading a parameter of the path without taking it.


def _read(model: Queries, taker: Taker, name: str) -> Span | None:
    """Where the body reads a name that is bound nowhere; a built-in function counts only where it is not called."""
    module = taker.callable.module
    if name in taker.names or _is_bound_around(model, taker, name):
        return None
    places: list[Span] = []
    pending: list[object] = [taker.written.body]
    while pending:
        current = pending.pop()
        if isinstance(current, Name) and current.id == name:
            places.append(Span(module, current.start, current.end))
        elif isinstance(current, Call) and isinstance(current.function, Name) and name in BUILTINS:
            pending += current.arguments
        elif isinstance(current, msgspec.Struct):
            if _binds(current, name):
                return None
            pending += msgspec.structs.astuple(current)
        elif isinstance(current, tuple):
            pending += current
    return min(places, default=None, key=lambda span: span.start)


def _is_bound_around(model: Queries, taker: Taker, name: str) -> bool:
    """Whether a function around the handler binds a name, or an import of everything may."""
    module = taker.callable.module
    facts = module_facts(model, module)
    for one in every_statement(facts.body) if facts is not None else ():
        if (
            isinstance(one, Import)
            and one.attribute == "*"
            and modules(model).find(module, one.module, one.level) is None
        ):
            return True
    around = taker.written.qualname.split(".<locals>.")[:-1]
    for depth in range(1, len(around) + 1):
        outer = function(model, module, ".<locals>.".join(around[:depth]))
        if outer is None or any(_binds(one, name) for one in (*outer.params, *every_statement(outer.body))):
            return True
    return False


def _binds(part: msgspec.Struct, name: str) -> bool:
    match part:
        case Assign(name=bound) | Import(name=bound) | Bind(name=bound) | Function(name=bound) | Param(name=bound):
            return bound == name
        case Unpack(names=names) | Loop(names=names) | Repeated(names=names) | Case(names=names):
            return name in names
        case Define(function=Function(name=bound)) | DefineClass(definition=Class(name=bound)):
            return bound == name
        case _:
            return False
