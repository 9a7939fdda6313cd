"""What elements have from those around them in htmx 2, which htmx 4 does not hand on: after templates are composed."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import Const, Name
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.migration import INHERITED
from chirp_check.grammar.pages import CONTENT
from chirp_check.model.applications import AppKey
from chirp_check.model.around import effective
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, scripted
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import layouts_around
from chirp_check.model.templates import chain, paths, showing, template_path
from chirp_check.source import Span

_SETTING = "implicitInheritance"
# Values that are those of an element which has none: they matter where another is handed on from further out.
_PLAIN = {"hx-boost": "false", "hx-swap": "innerHTML", "hx-push-url": "false", "hx-replace-url": "false"}

type _Range = tuple[int, int]


class Handed(msgspec.Struct, frozen=True, gc=False):
    """An attribute (`name`, at `span`) that an element (`taker`) has from the one around it."""

    name: str
    span: Span
    taker: Span


@query
def handed(model: Queries, path: str) -> tuple[Handed, ...]:
    """The attributes of a template's elements that others, inside of them, have from them."""
    apps = showing(model, path)
    facts = template_facts(model, path) if apps else None
    if facts is None:
        return ()
    lost = (_found(model, app, facts) for app in apps if not _handing_is_set(model, app))
    return tuple(dict.fromkeys(one for found in lost for one in found))


def _found(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Handed]:
    around = (one for one in facts.elements if one.close is not None)
    for element, found in ((one, two) for one in around for two in one.attributes):
        name = found.name.removeprefix("data-")
        if name in INHERITED and _counts(model, app, name, found):
            taker = next(_takers(model, app, facts, element, name), None)
            if taker is not None:
                yield Handed(found.name, Span(facts.path, found.name_start, found.name_end), taker)


def _counts(model: Queries, app: AppKey, name: str, found: Attribute) -> bool:
    """Whether an attribute says something that others could have; the flag `hx-disable` has another name."""
    value = found.value.value if isinstance(found.value, Const) else found.value
    if isinstance(value, str):
        value = value.strip()
    if value in (None, "", "unset") or (name == "hx-disable" and value == "true"):
        return False
    return value != _PLAIN.get(name) or any(_differs(model, path, name) for path in paths(model, app))


@gate
def _differs(model: Queries, path: str, name: str) -> bool:
    """Whether an element of a template has an attribute with a value that is not the usual one."""
    facts = template_facts(model, path)
    written = (attribute(one, name) for one in facts.elements) if facts is not None else ()
    values = (one.value for one in written if one is not None)
    return any(not isinstance(value, Const) or str(value.value).strip() != _PLAIN.get(name) for value in values)


def _takers(model: Queries, app: AppKey, facts: TemplateFacts, element: Element, name: str) -> Iterator[Span]:
    """The elements inside of another, in this template and in those that are put into it, that have not their own."""
    within = (element.end, element.close or element.end)
    boosts = attribute(element, "hx-boost") is not None
    for other, part in (
        (facts, within),
        *_filling(model, app, facts, within),
        *_laid_out(model, app, facts, within),
        *_included(model, app, facts, within),
    ):
        for one in _without(other, name, part):
            follows = _takes(one, "hx-boost") and (boosts or _is_boosted(model, app, other, one))
            if follows or _takes(one, name):
                yield Span(other.path, one.start, one.end)


def _is_boosted(model: Queries, app: AppKey, facts: TemplateFacts, element: Element) -> bool:
    """Whether an element around a link or a form may make a request of it."""
    boost = effective(model, app, facts, element, "hx-boost")
    if isinstance(boost, Attribute):
        return not isinstance(boost.value, Const) or boost.value.value == "true"
    return boost is not None


