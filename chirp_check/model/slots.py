"""Slots: which of them a component yields, and what a call puts into them."""

from chirp_check.facts.templates import ComponentCall, ComponentDef, SlotContent, TemplateFacts
from chirp_check.facts.values import AnyTerm, Const, Name
from chirp_check.model.entities import ComponentUse
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries

DEFAULT_SLOT = "default"
UNFOLDED = frozenset({"include", "embed"})  # what they bring may yield slots too
CALLER = "caller"  # what a component's slots are, for code that calls them by name


def component_around(facts: TemplateFacts, offset: int) -> ComponentDef | None:
    """The innermost component whose body an offset is in."""
    inside = [one for one in facts.components if one.body_start <= offset < one.body_end]
    return inside[-1] if inside else None


def yielded(model: Queries, facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots that a component yields itself, or hands to others; None where there may be any."""
    inside = [other for other in facts.components if one.start <= other.start < one.end]
    slots: set[str | None] = {slot.name for other in inside for slot in other.slots}
    unfolded = (reference for reference in facts.references if reference.kind in UNFOLDED)
    slots |= {None for reference in unfolded if one.start <= reference.start < one.end}
    return slots | _called_slots(facts, one) | _passed_on(model, facts, one)


def _called_slots(facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots that a component renders by calling `caller`; None where it may be any."""
    found: set[str | None] = set()
    for call in facts.calls:
        if not one.start <= call.start < one.end:
            continue
        if isinstance(call.function, Name) and call.function.id == CALLER:
            first = call.arguments[0].value if call.arguments else Const(0, 0, DEFAULT_SLOT)
            found.add(first.value if isinstance(first, Const) and isinstance(first.value, str) else None)
        if any(_is_caller(argument.value) for argument in call.arguments):
            found.add(None)
    if any(one.start <= binding.start < one.end and _is_caller(binding.value) for binding in facts.bindings):
        found.add(None)
    return found


def _is_caller(term: AnyTerm | None) -> bool:
    return isinstance(term, Name) and term.id == CALLER


def _passed_on(model: Queries, facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots of the component itself that it hands to others by giving them empty ones of the same name."""
    calls = [call for call in facts.calls if call.is_tag and one.start <= call.start < one.end]
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
    inside = facts is not None and component_around(facts, slot.start) is not None
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
    skipped |= {one.start - 2: one.end + 2 for one in facts.comments if start <= one.start < end}
    at = start
    while at < end:
        if at in skipped:
            at = skipped[at]
        elif source.startswith("{%", at):
            at = max(source.find("%}", at) + 2, at + 2)
        elif source[at].isspace():
            at += 1
        else:
            return False
    return True
