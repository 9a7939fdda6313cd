"""The ids that attributes refer to without swapping anything into them."""

from collections.abc import Iterator, Mapping

from chirp_check.facts.templates import Attribute, Element
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import ElementAt, Pattern, SelectorUse, Text, Unknown
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, hashed, members, pieces, wanted_id, word
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import showing
from chirp_check.model.ways import Reader
from chirp_check.source import Span

# Lists of selectors, and whether what they name may come out of an expression, as a form's inputs do.
_SELECTORS: Mapping[str, bool] = {"hx-include": True, "hx-indicator": False, "hx-disabled-elt": False}
_IDS = (
    "for", "list", "form", "headers", "popovertarget", "commandfor", "aria-labelledby", "aria-describedby",
    "aria-controls", "aria-owns", "aria-details", "aria-errormessage", "aria-activedescendant", "aria-flowto",
)  # fmt: skip
_ONE = frozenset({"for", "list", "form", "popovertarget", "commandfor", "aria-activedescendant"})
_FORMS = frozenset({"button", "fieldset", "input", "object", "output", "select", "textarea"})
_OWNERS: Mapping[str, frozenset[str]] = {
    "for": frozenset({"label", "output"}),
    "list": frozenset({"input"}),
    "form": _FORMS,
    "headers": frozenset({"td", "th"}),
}


@query
def selector_uses(model: Queries, path: str) -> tuple[SelectorUse, ...]:
    """The ids that the elements of a template refer to."""
    return tuple(dict.fromkeys(use for app in showing(model, path) for use in _uses(model, app, path)))


def _uses(model: Queries, app: AppKey, path: str) -> Iterator[SelectorUse]:
    facts = template_facts(model, path)
    if facts is None:
        return
    reader = Reader(model, app, facts)
    for element in facts.elements:
        for found in element.attributes:
            yield from _of(reader, found, ElementAt(path, element))


def _of(reader: Reader, found: Attribute, at: ElementAt) -> Iterator[SelectorUse]:
    """The ids that one attribute refers to."""
    name = found.name.removeprefix("data-")
    if name in _SELECTORS:
        named = (part for part in _parts(reader, found, at.element, ",") if wanted_id(part) is not None)
        yield from (SelectorUse(part, name, at, _SELECTORS[name]) for part in named)
    elif found.name in _IDS and at.element.tag in _OWNERS.get(found.name, (at.element.tag,)):
        for part in _parts(reader, found, at.element, "" if found.name in _ONE else " "):
            yield SelectorUse(hashed(pieces(part), part.span), found.name, at, loose=True)


def labelled(model: Queries, use: SelectorUse) -> tuple[Span, str | None] | None:
    """The control right behind a label that names another id, where nothing else labels it: its place, and its id."""
    facts, label = template_facts(model, use.element.path), use.element.element
    if facts is None or use.via != "for" or label.tag != "label" or label.close is None:
        return None
    found = next((one for one in facts.elements if one.start >= label.close), None)
    if found is None or found.tag not in _CONTROLS or found.dynamic or found.branches != label.branches:
        return None
    between = (*facts.expressions, *facts.calls, *facts.blocks)
    if any(label.close <= one.start < found.start for one in between) or word(found, "type") == "hidden":
        return None
    if any(label.close <= one.tag_start < found.start for one in facts.references) or attribute(found, *_NAMING):
        return None
    own, written = attribute(found, "id"), word(found, "id")
    named = any(one.tag == "label" and word(one, "for") == written for one in facts.elements)
    if (own is not None and written is None) or (written is not None and named):
        return None
    return Span(facts.path, found.start, found.end), written


_CONTROLS = frozenset({"input", "select", "textarea", "meter", "output", "progress"})
_NAMING = ("aria-label", "aria-labelledby", "title")


def _parts(reader: Reader, found: Attribute, element: Element, separator: str) -> Iterator[Text | Pattern]:
    """The members of a list; of one that is not written out whole only the list of one."""
    for value in reader.texts(found, element):
        if isinstance(value, Text):
            yield from members(value, separator)
        elif isinstance(value, Unknown) or value.pieces[0] is None:
            continue
        elif not separator or not any(separator in piece for piece in value.pieces if piece is not None):
            yield value
