"""The subjects that rules judge, file by file: what one file says, resolved as far as rules need it.

A producer is a query of its own, so that an edit asks again only those whose answer depends on it; adding one is a
query and its place in `PRODUCERS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from chirp_check.facts.templates import Fault
from chirp_check.model import annotations, markup_uses, python_uses
from chirp_check.model.answers import handler_faults
from chirp_check.model.applications import AppKey, application, application_keys, handlers
from chirp_check.model.context_faults import context_faults
from chirp_check.model.deferred import deferred_faults
from chirp_check.model.domain import Callable as Function
from chirp_check.model.domain import Record
from chirp_check.model.duplicates import given_twice
from chirp_check.model.entities import (
    BlockUse,
    ContextUse,
    HandlerRef,
    SyntaxProblem,
    TargetUse,
    TemplateUse,
    Unknown,
    UrlUse,
)
from chirp_check.model.events import unheard_events, unknown_events
from chirp_check.model.exchanges import exchange_faults
from chirp_check.model.file_forms import file_forms
from chirp_check.model.form_faults import field_faults
from chirp_check.model.form_tokens import token_faults
from chirp_check.model.form_unread import forms
from chirp_check.model.hx_faults import hx_faults
from chirp_check.model.inputs import module_facts, template_facts
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, Same, part, query, table
from chirp_check.model.none_tests import none_tests
from chirp_check.model.page_faults import page_faults
from chirp_check.model.parameters import parameter_faults
from chirp_check.model.program import records
from chirp_check.model.promises import promise_faults
from chirp_check.model.provided import context_uses
from chirp_check.model.quoting import quoting_faults
from chirp_check.model.registrations import registration_faults
from chirp_check.model.registry import disagreements
from chirp_check.model.response_headers import header_uses
from chirp_check.model.returns import argument_faults
from chirp_check.model.route_checks import named_routes, route_faults
from chirp_check.model.selector_uses import selector_uses
from chirp_check.model.selects import select_faults
from chirp_check.model.static_files import missing_files
from chirp_check.model.swaps import swap_faults
from chirp_check.model.template_uses import deceptions, template_uses
from chirp_check.model.templates import Cycle, cycles, owners, paths, showing, template_files
from chirp_check.model.twice import duplicate_ids
from chirp_check.model.typing.faults import type_faults
from chirp_check.model.typing.registered import call_faults
from chirp_check.model.unswapped import unswapped
from chirp_check.source import Span

_SITED = (TemplateUse, BlockUse, UrlUse)
_KINDS = {TemplateUse: "template", BlockUse: "block", UrlUse: "url"}


@query
def _python_uses(model: Queries, path: str) -> tuple[object, ...]:
    """What the return types that a Python file constructs refer to."""
    made = records(model, path)
    found: dict[object, None] = {}
    for app in owners(model, path) if made else ():
        uses = dict.fromkeys(use for record in made for use in _record_uses(model, app, Same(record)))
        found.update(dict.fromkeys(_settled(uses)))
    return tuple(found)


@part
def _record_uses(model: Queries, app: AppKey, record: Same[Record]) -> tuple[python_uses.Use, ...]:
    return tuple(python_uses.uses(model, app, record.it))


def _settled(found: Iterable[object]) -> Iterator[object]:
    """The uses; an argument of a site that is Unknown on its own but known from some call is not unknown."""
    sites = {(_KINDS[type(use)], use.site.span) for use in found if isinstance(use, _SITED) and use.site is not None}
    for use in found:
        if not (isinstance(use, Unknown) and (use.kind, use.span) in sites):
            yield use


@query
def _markup_uses(model: Queries, path: str) -> tuple[object, ...]:
    """What a template refers to."""
    facts = template_facts(model, path) if _is_template(model, path) else None
    if facts is None:
        return ()
    uses = (use for app in showing(model, path) for use in markup_uses.uses(model, app, facts))
    return tuple(dict.fromkeys(uses))


@query
def _is_template(model: Queries, path: str) -> bool:
    return any(path in paths(model, app) for app in application_keys(model))


@table
def _all_cycles(model: Queries) -> Mapping[str, tuple[Cycle, ...]]:
    found: dict[str, dict[Cycle, None]] = {}
    for app in application_keys(model):
        for one in cycles(model, app):
            found.setdefault(one.path, {})[one] = None
    return {path: tuple(ones) for path, ones in found.items()}


def _cycles(model: Queries, path: str) -> tuple[object, ...]:
    return _all_cycles.entry(model, path) or ()


@table
def _by_place(model: Queries) -> Mapping[str, tuple[object, ...]]:
    """What applications say at a place in a file: routes, and gaps in what is known."""
    found: dict[str, dict[object, None]] = {}
    for app in application_keys(model):
        known = application(model, app)
        for gap in known.unknowns:
            found.setdefault(gap.span.path, {})[gap] = None
        for route in known.routes:
            found.setdefault(route.span.path, {})[route] = None
    return {path: tuple(ones) for path, ones in found.items()}


@table
def _answering(model: Queries) -> Mapping[str, tuple[tuple[HandlerRef, Function], ...]]:
    """The functions that answer, by the file that defines them, with their references."""
    found: dict[str, dict[tuple[HandlerRef, Function], None]] = {}
    for app in application_keys(model):
        known = handlers(model, app)
        routed = zip((route.handler for route in application(model, app).routes), known.of_routes, strict=True)
        for reference, handler in (*routed, *known.of_errors):
            if reference is not None and handler is not None and handler.around is None:
                found.setdefault(reference.span.path, {})[reference, handler.function] = None
    return {path: tuple(ones) for path, ones in found.items()}


@query
def _application(model: Queries, path: str) -> tuple[object, ...]:
    """What applications say at places in a file, and the annotations of their handlers."""
    answering = _answering.entry(model, path) or ()
    uses = (annotations.annotation(model, function, reference) for reference, function in answering)
    return tuple(dict.fromkeys((*(_by_place.entry(model, path) or ()), *filter(None, uses))))


@query
def _syntax(model: Queries, path: str) -> tuple[object, ...]:
    """What Python or Kida refuses in a file."""
    if path.endswith(".py"):
        module = module_facts(model, path)
        faults = module.faults if module is not None else ()
        return tuple(SyntaxProblem("python", one.message, Span(path, one.start, one.end)) for one in faults)
    template = template_facts(model, path) if _is_template(model, path) else None
    found = template.faults if template is not None else ()
    return tuple(_refused(path, one) for one in found)


def _refused(path: str, fault: Fault) -> SyntaxProblem:
    related = tuple((Span(path, start, end), message) for start, end, message in fault.related)
    return SyntaxProblem("kida", fault.message, Span(path, fault.start, fault.end), fault.help, related)


type Producer = Callable[[Queries, str], Iterable[object]]
PRODUCERS: tuple[Producer, ...] = (
    _python_uses,
    _markup_uses,
    _cycles,
    _application,
    _syntax,
    header_uses,
    argument_faults,
    handler_faults,
    promise_faults,
    route_faults,
    registration_faults,
    parameter_faults,
    page_faults,
    named_routes,
    template_uses,
    deceptions,
    context_faults,
    context_uses,
    given_twice,
    none_tests,
    hx_faults,
    file_forms,
    missing_files,
    field_faults,
    token_faults,
    forms,
    selector_uses,
    swap_faults,
    duplicate_ids,
    unswapped,
    exchange_faults,
    unknown_events,
    unheard_events,
    quoting_faults,
    deferred_faults,
    disagreements,
    select_faults,
    type_faults,
    call_faults,
)


@query
def subjects_of(model: Queries, path: str) -> Mapping[type, tuple[object, ...]]:
    """Everything that rules judge in one file, by its kind, each once."""
    found: dict[type, dict[object, None]] = {}
    for producer in PRODUCERS:
        for one in producer(model, path):
            found.setdefault(type(one), {})[one] = None
    return {kind: tuple(ones) for kind, ones in found.items()}


# The kinds of subjects that are references, and the kinds of unknowns that stand for one that is not verified.
REFERENCES = (TemplateUse, BlockUse, UrlUse, TargetUse, ContextUse)
UNVERIFIED = frozenset({"template", "block", "url", "target", "context"})


class Tally(NamedTuple):
    """How many references of a file are verified, how many it has, and what its text does not determine."""

    verified: int
    references: int
    unknowns: tuple[Unknown, ...]


@query
def tally(model: Queries, path: str) -> Tally:
    """What of a file could be verified."""
    subjects = subjects_of(model, path)
    unknowns = tuple(one for one in subjects.get(Unknown, ()) if isinstance(one, Unknown))
    verified = sum(len(subjects.get(kind, ())) for kind in REFERENCES)
    return Tally(verified, verified + sum(one.kind in UNVERIFIED for one in unknowns), unknowns)


@query
def checked_files(model: Queries) -> tuple[str, ...]:
    """The files that can have subjects: Python to check and what it imports, and templates; sorted."""
    return tuple(sorted({*read_modules(model), *template_files(model)}))
