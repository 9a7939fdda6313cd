"""Slots: which of them a component yields, and what a call puts into them."""

from bisect import bisect_left, bisect_right

from chirp_check.facts.templates import ComponentCall, ComponentDef, Fact, SlotContent, TemplateFacts
from chirp_check.facts.values import AnyTerm, Const, Name
from chirp_check.model.entities import ComponentUse
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query

DEFAULT_SLOT = "default"
LONGEST = 10_000  # code points of a call's content, beyond which it is content
UNFOLDED = frozenset({"include", "embed"})  # what they bring may yield slots too
CALLER = "caller"  # what a component's slots are, for code that calls them by name


def within[F: Fact](found: tuple[F, ...], start: int, end: int) -> tuple[F, ...]:
    """The facts, of one kind and so in the order of their places, that begin in a range."""
    first = bisect_left(found, start, key=_start)
    return found[first : bisect_left(found, end, first, key=_start)]


def _start(fact: Fact) -> int:
    return fact.start


@query
def parents(model: Queries, path: str) -> tuple[int, ...]:
    """For each component of a template, in order, which other one it stands in; -1 for none."""
    facts = template_facts(model, path)
    components = facts.components if facts is not None else ()
    found: list[int] = []
    for at, one in enumerate(components):
        above = at - 1
        while above >= 0 and components[above].body_end <= one.start:
            above = found[above]
        found.append(above)
    return tuple(found)


def component_around(model: Queries, facts: TemplateFacts, offset: int) -> ComponentDef | None:
    """The innermost component whose body an offset is in."""
    components = facts.components
    at = bisect_right(components, offset, key=_body_start) - 1
    while at >= 0 and components[at].body_end <= offset:
        at = parents(model, facts.path)[at]
    return components[at] if at >= 0 else None


def _body_start(component: ComponentDef) -> int:
    return component.body_start


def yielded(model: Queries, facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots that a component yields itself, or hands to others; None where there may be any."""
    inside = within(facts.components, one.start, one.end)
    slots: set[str | None] = {slot.name for other in inside for slot in other.slots}
    if any(reference.kind in UNFOLDED for reference in within(facts.references, one.start, one.end)):
        slots.add(None)
    return slots | _called_slots(facts, one) | _passed_on(model, facts, one)


def _called_slots(facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots that a component renders by calling `caller`; None where it may be any."""
    found: set[str | None] = set()
    for call in within(facts.calls, one.start, one.end):
        if isinstance(call.function, Name) and call.function.id == CALLER:
            first = call.arguments[0].value if call.arguments else Const(0, 0, DEFAULT_SLOT)
            found.add(first.value if isinstance(first, Const) and isinstance(first.value, str) else None)
        if any(_is_caller(argument.value) for argument in call.arguments):
            found.add(None)
    if any(_is_caller(binding.value) for binding in within(facts.bindings, one.start, one.end)):
        found.add(None)
    return found


def _is_caller(term: AnyTerm | None) -> bool:
    return isinstance(term, Name) and term.id == CALLER


def _passed_on(model: Queries, facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots of the component itself that it hands to others by giving them empty ones of the same name."""
    calls = [call for call in within(facts.calls, one.start, one.end) if call.is_tag]
    found: set[str | None] = {slot.name.name for call in calls for slot in call.slots if _is_empty(model, facts, slot)}
    return found | {DEFAULT_SLOT for call in calls if not _has_body(model, facts, call)}


def dropped_body(model: Queries, use: ComponentUse) -> bool:
    """Whether a `call` has content besides its slots, which goes into the default slot, and there is none."""
    facts = template_facts(model, use.path)
    if facts is None or not use.call.is_tag or DEFAULT_SLOT in use.component.slots:
        return False
    return _has_body(model, facts, use.call)


def is_handed_on(model: Queries, use: ComponentUse, slot: SlotContent) -> bool:
    """Whether a slot is meant to hand on what the component around the call was given: it is empty."""
    facts = template_facts(model, use.path)
    inside = facts is not None and component_around(model, facts, slot.start) is not None
    return facts is not None and inside and _is_empty(model, facts, slot)


def _is_empty(model: Queries, facts: TemplateFacts, slot: SlotContent) -> bool:
    return _is_blank(text(model, facts.path) or "", facts, slot.body_start, slot.body_end, ())


def _has_body(model: Queries, facts: TemplateFacts, call: ComponentCall) -> bool:
    """Whether a `call` has content besides its slots."""
    source = text(model, facts.path) or ""
    start = source.find("%}", max((one.value.end for one in call.arguments), default=call.function.end)) + 2
    end = source.rfind("{%", start, call.end)
    return start <= end and not _is_blank(source, facts, start, end, call.slots)


def _is_blank(source: str, facts: TemplateFacts, start: int, end: int, slots: tuple[SlotContent, ...]) -> bool:
    """Whether a range holds nothing but space, comments, statement tags and these slots."""
    skipped = {one.start: one.end for one in slots}
    skipped |= {one.start - 2: one.end + 2 for one in within(facts.comments, start, end)}
    at = start
    while at < end:
        if at - start > LONGEST:
            return False
        if at in skipped:
            at = skipped[at]
        elif source.startswith("{%", at):
            at = max(source.find("%}", at) + 2, at + 2)
        elif source[at].isspace():
            at += 1
        else:
            return False
    return True
