"""Elements that do something else with htmx 4: updates in templates, requests in forms, clicks with scripts."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.around import effective
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import attribute, word
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import everywhere, showing
from chirp_check.source import Span

_END = "</template>"
_FIELDS = frozenset({"input", "select", "textarea"})
_ANYWHERE = ("#", "javascript:")  # how links begin that lead nowhere


class InertUpdate(msgspec.Struct, frozen=True, gc=False):
    """An element inside `<template>` that is to be swapped out of band (`span`).

    `partial` are the places that make an `<hx-partial>` of it: the start tag, the attribute, and the end tag, with the
    id that it goes to; None where that takes more.
    """

    span: Span
    partial: tuple[Span, Span, Span, str] | None


class UnsentForm(msgspec.Struct, frozen=True, gc=False):
    """A request with DELETE (`span`) inside a form with fields; `insert` is where an attribute can go."""

    span: Span
    field: Span
    insert: Span


class Stopped(msgspec.Struct, frozen=True, gc=False):
    """A script for an event (`name`) that htmx 4 stops from doing what the browser does with it."""

    name: str
    does: str
    span: Span


type Fault = InertUpdate | UnsentForm | Stopped


@query
def changed_elements(model: Queries, path: str) -> tuple[Fault, ...]:
    """What is wrong with the elements of one template in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None:
        return ()
    others = everywhere(model, path, lambda app: _in_forms_and_links(model, app, facts))
    return (*_inert(facts, text(model, path) or ""), *others)


def _in_forms_and_links(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Fault]:
    yield from _unsent(model, app, facts)
    yield from _stopped(model, app, facts)


def _inside(facts: TemplateFacts, element: Element) -> list[Element]:
    return [one for one in facts.elements if element.end <= one.start < (element.close or element.end)]


def _inert(facts: TemplateFacts, written: str) -> Iterator[InertUpdate]:
    for template in (one for one in facts.elements if one.tag == "template"):
        inside = _inside(facts, template)
        for element in inside:
            oob = attribute(element, "hx-swap-oob")
            if oob is not None:
                alone = all(element.start <= one.start < (element.close or element.end) for one in inside)
                partial = _partial(facts, template, element, oob, written) if alone else None
                yield InertUpdate(Span(facts.path, oob.start, oob.end), partial)


def _partial(
    facts: TemplateFacts, template: Element, element: Element, oob: Attribute, written: str
) -> tuple[Span, Span, Span, str] | None:
    close = template.close or 0
    name = word(element, "id")
    whole = word(element, "hx-swap-oob") in ("true", "outerHTML")
    if not whole or not name or template.attributes or template.dynamic or written[close - len(_END) : close] != _END:
        return None
    start = Span(facts.path, template.start, template.end)
    return start, Span(facts.path, oob.start - 1, oob.end), Span(facts.path, close - len(_END), close), name


def _unsent(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[UnsentForm]:
    for form in (one for one in facts.elements if one.tag == "form"):
        inside = _inside(facts, form)
        field = next((one for one in inside if one.tag in _FIELDS and word(one, "name")), None)
        for element in inside if field is not None else ():
            deletes = attribute(element, "hx-delete")
            if deletes is None or element.tag in _FIELDS or element.dynamic or field is None:
                continue
            if attribute(element, "hx-params") is None and effective(model, app, facts, element, "hx-include") is None:
                at = element.start + 1 + len(element.tag)
                named = Span(facts.path, deletes.name_start, deletes.name_end)
                yield UnsentForm(named, Span(facts.path, field.start, field.end), Span(facts.path, at, at))


def _stopped(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Stopped]:
    forms = [one for one in facts.elements if one.tag == "form" and _is_plain(model, app, facts, one)]
    for element in facts.elements:
        found = attribute(element, "hx-on:click", "hx-on:submit")
        does = _does(model, app, facts, element, forms) if found is not None and not element.dynamic else None
        if found is not None and does is not None and found.name.endswith(does[0]):
            yield Stopped(found.name, does[1], Span(facts.path, found.name_start, found.name_end))


def _does(
    model: Queries, app: AppKey, facts: TemplateFacts, element: Element, forms: list[Element]
) -> tuple[str, str] | None:
    """The event on which the browser does something with an element, and what."""
    if element in forms:
        return "submit", "sends the form"
    if element.tag == "a" and _is_plain(model, app, facts, element):
        to = word(element, "href")
        return ("click", "follows the link") if to and not to.startswith(_ANYWHERE) else None
    submits = element.tag == "button" and (attribute(element, "type") is None or word(element, "type") == "submit")
    if submits and _is_plain(model, app, facts, element) and any(element in _inside(facts, form) for form in forms):
        return "click", "sends the form"
    return None


def _is_plain(model: Queries, app: AppKey, facts: TemplateFacts, element: Element) -> bool:
    """Whether the browser itself does with an element what it is for, and not htmx."""
    return attribute(element, *REQUESTS) is None and effective(model, app, facts, element, "hx-boost") is None
