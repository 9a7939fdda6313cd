"""The places of one template where a value is put out as more than text: as markup, in a script, as an address."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Add, AnyTerm, Choice, Const, Either, Filter, Join, Name
from chirp_check.facts.walk import every_part
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, gate
from chirp_check.model.template_scopes import Scopes, is_parameter

SAFE = "safe"
_KEEPING = frozenset({"upper", "lower", "trim", "title", "capitalize", "string", "truncate", "replace", "default", "d"})
_ADDRESSES = frozenset({"href", "src", "action", "formaction"})
_SCRIPTED = ("on", "hx-on")
_VALUES = frozenset({"hx-vals", "hx-headers"})
_SCRIPTS = frozenset({"", "module", "importmap", "speculationrules"})
_BINDING = frozenset({"set", "let", "with", "export"})
CHAIN = 10  # names that are bound to others in turn


@gate
def exposed_names(model: Queries, path: str) -> frozenset[str]:
    """The names that a template puts out at such places."""
    facts, source = template_facts(model, path), text(model, path)
    if facts is None or source is None or not facts.expressions:
        return frozenset()
    sinks = tuple(sinks_of(facts, source))
    scopes = Scopes(facts, lambda: source) if sinks else None
    return frozenset(name.id for one in sinks if scopes is not None for name in put_out(one.term, scopes))


class Sink(msgspec.Struct, frozen=True, gc=False):
    """An expression that HTML does not guard.

    `where`: "safe", "script", "handler" (a script as an attribute), "json" or "address".
    """

    where: str
    term: AnyTerm


def sinks_of(facts: TemplateFacts, source: str) -> Iterator[Sink]:
    """The expressions whose text HTML does not guard."""
    if SAFE in source:
        written = (facts.expressions, facts.calls, facts.bindings, facts.operands)
        for one in every_part(written):
            if isinstance(one, Filter) and one.name == SAFE and not one.arguments:
                yield Sink(SAFE, one.base)
    ranges = list(_scripts(facts))
    for term in facts.expressions:
        where = next((where for where, start, end in ranges if start <= term.start < end), None)
        if where is not None:
            yield Sink(where, term)
    for element in facts.elements:
        for one in element.attributes:
            if one.name in _ADDRESSES and isinstance(one.value, Join) and len(one.value.parts) == 1:
                yield Sink("address", one.value.parts[0])


def _scripts(facts: TemplateFacts) -> Iterator[tuple[str, int, int]]:
    """The ranges of JavaScript, JSON and style sheets."""
    ends = dict(facts.scripts)
    for element in facts.elements:
        if element.tag == "script" and element.end in ends and _runs(element):
            yield "script", element.end, ends[element.end]
        elif element.tag == "style" and element.close is not None:
            yield "script", element.end, element.close
        for one in element.attributes:
            name = one.name.removeprefix("data-")
            if one.value is not None and (name.startswith(_SCRIPTED) or name in _VALUES):
                yield "json" if name in _VALUES else "handler", one.value.start, one.value.end


def _runs(element: Element) -> bool:
    """Whether a script is code or JSON, and not a template of something else."""
    kind = next((one.value for one in element.attributes if one.name == "type"), None)
    if kind is None:
        return True
    written = str(kind.value).lower() if isinstance(kind, Const) else "?"
    return written in _SCRIPTS or written.endswith(("javascript", "json"))


def put_out(term: AnyTerm, scopes: Scopes, depth: int = CHAIN) -> Iterator[Name]:
    """The names whose text a term puts out as it is."""
    match term:
        case Name():
            bound = scopes.bound(term)
            if not bound and not is_parameter(term.id, scopes.component_at(term.start)):
                yield term
            for binding in bound:
                if depth and binding.value is not None and binding.kind in _BINDING:
                    yield from put_out(binding.value, scopes, depth - 1)
        case Filter(base=base, name=name) if name in _KEEPING or name == SAFE:
            yield from put_out(base, scopes, depth)
        case Join(parts=parts) | Either(operands=parts):
            for one in parts:
                yield from put_out(one, scopes, depth)
        case Add(left=left, right=right) | Choice(then=left, other=right):
            yield from put_out(left, scopes, depth)
            yield from put_out(right, scopes, depth)
        case _:
            pass
