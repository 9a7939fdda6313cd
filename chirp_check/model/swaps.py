"""What a swap leaves behind: ids that are there twice, and ids that are gone while something still targets them."""

from collections.abc import Iterator

import msgspec
from msgspec import structs

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import overlap
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.around import effective
from chirp_check.model.arrivals import put_out
from chirp_check.model.entities import Text
from chirp_check.model.incoming import Inside, Unit, carriers, inside_of, units
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import attribute, ids, is_oob, literal, pieces, texts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.repeats import KEEPING, STYLES, NestedId, repeats
from chirp_check.model.templates import composed, everywhere, paths, showing
from chirp_check.model.ways import Reader
from chirp_check.source import Span

_ONCE = ("load", "revealed", "intersect", "once")  # of a trigger that fires but once
NO_CONTENT, BAD_REQUEST = 204, 400
_WRITTEN_IDS = ('id="', "id='", 'id=\\"', "id={")  # in markup that Python code writes
_SETTLED = ("hx-select", "hx-disable")


class LostTarget(msgspec.Struct, frozen=True, gc=False):
    """A target that is replaced by what does not have its id: `block` is what comes in its place.

    `asked`: where another element targets it, the asking one being gone as well.
    """

    id: str
    block: str
    selector: Span
    brought: Span
    asked: Span | None = None


type Swap = NestedId | LostTarget


