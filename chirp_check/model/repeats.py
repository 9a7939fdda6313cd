"""Ids that an answer brings while the page keeps an element that has them: the target, or one around or beside it.

An id with names in it is the same as another one where these are the same by a parameter of the path: the answer to
`/notes/{{ id }}/edit` may be rendered with that very `id`.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.around import effective
from chirp_check.model.incoming import Unit, carriers, units
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, spelled
from chirp_check.model.memory import Queries
from chirp_check.model.twice import comes_with
from chirp_check.model.ways import Reader
from chirp_check.source import Span

KEEPING = frozenset({"innerHTML", "beforeend", "afterbegin", "beforebegin", "afterend"})
STYLES = KEEPING | {"outerHTML"}


class NestedId(msgspec.Struct, frozen=True, gc=False):
    """An id that is there twice after a swap (`at`): `carrier` brings it, and `kept` has it, or else the target.

    `then`: what comes with the swap asks for the carrier, which is there after a second swap.
    """

    id: str
    block: str
    at: Span
    carrier: Span
    kept: Span | None = None
    then: Span | None = None


def repeats(model: Queries, app: AppKey, reader: Reader, element: Element, style: str) -> Iterator[NestedId]:
    """The ids that are there twice after the swap that an element asks for."""
    target = attribute(element, "hx-target")
    if target is not None:
        written, names = spelled(target.value if not target.branches else None)
        if style in KEEPING and names and written.lstrip().startswith("#") and target.value is not None:
            at = Span(reader.facts.path, target.value.start, target.value.end)
            yield from _into(model, app, written.strip()[1:], at, units(model, app, reader, element))
    elif element.tag != "body":
        yield from _beside(model, app, reader, element, style)


def _into(model: Queries, app: AppKey, wanted: str, at: Span, coming: tuple[Unit, ...]) -> Iterator[NestedId]:
    """What comes into or beside a target of its own id."""
    for block, carrier in (one for written, one in _brought(model, app, coming).items() if written == wanted):
        yield NestedId(wanted, block, at, carrier)


def _beside(model: Queries, app: AppKey, reader: Reader, element: Element, style: str) -> Iterator[NestedId]:
    """What comes in the place of the asking element, or into it, and is around it or elsewhere on the page as well."""
    facts = reader.facts
    asked = next((one.value for one in element.attributes if one.name.removeprefix("data-") in REQUESTS), None)
    brought = _brought(model, app, units(model, app, reader, element))
    if asked is None or not brought or effective(model, app, facts, element, "hx-target") is not None:
        return
    kept = dict(_kept(model, app, facts, element, style))
    for written in [one for one in brought if one in kept][:1]:
        block, carrier = brought[written]
        yield NestedId(written, block, Span(facts.path, asked.start, asked.end), carrier, kept[written])


def _brought(model: Queries, app: AppKey, coming: tuple[Unit, ...]) -> Mapping[str, tuple[str, Span]]:
    """The ids that every answer surely brings, as the asking element would write them, with a block and the place."""
    found = [dict(_carriers(model, app, unit)) for unit in coming]
    first = found[0] if found else {}
    return {written: one for written, one in first.items() if all(written in other for other in found)}


def _carriers(model: Queries, app: AppKey, unit: Unit) -> Iterator[tuple[str, tuple[str, Span]]]:
    facts = template_facts(model, unit.path)
    for one, path in carriers(model, app, unit):
        found = attribute(one, "id")
        own = facts if path == unit.path else None
        written = _renamed(own, found, unit) if found is not None else ""
        if written and found is not None and found.value is not None:
            yield written, (unit.block, Span(path, found.value.start, found.value.end))


def _renamed(facts: TemplateFacts | None, found: Attribute, unit: Unit) -> str:
    """The id of an element that comes, with the names of who asks; empty where these are not told.

    The template is None where a component has names of its own.
    """
    written, names = spelled(found.value if not found.branches else None)
    given, bindings = (dict(unit.given), facts.bindings) if facts is not None else ({}, ())
    if any(name not in given or any(one.name.name == name for one in bindings) for name in names):
        return ""
    for name in names:
        written = written.replace(f"{{{{ {name} }}}}", f"{{{{\0{given[name]} }}}}")
    return written.replace("\0", " ") if "{{ " not in written else ""


def _kept(
    model: Queries, app: AppKey, facts: TemplateFacts, element: Element, style: str
) -> Iterator[tuple[str, Span]]:
    """The ids of elements of a template that are there whenever an element asks, and stay when the answer has come."""
    start, end = _replaced(element, style)
    for one in facts.elements:
        other = comes_with(model, app, facts, element.start, one) if not start <= one.start < end else None
        if other is not None:
            yield other.id, other.span


def _replaced(element: Element, style: str) -> tuple[int, int]:
    """The range that goes with a swap of an element itself."""
    if style == "outerHTML":
        return element.start, element.close or element.end
    if style == "innerHTML":
        return element.end, element.close or element.end
    return element.end, element.end
