"""How a handler gets its arguments: decided once, when the application freezes."""

import inspect
from annotationlib import Format, ForwardRef
from collections.abc import Callable
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, NewType, TypeAliasType, Union, get_args, get_origin

from chirp.describe import place_of
from chirp.errors import ConfigurationError, NotFound
from chirp.forms.bound import Form, read_form
from chirp.http.request import Request
from chirp.routing.route import Route
from chirp_check.grammar.names import did_you_mean
from chirp_check.grammar.path import CONVERTERS

type Convert = Callable[[Any], object]
type Call = Callable[[Request], Any]

_BY_NAME: dict[str, object] = {"str": str, "int": int, "float": float, "Request": Request}
_EMPTY = inspect.Parameter.empty
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests have no body that means anything: their forms are in the query."""


def bind(route: Route) -> Call:
    """A function that calls the route's handler for a request.

    Parameters are filled by name: path parameters, converted to their annotation; `request`, or whatever is annotated
    `Request`; the submitted form, where a dataclass or `Form[…]` of one is annotated. ConfigurationError when a
    parameter can be none of these.
    """
    handler = route.handler
    sources: list[tuple[str, Convert | None]] = []
    forms: list[tuple[str, Call]] = []
    request_names: list[str] = []
    pattern_params = dict(route.pattern.params)
    open_ended = False
    for parameter in signature_of(handler).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            open_ended = True
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            raise ConfigurationError(f"{route.origin} takes `{parameter.name}` by position only")
        elif parameter.name in pattern_params:
            converter = pattern_params.pop(parameter.name)
            sources.append((parameter.name, conversion(route.origin, parameter, converter)))
        elif wants_request(parameter):
            request_names.append(parameter.name)
        elif (read := form_reader(parameter)) is not None:
            forms.append((parameter.name, read))
        elif parameter.default is _EMPTY:
            raise ConfigurationError(_unfilled(route, parameter))
    if open_ended:
        sources.extend((name, None) for name in pattern_params)
    if forms:
        return _form_caller(handler, tuple(request_names), tuple(sources), tuple(forms))
    return _caller(handler, tuple(request_names), tuple(sources))


def takes_form(route: Route) -> bool:
    """Whether a parameter of the handler is the submitted form, so that the body is to be read before the call."""
    parameters = signature_of(route.handler).parameters.values()
    return any(form_reader(parameter) is not None for parameter in parameters)


def form_reader(parameter: inspect.Parameter) -> Call | None:
    """What makes the argument of a form parameter from a request whose body is read; None for another parameter.

    `Form[TaskForm]` gets the form, right or wrong; `TaskForm` the data, or FormBindingError is raised. A GET is read
    from the query. ConfigurationError when no form can fill the dataclass.
    """
    from chirp.forms.schema import schema_of

    annotation = _annotation(parameter)
    if annotation is Form:
        raise ConfigurationError(f"`{parameter.name}: Form` does not say of which dataclass, as in `Form[TaskForm]`")
    wants_form = get_origin(annotation) is Form
    kind = get_args(annotation)[0] if wants_form else annotation
    if not wants_form and not (isinstance(kind, type) and is_dataclass(kind) and parameter.default is _EMPTY):
        return None
    schema_of(kind)

    def read(request: Request) -> Any:
        if request.method in WITHOUT_BODY:
            form = read_form(kind, request.query, posted=False)
        else:
            fields = request.form.data
            form = read_form(kind, fields, fields.files)
        return form if wants_form else form.data

    return read


def _unfilled(route: Route, parameter: inspect.Parameter) -> str:
    """What to say of a parameter that nothing fills."""
    name, annotation = parameter.name, _annotation(parameter)
    if isinstance(annotation, str | ForwardRef):
        written = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        return (
            f"{route.origin} takes `{name}: {written}`, which is not defined where it is written; a form or `Request` "
            f"has to be known there, outside of `if TYPE_CHECKING`"
        )
    hint = did_you_mean(name, (*route.pattern.params, "request"))
    place = place_of(route.handler)
    return (
        f"{route.origin} takes `{name}`, which is neither `request` nor a parameter of {route.path}"
        + (f" ({place})" if place else "")
        + (f": {hint}" if hint else "")
    )


def _caller(
    handler: Callable[..., Any], request_names: tuple[str, ...], sources: tuple[tuple[str, Convert | None], ...]
) -> Call:
    """The shortest function that fills these arguments."""
    if not sources and not request_names:
        return lambda _: handler()
    if not sources and len(request_names) == 1:
        name = request_names[0]
        return (
            (lambda request: handler(request=request))
            if name == "request"
            else lambda request: handler(**{name: request})
        )
    if len(sources) == 1 and not request_names and sources[0][1] is None:
        only = sources[0][0]
        return lambda request: handler(**{only: request.params[only]})

    def call(request: Request) -> Any:
        params = request.params
        arguments: dict[str, Any] = dict.fromkeys(request_names, request)
        for name, convert in sources:
            arguments[name] = params[name] if convert is None else converted(convert, params[name])
        return handler(**arguments)

    return call


def _form_caller(
    handler: Callable[..., Any],
    request_names: tuple[str, ...],
    sources: tuple[tuple[str, Convert | None], ...],
    forms: tuple[tuple[str, Call], ...],
) -> Call:
    """A function that fills these arguments, the path before the form: what is nowhere is a 404 whatever is sent."""

    def call(request: Request) -> Any:
        params = request.params
        arguments: dict[str, Any] = dict.fromkeys(request_names, request)
        for name, convert in sources:
            arguments[name] = params[name] if convert is None else converted(convert, params[name])
        for name, read in forms:
            arguments[name] = read(request)
        return handler(**arguments)

    return call


def converted(convert: Convert, value: object) -> object:
    """The value as the annotated type; NotFound when it is none."""
    try:
        return convert(value)
    except ValueError:
        raise NotFound from None


def signature_of(handler: Callable[..., Any]) -> inspect.Signature:
    """The signature with annotations evaluated as far as that is possible."""
    try:
        return inspect.signature(handler, eval_str=True)
    except NameError, SyntaxError, TypeError:
        return inspect.signature(handler, annotation_format=Format.FORWARDREF)


def _annotation(parameter: inspect.Parameter) -> Any:
    """The annotation without the wrappers that mean nothing for a conversion."""
    annotation: Any = parameter.annotation
    while True:
        if isinstance(annotation, str):
            return _BY_NAME.get(annotation, annotation)
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif get_origin(annotation) in {Union, UnionType}:
            members = [member for member in get_args(annotation) if member is not type(None)]
            if len(members) != 1:
                return object
            annotation = members[0]
        else:
            return annotation


def wants_request(parameter: inspect.Parameter) -> bool:
    """Whether the request is meant: by annotation, or by name without one."""
    annotation = _annotation(parameter)
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__ == "Request"
    if isinstance(annotation, type) and annotation is not _EMPTY:
        return issubclass(annotation, Request)
    return parameter.name == "request" and annotation is _EMPTY


def conversion(origin: str, parameter: inspect.Parameter, converter: str) -> Convert | None:
    """What turns the matched value into the annotated type; None when it is that already."""
    delivered = CONVERTERS[converter].type
    annotation = _annotation(parameter)
    if annotation in {_EMPTY, Any, object, delivered}:
        return None
    if annotation is str:
        return str
    if annotation is float and delivered is int:
        return float
    if delivered is str and annotation in {int, float}:
        return CONVERTERS["int" if annotation is int else "float"].convert
    if isinstance(annotation, type) and annotation.__module__ == "uuid" and delivered is str:
        return annotation
    shown = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    raise ConfigurationError(
        f"{origin}: `{parameter.name}: {shown}` cannot be made from {{{parameter.name}:{converter}}}"
    )


def is_async(handler: Callable[..., object]) -> bool:
    """Whether calling the handler gives a coroutine, as far as the definition says."""
    unwrapped: Any = inspect.unwrap(handler)
    if inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(unwrapped):
        return True
    return not inspect.isroutine(handler) and inspect.iscoroutinefunction(type(handler).__call__)
