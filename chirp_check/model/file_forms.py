"""Forms that send the names of files and not what is in them."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.around import effective
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, scripted, word
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import everywhere, showing
from chirp_check.source import Span

_SCRIPTED = ("on", "hx-on", "@", "x-", "v-", "data-action", "data-controller", "_")  # the attributes of scripts
_SUBMITTING = frozenset({"button", "input", "a"})
_SENDING = tuple(one for one in REQUESTS if one != "hx-get")  # with a body


class FileForm(msgspec.Struct, frozen=True, gc=False):
    """A form that is not multipart, with an input for a file in it; `insert` is where the attribute can go.

    `attribute` is what is missing: `enctype`, or `hx-encoding` where htmx alone sends the form.
    """

    form: Span
    input: Span
    attribute: str
    insert: Span


@query
def file_forms(model: Queries, path: str) -> tuple[FileForm, ...]:
    """The forms of a template whose files do not arrive, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    inputs = [one for one in facts.elements if _is_file(one)] if facts is not None else []
    if facts is None or not inputs:
        return ()
    return everywhere(model, path, lambda app: _found(model, app, facts, inputs))


def _found(model: Queries, app: AppKey, facts: TemplateFacts, inputs: list[Element]) -> Iterator[FileForm]:
    for form in facts.elements:
        if form.tag != "form" or form.close is None or form.dynamic or not _sends(form):
            continue
        inside = [one for one in facts.elements if form.end <= one.start < form.close]
        file = next((one for one in inputs if one in inside), None)
        if file is None or _is_scripted(model, app, form):
            continue
        named = ("enctype", "hx-encoding", "hx-headers", "hx-ext")
        if any(attribute(form, name) is not None for name in named) or any(_decides(one) for one in inside):
            continue
        if effective(model, app, facts, form, "hx-encoding") is not None:
            continue
        missing = "enctype" if _is_posted(form) else "hx-encoding"
        at = form.start + len("<form")
        yield FileForm(_tag(facts.path, form), _tag(facts.path, file), missing, Span(facts.path, at, at))


def _tag(path: str, element: Element) -> Span:
    return Span(path, element.start, element.end)


def _is_file(element: Element) -> bool:
    named = attribute(element, "name") is not None and attribute(element, "disabled") is None
    return element.tag == "input" and not element.dynamic and (word(element, "type") or "").lower() == "file" and named


def _is_posted(form: Element) -> bool:
    """Whether the browser sends a form with POST."""
    return (word(form, "method") or "").lower() == "post"


def _sends(form: Element) -> bool:
    """Whether a form surely sends a body."""
    return _is_posted(form) or attribute(form, *_SENDING) is not None


def _decides(element: Element) -> bool:
    """Whether an element inside a form may send it in a way of its own."""
    submits = element.tag in _SUBMITTING and attribute(element, *_SENDING) is not None
    return submits or attribute(element, "formenctype", "formmethod", "hx-encoding") is not None


def _is_scripted(model: Queries, app: AppKey, form: Element) -> bool:
    """Whether a script may send a form itself."""
    if any(one.name.startswith(_SCRIPTED) for one in form.attributes):
        return True
    words = [word(form, name) for name in ("id", "class", "name")]
    return any(scripted(model, app, part) for one in words if one for part in one.lower().split())
