"""What a handler can answer, as far as markup is concerned: the templates it renders and the URLs it leads to."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Dict, Instance, Record, Scalar, Sequence, Value, Yields
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.framework import RENDERED, RETURN_TYPES
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import unplaced
from chirp_check.model.memory import Queries, gate
from chirp_check.model.pages import answering, given_by
from chirp_check.model.templates import chain, template_path
from chirp_check.source import Span


class Response(msgspec.Struct, frozen=True):
    """The names of the templates an answer can hold, the redirects a client follows, and whether more is possible."""

    templates: frozenset[str]
    redirects: frozenset[Text | Pattern]
    open: bool


# Constructed with text that may be any markup.
_RAW = frozenset({"Response", "InlineTemplate", "FileResponse", "StreamingResponse", "SSEResponse", "LayoutSuspense"})

# Where these take a status, and which they have without.
_STATUS: Mapping[str, tuple[int | None, int]] = {"ValidationError": (None, 422), "Response": (1, 200)}
_CARRYING = frozenset({"OOB", "FormAction", "MutationResult", "EventStream", "SSEEvent"})


@gate
def response(model: Queries, app: AppKey, route: int) -> Response | None:
    """What a route can answer, its functions run on unknown arguments; None where one of them is not known."""
    functions = answering(model, app, route)
    if functions is None:
        return None
    templates: set[str] = set()
    redirects: set[Text | Pattern] = set()
    is_open = False
    for value in parts_of(tuple(value for one in functions for value in given_by(model, one))):
        names, urls, unseen = _answered(value)
        templates |= names
        redirects |= urls
        is_open = is_open or unseen
    return Response(frozenset(templates), frozenset(redirects), is_open)


type _Answer = tuple[frozenset[str], frozenset[Text | Pattern], bool]


def _answered(value: Value) -> _Answer:
    """The templates and redirects of one value, and whether more is possible."""
    is_open = False
    match value:
        case Record(kind=kind) if kind in RETURN_TYPES:
            return _record(value)
        case Text(text):
            is_open = "<" in text
        case Pattern(pieces):
            is_open = any(piece is not None and "<" in piece for piece in pieces)
        case Unknown():
            is_open = True
        case Record(kind=kind):
            is_open = kind != RENDERED
        case _:
            pass
    return frozenset(), frozenset(), is_open


def parts_of(values: tuple[Value, ...]) -> Iterator[Value]:
    """The values with tuples' first items and the fragments inside records."""
    pending = list(values)
    while pending:
        value = pending.pop()
        match value:
            case Sequence(items, is_tuple=True) if items:
                pending.append(items[0])
            case Sequence() | Dict() | Scalar() | Instance():
                pass
            case Record():
                yield value
                pending += carried(value)
            case _:
                yield value


def carried(record: Record) -> list[Value]:
    """The fragments that a record carries; what is Unknown among them is kept."""
    if record.kind in ("OOB", RENDERED):
        return list(record.args)
    if record.kind == "EventStream":
        return _streamed(record.argument(0, "generator"), record.span)
    if record.kind == "SSEEvent":
        return _told(record.argument(0, "data"), record.span)
    if record.kind not in ("FormAction", "MutationResult", "PageComposition"):
        return []
    fragments = [value for key, value in record.kwargs if key in ("fragments", "regions")]
    listed = [item for value in fragments if isinstance(value, Sequence) for item in value.items]
    unseen: list[Value] = [value for value in fragments if not isinstance(value, Sequence)]
    return [*record.args[1:], *listed, *unseen]


def _streamed(generator: Value | None, span: Span) -> list[Value]:
    """What a stream sends, each of it; Unknown where that is not all known."""
    known = isinstance(generator, Sequence) and (not generator.open or isinstance(generator, Yields))
    items = generator.items if known and isinstance(generator, Sequence) else (None,)
    return [part for item in items for part in _told(item, span)]


def _told(item: Value | None, span: Span) -> list[Value]:
    """What one event brings: text with a hole in it may be any markup, what is no text comes as JSON."""
    if item is None or isinstance(item, Pattern):
        return [Unknown("what a stream sends", span)]
    return [] if isinstance(item, (Sequence, Dict)) else [item]


def _record(record: Record) -> _Answer:
    signature = RETURN_TYPES[record.kind]
    none: frozenset[Text | Pattern] = frozenset()
    if signature.template is not None:
        name = record.argument(*signature.template)
        return (frozenset({name.value}), none, False) if isinstance(name, Text) else (frozenset(), none, True)
    if record.kind in ("Redirect", "hx_redirect"):
        url = record.argument(0, "url")
        if not isinstance(url, (Text, Pattern)):
            return frozenset(), none, True
        return frozenset(), frozenset({unplaced(url)}), False
    if record.kind in _RAW:
        body = record.argument(0, "body")
        plain = body is None or (isinstance(body, Text) and "<" not in body.value)
        return frozenset(), none, not plain
    unseen = record.open and record.kind in _CARRYING
    return frozenset(), none, unseen


def answers_of(model: Queries, app: AppKey, route: int) -> tuple[Value, ...] | None:
    """All that a route can answer with; None where one of its functions is not seen."""
    functions = answering(model, app, route)
    return None if functions is None else tuple(value for one in functions for value in given_by(model, one))


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


def is_document(model: Queries, app: AppKey, name: str) -> bool:
    """Whether a template always is a whole document: what it is in the end derived from has `<html>` or `<body>`."""
    path = template_path(model, app, name)
    return path is not None and document(model, app, path) is not None


def document(model: Queries, app: AppKey, path: str) -> Span | None:
    """The `<html>` or `<body>` of a whole document, which the template at a path always is; None where it is none."""
    derived = chain(model, app, path)
    return _body(model, derived.paths[-1]) if derived.complete else None


@gate
def _body(model: Queries, path: str) -> Span | None:
    facts = template_facts(model, path)
    elements = facts.elements if facts is not None else ()
    found = (one for one in elements if one.tag in ("html", "body") and not one.branches)
    return next((Span(path, one.start, one.end) for one in found), None)
