"""What stands around a place of a template: conditions, loops, and what Kida catches."""

from chirp_check.facts.templates import Conditional, TemplateFacts
from chirp_check.facts.values import AnyTerm, Opaque
from chirp_check.model.template_scopes import Scopes


def is_attempted(facts: TemplateFacts, offset: int) -> bool:
    """Whether a place stands in a `try` that has a fallback."""
    return any(one.kind == "try" and _holds(one, 0, offset) for one in facts.conditionals)


def in_loop(scopes: Scopes, offset: int) -> bool:
    """Whether a place stands in the body of a loop, and in no component inside of it."""
    loops = [one for one in scopes.facts.conditionals if one.kind == "for" and _holds(one, 0, offset)]
    owner = scopes.component_at(offset)
    return any(owner is None or owner.start < one.start for one in loops)


def conditions(facts: TemplateFacts, offset: int) -> list[AnyTerm]:
    """The conditions around a place, those of earlier arms included; loops only where they have a test."""
    found: list[AnyTerm] = []
    for one in facts.conditionals:
        at = next((at for at, arm in enumerate(one.arms) if arm.start <= offset < arm.end), None)
        if at is None:
            continue
        if one.kind == "for":
            found += _tests(facts, one)
        else:
            found += [arm.condition for arm in one.arms[: at + 1] if arm.condition is not None]
            if one.kind == "match":
                found.append(Opaque(one.start, one.start, "a pattern"))
    return found


def _tests(facts: TemplateFacts, loop: Conditional) -> list[AnyTerm]:
    """The test that a loop's tag may hold, behind what it goes through."""
    end = loop.arms[0].start
    inside = [one for one in facts.operands if loop.start <= one.start and one.end <= end]
    return sorted(inside, key=lambda one: one.start)[1:]


def _holds(one: Conditional, arm: int, offset: int) -> bool:
    return len(one.arms) > arm and one.arms[arm].start <= offset < one.arms[arm].end
