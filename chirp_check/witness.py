"""Witnesses: for findings that claim a failure, the requests that show it, and what is expected of the answers.

Made on demand from the subject of the finding; None where no request is known that must fail.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from chirp_check.diagnostic import Finding
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.model.applications import AppKey, Handler, application, application_keys, handlers
from chirp_check.model.context_faults import MissingName
from chirp_check.model.domain import Record, Sequence, Value
from chirp_check.model.entities import (
    ArgumentFault,
    BlockUse,
    ParameterFault,
    Pattern,
    ReturnFault,
    Route,
    TemplateUse,
    Text,
    UrlUse,
)
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts
from chirp_check.model.listing import handler_ref
from chirp_check.model.markup import pieces
from chirp_check.model.memory import Queries, query
from chirp_check.model.model import Model
from chirp_check.model.pages import answering, given_by, records_in
from chirp_check.model.program import records as made_in
from chirp_check.model.templates import chain, composed, template_path
from chirp_check.rule import Rule
from chirp_check.rules.bad_path_value import bad_path_value
from chirp_check.rules.bad_return_arguments import bad_return_arguments
from chirp_check.rules.missing_context import missing_context
from chirp_check.rules.path_parameter import path_parameter
from chirp_check.rules.unknown_block import unknown_block
from chirp_check.rules.unknown_template import unknown_template
from chirp_check.rules.unnegotiable_return import unnegotiable_return
from chirp_check.rules.unrouted_url import unrouted_url
from chirp_check.rules.wrong_method import wrong_method
from chirp_check.source import Span
from chirp_check.witness_forms import Fields, forms_to

EXAMPLES = {"int": 1, "float": 1.5, "str": "1", "path": "1"}
ABSENT = {"int": 987654, "float": 98765.5, "str": "no-such-thing", "path": "no/such/thing"}
HOLE = "1"
NOWHERE = "/no-such-page-at-all"
HTMX = (("HX-Request", "true"),)
FAILS, MISSING, REFUSED = 500, 404, 405
ALWAYS_A_BLOCK = frozenset({"Fragment", "ValidationError"})
MOST = 16  # requests of one witness


class Request(msgspec.Struct, frozen=True):
    """A request; `path` is as a browser writes it, `fields` are those of a form.

    `route` is the path of the route that is to answer: another request that it answers does as well.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    fields: Fields = ()
    route: str | None = None

    @property
    def writes(self) -> bool:
        """Whether answering it may change data."""
        return self.method not in ("GET", "HEAD", "OPTIONS")


class Witness(msgspec.Struct, frozen=True):
    """Requests of which one has to be answered with `status` (None: the application does not start).

    `says` are words that the error has. `reaches` is the place of the mistake in Python, and `certain` whether it must
    have failed once a line of that has run: otherwise the failure still depends on something else.
    """

    requests: tuple[Request, ...]
    status: int | None
    says: tuple[str, ...] = ()
    reaches: Span | None = None
    certain: bool = False


def witnesses(model: Model) -> Iterator[tuple[str, Finding, Witness | None]]:
    """The findings of the rules that claim failures, each with its witness."""
    for rule, build in BUILDERS:
        for subject in model.subjects(rule.subject):
            for finding in rule.check(subject, model):
                yield rule.name, finding, build(subject, model)


# Routes and their requests.


def _requests(model: Queries, routes: Iterable[Route]) -> tuple[Request, ...]:
    """Requests that the routes answer: as a browser sends them and as htmx does, without what forms hold and with.

    Each route has its turn before one has its second.
    """
    sent = _sent(model)
    turns = zip_longest(*(_requests_of(route, sent.get(route, ())) for route in dict.fromkeys(routes)))
    found = dict.fromkeys(one for turn in turns for one in turn if one is not None)
    return tuple(sorted(list(found)[:MOST], key=lambda one: one.writes))


def _requests_of(route: Route, sent: Fields) -> Iterator[Request]:
    path = _example(route)
    if path is None or route.path is None:
        return
    for method in sorted((route.methods or frozenset({"GET"})) - {"HEAD", "OPTIONS"}):
        ways: tuple[tuple[tuple[str, str], ...], ...] = ((), HTMX) if method in ("GET", "POST") else (HTMX, ())
        for fields in dict.fromkeys(((), sent if method != "GET" else ())):
            yield from (Request(method, path, headers, fields, route.path.value) for headers in ways)


@query
def _sent(model: Queries) -> Mapping[Route, Fields]:
    """What forms send, by the route that they lead to."""
    return {
        application(model, app).routes[at]: fields
        for app in application_keys(model)
        for at, fields in forms_to(model, app).items()
    }


