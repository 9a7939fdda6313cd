"""Attributes and calls of known values: what `base.name` is and what `function(arguments)` gives."""

from collections.abc import Callable as Maker
from copy import replace

from chirp_check.model import library, objects, operators
from chirp_check.model.domain import (
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
)
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.frame import Arguments, Frame, Registration
from chirp_check.model.framework import RENDERED, kind_of
from chirp_check.source import Span

# Methods of an application that register or run, and never add a URL that the text does not show.
APP_METHODS = frozenset(
    {"route", "error", "add_middleware", "template_filter", "template_global", "run", "check", "render", "url_for"}
    | {"mount_pages", "describe", "register_contract_check", "on_startup", "on_shutdown", "lifespan"}
)
# Code outside the project that takes an application without adding to it.
HARMLESS = ("chirp.", "uvicorn.", "builtins.", "granian.", "hypercorn.", "asyncio.", "anyio.", "logging.", "typing.")

# Code outside the project that only reads what it is given.
READING = ("json.", "copy.", "dataclasses.", "html.", "markupsafe.", "pprint.", "functools.", "itertools.", "operator.")


def attribute(base: Value, name: str, frame: Frame, span: Span) -> Value:
    """`base.name`."""
    match base:
        case Module(path):
            return frame.machine.global_name(path, name) or Unknown(f"`{name}` of a module that does not bind it", span)
        case External(dotted):
            return External(f"{dotted}.{name}", span)
        case Instance():
            return objects.attribute(base, name, frame, span)
        case ClassValue():
            return objects.class_attribute(base, name, frame, span)
        case Text() | Scalar() if name == "value":
            return base  # the member of an enumeration, which a class body binds to its value
        case Path():
            return library.path_attribute(base, name, span)
        case Record(kind="App") if name == "config":
            return Unknown("the configuration", span)
        case Record() | Text() | Pattern() | Dict() | Sequence():
            return Method(base, name, span)
        case Unknown() if name == "route":
            return Method(base, name, span)
        case _:
            return Unknown(f"the attribute `{name}` of something unknown", span)


def apply(function: Value, given: Arguments, frame: Frame, span: Span) -> Value:
    """`function(given)` at `span`."""
    match function:
        case Callable():
            values = frame.machine.invoke(function, given)
            return frame.one_of(f"\0call@{span.start}:{span.end}", values, span)
        case External(dotted):
            return _external(dotted, function, given, frame, span)
        case ClassValue():
            _note_escapes(given, frame, span, harmless=not objects.hands_on(function))
            return objects.construct(function, given, frame, span)
        case Method(owner, name):
            return _method(owner, name, given, frame, span)
        case Partial(target, args, kwargs):
            merged = dict(kwargs) | dict(given.kwargs)
            more = Arguments((*args, *given.args), tuple(merged.items()), given.open_args, given.open_kwargs)
            return apply(target, more, frame, span)
        case Record(kind="@route"):
            return _register(function, given, frame, span)
        case Record(kind="@error"):
            handler = given.args[0] if given.args else Unknown("an error handler without a function", span)
            frame.machine.note_registration(Registration(function, function.args[0].span, handler, span))
            return handler
        case Record(kind="@template_filter" | "@template_test" | "@template_global"):
            return _named_function(function, given, frame, span)
        case Record(kind="@wraps", args=(Callable() as inner,)) if given.args and isinstance(given.args[0], Callable):
            return replace(given.args[0], wrapped=replace(inner.asked, scope=None))
        case Record(kind="@other" | "@wraps"):
            return given.args[0] if given.args else Unknown("a decorator without a function", span)
        case Instance():
            call = objects.called(function, frame, span)
            return apply(call, given, frame, span) if call is not None else Unknown("what an object returns", span)
        case _:
            _note_escapes(given, frame, span, harmless=False)
            return Unknown("what unknown code returns", span)


