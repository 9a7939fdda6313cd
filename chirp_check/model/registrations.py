"""What an application is told that it refuses at once, or as soon as it is asked for a page."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.model.domain import Callable, ClassValue, Instance, Record, Scalar, Sequence, Value
from chirp_check.model.entities import PathFault, Text
from chirp_check.model.frame import Registration
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, table
from chirp_check.model.program import class_names, log
from chirp_check.model.signatures import type_word
from chirp_check.source import Span

# What `route` takes by name, here and in the released framework of the same import name.
ROUTE = ("methods", "name", "inline", "max_content_length", "referenced", "template", "query_media_types")
_METHODS = 'give a list of names, as in `methods=["POST"]`'
_MIDDLEWARE = "a middleware is an object or a function that is called with the request and what comes next"
_STREAM = "return `EventStream` or `StreamingResponse` around what it yields"
_GIVEN = 2  # arguments that a middleware is called with
_POSITIONAL = frozenset({"positional", "normal"})


class RegistrationFault(msgspec.Struct, frozen=True, gc=False):
    """What is refused of a registration; `known` are the names of which one may have been meant instead of `name`.

    `registered` is where that is done, if `at` is elsewhere.
    """

    message: str
    at: Span
    help: str | None = None
    name: str = ""
    known: tuple[str, ...] = ()
    registered: Span | None = None


def registration_faults(model: Queries, path: str) -> tuple[object, ...]:
    """What the registrations of a Python file are given that is refused."""
    return _faults.entry(model, path) or ()


@table
def _faults(model: Queries) -> Mapping[str, tuple[object, ...]]:
    found: dict[str, dict[object, None]] = {}
    known = (one for one in log(model).registrations if one.application is not None and one.route.kind == "@route")
    for registration in known:
        for fault in (*_of_route(registration.route), *_of_handler(model, registration)):
            found.setdefault(fault.at.path, {})[fault] = None
    for record in log(model).of_kind("App.add_middleware"):
        for fault in _of_middleware(model, record):
            found.setdefault(fault.at.path, {})[fault] = None
    return {path: tuple(ones) for path, ones in found.items()}


# Routes.


def _of_route(route: Record) -> Iterator[RegistrationFault | PathFault]:
    """What is wrong with the arguments of `route`."""
    path, methods = route.argument(0, "path"), route.argument(None, "methods")
    if path is None and not route.open:
        yield RegistrationFault("`route` is called without a path", route.span)
    word = type_word(path) if path is not None else None
    if path is not None and word not in (None, "str"):
        yield PathFault(f"the path of a route is text, not `{word}`", path.span)
    if len(route.args) > 1:
        yield RegistrationFault("`route` takes the path alone by position", route.args[1].span, _METHODS)
    for name, value in route.kwargs:
        if name not in ROUTE and name not in ("path", "@application"):
            yield RegistrationFault(f"`route` takes no `{name}`", value.span, name=name, known=ROUTE)
    yield from _of_methods(methods) if methods is not None else ()


def _of_methods(methods: Value) -> Iterator[RegistrationFault]:
    word = type_word(methods)
    if not isinstance(methods, Sequence):
        if word not in (None, "None", "dict"):
            yield RegistrationFault(f"the methods of a route are a list, not `{word}`", methods.span, _METHODS)
        return
    if not methods.items and not methods.open:
        yield RegistrationFault("the methods of a route are an empty list", methods.span, _METHODS)
    for one in methods.items:
        word = type_word(one)
        if word not in (None, "str"):
            yield RegistrationFault(f"a method is text, not `{word}`", one.span, _METHODS)
        elif isinstance(one, Text) and not (one.value.isascii() and one.value.isalpha()):
            yield RegistrationFault(f"`{one.value}` is no HTTP method", one.span)


def _of_handler(model: Queries, registration: Registration) -> Iterator[RegistrationFault]:
    handler, path = registration.handler, registration.route.argument(0, "path")
    where = f" of `{path.value}`" if isinstance(path, Text) else ""
    if isinstance(handler, (Text, Scalar, Sequence)):
        yield RegistrationFault(f"what answers{where} is `{type_word(handler)}`, not a function", handler.span)
    if not isinstance(handler, Callable):
        return
    written = function(model, handler.module, handler.qualname)
    if written is not None and written.is_generator and handler.wrapped is None and len(written.decorators) < 2:
        at = Span(handler.module, written.name_start, written.name_end)
        yield RegistrationFault(f"`{written.name}` is a generator, and so no handler{where}", at, _STREAM)


# Middleware.


def _of_middleware(model: Queries, record: Record) -> Iterator[RegistrationFault]:
    layer = record.argument(1, "middleware")
    match layer:
        case ClassValue(qualname=name):
            what = f"the middleware `{name}` is a class, not an object"
            yield RegistrationFault(what, record.span, f"pass `{name}(…)`")
        case Text() | Scalar() | Sequence():
            yield RegistrationFault(f"`{type_word(layer)}` is no middleware", layer.span, _MIDDLEWARE)
        case Callable():
            yield from _of_call(model, layer, len(layer.args), record.span)
        case Instance(of=definition):
            called = class_names(model, definition.module, definition.qualname).get("__call__")
            yield from _of_call(model, called, 1, record.span) if isinstance(called, Callable) else ()
        case _:
            pass


def _of_call(model: Queries, called: Callable, bound: int, registered: Span) -> Iterator[RegistrationFault]:
    """A function that cannot be called with the request and what comes next."""
    written = function(model, called.module, called.qualname)
    if written is None or called.wrapped is not None or written.decorators or called.kwargs:
        return
    places = [one for one in written.params if one.kind in _POSITIONAL][bound:]
    needed = sum(one.default is None for one in places)
    has_more = any(one.kind == "star" for one in written.params)
    has_keywords = any(one.kind == "keyword" and one.default is None for one in written.params)
    if needed > _GIVEN or has_keywords or (len(places) < _GIVEN and not has_more):
        at = Span(called.module, written.name_start, written.name_end)
        takes = " and ".join(f"`{one.name}`" for one in places) or "nothing"
        what = f"the middleware `{written.name}` takes {takes}"
        yield RegistrationFault(what, at, _MIDDLEWARE, registered=registered)