@query
def swap_faults(model: Queries, path: str) -> tuple[Swap, ...]:
    """What the swaps that the elements of a template ask for leave behind, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    return everywhere(model, path, lambda app: _swaps(model, app, facts)) if facts is not None else ()


def _swaps(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Swap]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        if attribute(element, *REQUESTS) is None:
            continue
        style = _style(model, app, facts, element)
        selector = _target(element, facts.path) if style is not None else None
        if selector is None or style is None:
            yield from repeats(model, app, reader, element, style) if style is not None else ()
            continue
        wanted = selector.value.strip()[1:]
        coming = units(model, app, reader, element)
        if style in KEEPING:
            found = list(_nested(model, app, wanted, selector, coming))
            yield from found or _nested_then(model, app, wanted, selector, coming)
        elif style == "outerHTML":
            stays = _stays(facts, element, wanted)
            for one in _lost(model, app, wanted, selector, coming):
                asked = None if stays else _asked_beside(model, app, facts, wanted)
                yield from (structs.replace(one, asked=asked),) if stays or asked is not None else ()


def _target(element: Element, path: str) -> Text | None:
    """The id that an element itself names as its target, where the text writes it."""
    found = attribute(element, "hx-target")
    written = literal(found)
    name = (written or "").strip()
    plain = name[:1] == "#" and name[1:].replace("-", "").replace("_", "").isalnum()
    if not plain or written is None or found is None or found.value is None:
        return None
    return Text(written, Span(path, found.value.start, found.value.end))


def _style(model: Queries, app: AppKey, facts: TemplateFacts, element: Element) -> str | None:
    """Whether the inside of the target or the target is replaced; None where something else or not told."""
    if any(effective(model, app, facts, element, name) is not None for name in _SETTLED):
        return None
    swap = attribute(element, "hx-swap")
    if swap is None:
        unset = effective(model, app, facts, element, "hx-swap") is None and not _has_settings(model, app)
        return "innerHTML" if unset else None
    style = next(iter((literal(swap) or "").split()), None)
    return style if style in STYLES else None


@gate
def _has_settings(model: Queries, app: AppKey) -> bool:
    """Whether a page may set another style of swapping for all of its elements."""
    return any(sets_style(model, path) for path in paths(model, app))


@gate
def sets_style(model: Queries, path: str) -> bool:
    """Whether a template may set the style of swapping for all elements of a page."""
    facts = template_facts(model, path)
    metas = [one for one in facts.elements if one.tag == "meta"] if facts is not None else []
    named = (attribute(one, "content") for one in metas)
    written = (text for one in named if one is not None for text in texts(one.value, path))
    calls = facts.calls if facts is not None else ()
    return any("defaultSwap" in str(one) for one in written) or any(
        argument.name is not None and argument.name.startswith("defaultSwap")
        for call in calls
        for argument in call.arguments
    )


def _nested(model: Queries, app: AppKey, wanted: str, selector: Text, coming: tuple[Unit, ...]) -> Iterator[NestedId]:
    is_only = len(coming) == 1 and _is_written_once(model, app, wanted)
    found = [(unit.block, _carrier(model, app, unit, wanted, maybe=is_only)) for unit in coming]
    if found and all(one is not None for _, one in found):
        block, carrier = found[0]
        if carrier is not None:
            yield NestedId(wanted, block, selector.span, carrier)


def _nested_then(
    model: Queries, app: AppKey, wanted: str, selector: Text, coming: tuple[Unit, ...]
) -> Iterator[NestedId]:
    """What comes into an element of its own id where it replaces something that a swap has put there."""
    found = [next(_asking_for(model, app, unit, wanted), None) for unit in coming]
    for second in found[:1] if all(found) else ():
        if second is not None:
            block, carrier, asked = second
            yield NestedId(wanted, block, selector.span, carrier, then=asked)


def _asking_for(model: Queries, app: AppKey, unit: Unit, wanted: str) -> Iterator[tuple[str, Span, Span]]:
    """The elements of a block that are replaced, or replace others of it, by what surely has an id."""
    inside = inside_of(model, app, unit.path, unit.block)
    if inside is None:
        return
    reader = Reader(model, app, inside.facts)
    for element in inside.elements():
        asked = attribute(element, *REQUESTS)
        if asked is None or asked.value is None or not inside.is_sure(element, maybe=False):
            continue
        if _replaces_own(model, app, inside, element):
            at = Span(unit.path, asked.value.start, asked.value.end)
            yield from ((*one, at) for one in _carriers(model, app, units(model, app, reader, element), wanted))


def _carriers(model: Queries, app: AppKey, coming: tuple[Unit, ...], wanted: str) -> Iterator[tuple[str, Span]]:
    """The elements of blocks that surely have an id; none where one block has none."""
    found = [(one.block, _carrier(model, app, one, wanted)) for one in coming]
    if all(carrier is not None for _, carrier in found):
        yield from ((block, carrier) for block, carrier in found if carrier is not None)


def _replaces_own(model: Queries, app: AppKey, inside: Inside, element: Element) -> bool:
    """Whether an element of a block asks for what takes the place of itself, or of another element of the block."""
    if _style(model, app, inside.facts, element) != "outerHTML":
        return False
    named = attribute(element, "hx-target")
    if named is None:
        return effective(model, app, inside.facts, element, "hx-target") is None
    target = (literal(named) or "").strip()
    others = [one for one in inside.elements() if inside.is_sure(one, maybe=False)]
    return target == "this" or any(f"#{literal(attribute(one, 'id'))}" == target for one in others)


def _is_written_once(model: Queries, app: AppKey, wanted: str) -> bool:
    """Whether only one element of an application can have an id: what is put into it is put into itself."""
    if _may_be_put_out(model, app, wanted):
        return False
    facts = (template_facts(model, path) for path in paths(model, app) if ids(model, app, path).may_have((wanted,)))
    return sum(_has_id(one, wanted) for each in facts if each is not None for one in each.elements) == 1


def _carrier(model: Queries, app: AppKey, unit: Unit, wanted: str, *, maybe: bool = False) -> Span | None:
    """The element of a block that surely has an id; `maybe`: where it is there, at least."""
    for element, path in carriers(model, app, unit, maybe=maybe):
        written = attribute(element, "id")
        value = written.value if written is not None and literal(written) == wanted else None
        if value is not None:
            return Span(path, value.start, value.end)
    return None


def _stays(facts: TemplateFacts, element: Element, wanted: str) -> bool:
    """Whether an element stays when its target is replaced, and can ask again."""
    targets = [one for one in facts.elements if _has_id(one, wanted)]
    return len(targets) == 1 and _is_beside(element, targets[0])


def _is_beside(element: Element, target: Element) -> bool:
    """Whether an element is outside of another one, and asks more than once."""
    trigger = attribute(element, "hx-trigger")
    words = literal(trigger) if trigger is not None else ""
    if words is None or any(one in words for one in _ONCE):
        return False
    return target.close is not None and not target.start <= element.start < target.close


def _asked_beside(model: Queries, app: AppKey, facts: TemplateFacts, wanted: str) -> Span | None:
    """Where an element that is always beside the one that has an id, on pages with this template, targets that."""
    homes = [path for path in paths(model, app) if ids(model, app, path).may_have((wanted,))]
    home = template_facts(model, homes[0]) if len(homes) == 1 else None
    if home is None or facts.path not in composed(model, app, home.path).files:
        return None
    targets = [one for one in home.elements if _has_id(one, wanted)]
    for one in home.elements if len(targets) == 1 and not targets[0].branches else ():
        named = attribute(one, "hx-target")
        if named is None or named.value is None or literal(named) != f"#{wanted}" or one.branches:
            continue
        if not _is_part(home, one) and _is_beside(one, targets[0]):
            return Span(home.path, named.value.start, named.value.end)
    return None


def _is_part(facts: TemplateFacts, element: Element) -> bool:
    """Whether an element comes with something else than its page: a component, a fragment, out of band."""
    parts = [(one.body_start, one.body_end) for one in facts.components]
    parts += [(one.body_start, one.body_end) for one in facts.blocks if one.kind != "block"]
    return is_oob(element) or any(start <= element.start < end for start, end in parts)


def _has_id(element: Element, wanted: str) -> bool:
    found = attribute(element, "id")
    return found is not None and any(overlap((wanted,), pieces(one)) for one in texts(found.value, ""))


def _lost(model: Queries, app: AppKey, wanted: str, selector: Text, coming: tuple[Unit, ...]) -> Iterator[LostTarget]:
    brought = [(one.block, _without(model, app, one.path, one.block, wanted)) for one in coming]
    if brought and all(one is not None for _, one in brought):
        block, at = brought[0]
        if at is not None:
            yield LostTarget(wanted, block, selector.span, at)


def _without(model: Queries, app: AppKey, path: str, block: str, wanted: str) -> Span | None:
    """The name of a block in which no element can have an id."""
    inside = inside_of(model, app, path, block)
    if inside is None or (inside.puts_out_markup() and _may_be_put_out(model, app, wanted)):
        return None
    if inside.brings_others():
        others = composed(model, app, path)
        if others.open or any(ids(model, app, one).may_have((wanted,)) for one in others.files - {path}):
            return None
        if any(_has_id(one, wanted) for one in _of_components(inside.facts)):
            return None
    if any(one.dynamic or _has_id(one, wanted) for one in inside.elements()):
        return None
    return inside.at.span


def _may_be_put_out(model: Queries, app: AppKey, wanted: str) -> bool:
    """Whether an expression may put out an element with an id: code writes it, or renders a template with it."""
    if _writes_ids(model, app):
        return True
    rendered = put_out(model, app)
    return rendered is None or any(ids(model, app, one).may_have((wanted,)) for one in rendered)


@gate
def _writes_ids(model: Queries, app: AppKey) -> bool:
    """Whether code of an application may write elements with ids."""
    written = (text(model, path) or "" for path in application_files(model, app))
    return any(mark in one for one in written for mark in _WRITTEN_IDS)


def _of_components(facts: TemplateFacts) -> Iterator[Element]:
    for one in facts.elements:
        if any(component.body_start <= one.start < component.body_end for component in facts.components):
            yield one
