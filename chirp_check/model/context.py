"""What each render site gives to the templates it renders, and what of their needs it does not."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.model.applications import AppKey, application_files, application_keys
from chirp_check.model.cascades import Cascade
from chirp_check.model.domain import Dict, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.memory import Queries, Same, part, query
from chirp_check.model.names import Names, global_names
from chirp_check.model.pages import cascade_of, layouts_around_whole, layouts_of
from chirp_check.model.program import records
from chirp_check.model.requirements import LAYOUT, requirements
from chirp_check.model.requirements_guards import Known, reachable
from chirp_check.model.requirements_scope import ALONE, Requirement
from chirp_check.model.signatures import CALLS, renders_whole
from chirp_check.model.templates import template_path
from chirp_check.source import Span


class Need(msgspec.Struct, frozen=True, gc=False):
    """A place that reads a name: the template, and the entry in its table of places."""

    path: str
    at: int


class Lack(msgspec.Struct, frozen=True, gc=False):
    """A name that a render looks up and is not given, with the places that read it, in order.

    `early`: only because Kida looks it up at the start of a body. `sealed`: no render site could give it.
    """

    name: str
    needs: tuple[Need, ...]
    early: bool = False
    sealed: str = ""


class Rendering(msgspec.Struct, frozen=True, gc=False):
    """One way through one render site: what it renders, the names it gives, and those that it lacks.

    `open`: not all that it gives is known, so that it is taken to lack nothing.
    """

    kind: str
    span: Span
    template: Text
    block: Text | None
    unit: tuple[str, str | None]
    given: frozenset[str] = frozenset()
    lacks: tuple[Lack, ...] = ()
    open: bool = False


@query
def renderings(model: Queries, app: AppKey, path: str) -> tuple[Rendering, ...]:
    """What the render sites of a Python file give and lack, as far as everything they give is known."""
    found: dict[Rendering, None] = {}
    for record in records(model, path):
        found.update(dict.fromkeys(_rendered(model, app, Same(record))))
    return tuple(found)


@part
def _rendered(model: Queries, app: AppKey, record: Same[Record]) -> tuple[Rendering, ...]:
    return tuple(_renderings(model, app, record.it, global_names(model, app)))


@query
def all_renderings(model: Queries, app: AppKey) -> tuple[Rendering, ...]:
    """What all render sites of an application give and lack."""
    return tuple(one for path in sorted(application_files(model, app)) for one in renderings(model, app, path))


def _renderings(model: Queries, app: AppKey, record: Record, names: Names) -> Iterator[Rendering]:
    signature = RETURN_TYPES.get(record.kind)
    template = record.argument(*signature.template) if signature is not None and signature.template else None
    if signature is None or not signature.answers or not isinstance(template, Text) or not names.complete:
        return
    path = template_path(model, app, template.value)
    if path is None:
        return
    context = context_of(record)
    cascade = cascade_of(model, app, record) or Cascade()
    given: dict[str, Known | None] = dict.fromkeys(names.known)
    given.update((name, constant(value)) for name, value in cascade.entries)
    given.update(dict.fromkeys(cascade.maybe))
    given.update((name, constant(value)) for name, value in (context or {}).items())
    for unit, named in units_of(model, app, record, path):
        if context is None or cascade.open:
            yield Rendering(record.kind, record.span, template, named, unit, open=True)
            continue
        lacks = tuple(_lacks(requirements(model, app, *unit).found, given, names))
        yield Rendering(record.kind, record.span, template, named, unit, frozenset(context) | cascade.names, lacks)


def units_of(
    model: Queries, app: AppKey, record: Record, path: str
) -> Iterator[tuple[tuple[str, str | None], Text | None]]:
    """What a call may render: a template and a block of it (None: the whole), and the block as it is written."""
    signature = RETURN_TYPES[record.kind]
    for position, parameter in signature.blocks:
        block = record.argument(position, parameter)
        if isinstance(block, Text):
            yield (path, block.value), block
    layouts = layouts_of(model, app, record)
    yield from (((layout, LAYOUT), None) for layout in layouts)
    if layouts_around_whole(record) or (renders_whole(record) and not layouts):
        yield (path, None), None


def context_of(record: Record) -> Mapping[str, Value] | None:
    """The names that a call gives to its template; None where not all of them are known."""
    call = CALLS.get(record.kind)
    if record.open or call is None:
        return None
    if record.kind == "Suspense" and record.argument(None, "blocks") is not None:
        return None  # each block gets what its own value holds
    reserved = {one.name for one in ((*call.positional, *call.keywords) if call.named else call.keywords)}
    found = {name: value for name, value in record.kwargs if name not in reserved}
    position = next((at for at, one in enumerate(call.positional) if one.name == "context"), None)
    merged = record.argument(position, "context") if "context" in reserved else None
    match merged:
        case None | Scalar(None):
            return found
        case Dict(entries, open=False):
            return dict(entries) | found
        case _:
            return None


def constant(value: Value) -> Known | None:
    """A value as far as conditions of templates can be decided by it."""
    match value:
        case Text(text):
            return Known(text)
        case Scalar(known):
            return Known(known)
        case Sequence(items=(), open=False) | Dict(entries=(), open=False):
            return Known(())
        case _:
            return None


def _lacks(found: tuple[Requirement, ...], given: Mapping[str, Known | None], names: Names) -> Iterator[Lack]:
    """The names that are looked up and not there, each once."""
    late: dict[tuple[str, str], dict[Need, None]] = {}
    early: dict[str, dict[Need, None]] = {}
    for one in found:
        there = names.known if one.sealed else given
        if (one.name in there and one.sealed != ALONE) or not reachable(one.conditions, given):
            continue
        needs = early.setdefault(one.name, {}) if one.early else late.setdefault((one.name, one.sealed), {})
        needs[Need(one.path, one.at)] = None
    for (name, sealed), needs in late.items():
        yield Lack(name, tuple(needs), sealed=sealed)
    for name, needs in early.items():
        if (name, "") not in late:
            yield Lack(name, tuple(needs), early=True)


@query
def readers(model: Queries, app: AppKey, path: str, block: str | None) -> frozenset[Need]:
    """The places where a render looks up names that it is to be given."""
    return frozenset(Need(one.path, one.at) for one in requirements(model, app, path, block).found if not one.sealed)


@query
def wanted(model: Queries, app: AppKey, path: str, block: str | None) -> frozenset[str]:
    """The names that a render can look up."""
    return frozenset(one.name for one in requirements(model, app, path, block).found)


def applications_of(model: Queries, path: str) -> tuple[AppKey, ...]:
    """The applications whose render sites a Python file holds."""
    return tuple(app for app in application_keys(model) if path in application_files(model, app))
