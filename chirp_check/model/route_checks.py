"""What is wrong with the routes of an application by themselves, and with the names and links that lead to them."""

from collections.abc import Iterator, Mapping

from chirp_check.facts.handlers import AnyStatement, Define, DefineClass, If, Loop, Match, Try
from chirp_check.facts.templates import ComponentCall, TemplateFacts
from chirp_check.facts.values import Const, Name
from chirp_check.grammar.path import PathError, PathPattern, parse_path
from chirp_check.model.applications import (
    AppKey,
    Handler,
    application,
    application_files,
    application_keys,
    handlers,
    route_at,
)
from chirp_check.model.domain import Record
from chirp_check.model.entities import (
    NameConflict,
    PathFault,
    Route,
    RouteConflict,
    RouteNameUse,
    ShadowedRoute,
    Text,
)
from chirp_check.model.inputs import module_facts, module_functions, template_facts
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.middleware import DEFAULT_STATIC_URL
from chirp_check.model.pages import page_at
from chirp_check.model.program import log, records
from chirp_check.model.templates import owners
from chirp_check.source import Span


@table
def _by_file(model: Queries, app: AppKey) -> Mapping[str, tuple[int, ...]]:
    """The routes of an application by the file that registers them, as their places in the application."""
    found: dict[str, list[int]] = {}
    for index, route in enumerate(application(model, app).routes):
        found.setdefault(route.span.path, []).append(index)
    return {path: tuple(ones) for path, ones in found.items()}


@query
def route_faults(model: Queries, path: str) -> tuple[object, ...]:
    """What is wrong with the routes that a Python file registers."""
    return tuple(dict.fromkeys(_faults(model, path)))


def _faults(model: Queries, path: str) -> Iterator[object]:
    for app in application_keys(model):
        here = [(index, route_at(model, app, index)) for index in _by_file.entry(model, path, app) or ()]
        yield from (fault for _, route in here if (fault := _path_fault(route)) is not None)
        for index, route in here:
            yield from _conflicts(model, app, index)
            yield from _shadowed(model, app, route)


def _path_fault(route: Route) -> PathFault | None:
    if route.path is None or not _is_written(route):
        return None
    try:
        parse_path(route.path.value)
    except PathError as error:
        value, span = route.path.value, route.path.span
        wrong = value[error.offset :].partition("}")[0] if error.message.startswith("no converter") else ""
        plain = span.end - span.start == len(value) + 2
        start = span.start + 1 + error.offset
        at = Span(span.path, start, start + max(1, len(wrong))) if plain and error.offset < len(value) else span
        return PathFault(error.message.partition(";")[0], at, wrong or None)
    return None


# Routes that answer the same requests, and names that stand for two of them.


def _conflicts(model: Queries, app: AppKey, index: int) -> Iterator[object]:
    for other, methods in _same_paths.entry(model, index, app) or ():
        later, first = route_at(model, app, index), route_at(model, app, other)
        if _both_run(model, app, later, first):
            swap = _is_written(first) and not _is_written(later)
            yield RouteConflict(first, later, methods) if swap else RouteConflict(later, first, methods)
            return
    other_index = _same_names.entry(model, index, app)
    route = route_at(model, app, index)
    if other_index is not None and isinstance(route.name, Text):
        other_route = route_at(model, app, other_index)
        if _both_run(model, app, route, other_route):
            yield NameConflict(route.name, route, other_route)


def _is_written(route: Route) -> bool:
    """Whether the text writes the path of a route; that of a page is made of the names of folders."""
    return route.path is not None and route.path.span != route.span


@table
def _same_paths(model: Queries, app: AppKey) -> Mapping[int, tuple[tuple[int, tuple[str, ...]], ...]]:
    """For a route those before it of the same shape, with the methods that both answer."""
    shapes: dict[tuple[str, ...], list[int]] = {}
    found: dict[int, tuple[tuple[int, tuple[str, ...]], ...]] = {}
    routes = application(model, app).routes
    for index, pattern in _patterns(routes):
        before = shapes.setdefault(pattern.shape, [])
        shared = tuple((one, _shared(routes[one], routes[index])) for one in before)
        if any(methods for _, methods in shared):
            found[index] = tuple(pair for pair in shared if pair[1])
        before.append(index)
    return found