def _example(route: Route, values: Mapping[str, object] = EXAMPLES) -> str | None:
    """A path that a route answers, with these values by converter."""
    if route.path is None:
        return None
    try:
        pattern = parse_path(route.path.value)
    except PathError:
        return None
    return pattern.fill(**{name: values[kind] for name, kind in pattern.params.items()})


def _coming_to(model: Queries, site: Span, template: str | None = None) -> Iterator[Route]:
    """The routes whose handlers give what is made at a place, or have the place in them; the former first.

    A place in a helper makes what others ask for: those count that ask for the `template`. Where there are none, the
    handlers of the same file may come there, as those of a stream do.
    """
    inside: list[Route] = []
    beside: list[Route] = []
    is_made = False
    for one in _answered(model):
        functions = [known.function for known in one.functions]
        if any(_made_at(record, site, template) for record in one.records):
            is_made = True
            yield one.route
        elif any(_within(site, handler_ref(model, function).function) for function in functions):
            inside.append(one.route)
        elif any(function.module == site.path for function in functions):
            beside.append(one.route)
    yield from inside if inside or is_made else beside


def _made_at(record: Record, site: Span, template: str | None) -> bool:
    """Whether a return type is made at a place, or by a call around it, and is one of the template."""
    name = _template_of(record)
    if template is not None and isinstance(name, Text) and name.value != template:
        return False
    return _within(site, record.span) or (isinstance(name, Text) and name.span == site)


def _template_of(record: Record) -> Value | None:
    """What a return type is given as its template."""
    return record.argument(*RETURN_TYPES[record.kind].template or (None, ""))


def _failing_pages(model: Queries, site: Span, template: str | None = None) -> Iterator[Request]:
    """Requests that come to a handler of errors which gives what is made at a place.

    They ask for what is not there, or with a method that is not taken.
    """
    app = next((one for one in application_keys(model) if _tells_of_errors(model, one, site, template)), None)
    if app is None:
        return
    routes = application(model, app).routes
    absent = dict.fromkeys(filter(None, map(_absent, routes)))
    for nowhere in (NOWHERE, *list(absent)[:3]):
        yield from (Request("GET", nowhere, headers) for headers in ((), HTMX))
    for route in [one for one in routes if "POST" in (one.methods or ()) and _absent(one) is not None][:3]:
        yield Request("POST", _absent(route) or NOWHERE)
    taken = {one.path.value for one in routes if one.path is not None and "PATCH" in (one.methods or ("PATCH",))}
    refused = next((path for one in routes if (path := _example(one)) is not None and path not in taken), None)
    yield from (Request("PATCH", refused, headers) for headers in ((), HTMX) if refused is not None)


def _tells_of_errors(model: Queries, app: AppKey, site: Span, template: str | None) -> bool:
    """Whether a handler of errors gives what is made at a place."""
    for reference, handler in handlers(model, app).of_errors:
        records = records_in(given_by(model, handler))
        if _within(site, reference.function) or any(_made_at(one, site, template) for one in records):
            return True
    return False


def _absent(route: Route) -> str | None:
    """A path of a route with parameters whose values most likely name nothing."""
    return _example(route, ABSENT) if route.path is not None and "{" in route.path.value else None


class _Answered(NamedTuple):
    """A route with the functions that answer it, the values that they give, and the return types in those."""

    app: AppKey
    route: Route
    functions: tuple[Handler, ...]
    values: tuple[Value, ...]
    records: tuple[Record, ...]


@query
def _answered(model: Queries) -> tuple[_Answered, ...]:
    """Every route: each witness looks through them."""
    found: list[_Answered] = []
    for app in application_keys(model):
        for at, route in enumerate(application(model, app).routes):
            functions = answering(model, app, at) or ()
            values = tuple(value for one in functions for value in given_by(model, one))
            found.append(_Answered(app, route, functions, values, tuple(records_in(values))))
    return tuple(found)


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start < outer.end


def _asked(model: Queries, routes: Iterable[Route], also: Iterable[Request] = ()) -> tuple[Request, ...]:
    """The requests that these routes answer, behind others."""
    return (*also, *_requests(model, routes))[:MOST]


def _failing(
    requests: tuple[Request, ...], says: tuple[str, ...], reaches: Span | None = None, *, certain: bool = False
) -> Witness | None:
    """The claim that one of some requests is answered with an error."""
    return Witness(requests, FAILS, says, reaches, certain) if requests else None


def _is_alone(model: Queries, site: Span) -> bool:
    """Whether a place always makes the same: a helper may make there what others ask of it."""
    return sum(one.span == site for one in made_in(model, site.path)) == 1


def _is_rendered(model: Queries, site: Span) -> bool:
    """Whether what is made at a place, always the same, is an answer itself: parts of one may be left out of it."""
    return _is_alone(model, site) and any(_is_made_at(value, site) for one in _answered(model) for value in one.values)


