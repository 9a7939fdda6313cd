"""What in a template shows why a field is not sent: an input with no name or another one, or outside of the form."""

from collections.abc import Iterable, Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.model.applications import AppKey
from chirp_check.model.form_fields import Fields, own_field
from chirp_check.model.form_senders import Sender, form_around
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, word
from chirp_check.model.memory import Queries
from chirp_check.model.ways import Reader
from chirp_check.source import Span

_WITHOUT_ENTRY = frozenset({"submit", "reset", "button", "image", "hidden"})
NAMELESS, OUTSIDE, UNREAD = "this has no name", "this stands in no form", "nothing reads this"


class Hint(msgspec.Struct, frozen=True, gc=False):
    """A place that has to do with a field that is not sent, and what there is to say about it."""

    at: Span
    says: str


def hints(
    model: Queries, app: AppKey, senders: Iterable[Sender], sent: Fields, wanted: tuple[str, frozenset[str]]
) -> tuple[Hint, ...]:
    """The first thing of each kind that stands out where a field is missing: `wanted` is its name, and what is read."""
    name, read = wanted
    found: dict[str, Hint] = {}
    for one in (*_around(model, app, name, senders), *_unread(model, sent, read)):
        found.setdefault(one.says, one)
    return tuple(found.values())


def _around(model: Queries, app: AppKey, name: str, senders: Iterable[Sender]) -> Iterator[Hint]:
    for sender in senders:
        facts = template_facts(model, sender.tag.path)
        for one in facts.elements if facts is not None else ():
            if facts is None or not _is_entry(one):
                continue
            form = form_around(facts, one)
            at = Span(facts.path, one.start, one.end)
            if form is not None and form.start == sender.form and _is_nameless(one):
                yield Hint(at, NAMELESS)
            elif form is None and name in own_field(one, Reader(model, app, facts)).names:
                yield Hint(at, OUTSIDE)


def _unread(model: Queries, sent: Fields, read: frozenset[str]) -> Iterator[Hint]:
    for name, at in sent.exact:
        if name not in read and not name.startswith("_") and _entry_at(template_facts(model, at.path), at):
            yield Hint(at, UNREAD)


def _entry_at(facts: TemplateFacts | None, at: Span) -> bool:
    """Whether a name is written in the start tag of an element that people fill in."""
    around = (one for one in facts.elements if one.start <= at.start < one.end) if facts is not None else ()
    return any(_is_entry(one) for one in around)


def _is_entry(element: Element) -> bool:
    if element.tag != "input":
        return element.tag in ("textarea", "select")
    kind = word(element, "type")
    return attribute(element, "type") is None or (kind is not None and kind.lower() not in _WITHOUT_ENTRY)


def _is_nameless(element: Element) -> bool:
    return not element.dynamic and (attribute(element, "name") is None or word(element, "name") == "")
