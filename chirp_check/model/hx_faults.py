"""Attributes of htmx that it does not know, and values that it does not take."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import Const, Join
from chirp_check.grammar.htmx import (
    ATTRIBUTES,
    SELECTORS,
    ValueFault,
    is_known,
    is_no_selector,
    is_no_swap,
    value_faults,
)
from chirp_check.grammar.names import nearest
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.htmx import versions
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, literal, pieces, scripted, texts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.templates import everywhere, paths, showing
from chirp_check.source import Span


class UnknownHx(msgspec.Struct, frozen=True, gc=False):
    """An attribute that looks like one of htmx and is none; `meant` is what it is near."""

    name: str
    meant: str
    span: Span


class BadHxValue(msgspec.Struct, frozen=True, gc=False):
    """A part of the value of an attribute that no version of htmx takes which the application may load."""

    attribute: str
    message: str
    meant: str | None
    span: Span


# Extensions that bring neither styles of swapping nor modifiers of triggers.
_PLAIN = frozenset({"sse", "ws", "head-support", "preload", "response-targets", "json-enc", "path-deps", "ignore:sse"})
_EXTENSIONS = ("/ext/", "htmx-ext", "idiomorph")  # in the URL of a script

type Fault = UnknownHx | BadHxValue


@query
def hx_faults(model: Queries, path: str) -> tuple[Fault, ...]:
    """What is wrong with the attributes for htmx in one template, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    return everywhere(model, path, lambda app: _found(model, app, facts)) if facts is not None else ()


def _found(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Fault]:
    for element in facts.elements:
        for one in element.attributes:
            if one.name.startswith(("hx-", "data-hx-")):
                yield from _unknown(model, app, one, facts.path)
                yield from _values(model, app, element, one, facts.path)
                yield from _selectors(one, facts.path)


def _unknown(model: Queries, app: AppKey, found: Attribute, path: str) -> Iterator[UnknownHx]:
    """A misspelt name. One that no known name is near may be that of an extension; so may one that a script reads."""
    if is_known(found.name):
        return
    plain = found.name.removeprefix("data-")
    meant = nearest(plain, ATTRIBUTES)
    if meant is not None and not scripted(model, app, plain):
        prefix = found.name[: len(found.name) - len(plain)]
        yield UnknownHx(found.name, prefix + meant, Span(path, found.name_start, found.name_end))


def _values(model: Queries, app: AppKey, element: Element, found: Attribute, path: str) -> Iterator[BadHxValue]:
    written = found.value
    if found.name.endswith(("hx-swap", "hx-trigger")) and extended(model, app):
        return  # an extension may have styles and modifiers of its own
    if found.name.removeprefix("data-") == "hx-swap" and isinstance(written, Join):
        for way in texts(written, path):
            begun = way.pieces[0] if isinstance(way, Pattern) else None
            if begun is not None and all(is_no_swap(begun, version) for version in versions(model, app)):
                yield BadHxValue(found.name, f"htmx has no swap style `{way}`", None, way.span)
    if not isinstance(written, Const) or not isinstance(written.value, str) or "&" in written.value:
        return
    faults = [tuple(value_faults(found.name, written.value, one)) for one in sorted(versions(model, app))]
    first, *others = faults
    for one in first:
        if all(any(_same(one, two) for two in other) for other in others):
            near = frozenset(word for other in faults for two in other if _same(one, two) for word in two.near)
            start = written.start + one.offset
            yield BadHxValue(found.name, one.message, nearest(one.text, near), Span(path, start, start + len(one.text)))


def _selectors(found: Attribute, path: str) -> Iterator[BadHxValue]:
    """A selector that no browser takes, by how it begins: a URL in the wrong attribute, an id that is a number."""
    if found.name.removeprefix("data-") not in SELECTORS:
        return
    for written in texts(found.value, path):
        start = pieces(written)[0]
        if start is not None and is_no_selector(start, whole=isinstance(written, Text)):
            shown = written.value if isinstance(written, Text) else str(written)
            yield BadHxValue(found.name, f"`{shown}` is no selector", None, written.span)


def _same(one: ValueFault, other: ValueFault) -> bool:
    return (one.offset, one.text) == (other.offset, other.text)


@gate
def extended(model: Queries, app: AppKey) -> bool:
    """Whether pages of an application use extensions of htmx, as far as its templates show."""
    return any(extends_in(model, path) for path in paths(model, app))


@gate
def extends_in(model: Queries, path: str) -> bool:
    """Whether a template uses an extension of htmx."""
    facts = template_facts(model, path)
    elements = facts.elements if facts is not None else ()
    return any(_extends(element) for element in elements)


def _extends(element: Element) -> bool:
    named = attribute(element, "hx-ext")
    if named is not None:
        words = literal(named)
        return words is None or not {one.strip() for one in words.split(",")} <= _PLAIN
    source = attribute(element, "src") if element.tag == "script" else None
    written = source.value.value if source is not None and isinstance(source.value, Const) else None
    return isinstance(written, str) and any(mark in written for mark in _EXTENSIONS)
