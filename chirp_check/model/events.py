"""Events that streams give and events that elements wait for, where the two do not go together.

What a stream gives is known only where every value that its generator yields is.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Const
from chirp_check.grammar.htmx import HTMX_2
from chirp_check.model.applications import AppKey, application, application_keys
from chirp_check.model.domain import Dict, Record, Scalar, Sequence, Value, Yields
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.exchanges import routes_of
from chirp_check.model.htmx import versions
from chirp_check.model.inputs import files, has_any, template_facts
from chirp_check.model.markup import attribute, in_scripts
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.program import log
from chirp_check.model.responses import answers_of, is_error
from chirp_check.model.templates import everywhere, paths, showing
from chirp_check.model.ways import Reader
from chirp_check.source import Span

CONNECT = "sse-connect"
UNNAMED = "message"  # what browsers call an event without a name
_OWN = frozenset({"error", "open"})  # what browsers tell of a connection by themselves
_TRIGGER = "sse:"
_LISTENING = ("sse-swap", "sse-close")
_UNNAMED_KINDS = frozenset({"Template", "InlineTemplate", "OOB"})


class Emission(msgspec.Struct, frozen=True, gc=False):
    """An event that a stream gives, and where it is made; htmx may get a Fragment under several names.

    `seen`: it has something to show, and is not only there for the connection.
    """

    name: str
    span: Span
    seen: bool


class UnknownEvent(msgspec.Struct, frozen=True, gc=False):
    """An event that an element waits for (`via` is the attribute), and all that its stream gives."""

    name: Text
    via: str
    url: Text | Pattern
    given: tuple[Emission, ...]


class UnheardEvent(msgspec.Struct, frozen=True, gc=False):
    """An event of a stream that no element waits for, what they wait for, and a place that connects to the stream."""

    event: Emission
    heard: tuple[str, ...]
    connected: Span


# What streams give.


@gate
def given_at(model: Queries, app: AppKey, route: int) -> tuple[Emission, ...] | None:
    """All events that a route gives, each name once; None where that is not known, or it is no stream."""
    found: dict[str, Emission] = {}
    streams = 0
    for value in answers_of(model, app, route) or ():
        if is_error(value):
            continue
        made = _stream(value)
        if made is None:
            return None
        streams += 1
        for one in made:
            found.setdefault(one.name, one)
    return tuple(found.values()) if streams else None


def _stream(value: Value) -> tuple[Emission, ...] | None:
    """The events of one stream, each time it yields one."""
    if not isinstance(value, Record) or value.kind != "EventStream" or value.open:
        return None
    items = value.argument(0, "generator")
    if not isinstance(items, Sequence) or (items.open and not isinstance(items, Yields)):
        return None
    event_type = value.argument(1, "event_type")
    default = _name(event_type)
    if default is None:
        return None
    found: list[Emission] = []
    for item in items.items:
        names = _names(item, default)
        if not names:
            return None
        found += (Emission(name, _place(item), _is_seen(item, names)) for name in names)
    return tuple(found)


def _name(value: Value | None) -> str | None:
    """The name of an event that is given as this; empty without one, None where it is not known."""
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return ""
    return value.value if isinstance(value, Text) else None


def _names(item: Value, default: str) -> tuple[str, ...]:
    """The names under which a yielded value may be sent; none where they are not known."""
    match item:
        case Text() | Pattern() | Dict() | Sequence():
            return (default or UNNAMED,)
        case Record(kind="SSEEvent", open=False):
            name = _name(item.argument(1, "event"))
            return () if name is None else (name or UNNAMED,)
        case Record(kind="Fragment", open=False):
            target = _name(item.argument(None, "target"))
            names = {} if target is None else dict.fromkeys((default, target))
            named = tuple(one for one in names if one)
            return named or (() if target is None else ("fragment", UNNAMED))
        case Record(kind=kind) if kind in _UNNAMED_KINDS:
            return (default or UNNAMED,)
        case _:
            return ()


def _is_seen(item: Value, names: tuple[str, ...]) -> bool:
    """Whether a page that does not wait for what is yielded surely misses something."""
    if isinstance(item, Record) and item.kind == "SSEEvent":
        data = item.argument(0, "data")
        return item.argument(3, "retry") is None and not (isinstance(data, Text) and not data.value.strip())
    return (
        len(names) == 1 and not isinstance(item, (Dict, Sequence)) and not (isinstance(item, Text) and not item.value)
    )


def _place(item: Value) -> Span:
    """Where a name is written, or else the value that is yielded."""
    event = item.argument(1, "event") if isinstance(item, Record) and item.kind == "SSEEvent" else None
    return event.span if isinstance(event, Text) else item.span


# What elements wait for.


def _awaited(reader: Reader, element: Element) -> Iterator[tuple[Text, str]]:
    """The events that an element waits for, each with the attribute that says so."""
    for via in _LISTENING:
        for value in reader.texts(attribute(element, via), element):
            yield from ((one, via) for one in _parts(value, attribute(element, via)))
    for value in reader.texts(attribute(element, "hx-trigger"), element):
        for one in _parts(value, attribute(element, "hx-trigger")):
            name = one.value.split(maxsplit=1)[0].partition("[")[0]
            if name.startswith(_TRIGGER):
                start = one.span.start + len(_TRIGGER)
                exact = one.span.end - one.span.start == len(one.value)
                at = Span(one.span.path, start, start + len(name) - len(_TRIGGER)) if exact else one.span
                yield Text(name.removeprefix(_TRIGGER), at), "hx-trigger"


def _parts(value: object, found: Attribute | None) -> Iterator[Text]:
    """The parts of a list, each where it is written."""
    if not isinstance(value, Text):
        return
    term: AnyTerm | None = found.value if found is not None else None
    as_written = isinstance(term, Const) and term.value == value.value
    at = value.span.start
    for part in value.value.split(","):
        name = part.strip()
        start = at + part.find(name)
        if name:
            yield Text(name, Span(value.span.path, start, start + len(name)) if as_written else value.span)
        at += len(part) + 1


def _connector(facts: TemplateFacts, element: Element) -> Element | None:
    """The element that surely connects for another one: itself, or the nearest around it."""
    around = [one for one in facts.elements if one.start <= element.start < (one.close or one.end)]
    at = next((at for at in reversed(range(len(around))) if attribute(around[at], CONNECT) is not None), None)
    if at is None or any(one.dynamic for one in around[at + 1 :]):
        return None
    found = around[at]
    inside = (one for one in facts.calls if one.is_tag and found.start < one.start <= element.start < one.end)
    return found if next(inside, None) is None else None


@query
def unknown_events(model: Queries, path: str) -> tuple[UnknownEvent, ...]:
    """The events that elements of a template wait for in vain, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None or not any(attribute(one, CONNECT) is not None for one in facts.elements):
        return ()
    return everywhere(model, path, lambda app: _unknown(model, app, facts))


