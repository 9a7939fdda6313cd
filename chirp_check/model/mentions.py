"""What the Python side mentions: a last look before something is said to be used by nobody."""

import msgspec

from chirp_check.facts.values import Attr, Const
from chirp_check.model.inputs import module_facts
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, query


@query
def texts_of(model: Queries, path: str) -> frozenset[str]:
    """The texts that are written in a Python file."""
    facts = module_facts(model, path)
    found: set[str] = set()
    pending: list[object] = [facts.body] if facts is not None else []
    while pending:
        current = pending.pop()
        if isinstance(current, Const):
            if isinstance(current.value, str):
                found.add(current.value)
        elif isinstance(current, tuple):
            pending += current
        elif isinstance(current, msgspec.Struct):
            pending += msgspec.structs.astuple(current)
    return frozenset(found)


def mentioned(model: Queries, text: str) -> bool:
    """Whether any Python file holds exactly this text."""
    return any(text in texts_of(model, path) for path in read_modules(model))


# What renders a template or block without a return type.
_RENDERERS = frozenset({"render_block", "render_fragment", "render_with_blocks", "get_template", "from_string"})


@query
def renders_itself(model: Queries, path: str) -> bool:
    """Whether a Python file renders templates by itself."""
    facts = module_facts(model, path)
    pending: list[object] = [facts.body] if facts is not None else []
    while pending:
        current = pending.pop()
        if isinstance(current, Attr) and current.name in _RENDERERS:
            return True
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, msgspec.Struct):
            pending += msgspec.structs.astuple(current)
    return False
