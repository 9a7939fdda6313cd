"""Answers with an error status that htmx 2 throws away, where nothing tells it to swap them."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import TemplateFacts
from chirp_check.grammar.htmx import HTMX_2
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.exchanges import routes_of
from chirp_check.model.htmx import HELPER, loaded_in, versions
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, scripted
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.responses import answers_of, with_status
from chirp_check.model.templates import everywhere, paths, showing
from chirp_check.model.ways import Reader
from chirp_check.source import Span

_RENDERED = frozenset({"Fragment", "Page", "Template", "OOB", "LayoutPage", "PageComposition", "ValidationError"})
_SCRIPTED = ("responseHandling", "shouldSwap", "htmx:beforeSwap", "beforeSwap", "before-swap", "beforeOnLoad")


class Unswapped(msgspec.Struct, frozen=True, gc=False):
    """A request of an element (`url`) that may be answered with a status which htmx does not swap, and where it is."""

    url: Text | Pattern
    status: int
    returned: Span


@query
def unswapped(model: Queries, path: str) -> tuple[Unswapped, ...]:
    """The requests of a template whose answers to mistakes nobody sees, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None or any(_swaps_errors(model, app) for app in showing(model, path)):
        return ()
    return everywhere(model, path, lambda app: _found(model, app, facts))


def _found(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Unswapped]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        for name in (one for one in REQUESTS if attribute(element, one) is not None):
            for url in reader.texts(attribute(element, name), element):
                yield from _refused(model, app, url, REQUESTS[name])


def _refused(model: Queries, app: AppKey, url: object, method: str) -> Iterator[Unswapped]:
    for route in routes_of(model, app, url, method):
        error = _error(model, app, route.index)
        if error is not None and isinstance(url, (Text, Pattern)):
            yield Unswapped(url, *error)
            return


@gate
def _error(model: Queries, app: AppKey, route: int) -> tuple[int, Span] | None:
    """The first answer of a route that is rendered and has the status of an error."""
    known = (_rendered_error(value) for value in answers_of(model, app, route) or ())
    return next((one for one in known if one is not None), None)


def _rendered_error(value: Value) -> tuple[int, Span] | None:
    inner, status = with_status(value)
    rendered = isinstance(inner, Record) and inner.kind in _RENDERED
    return (status, inner.span) if rendered and status is not None and status >= 400 else None


@gate
def _swaps_errors(model: Queries, app: AppKey) -> bool:
    """Whether something may tell htmx to swap errors: settings, a script, an extension; or it is not htmx 2 alone."""
    if versions(model, app) != frozenset({HTMX_2}):
        return True
    return any(scripted(model, app, word) for word in _SCRIPTED) or any(
        tells_of_errors(model, path) for path in paths(model, app)
    )


@gate
def tells_of_errors(model: Queries, path: str) -> bool:
    """Whether a template configures htmx, loads it by the helper, which does, or uses its extensions."""
    facts = template_facts(model, path)
    if facts is None:
        return False
    if HELPER in loaded_in(model, path):
        return True
    metas = (one for one in facts.elements if one.tag == "meta")
    return any(attribute(one, "hx-ext") is not None for one in facts.elements) or any(
        attribute(one, "content") is not None and "htmx-config" in str(attribute(one, "name")) for one in metas
    )