def _unknown(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[UnknownEvent]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        if attribute(element, *_LISTENING, "hx-trigger") is None:
            continue
        connector = _connector(facts, element)
        if connector is None:
            continue
        urls = reader.texts(attribute(connector, CONNECT), connector)
        given = _given(model, app, urls)
        if given is None or not isinstance(urls[0], (Text, Pattern)):
            continue
        for name, via in _awaited(reader, element):
            if name.value not in _OWN and all(one.name != name.value for one in given):
                yield UnknownEvent(name, via, urls[0], given)


def _given(model: Queries, app: AppKey, urls: tuple[object, ...]) -> tuple[Emission, ...] | None:
    """All that the streams at some URLs give; None where one is not known."""
    found: dict[str, Emission] = {}
    for url in urls:
        routes = routes_of(model, app, url, "GET")
        events = [given_at(model, app, one.index) for one in routes]
        if not events:
            return None
        for ones in events:
            if ones is None:
                return None
            found.update((one.name, one) for one in ones if one.name not in found)
    return tuple(found.values()) if found else None


# Streams to pages.


class _Listening(msgspec.Struct, frozen=True, gc=False):
    """What elements of a template connect to and wait for; `open`: and perhaps more, which the text does not tell."""

    connected: tuple[Text | Pattern, ...]
    names: frozenset[str]
    open: bool


@gate
def _listening(model: Queries, app: AppKey, path: str) -> _Listening:
    facts = template_facts(model, path)
    connected: list[Text | Pattern] = []
    names: set[str] = set()
    is_open = False
    reader = Reader(model, app, facts) if facts is not None else None
    for element in facts.elements if facts is not None else ():
        if reader is None:
            break
        is_open = is_open or element.dynamic or any(one.name.startswith(("@", "x-on")) for one in element.attributes)
        for url in reader.texts(attribute(element, CONNECT), element):
            is_open = is_open or not isinstance(url, (Text, Pattern))
            connected += (url,) if isinstance(url, (Text, Pattern)) else ()
        for via in (*_LISTENING, "hx-trigger"):
            values = reader.texts(attribute(element, via), element)
            is_open = is_open or any(not isinstance(one, Text) for one in values)
        names.update(name.value for name, _ in _awaited(reader, element))
    return _Listening(tuple(connected), frozenset(names), is_open)


@gate
def heard(model: Queries, app: AppKey) -> frozenset[str]:
    """The events that elements of an application wait for."""
    return frozenset[str]().union(*(_listening(model, app, path).names for path in paths(model, app)))


@table
def _unheard(model: Queries) -> Mapping[str, tuple[UnheardEvent, ...]]:
    """The events that no page waits for, by the file that makes them."""
    found: dict[str, dict[UnheardEvent, None]] = {}
    for app in application_keys(model):
        for one in _unheard_of(model, app):
            found.setdefault(one.event.span.path, {})[one] = None
    return {path: tuple(ones) for path, ones in found.items()}


def unheard_events(model: Queries, path: str) -> tuple[UnheardEvent, ...]:
    """The events that a file makes for pages that do not wait for them."""
    return _unheard.entry(model, path) or ()


@gate
def _streams(model: Queries, app: AppKey) -> Mapping[int, tuple[Emission, ...]]:
    """The routes of an application that are streams of which all events are known."""
    kinds = {record.span.path for record in log(model).of_kind("EventStream")}
    if not kinds:
        return {}
    given = ((at, given_at(model, app, at)) for at in range(len(application(model, app).routes)))
    return {at: ones for at, ones in given if ones}


def _unheard_of(model: Queries, app: AppKey) -> Iterator[UnheardEvent]:
    streams = _streams(model, app)
    if not streams or versions(model, app) != frozenset({HTMX_2}):
        return
    pages = [_listening(model, app, path) for path in sorted(paths(model, app))]
    if any(one.open for one in pages) or _is_scripted(model, app):
        return
    connected: dict[int, Text | Pattern] = {}
    for url in (url for page in pages for url in page.connected):
        routes = routes_of(model, app, url, "GET")
        if not routes:
            return  # it may be any
        connected.update((one.index, url) for one in routes)
    names = heard(model, app)
    for route, url in connected.items():
        for one in streams.get(route, ()):
            if one.seen and one.name not in names and not in_scripts(model, app, one.name):
                yield UnheardEvent(one, tuple(sorted(names)), url.span)


def _is_scripted(model: Queries, app: AppKey) -> bool:
    """Whether a script may listen, or Python code may write elements that do."""
    if in_scripts(model, app, "EventSource"):
        return True
    return any(has_any(model, path, CONNECT, _LISTENING[0]) for path in files(model) if path.endswith(".py"))