def _external(dotted: str, function: External, given: Arguments, frame: Frame, span: Span) -> Value:
    kind = kind_of(dotted)
    if kind is not None:
        record = Record(kind, given.args, given.kwargs, given.open_args or given.open_kwargs, span)
        frame.machine.note_record(record)
        return record
    if dotted == "functools.partial" and given.args:
        return _partial(given, span)
    if dotted == "functools.wraps":
        return Record("@wraps", given.args[:1], (), False, span)
    if dotted.startswith("builtins.str.") and given.args and isinstance(given.args[0], Text):
        rest = Arguments(given.args[1:], given.kwargs, given.open_args, given.open_kwargs)
        return library.text_method(given.args[0], dotted.removeprefix("builtins.str."), rest, span)
    known = library.call(dotted, given, frame.module, span)
    if known is None and dotted in _USING:
        known = _USING[dotted](given, frame, span)
    if known is not None:
        return known
    _note_escapes(given, frame, span, harmless=dotted.startswith(HARMLESS))
    return Unknown(f"what `{dotted}` returns", span)


def _partial(given: Arguments, span: Span) -> Value:
    target = given.args[0]
    if isinstance(target, Callable):
        merged = dict(target.kwargs) | dict(given.kwargs)
        args = (*target.args, *given.args[1:])
        return replace(target, args=args, kwargs=tuple(merged.items()))
    return Partial(target, given.args[1:], given.kwargs, span)


def is_harmless(function: Value) -> bool:
    """Whether code outside the project leaves what it is given as it is."""
    return isinstance(function, External) and function.name.startswith((*HARMLESS, *READING))


# Functions of the library that call others, or look at objects.


def _get_attribute(given: Arguments, frame: Frame, span: Span) -> Value | None:
    if len(given.args) < 2 or not isinstance(given.args[1], Text):
        return None
    found = attribute(given.args[0], given.args[1].value, frame, span)
    return Unknown("an attribute that may be absent", span) if len(given.args) > 2 and is_unknown(found) else found


def _call_first(given: Arguments, frame: Frame, span: Span) -> Value | None:
    if not given.args:
        return None
    return apply(
        given.args[0], Arguments(given.args[1:], given.kwargs, given.open_args, given.open_kwargs), frame, span
    )


def _call_each(given: Arguments, frame: Frame, span: Span) -> Value | None:
    listed = operators.iterated(given.args[1], frame) if len(given.args) == 2 else None
    if not isinstance(listed, Sequence):
        return None
    made = tuple(apply(given.args[0], Arguments((one,)), frame, one.span) for one in listed.items)
    return Sequence(made, False, listed.open, span)


def _replace(given: Arguments, frame: Frame, span: Span) -> Value | None:
    owner = given.args[0] if given.args else None
    return objects.replaced(owner, given) if isinstance(owner, Instance) else None


def _fields(given: Arguments, frame: Frame, span: Span) -> Value | None:
    owner = given.args[0] if given.args else None
    return Dict(owner.attributes, True, span) if isinstance(owner, Instance) else None


def _locals(given: Arguments, frame: Frame, span: Span) -> Value | None:
    names = frame.state.scope.names.items()
    return Dict(tuple((name, value) for name, value in names if not name.startswith("__")), True, span)


def _listed(given: Arguments, frame: Frame, span: Span) -> Value | None:
    first = operators.iterated(given.args[0], frame) if given.args else None
    return first if isinstance(first, Sequence) else None


type _User = Maker[[Arguments, Frame, Span], Value | None]
_USING: dict[str, _User] = {
    "builtins.getattr": _get_attribute,
    "builtins.map": _call_each,
    "builtins.vars": _fields,
    "builtins.locals": _locals,
    "builtins.list": _listed,
    "builtins.tuple": _listed,
    "builtins.sorted": _listed,
    "builtins.reversed": _listed,
    "dataclasses.replace": _replace,
    "copy.replace": _replace,
    "dataclasses.asdict": _fields,
    "asyncio.to_thread": _call_first,
    "anyio.to_thread.run_sync": _call_first,
}


