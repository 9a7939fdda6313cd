"""What htmx asks for and what is answered, where the two do not go together."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.around import PERHAPS, effective
from chirp_check.model.domain import Record, Scalar, Sequence, Value
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, pieces
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import answering, given_by
from chirp_check.model.routes import RouteShape, is_local, reach
from chirp_check.model.templates import chain, everywhere, showing, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

STREAMS = frozenset({"EventStream", "SSEResponse", "StreamingResponse", "Response", "LayoutSuspense"})
# Where these take a status, and which they have without.
_STATUS: Mapping[str, tuple[int | None, int]] = {"ValidationError": (None, 422), "Response": (1, 200)}
_DOCUMENTS = frozenset({"Template", "TemplateStream", "Stream"})


class NestedPage(msgspec.Struct, frozen=True, gc=False):
    """A request of an element (`url`) that a whole document answers: the template, and where it is returned."""

    url: Text | Pattern
    template: str
    returned: Span


class NoStream(msgspec.Struct, frozen=True, gc=False):
    """A connection for events to a route that gives none; `returned` is what it gives instead."""

    url: Text | Pattern
    kind: str
    returned: Span


type Fault = NestedPage | NoStream


@query
def exchange_faults(model: Queries, path: str) -> tuple[Fault, ...]:
    """What is wrong with the answers to what the elements of a template ask for, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    return everywhere(model, path, lambda app: _faults(model, app, facts)) if facts is not None else ()


def _faults(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Fault]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        asked = [one for one in REQUESTS if attribute(element, one) is not None]
        for name in asked if asked and _is_swapped_in(model, app, reader, element) else ():
            for url in reader.texts(attribute(element, name), element):
                yield from _nested(model, app, url, REQUESTS[name])
        for url in reader.texts(attribute(element, "sse-connect"), element):
            yield from _no_stream(model, app, url)


def _is_swapped_in(model: Queries, app: AppKey, reader: Reader, element: Element) -> bool:
    """Whether the whole answer surely goes into an element, or in its place, and not into the body."""
    if any(effective(model, app, reader.facts, element, name) is not None for name in ("hx-select", "hx-disable")):
        return False
    target = effective(model, app, reader.facts, element, "hx-target")
    swap = effective(model, app, reader.facts, element, "hx-swap")
    if target is PERHAPS or swap is PERHAPS:
        return False
    if target is not None:
        selectors = reader.texts(target, element)
        if not selectors or not all(_is_id(one) for one in selectors):
            return False
    styles = reader.texts(swap, element) if swap is not None else ()
    return element.tag != "body" and all(isinstance(one, Text) and one.value.strip() != "none" for one in styles)


def _is_id(selector: object) -> bool:
    return isinstance(selector, (Text, Pattern)) and (pieces(selector)[0] or "").startswith(("#", "this", "closest "))


def routes_of(model: Queries, app: AppKey, url: object, method: str) -> tuple[RouteShape, ...]:
    """The routes that surely answer a request between them; none where others may."""
    if not isinstance(url, (Text, Pattern)) or pieces(url)[0] is None or not is_local(url):
        return ()
    reached = reach(model, app, url)
    found = () if reached.open else reached.likely
    return tuple(one for one in found if one.methods is not None and method in one.methods)


def _nested(model: Queries, app: AppKey, url: object, method: str) -> Iterator[NestedPage]:
    pages = [_document(model, app, one.index) for one in routes_of(model, app, url, method)]
    if pages and pages[0] is not None and all(pages) and isinstance(url, (Text, Pattern)):
        template, returned = pages[0]
        yield NestedPage(url, template, returned)


def _no_stream(model: Queries, app: AppKey, url: object) -> Iterator[NoStream]:
    others = [_no_events(model, app, one.index) for one in routes_of(model, app, url, "GET")]
    if others and others[0] is not None and all(others) and isinstance(url, (Text, Pattern)):
        yield NoStream(url, *others[0])


@gate
def _document(model: Queries, app: AppKey, route: int) -> tuple[str, Span] | None:
    """The whole document that a route always answers with, an error aside; None for anything else."""
    found: list[tuple[str, Span]] = []
    for value in answers_of(model, app, route) or ():
        if is_error(value):
            continue
        name = value.argument(0, "name") if isinstance(value, Record) and value.kind in _DOCUMENTS else None
        if not isinstance(value, Record) or not isinstance(name, Text) or not _is_document(model, app, name.value):
            return None
        found.append((name.value, value.span))
    return found[0] if found else None


def with_status(value: Value) -> tuple[Value, int | None]:
    """What an answer is made of, and its status: that of a tuple, or its own; None for one that is not told."""
    if isinstance(value, Sequence) and value.is_tuple and len(value.items) in (2, 3):
        value, status = value.items[:2]
    elif isinstance(value, Record) and value.kind in _STATUS and not value.open:
        position, usual = _STATUS[value.kind]
        status = value.argument(position, "status") or Scalar(usual, value.span)
    else:
        return value, None
    number = status.value if isinstance(status, Scalar) else None
    return value, number if isinstance(number, int) else None


def is_error(value: Value) -> bool:
    """A status that htmx 2 by itself does not swap in."""
    inner, status = with_status(value)
    unknown = isinstance(inner, Record) and inner.kind == "ValidationError"  # whatever its status may be
    return unknown if status is None else status >= 400


def _is_document(model: Queries, app: AppKey, name: str) -> bool:
    """Whether a template always is a whole document: what it is in the end derived from has `<html>` or `<body>`."""
    path = template_path(model, app, name)
    derived = chain(model, app, path) if path is not None else None
    return derived is not None and derived.complete and _has_body(model, derived.paths[-1])


@gate
def _has_body(model: Queries, path: str) -> bool:
    facts = template_facts(model, path)
    elements = facts.elements if facts is not None else ()
    return any(one.tag in ("html", "body") and not one.branches for one in elements)


@gate
def _no_events(model: Queries, app: AppKey, route: int) -> tuple[str, Span] | None:
    """What a route answers with where that is never a stream of events."""
    found: list[tuple[str, Span]] = []
    for value in answers_of(model, app, route) or ():
        if not isinstance(value, Record) or value.kind in STREAMS:
            return None
        found.append((value.kind, value.span))
    return found[0] if found else None


def answers_of(model: Queries, app: AppKey, route: int) -> tuple[Value, ...] | None:
    """All that a route can answer with; None where one of its functions is not seen."""
    functions = answering(model, app, route)
    return None if functions is None else tuple(value for one in functions for value in given_by(model, one))
