"""What of an application htmx 4 takes in another way than htmx 2, or passes over: the subjects of the migration."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import Const, Join
from chirp_check.grammar.migration import REMOVED, RENAMED, event_name, reread
from chirp_check.model.inheritance import Handed, handed
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.migration_elements import changed_elements
from chirp_check.model.migration_responses import changed_responses
from chirp_check.model.templates import showing
from chirp_check.source import Span


class Renamed(msgspec.Struct, frozen=True, gc=False):
    """An attribute, or the event in its name, that htmx 4 knows by another name; `meant` is None where by none.

    `same` tells whether all that the attribute does stays as it is under the new name.
    """

    name: str
    meant: str | None
    same: bool
    span: Span


class Removed(msgspec.Struct, frozen=True, gc=False):
    """An attribute that htmx 4 passes over; `whole` is what to take out where nothing has to come in its place."""

    name: str
    help: str
    span: Span
    whole: Span | None


class Changed(msgspec.Struct, frozen=True, gc=False):
    """A part of a value that htmx 4 reads in another way; `text` is to stand in its place."""

    attribute: str
    message: str
    span: Span
    text: str | None


type Move = Renamed | Removed | Changed | Handed

_IDLE = frozenset({"hx-ext", "hx-inherit"})  # without them htmx 4 does what htmx 2 did with them


@query
def _attributes(model: Queries, path: str) -> tuple[Move, ...]:
    """What the attributes of one template say to htmx 2 alone."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None:
        return ()
    written = text(model, path) or ""
    return tuple(
        one
        for element in facts.elements
        for found in element.attributes
        if found.name.startswith(("hx-", "data-hx-", "sse-"))
        for one in _of(facts, element, found, written)
    )


def _of(facts: TemplateFacts, element: Element, found: Attribute, written: str) -> Iterator[Move]:
    name = found.name.removeprefix("data-")
    prefix = found.name[: len(found.name) - len(name)]
    span = Span(facts.path, found.name_start, found.name_end)
    value = found.value.value if isinstance(found.value, Const) else None
    if name == "hx-disable" and (found.value is None or value in ("", "true")):
        yield Renamed(found.name, f"{prefix}hx-ignore", True, span)
    elif name in RENAMED:
        yield Renamed(found.name, prefix + RENAMED[name], name.startswith("hx-"), span)
    elif name in REMOVED:
        yield Removed(found.name, REMOVED[name], span, _whole(facts.path, found, written) if name in _IDLE else None)
    elif name.startswith("hx-on"):
        event = event_name(name)
        if event is not None:
            meant = f"{prefix}{event[1]}" if event[1] is not None else None
            yield Renamed(found.name, meant, isinstance(value, str) and "detail" not in value, span)
    else:
        yield from _values(facts.path, found, name)


def _whole(path: str, found: Attribute, written: str) -> Span:
    """An attribute, with the blank before it."""
    blank = written[found.start - 1 : found.start].isspace() and found.start > 0
    return Span(path, found.start - blank, found.end)


def _values(path: str, found: Attribute, name: str) -> Iterator[Changed]:
    """What of a value is read in another way; where expressions stand in it, only how it begins is looked at."""
    value = found.value
    if isinstance(value, Join) and name in ("hx-vals", "hx-headers"):
        value = value.parts[0]
    if not isinstance(value, Const) or not isinstance(value.value, str) or "&" in value.value:
        return
    for one in reread(name, value.value, found.quote):
        start = value.start + one.offset
        yield Changed(found.name, one.message, Span(path, start, start + len(one.part)), one.text)


_PRODUCERS: tuple[Callable[[Queries, str], Iterable[object]], ...] = (
    _attributes,
    handed,
    changed_elements,
    changed_responses,
)


@query
def moves_of(model: Queries, path: str) -> Mapping[type, tuple[object, ...]]:
    """Everything that the rules of the migration judge in one file, by its kind, each once."""
    found: dict[type, dict[object, None]] = {}
    for producer in _PRODUCERS:
        for one in producer(model, path):
            found.setdefault(type(one), {})[one] = None
    return {kind: tuple(ones) for kind, ones in found.items()}
