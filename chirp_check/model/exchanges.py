"""What htmx asks for and what is answered, where the two do not go together."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.handlers import Function, Param
from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Attr, Const, Name
from chirp_check.facts.walk import every_part
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey, route_at
from chirp_check.model.around import PERHAPS, effective
from chirp_check.model.domain import Dict, Record, Sequence, Value, Yields
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts
from chirp_check.model.listing import function
from chirp_check.model.markup import attribute, pieces
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import answering
from chirp_check.model.responses import answers_of, document, is_document, is_error, with_status
from chirp_check.model.routes import RouteShape, is_local, reach
from chirp_check.model.templates import everywhere, showing
from chirp_check.model.templates import target as named
from chirp_check.model.ways import Reader
from chirp_check.source import Span

# What gives events, or may: by a response of its own, or from a file.
STREAMS = frozenset(
    {"EventStream", "SSEResponse", "StreamingResponse", "Response", "FileResponse", "LayoutSuspense", "hx_redirect"}
)
_PLAIN = frozenset({"query", "form", "path", "path_params", "params", "cookies", "method", "session"})
_DOCUMENTS = frozenset({"Template", "TemplateStream", "Stream"})


class NestedPage(msgspec.Struct, frozen=True, gc=False):
    """A request of an element (`url`) that a whole document answers: the template, and where it is returned.

    `included`: by an include with that name instead, and where the document begins.
    """

    url: Text | Pattern
    template: str
    returned: Span
    included: bool = False


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
    yield from _included(model, app, facts)
    for element in facts.elements:
        asked = [one for one in REQUESTS if attribute(element, one) is not None]
        for name in asked if asked and _is_swapped_in(model, app, reader, element) else ():
            for url in reader.texts(attribute(element, name), element):
                yield from _nested(model, app, url, REQUESTS[name])
        for url in reader.texts(attribute(element, "sse-connect"), element):
            yield from _no_stream(model, app, url)


def _included(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[NestedPage]:
    """The whole documents that a template includes where a page has begun: in an element, or in a block of a page."""
    for one in facts.references:
        at, name = one.tag_start, one.target
        found = named(model, app, one, facts.path) if one.kind == "include" else None
        begins = document(model, app, found) if found is not None else None
        if begins is None or not isinstance(name, Const) or any(el.start < at < el.end for el in facts.elements):
            continue
        around = [el for el in facts.elements if el.close is not None and el.end <= at < el.close]
        in_block = any(block.body_start <= at < block.body_end for block in facts.blocks)
        if any(el.tag in _INERT for el in around):
            continue
        if around or (in_block and document(model, app, facts.path) is not None):
            written = str(name.value)
            yield NestedPage(Text(written, Span(facts.path, one.start, one.end)), written, begins, included=True)


_INERT = frozenset({"template", "textarea", "noscript", "svg", "pre"})


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
    """The whole document that a route always answers with, an error aside; None for anything else.

    A redirect aside, too, where the function cannot tell htmx from a browser: then both get the document.
    """
    found: list[tuple[str, Span]] = []
    is_blind = _is_blind(model, app, route)
    for value in answers_of(model, app, route) or ():
        if is_error(value) or (is_blind and isinstance(value, Record) and value.kind == "Redirect"):
            continue
        name = value.argument(0, "name") if isinstance(value, Record) and value.kind in _DOCUMENTS else None
        if not isinstance(value, Record) or not isinstance(name, Text) or not is_document(model, app, name.value):
            return None
        found.append((name.value, value.span))
    return found[0] if found else None


@gate
def _is_blind(model: Queries, app: AppKey, route: int) -> bool:
    """Whether the functions of a route surely cannot tell who asks."""
    known = route_at(model, app, route).path
    functions = answering(model, app, route)
    if functions is None or known is None:
        return False
    written = [function(model, one.function.module, one.function.qualname) for one in functions]
    return all(one is not None and _cannot_tell(one, known.value) for one in written)


def _cannot_tell(written: Function, path: str) -> bool:
    """Whether a function gets nothing but parameters of the path, and of the request what a browser sends as well."""
    if any(f"{{{one.name}}}" not in path and f"{{{one.name}:" not in path for one in written.params if not _asks(one)):
        return False
    requests = [one.name for one in written.params if _asks(one)]
    parts = list(every_part(written.body))
    plain = [one for one in parts if isinstance(one, Attr) and one.name in _PLAIN and isinstance(one.base, Name)]
    read = [one for one in parts if isinstance(one, Name) and (one.id in requests or "request" in one.id.lower())]
    return len(read) == sum(isinstance(one.base, Name) and one.base.id in requests for one in plain)


def _asks(param: Param) -> bool:
    return param.name == "request" or (isinstance(param.annotation, Name) and param.annotation.id == "Request")


@gate
def _no_events(model: Queries, app: AppKey, route: int) -> tuple[str, Span] | None:
    """What a route answers with where that is never a stream of events, nor a redirect to one."""
    found: list[tuple[str, Span]] = []
    answers = _at_last(model, app, route)
    for value in answers or ():
        kind = _kind(value)
        if kind is None or kind in STREAMS:
            return None
        found.append((kind, value.span))
    return found[0] if found else None


def _at_last(model: Queries, app: AppKey, route: int) -> list[Value] | None:
    """What is answered in the end, errors aside; None where a redirect leads nobody knows where."""
    found: list[Value] = []
    pending, seen = [route], {route}
    while pending:
        answers = answers_of(model, app, pending.pop())
        if answers is None:
            return None
        made = [with_status(one)[0] for one in answers if not is_error(one)]
        redirects = [one for one in made if isinstance(one, Record) and one.kind == "Redirect"]
        found += (one for one in made if one not in redirects)
        led = [routes_of(model, app, one.argument(0, "url"), "GET") for one in redirects]
        if not all(led):
            return None
        followed = {one.index for routes in led for one in routes} - seen
        pending += followed
        seen |= followed
    return found


def _kind(value: Value) -> str | None:
    """What a value is that an answer is made of, by the name that Python has for it; None for what is not known."""
    match value:
        case Record(kind=kind) if kind in RETURN_TYPES and RETURN_TYPES[kind].answers:
            return kind
        case Text() | Pattern():
            return "str"
        case Dict():
            return "dict"
        case Sequence(is_tuple=False) if not isinstance(value, Yields):
            return "list"
        case _:
            return None
