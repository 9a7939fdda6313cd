"""Type errors of template expressions, each at its own place, with the render sites that bring the values there."""

from collections.abc import Mapping

import msgspec

from chirp_check.facts.handlers import If
from chirp_check.facts.values import Attr, Call, Choice, Compare, Either, Opaque
from chirp_check.facts.walk import every_part
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.applications import AppKey, application_keys
from chirp_check.model.components import meant
from chirp_check.model.entities import Component
from chirp_check.model.inputs import module_facts, template_facts, text
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.templates import target, template_files
from chirp_check.model.typing import classes
from chirp_check.model.typing.classes import below
from chirp_check.model.typing.found import Fault, Handed, Result
from chirp_check.model.typing.given import Asked, rendered
from chirp_check.model.typing.includes import Brought, brought
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import FORM, MOMENTS, Keyed, Kind, Plain, Routine, Thing, said
from chirp_check.model.typing.live import components_of
from chirp_check.model.typing.lookups import names_of_kind
from chirp_check.model.typing.reading import Reader
from chirp_check.source import Span

DEPTH = 6  # components in components
_DERIVING = ("pendulum", "pandas", "whenever")  # packages whose moments are those of `datetime` and more
SITES = 5  # render sites that are told of one place


class MissingAttribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute, or a key (`is_key`), that the value of an expression does not have.

    `owner` names its type; `meant` is a near name that it has, `sure` one beyond doubt. `definition` is where its class
    is named.
    """

    written: str
    name: str
    owner: str
    is_key: bool
    is_mapping: bool
    meant: str | None
    definition: Span | None
    span: Span
    sites: tuple[Span, ...]
    sure: bool = False


class BadArguments(msgspec.Struct, frozen=True, gc=False):
    """A call with arguments that the function does not take; `problem` ends a sentence that begins with its name.

    `definition` is where the function is named, for one that the application gives to all templates; `meant` is a
    near name that it takes.
    """

    name: str
    problem: str
    span: Span
    sites: tuple[Span, ...]
    definition: Span | None = None
    meant: str | None = None


class NotIterable(msgspec.Struct, frozen=True, gc=False):
    """A loop over a value that has no elements; `is_method` where a method is not called."""

    written: str
    owner: str
    is_method: bool
    span: Span
    sites: tuple[Span, ...]


class BadOperands(msgspec.Struct, frozen=True, gc=False):
    """An operator whose operands it does not take; "()" for a call of what is no function."""

    written: str
    operator: str
    owners: tuple[str, ...]
    span: Span
    sites: tuple[Span, ...]


class NoneRead(msgspec.Struct, frozen=True, gc=False):
    """An attribute or item of a value that is None (`certain`), or can be."""

    written: str
    name: str
    certain: bool
    is_empty: bool
    span: Span
    sites: tuple[Span, ...]


type TypeFault = MissingAttribute | BadArguments | NotIterable | BadOperands | NoneRead


@query
def read_with(model: Queries, app: AppKey, asked: Asked) -> Result:
    """What is found in a template that is read with some types."""
    facts, source = template_facts(model, asked.path), text(model, asked.path)
    if facts is None or source is None or facts.faults:
        return Result()
    reader = Reader(Inference(model), facts, source, asked)
    reader.run()
    calls = [_component(model, app, asked.path, call) for call in reader.calls]
    calls += (_included(model, app, asked.path, one) for one in brought(reader))
    return Result(tuple(reader.faults), tuple(dict.fromkeys(one for one in calls if one is not None)))


@gate
def _handed_on(model: Queries, app: AppKey, asked: Asked) -> tuple[Asked, ...]:
    """The components that a template calls, and what it includes, with the types of what they are given."""
    return read_with(model, app, asked).calls


@table
def _readings(model: Queries, app: AppKey) -> Mapping[str, tuple[tuple[Asked, tuple[Span, ...]], ...]]:
    """The types that every template and component is read with, and the render sites behind them."""
    found: dict[Asked, dict[Span, None]] = {}
    pending = [(asked, sites, 0) for asked, sites in rendered(model, app).items()]
    for asked, sites, depth in pending:  # which grows while it is gone through
        known = found.setdefault(asked, {})
        new = [one for one in sites if one not in known]
        known.update(dict.fromkeys(sites))
        if not new or depth >= DEPTH:
            continue
        pending += [(inner, sites, depth + 1) for inner in _handed_on(model, app, asked)]
    by_file: dict[str, list[tuple[Asked, tuple[Span, ...]]]] = {}
    for asked, places in found.items():
        by_file.setdefault(asked.path, []).append((asked, tuple(places)))
    return {path: tuple(ones) for path, ones in by_file.items()}


def readings(model: Queries, app: AppKey, path: str) -> tuple[tuple[Asked, tuple[Span, ...]], ...]:
    """The types that one template and its components are read with, and the render sites behind them."""
    return _readings.entry(model, path, app) or ()


def _component(model: Queries, app: AppKey, path: str, call: Handed) -> Asked | None:
    """The component that a call means, with the types of what it is given."""
    found = meant(model, app, path, call.function)
    facts = template_facts(model, found.path) if isinstance(found, Component) else None
    if not isinstance(found, Component) or facts is None:
        return None
    named = [(at, one) for at, one in enumerate(components_of(facts)) if one.name.name == found.name]
    if len(named) != 1:
        return None
    at_, owner = named[0]
    names = [one.name for one in owner.parameters if one.kind == "normal"]
    given = {names[at] if isinstance(at, int) else at: known for at, known in call.given if _fits(at, names)}
    return Asked(found.path, at_, (), tuple(sorted(given.items(), key=_name)), call.shaky)


def _included(model: Queries, app: AppKey, path: str, found: Brought) -> Asked | None:
    """The template that a tag includes, with the types of the names that it reads."""
    there = target(model, app, found.reference, path)
    source = (text(model, there) or "") if there is not None else ""
    given = tuple((name, known) for name, known in found.given if name in source or "include" in source)
    return Asked(there, -1, (), given, found.shaky) if there is not None and there != path and given else None


def _fits(at: str | int, names: list[str]) -> bool:
    return at < len(names) if isinstance(at, int) else at in names


def _name(one: tuple[str, object]) -> str:
    return one[0]


# Subjects.


@query
def type_faults(model: Queries, path: str) -> tuple[TypeFault, ...]:
    """The type errors of one template, each place once."""
    found: dict[Fault, dict[Span, None]] = {}
    for app in application_keys(model) if path in template_files(model) else ():
        for asked, sites in readings(model, app, path):
            for fault in read_with(model, app, asked).faults:
                found.setdefault(fault, {}).update(dict.fromkeys(sites))
    merged: dict[tuple[str, int, int], tuple[Fault, dict[Span, None]]] = {}
    for fault, spans in found.items():
        if _is_certain(model, fault):
            merged.setdefault((fault.kind, fault.start, fault.end), (fault, {}))[1].update(spans)
    return tuple(
        _subject(model, path, fault, tuple(sorted(spans, key=_place))[:SITES]) for fault, spans in merged.values()
    )


def _place(span: Span) -> tuple[str, int]:
    return (span.path, span.start)


def _is_certain(model: Queries, fault: Fault) -> bool:
    """Whether what is found holds whatever conditions say, and whatever code unseen here does to the values."""
    if fault.kind in ("attribute", "key"):
        doubtful = fault.shaky or any(_is_open(model, one) for one in fault.owners)
        return not doubtful or not _is_mentioned(model, fault.name)
    if fault.kind == "maybe-none":
        return not fault.shaky and not _is_asked_for(model, fault.written.rpartition(".")[2])
    return not fault.shaky


def _is_open(model: Queries, owner: Kind) -> bool:
    """Whether values may have more than their type tells: a text can be the member of an enumeration."""
    if isinstance(owner, Plain) and owner.name in MOMENTS | {FORM.name}:
        return below(model, owner.name) != frozenset() or any(_is_mentioned(model, one) for one in _DERIVING)
    is_plain = isinstance(owner, Plain) and owner.name != "loop" and not owner.exact
    return is_plain or (isinstance(owner, Keyed) and owner.shared)


def _is_mentioned(model: Queries, name: str) -> bool:
    """Whether any Python code of the project has a name in it."""
    return any(name in (text(model, path) or "") for path in read_modules(model))


def _is_asked_for(model: Queries, name: str) -> bool:
    """Whether any Python code of the project looks at an attribute of this name to decide something."""
    return any(name in _asked_for(model, path) for path in read_modules(model))


@query
def _asked_for(model: Queries, path: str) -> frozenset[str]:
    """The attributes that conditions of a Python file read."""
    facts = module_facts(model, path)
    conditions: list[object] = []
    for one in every_part(facts.body if facts is not None else ()):
        match one:
            case If(condition=condition) | Choice(condition=condition):
                conditions.append(condition)
            case Compare() | Either() | Opaque():
                conditions.append(one)
            case Call(function=function) if isinstance(function, Attr) and function.name == "__eq__":
                conditions.append(one)
            case _:
                pass
    return frozenset(one.name for each in conditions for one in every_part(each) if isinstance(one, Attr))


def _subject(model: Queries, path: str, fault: Fault, sites: tuple[Span, ...]) -> TypeFault:
    span = Span(path, fault.start, fault.end)
    owners = tuple(dict.fromkeys(map(said, fault.owners)))
    match fault.kind:
        case "attribute" | "key":
            return _missing(model, fault, span, sites)
        case "argument":
            return BadArguments(owners[0], fault.name, span, sites)
        case "loop":
            method = all(isinstance(one, Routine) for one in fault.owners)
            return NotIterable(fault.written, " | ".join(owners), method, span, sites)
        case "operand":
            return BadOperands(fault.written, fault.name, tuple(map(said, fault.owners)), span, sites)
        case "called":
            return BadOperands(fault.written, "()", owners, span, sites)
        case _:
            empty = any(isinstance(one, Plain) and one.name == "absent" for one in fault.owners)
            return NoneRead(fault.written, fault.name, fault.kind == "none", empty, span, sites)


def _missing(model: Queries, fault: Fault, span: Span, sites: tuple[Span, ...]) -> MissingAttribute:
    inference = Inference(model)
    known = frozenset[str]().union(*(names_of_kind(inference, one) for one in fault.owners))
    first = fault.owners[0]
    definition = classes.place(model, first.module, first.qualname) if isinstance(first, Thing) else None
    mapping = all(isinstance(one, Keyed) for one in fault.owners)
    owner = " | ".join(dict.fromkeys(map(said, fault.owners)))
    meant_ = nearest(fault.name, known)
    is_key = fault.kind == "key"
    sure = meant_ is not None and is_clear(fault.name, meant_, known)
    return MissingAttribute(fault.written, fault.name, owner, is_key, mapping, meant_, definition, span, sites, sure)