def _shared(left: Route, right: Route) -> tuple[str, ...]:
    both = (left.methods or frozenset()) & (right.methods or frozenset())
    return tuple(sorted(both))


@table
def _same_names(model: Queries, app: AppKey) -> Mapping[int, int]:
    """For a route with a name of its own one before it with that name and the same parameters, of another shape."""
    known: dict[tuple[str, frozenset[str]], tuple[int, PathPattern]] = {}
    found: dict[int, int] = {}
    routes = application(model, app).routes
    for index, pattern in _patterns(routes):
        name = routes[index].name
        if isinstance(name, Text):
            first = known.setdefault((name.value, frozenset(pattern.params)), (index, pattern))
            if first[1].shape != pattern.shape:
                found[index] = first[0]
    return found


def _patterns(routes: tuple[Route, ...]) -> Iterator[tuple[int, PathPattern]]:
    for index, route in enumerate(routes):
        try:
            if route.path is not None:
                yield index, parse_path(route.path.value)
        except PathError:
            continue


def _both_run(model: Queries, app: AppKey, left: Route, right: Route) -> bool:
    """Whether both are surely registered on this application: neither hangs on a condition that the other does not."""
    span = application(model, app).span
    sure = {one.route.span for one in log(model).registrations if one.application == span}
    if any(route.span not in sure and page_at(model, app, route.span.path) is None for route in (left, right)):
        return False
    before, after = _arms(model, left.span), _arms(model, right.span)
    return before == after and (not after or left.span.path == right.span.path)


def _arms(model: Queries, at: Span) -> tuple[tuple[int, int], ...]:
    """The arms of conditional statements around a place: where the statement begins, and the how manieth arm it is."""
    facts = module_facts(model, at.path)
    found: list[tuple[int, int]] = []
    body: tuple[AnyStatement, ...] = facts.body if facts is not None else ()
    while body:
        inside = next((one for one in body if one.start <= at.start < one.end), None)
        arm, body = _inner(inside, at) if inside is not None else (None, ())
        if inside is not None and arm is not None:
            found.append((inside.start, arm))
    return tuple(found)


def _inner(statement: AnyStatement, at: Span) -> tuple[int | None, tuple[AnyStatement, ...]]:
    """The block of a statement that a place is in, with the number of its arm where only one of several runs."""
    match statement:
        case Define(function=function):
            return None, function.body
        case DefineClass(definition=definition):
            return None, definition.body
        case Loop(body=body):
            return None, body
        case If(then=then, other=other):
            blocks = [(0, then), (1, other)]
        case Match(cases=cases):
            blocks = [(arm, case.body) for arm, case in enumerate(cases)]
        case Try(body=body, handlers=handlers, other=other, final=final):
            caught = [(arm, block) for arm, (_, block) in enumerate(handlers, 1)]
            blocks = [(0, body), *caught, (0, other), (-1, final)]
        case _:
            return None, ()
    found = ((arm, block) for arm, block in blocks if block and at.start < block[-1].end)
    return next(found, (None, ()))


# Routes below what a middleware answers.


def _shadowed(model: Queries, app: AppKey, route: Route) -> Iterator[ShadowedRoute]:
    for prefix, span in _static_layers(model, app):
        if route.path is not None and route.path.value.startswith(f"{prefix}/"):
            yield ShadowedRoute(route, prefix, span)
            return


@gate
def _static_layers(model: Queries, app: AppKey) -> tuple[tuple[str, Span], ...]:
    """The prefixes whose files a middleware serves: whatever is below one and no file is not found."""
    span = application(model, app).span
    added = (record for record in log(model).of_kind("App.add_middleware") if record.args[0].span == span)
    layers = (record.argument(1, "middleware") for record in added)
    found = (_static_layer(layer) for layer in layers if isinstance(layer, Record) and layer.kind == "StaticFiles")
    return tuple(one for one in found if one is not None)


