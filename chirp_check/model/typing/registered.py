"""Functions and filters that an application gives to its templates, and how these call them."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import TemplateFacts
from chirp_check.facts.values import Arg, Call, Filter, Name
from chirp_check.facts.walk import every_part
from chirp_check.grammar.htmx_settings import SETTINGS
from chirp_check.grammar.names import nearest
from chirp_check.model.applications import AppKey, application
from chirp_check.model.entities import Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.htmx import HELPER, loaded_in, versions
from chirp_check.model.inputs import module_functions, template_facts
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.program import log
from chirp_check.model.templates import everywhere, showing
from chirp_check.model.typing.classes import CACHES, last_name
from chirp_check.model.typing.faults import BadArguments
from chirp_check.model.typing.guards import is_attempted
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Routine
from chirp_check.model.typing.live import expressions_of
from chirp_check.model.typing.operands import mistake
from chirp_check.source import Span

GLOBAL, FILTER = "template_global", "template_filter"
_NAMING = frozenset({GLOBAL, FILTER, "template_test", "staticmethod"})


class Used(msgspec.Struct, frozen=True):
    """A place where a template uses a function or filter, by its name, and what it is given there."""

    name: str
    at: Span
    given: tuple[Arg, ...]


@gate
def registered_functions(model: Queries, app: AppKey, kind: str) -> Mapping[str, Routine]:
    """The functions behind the globals or filters of an application, by their names, where the text tells which."""
    span = application(model, app).span
    found: dict[str, Routine | None] = {}
    for record in log(model).of_kind(f"@{kind}"):
        name = record.args[1] if record.args[0].span == span else None
        if isinstance(name, Text):
            known = _meant(model, record.span)
            found[name.value] = known if found.get(name.value, known) == known else None
    return {name: known for name, known in found.items() if known is not None}


def _meant(model: Queries, span: Span) -> Routine | None:
    """The function that is registered at a place: below the decorator there, or in the call."""
    for one in module_functions(model, span.path).values():
        if any((each.start, each.end) == (span.start, span.end) for each in one.decorators):
            known = all(last_name(each) in _NAMING | CACHES for each in one.decorators)
            return Routine(span.path, one.qualname) if known else None
    inference = Inference(model)
    term = inference.term_at(span)
    if not isinstance(term, Call) or len(term.arguments) != 1:
        return None
    known_ = inference.of(term.arguments[0].value, inference.place(span))
    only = known_[0] if known_ is not None and len(known_) == 1 else None
    return only if isinstance(only, Routine) else None


@query
def call_faults(model: Queries, path: str) -> tuple[BadArguments, ...]:
    """The calls of a template with arguments that a function of the application does not take, in all that have it."""
    return everywhere(model, path, lambda app: _faults(model, app, path)) if showing(model, path) else ()


def _faults(model: Queries, app: AppKey, path: str) -> Iterator[BadArguments]:
    functions, filters = registered_functions(model, app, GLOBAL), registered_functions(model, app, FILTER)
    facts = template_facts(model, path)
    if facts is None or facts.faults:
        return
    yield from _settings(model, app, facts) if HELPER not in functions and HELPER in loaded_in(model, path) else ()
    for call in facts.calls if functions else ():
        known = functions.get(call.function.id) if isinstance(call.function, Name) and not call.is_tag else None
        if known is not None and isinstance(call.function, Name) and not _is_hidden(model, facts, call.function.id):
            used = Used(call.function.id, Span(path, call.start, call.end), call.arguments)
            yield from _fault(model, facts, known, used)
    if any(one.name in filters for one in facts.filters):
        for term in (part for one in expressions_of(facts, -1) for part in every_part(one)):
            if isinstance(term, Filter) and term.name in filters:
                given = (Arg(None, 0, term.base), *term.arguments)
                used = Used(term.name, Span(path, term.start, term.end), given)
                yield from _fault(model, facts, filters[term.name], used)


def _settings(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[BadArguments]:
    """The settings that a template gives to htmx, and that no version has which its pages may load."""
    known = frozenset[str]().union(*(SETTINGS[one] for one in versions(model, app)))
    for call in facts.calls:
        if not isinstance(call.function, Name) or call.function.id != HELPER or _is_hidden(model, facts, HELPER):
            continue
        for one in call.arguments:
            at = Span(facts.path, one.value.start, one.value.end)
            if one.name is None and not one.stars:
                yield BadArguments(HELPER, "takes settings by name only", at, ())
            elif one.name is not None and one.name not in known:
                yield BadArguments(HELPER, f"has no setting `{one.name}`", at, (), meant=nearest(one.name, known))


def _fault(model: Queries, facts: TemplateFacts, known: Routine, used: Used) -> Iterator[BadArguments]:
    written = function(model, known.module, known.qualname)
    problem = mistake(written, known.taken, used.given) if written is not None else None
    if written is not None and problem is not None and not is_attempted(facts, used.at.start):
        place = Span(known.module, written.name_start, written.name_end)
        yield BadArguments(used.name, problem, used.at, (), place)


def _is_hidden(model: Queries, facts: TemplateFacts, name: str) -> bool:
    """Whether a template, or a render site, gives the name another meaning."""
    own = {local.name for reference in facts.references for _, local in reference.names}
    own |= {one.name.name for one in facts.components} | {one.name.name for one in facts.bindings}
    own |= {one.name for owner in facts.components for one in owner.parameters}
    return name in own or name in _given(model)


@query
def _given(model: Queries) -> frozenset[str]:
    """The names that render sites give."""
    made = (one for ones in log(model).records.values() for one in ones if one.kind in RETURN_TYPES)
    return frozenset(name for one in made for name, _ in one.kwargs)