def _method(owner: Value, name: str, given: Arguments, frame: Frame, span: Span) -> Value:
    match owner:
        case Record(kind="App") | Unknown():
            return _application_method(owner, name, given, frame, span)
        case Text() | Pattern():
            return library.text_method(owner, name, given, span)
        case Dict() if name == "get" and given.args and is_unknown(given.args[0]) and not owner.open:
            known = operators.one_of_table(owner, frame, span)
            return frame.one_of(f"\0get@{span.start}:{span.end}", (known, *given.args[1:2]), span)
        case Dict():
            return library.dict_method(owner, name, given, span)
        case Record() if name.startswith(("with_", "without_", "append_")):
            frame.machine.note_record(Record(f"Response.{name}", given.args, given.kwargs, given.open_kwargs, span))
            return owner  # a response with other headers is the same answer
        case Path():
            return library.path_method(owner, name, given, span)
        case _:
            return Unknown(f"what `.{name}()` returns", span)


def _application_method(owner: Value, name: str, given: Arguments, frame: Frame, span: Span) -> Value:
    application = owner.span if isinstance(owner, Record) else None
    if name == "route":
        path = given.get(0, "path")
        if application is None and not (isinstance(path, Text) and path.value.startswith("/")):
            return Unknown("a method named `route` of something unknown", span)
        open_ends = given.open_args or given.open_kwargs
        marker: tuple[tuple[str, Value], ...] = (("@application", owner),) if isinstance(owner, Record) else ()
        return Record("@route", given.args, (*given.kwargs, *marker), open_ends, span)
    if isinstance(owner, Record):
        frame.machine.note_record(Record(f"App.{name}", (owner, *given.args), given.kwargs, given.open_kwargs, span))
        if name not in APP_METHODS:
            frame.machine.note_escape(owner, span)
        if name == "error":
            return Record("@error", (owner,), (), False, span)
        if name in ("template_filter", "template_test", "template_global"):
            return Record(f"@{name}", (owner, *given.args), given.kwargs, given.open_args or given.open_kwargs, span)
        if name == "render":
            return Record(RENDERED, given.args, given.kwargs, given.open_args or given.open_kwargs, span)
    return Record("@other", given.args, given.kwargs, False, span)


def _named_function(register: Record, given: Arguments, frame: Frame, span: Span) -> Value:
    """Something that templates can name: by the name given to the decorator, otherwise by the function's own."""
    function = given.args[0] if given.args else Unknown("a decorator without a function", span)
    name = register.argument(1, "name")
    if name is None and not register.open and isinstance(function, Callable):
        name = Text(function.qualname.rpartition(".")[2].partition("#")[0], function.span)
    if not isinstance(name, Text):
        name = Unknown("a computed name", span)
    frame.machine.note_record(Record(register.kind, (register.args[0], name), (), False, span))
    return function


def _register(route: Record, given: Arguments, frame: Frame, span: Span) -> Value:
    owner = route.argument(None, "@application")
    handler = given.args[0] if given.args else Unknown("a route without a function", span)
    application = owner.span if isinstance(owner, Record) else None
    if isinstance(handler, Instance):
        handler = objects.called(objects.changed_later(handler, frame), frame, span) or handler
    elif isinstance(handler, Callable) and handler.args and isinstance(handler.args[0], Instance):
        owned = objects.changed_later(handler.args[0], frame)
        handler = replace(handler, args=(owned, *handler.args[1:]))
    frame.machine.note_registration(Registration(route, application, handler, span))
    return given.args[0] if given.args else handler


def is_unknown(value: Value) -> bool:
    """Whether nothing is known of a value."""
    return isinstance(value, Unknown)


def _note_escapes(given: Arguments, frame: Frame, span: Span, *, harmless: bool) -> None:
    if harmless:
        return
    for value in (*given.args, *(value for _, value in given.kwargs)):
        if isinstance(value, Record) and value.kind == "App":
            frame.machine.note_escape(value, span)