def _filling(
    model: Queries, app: AppKey, facts: TemplateFacts, within: _Range
) -> Iterator[tuple[TemplateFacts, _Range]]:
    """The blocks of other templates that are put in the place of those in a range."""
    names = frozenset(one.name.name for one in facts.blocks if within[0] <= one.start < within[1])
    for path in paths(model, app) if names else ():
        other = template_facts(model, path) if facts.path in chain(model, app, path).paths[1:] else None
        if other is not None:
            yield from ((other, (one.body_start, one.body_end)) for one in other.blocks if one.name.name in names)


def _laid_out(
    model: Queries, app: AppKey, facts: TemplateFacts, within: _Range
) -> Iterator[tuple[TemplateFacts, _Range]]:
    """The templates of pages that are put into a range of their layout."""
    place = next((one for one in facts.blocks if one.name.name == CONTENT and within[0] <= one.start < within[1]), None)
    for path, layouts in layouts_around(model, app).items() if place is not None else ():
        other = template_facts(model, path) if facts.path in layouts else None
        if other is not None and other.elements:
            yield other, (0, other.elements[-1].end)


def _included(
    model: Queries, app: AppKey, facts: TemplateFacts, within: _Range
) -> Iterator[tuple[TemplateFacts, _Range]]:
    """The templates that are included in a range."""
    for one in facts.references:
        named = one.target.value if one.kind == "include" and isinstance(one.target, Const) else None
        inside = isinstance(named, str) and within[0] <= one.start < within[1]
        path = template_path(model, app, str(named), facts.path) if inside else None
        other = template_facts(model, path) if path is not None and path != facts.path else None
        if other is not None and other.elements:
            yield other, (0, other.elements[-1].end)


def _without(facts: TemplateFacts, name: str, within: _Range) -> Iterator[Element]:
    """The elements in a range of a template with nothing nearer that has the attribute."""
    inside = [one for one in facts.elements if within[0] <= one.start < within[1]]
    nearer = [one for one in inside if _has(one, name)]
    for element in inside:
        around = any(one.start <= element.start < (one.close or one.end) for one in nearer)
        if not around and not element.dynamic:
            yield element


def _has(element: Element, name: str) -> bool:
    """Whether an element has the attribute, or says that it has it from nobody."""
    named = (one.name.removeprefix("data-").partition(":")[0] for one in element.attributes)
    return any(one in (name, "hx-disinherit") for one in named)


def _takes(element: Element, name: str) -> bool:
    if name == "hx-boost":
        return element.tag == "form" or (element.tag == "a" and _leads(element))
    asks = [one for one in REQUESTS if attribute(element, one) is not None]
    swap = attribute(element, "hx-swap")
    if name in ("hx-target", "hx-select") and swap is not None and isinstance(swap.value, Const):
        asks = [] if str(swap.value.value).strip() == "none" else asks  # nothing is swapped, wherever it would go
    return bool(asks) and (name != "hx-encoding" or asks != ["hx-get"])


def _leads(link: Element) -> bool:
    """Whether htmx takes a link: one to a page, in this window."""
    to = attribute(link, "href")
    written = to.value.value if to is not None and isinstance(to.value, Const) else ""
    local = not (isinstance(written, str) and (written.startswith(("#", "http:", "https:", "//", "mailto:"))))
    return to is not None and local and attribute(link, "target", "download", *REQUESTS) is None


@gate
def _handing_is_set(model: Queries, app: AppKey) -> bool:
    """Whether htmx 4 is told to hand attributes on as htmx 2 does."""
    return scripted(model, app, _SETTING) or any(_sets(model, path) for path in paths(model, app))


@gate
def _sets(model: Queries, path: str) -> bool:
    facts = template_facts(model, path)
    if facts is None:
        return False
    calls = [one for one in facts.calls if isinstance(one.function, Name)]
    calls_set = any(argument.name == _SETTING for one in calls for argument in one.arguments)
    values = (one.value for element in facts.elements for one in element.attributes if one.name in ("content", "src"))
    return calls_set or any(_SETTING in str(value) or "htmx-2-compat" in str(value) for value in values)