def _is_made_at(value: Value, site: Span) -> bool:
    first = value.items[0] if isinstance(value, Sequence) and value.is_tuple and value.items else value
    return isinstance(first, Record) and first.span == site


# What each rule claims.


def _template(use: TemplateUse, model: Model) -> Witness | None:
    name = use.name.value
    if use.site is None:
        return _failing(_asked(model, _rendering(model, use.name.span.path)), (name,))
    site = use.site.span
    certain = _is_rendered(model, site)
    also = _failing_pages(model, site, name)
    return _failing(_asked(model, _coming_to(model, site, name), also), (name,), site, certain=certain)


def _rendering(model: Queries, path: str) -> Iterator[Route]:
    """The routes that render a template that the one at `path` is a part of."""
    for app, route, *_, records in _answered(model):
        for name in map(_template_of, records):
            top = template_path(model, app, name.value) if isinstance(name, Text) else None
            if top is not None and (path in composed(model, app, top).files or path in chain(model, app, top).paths):
                yield route


def _block(use: BlockUse, model: Model) -> Witness | None:
    site = use.site.span
    # Which of several blocks is rendered depends on the request.
    certain = use.site.kind in ALWAYS_A_BLOCK and _is_rendered(model, site)
    also = _failing_pages(model, site, use.template.value)
    routes = _coming_to(model, site, use.template.value)
    return _failing(_asked(model, routes, also), (use.block.value,), site, certain=certain)


def _name(missing: MissingName, model: Model) -> Witness | None:
    if not missing.certain:
        return None
    site = missing.site
    kinds = {one.kind for one in made_in(model, site.path) if one.span == site}
    always = kinds <= (frozenset({"Template"}) if missing.block is None else ALWAYS_A_BLOCK)
    certain = always and _is_rendered(model, site) and any(_is_surely_read(model, one) for one in missing.reads)
    also = _failing_pages(model, site, missing.template)
    routes = [*_coming_to(model, site, missing.template), *_rendering(model, missing.reads[0].path)]
    return _failing(_asked(model, routes, also), (missing.name,), site, certain=certain)


def _is_surely_read(model: Queries, read: Span) -> bool:
    """Whether a read runs whenever its template is rendered, as far as conditions and loops around it tell."""
    facts = template_facts(model, read.path)
    if facts is None:
        return False
    around = (*facts.conditionals, *facts.components, *facts.calls)
    return not any(one.start <= read.start < one.end for one in around)


def _arguments(fault: ArgumentFault, model: Model) -> Witness | None:
    site = fault.site.span
    refused = fault.fault in ("unknown", "missing", "twice", "by name", "many")  # by Python, at the call itself
    says = (fault.name,) if refused and fault.name.isidentifier() else ()
    certain = refused and _is_alone(model, site)
    asked = _asked(model, _coming_to(model, site), _failing_pages(model, site))
    return _failing(asked, says, site, certain=certain)


def _answer(fault: ReturnFault, model: Model) -> Witness | None:
    known = ((route, route.handler) for route in model.routes())
    routes = (route for route, handler in known if handler is not None and handler.function == fault.handler.function)
    ends = fault.fault == "end"
    says = ("CannotConvert", "NoneType") if ends else ("CannotConvert",)
    also = _failing_pages(model, fault.handler.span)
    return _failing(_asked(model, routes, also), says, None if ends else fault.at)


def _parameter(fault: ParameterFault, model: Model) -> Witness | None:
    if fault.fault == "unread":
        return None  # the default is used: nothing fails
    if fault.fault == "untaken":
        return _failing(_asked(model, (fault.route,)), (fault.name,), fault.at)
    requests = _requests(model, (fault.route,))
    return Witness(requests, None, (f"`{fault.name}",)) if requests else None


def _url(status: int) -> Callable[[UrlUse, Model], Witness | None]:
    """The claim that a URL is answered with a status."""

    def build(use: UrlUse, _model: Model) -> Witness | None:
        path = _written(use.url)
        return Witness((Request(use.method or "GET", path),), status) if path.startswith("/") else None

    return build


def _written(url: Text | Pattern) -> str:
    """A URL with something in its holes."""
    return "".join(HOLE if piece is None else piece for piece in pieces(url))


BUILDERS: tuple[tuple[Rule, Callable[[Any, Model], Witness | None]], ...] = (
    (bad_path_value, _url(MISSING)),
    (bad_return_arguments, _arguments),
    (missing_context, _name),
    (path_parameter, _parameter),
    (unknown_block, _block),
    (unknown_template, _template),
    (unnegotiable_return, _answer),
    (unrouted_url, _url(MISSING)),
    (wrong_method, _url(REFUSED)),
)
