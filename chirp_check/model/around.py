"""Attributes of htmx that an element has from the elements around it, as far as the text tells."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.model.applications import AppKey
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.templates import paths

# What an element can have from another around it and that decides what becomes of an answer.
DECIDING: Final = ("hx-target", "hx-select", "hx-swap", "hx-boost", "hx-encoding", "hx-disinherit", "hx-disable")


class Hidden(Enum):
    """An attribute that an element may have from an element that is not seen."""

    PERHAPS = 1


PERHAPS: Final = Hidden.PERHAPS
_TEXTS = frozenset({"option", "textarea", "title"})


def effective(
    model: Queries, app: AppKey, facts: TemplateFacts, element: Element, name: str
) -> Attribute | Hidden | None:
    """The attribute that counts for an element: its own; PERHAPS where one around it may count; None where none can.

    What htmx 4 inherits only under another name is something that may be.
    """
    own = attribute(element, name)
    if own is not None:
        return PERHAPS if own.branches else own
    if element.dynamic or any(_has(one, name) for one in _around(facts, element)):
        return PERHAPS
    elsewhere = _handing_on(model, app).get(name, ())
    return PERHAPS if any(path != facts.path for path in elsewhere) else None


def _around(facts: TemplateFacts, element: Element) -> Iterator[Element]:
    """The elements of a template that may stand around another."""
    for one in facts.elements:
        if one.start >= element.start:
            return
        if one.close is None or one.close > element.start:
            yield one


def _has(element: Element, name: str) -> bool:
    """Whether an element may hand an attribute on: by itself, under the name that htmx 4 asks for, or unseen."""
    return element.dynamic or any(
        one.name.removeprefix("data-").partition(":")[0] == name for one in element.attributes
    )


@query
def _handing_on(model: Queries, app: AppKey) -> Mapping[str, tuple[str, ...]]:
    """The templates that may put a deciding attribute around what others hold, at most two for each."""
    found: dict[str, tuple[str, ...]] = {}
    for path in paths(model, app):
        for name in handed_on(model, path):
            found[name] = (*found.get(name, ()), path)[:2]
    return found


@gate
def handed_on(model: Queries, path: str) -> frozenset[str]:
    """The deciding attributes of a template's elements around what other templates may put into it."""
    facts = template_facts(model, path)
    if facts is None:
        return frozenset()
    deciding = [(one, named) for one in facts.elements if (named := {name for name in DECIDING if _has(one, name)})]
    if not deciding:
        return frozenset()
    ways = (
        *(one.start for one in facts.blocks),
        *(one.tag_start for one in facts.references),
        *(one.start for one in facts.calls),
        *_put_out(facts),
    )
    found: set[str] = set()
    for element, named in deciding:
        if named - found and any(element.end <= way < (element.close or way + 1) for way in ways):
            found |= named
    return frozenset(found)


def _put_out(facts: TemplateFacts) -> Iterator[int]:
    """Where expressions may put out elements: not inside a tag, and not where a browser reads text alone."""
    starts = [one.start for one in facts.elements]
    for written in facts.expressions:
        at = bisect_right(starts, written.start) - 1
        last = facts.elements[at] if at >= 0 else None
        if last is None or written.start >= _read_until(last):
            yield written.start


def _read_until(element: Element) -> int:
    """Where the tag ends, or the text in an element that holds no others."""
    return element.close if element.tag in _TEXTS and element.close is not None else element.end
