"""What handlers give back, and whether a response can be made of it."""

import msgspec

from chirp_check.model.domain import Record
from chirp_check.model.entities import ArgumentFault
from chirp_check.model.inputs import text
from chirp_check.model.memory import Queries, Same, part, query
from chirp_check.model.program import records
from chirp_check.model.signatures import faults
from chirp_check.model.templates import owners
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
    return tuple(_placed(model, record.it, fault) for fault in faults(record.it))


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
