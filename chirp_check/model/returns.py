"""What handlers give back, and whether a response can be made of it."""

from collections.abc import Iterator

import msgspec

from chirp_check.model.context_places import call_at
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import ArgumentFault, Site
from chirp_check.model.inputs import text
from chirp_check.model.memory import Queries, Same, part, query
from chirp_check.model.program import records
from chirp_check.model.signatures import faults, unjudged
from chirp_check.model.templates import owners
from chirp_check.model.typing.classes import below, facts_of
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Keyed, Kind, Many, Parts, Plain, Table, Thing
from chirp_check.model.typing.values import of_value
from chirp_check.source import Span

_NAMED = frozenset({"unknown", "by name", "twice"})  # faults of an argument's name, not of its value


@query
def argument_faults(model: Queries, path: str) -> tuple[ArgumentFault, ...]:
    """What is wrong with the calls of return types in a Python file."""
    made = records(model, path)
    if not made or not owners(model, path):
        return ()
    return tuple(dict.fromkeys(fault for record in made for fault in _faults(model, Same(record))))


@part
def _faults(model: Queries, record: Same[Record]) -> tuple[ArgumentFault, ...]:
    found = (*faults(record.it), *_by_type(model, record.it))
    return tuple(_placed(model, record.it, fault) for fault in found)


def _by_type(model: Queries, record: Record) -> Iterator[ArgumentFault]:
    """The arguments whose values are not told, but whose types are, and are others than what is taken."""
    for argument, value in unjudged(record):
        inference, at = Inference(model), _written_at(model, record, argument.name, value)
        known = of_value(inference, value) or inference.written_at(at)[1]
        words = [_word(model, one) for one in known] if known else [""]
        if "" not in words and argument.types.isdisjoint(words):
            site = Site(record.kind, record.span)
            yield ArgumentFault(site, "type", argument.name, at, tuple(sorted(argument.types)), words[0])


def _written_at(model: Queries, record: Record, name: str, value: Value) -> Span:
    """Where the call writes an argument; the call where it does not."""
    call, path = call_at(model, record.span), record.span.path
    at = next((at for at, one in enumerate(record.args) if one is value), -1)
    placed = [one.value for one in call.arguments if one.name is None and not one.stars] if call is not None else []
    named = next((one.value for one in call.arguments if one.name == name), None) if call is not None else None
    term = placed[at] if named is None and 0 <= at < len(placed) else named
    return Span(path, term.start, term.end) if term is not None else record.span


def _word(model: Queries, kind: Kind) -> str:
    """What a kind of values is called; empty for objects that may be text as well."""
    match kind:
        case Plain(name="str" | "int" | "float" | "bool" | "None" as name):
            return name
        case Many(kind=name):
            return name
        case Parts():
            return "tuple"
        case Table() | Keyed():
            return "dict"
        case Thing(module, qualname):
            facts = facts_of(model, module, qualname)
            is_plain = facts.complete and not facts.flavour and "startswith" not in facts.names
            return facts.name if is_plain and below(model, facts.name) == frozenset() else ""
        case _:
            return ""


def _placed(model: Queries, record: Record, fault: ArgumentFault) -> ArgumentFault:
    """The fault at the name of the argument where the call shows that name; at the call where it comes through `**`."""
    inside = record.span.path == fault.at.path and record.span.start <= fault.at.start < record.span.end
    if not inside:
        return msgspec.structs.replace(fault, at=record.span) if fault.fault in _NAMED else fault
    source = text(model, record.span.path) if fault.fault in _NAMED else None
    if source is None:
        return fault
    before = source[record.span.start : fault.at.start]
    name = before.removesuffix("=").rstrip() if before.endswith("=") else before.rstrip().removesuffix("=").rstrip()
    if not name.endswith(fault.name):
        return fault
    end = record.span.start + len(name)
    return msgspec.structs.replace(fault, at=Span(record.span.path, end - len(fault.name), end))
