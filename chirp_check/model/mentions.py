"""What the Python side mentions: a last look before something is said to be used by nobody."""

import msgspec

from chirp_check.facts.values import Const
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.inputs import module_facts
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


def mentioned(model: Queries, app: AppKey, text: str) -> bool:
    """Whether any file of an application holds exactly this text."""
    return any(text in texts_of(model, path) for path in application_files(model, app))