def _static_layer(layer: Record) -> tuple[str, Span] | None:
    prefix = layer.argument(1, "prefix")
    if layer.open or not (prefix is None or isinstance(prefix, Text)):
        return None
    name = "/" + (DEFAULT_STATIC_URL if prefix is None else prefix.value).strip("/")
    return (name, layer.span) if name != "/" else None


# Routes asked for by name.


@query
def route_names(model: Queries, app: AppKey) -> Mapping[str, tuple[frozenset[str], ...]] | None:
    """The parameters of the routes of each name; None when there may be names that the text does not show."""
    known = application(model, app)
    found: dict[str, tuple[frozenset[str], ...]] = {}
    patterns = dict(_patterns(known.routes))
    for index, (route, handler) in enumerate(zip(known.routes, handlers(model, app).of_routes, strict=True)):
        name = _name_of(model, route, handler)
        if name is None or index not in patterns:
            return None
        found[name] = (*found.get(name, ()), frozenset(patterns[index].params))
    return found if known.complete else None


def _name_of(model: Queries, route: Route, handler: Handler | None) -> str | None:
    """The name given to a route, or that of its function where the text shows what the function is."""
    if isinstance(route.name, (Text, str)):
        return str(route.name)
    if handler is None or handler.function.kwargs or route.name is not None:
        return None
    written = function(model, handler.function.module, handler.function.qualname)
    return written.name if written is not None else None


@query
def named_routes(model: Queries, path: str) -> tuple[RouteNameUse, ...]:
    """The routes that a file asks for by name."""
    if path.endswith(".py"):
        return tuple(dict.fromkeys(_named_in_python(model, path)))
    facts = template_facts(model, path)
    calls = [call for call in facts.calls if _asks_for_url(call)] if facts is not None else []
    if facts is None or not calls or URL_FOR in _bound(facts) or _is_defined(model, path):
        return ()
    return tuple(dict.fromkeys(_named_in_template(facts, calls)))


def _named_in_python(model: Queries, path: str) -> Iterator[RouteNameUse]:
    for record in records(model, path):
        name = record.argument(1, "name") if record.kind == "App.url_for" else None
        if isinstance(name, Text):
            given = tuple(key for key, _ in record.kwargs if key != "name")
            yield RouteNameUse(name, given, record.open, record.span)


def _named_in_template(facts: TemplateFacts, calls: list[ComponentCall]) -> Iterator[RouteNameUse]:
    for call in calls:
        first = call.arguments[0].value
        if isinstance(first, Const) and isinstance(first.value, str):
            given = tuple(one.name for one in call.arguments[1:] if one.name is not None)
            is_open = any(one.name is None for one in call.arguments[1:])
            name = Text(first.value, Span(facts.path, first.start, first.end))
            yield RouteNameUse(name, given, is_open, Span(facts.path, call.start, call.end))


def _is_defined(model: Queries, path: str) -> bool:
    """Whether an application of a template has a function of its own that makes URLs."""
    return any(_makes_urls(model, app) for app in owners(model, path))


@query
def _makes_urls(model: Queries, app: AppKey) -> bool:
    files = sorted(application_files(model, app))
    return any(name.rpartition(".")[2] == URL_FOR for file in files for name in module_functions(model, file))


URL_FOR = "url_for"


def _asks_for_url(call: ComponentCall) -> bool:
    first = call.arguments[0] if call.arguments else None
    named = isinstance(call.function, Name) and call.function.id == URL_FOR
    return named and first is not None and first.name is None and not first.stars


def _bound(facts: TemplateFacts) -> frozenset[str]:
    """The names that a template gives a meaning of its own."""
    parameters = (one.name for component in facts.components for one in component.parameters)
    imported = (local.name for reference in facts.references for _, local in reference.names)
    bound = (one.name.name for one in facts.bindings)
    defined = (one.name.name for one in facts.components)
    return frozenset({*parameters, *imported, *bound, *defined})
