"""What a handler's return annotation would say if it said what the handler returns."""

from collections.abc import Iterable

from chirp_check.diagnostic import Rewrite, Structure
from chirp_check.facts.values import AnyTerm
from chirp_check.model.annotations import promised
from chirp_check.model.answers import handlers_in
from chirp_check.model.domain import Value
from chirp_check.model.entities import HandlerRef
from chirp_check.model.framework import RETURN_TYPES, is_a
from chirp_check.model.inputs import text
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries
from chirp_check.model.program import summary
from chirp_check.model.signatures import type_word

BUILT_IN = frozenset({"str", "dict", "list"})
ELSEWHERE = frozenset({"SignalEmit", "SSEResponse", "LayoutSuspense", "ViewRef", "FormContract", "FragmentContract"})


def honest(model: Queries, reference: HandlerRef) -> Structure | None:
    """The fix that promises what is returned, first what is promised already; None where not all of that has a name."""
    path = reference.span.path
    handler = next((one for known, one in handlers_in(model, path) if known == reference), None)
    if handler is None or handler.around is not None:
        return None
    called = handler.function
    written = function(model, called.module, called.qualname)
    made = summary(model, called)
    if written is None or written.returns is None or made.falls_off or "." in _text(model, path, written.returns):
        return None
    types = promised(model, path, written.returns)
    names = [one.name for one in types]
    words = _words(made.returned, names)
    if words is None:
        return None
    ordered = sorted(words, key=lambda one: names.index(one) if one in names else len(names))
    imported = " ".join(one for one in ordered if one not in BUILT_IN)
    value = " | ".join(ordered)
    safe = any(one.refused or one.name in words for one in types)  # else what is returned may be the slip
    return Structure(f"promise `{value}`", Rewrite("returns", reference.span, imported, value, "chirp"), safe)


def _text(model: Queries, path: str, term: AnyTerm) -> str:
    return (text(model, path) or "")[term.start : term.end]


def _words(returned: Iterable[Value], names: list[str]) -> list[str] | None:
    """The types of some values, each as an annotation names it; None where one cannot be named."""
    found: dict[str, None] = {}
    for value in returned:
        word = type_word(value)
        if (
            word is None
            or word in ELSEWHERE
            or not (word in BUILT_IN or (word in RETURN_TYPES and word.isidentifier()))
        ):
            return None
        kept = (name for name in names if word == name or (name in RETURN_TYPES and is_a(word, name)))
        found[next(kept, word)] = None
    return list(found) or None
