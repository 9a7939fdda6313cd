"""Which expressions of a template may read a name whose type is known, so that the others need not be read."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import BlockDef, ComponentDef, TemplateFacts
from chirp_check.facts.values import AnyTerm, Call, Const, Name
from chirp_check.model.template_scopes import Scopes

_LOOP = "loop."


class Live(msgspec.Struct, frozen=True):
    """Names of known type, looked for in the text of expressions: what does not mention one need not be read."""

    source: str
    names: frozenset[str]

    def holds(self, term: AnyTerm) -> bool:
        """Whether an expression may read one of the names, or a loop."""
        written = self.source[term.start : term.end]
        return _LOOP in written or any(name in written for name in self.names)

    def through(self, scopes: Scopes) -> Live:
        """With the names that the template binds to what holds one of them."""
        found = self
        while True:
            bound = ((one.name.name, one.value or scopes.iterable(one)) for one in scopes.facts.bindings)
            more = {name for name, value in bound if value is not None and found.holds(value)} - found.names
            if not more:
                return found
            found = Live(self.source, found.names | more)


def expressions_of(facts: TemplateFacts, component: int) -> Iterator[AnyTerm]:
    """The outermost expressions of a template, or of one of its components, each once; no plain names."""
    owner = components_of(facts)[component] if component >= 0 else None
    conditions = (arm.condition for one in facts.conditionals for arm in one.arms)
    tags = (Call(one.start, one.end, one.function, one.arguments) for one in facts.calls if one.is_tag)
    written = (*facts.expressions, *facts.operands, *conditions, *(one.value for one in facts.bindings), *tags)
    seen: set[tuple[int, int]] = set()
    for term in written:
        if term is None or (term.start, term.end) in seen or isinstance(term, (Const, Name)):
            continue
        if owner is None or owner.body_start <= term.start < owner.body_end:
            seen.add((term.start, term.end))
            yield term


def components_of(facts: TemplateFacts) -> tuple[ComponentDef | BlockDef, ...]:
    """The components of a template, regions included."""
    return (*facts.components, *(one for one in facts.blocks if one.kind == "region"))
