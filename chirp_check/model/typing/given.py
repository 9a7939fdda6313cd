"""Which types the render sites of an application give to the names that each template reads, place by place."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.values import AnyTerm, Compare, Const, Either, Filter, Name, Not, Test
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.cascades import Cascade
from chirp_check.model.context import constant, context_of, units_of
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.names import global_names
from chirp_check.model.pages import cascade_of
from chirp_check.model.program import records
from chirp_check.model.requirements import program, requirements
from chirp_check.model.requirements_guards import Known, reachable
from chirp_check.model.requirements_scope import Requirement
from chirp_check.model.templates import template_path
from chirp_check.model.typing.cascading import NO_TYPES, provided_types
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Kind, Plain, Type, without_none
from chirp_check.model.typing.values import given_types
from chirp_check.source import Span


class Held(msgspec.Struct, frozen=True, gc=False):
    """The type of a name at one place, by the place's number; `shaky` when conditions around it may rule it out."""

    at: int
    type: Type
    shaky: bool = False


type Given = tuple[Held, ...]


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Types to read a template with: those at places, or those of parameters of one of its components.

    Without one (-1), `parameters` are names that are bound around the tag which includes the template.
    """

    path: str
    component: int
    given: Given = ()
    parameters: tuple[tuple[str, Type], ...] = ()
    shaky: bool = False


@query
def rendered(model: Queries, app: AppKey) -> Mapping[Asked, tuple[Span, ...]]:
    """With which types the render sites of an application have its templates read, and who does."""
    found: dict[Asked, dict[Span, None]] = {}
    for file in sorted(application_files(model, app)):
        for asked, spans in _by_file(model, app, file).items():
            found.setdefault(asked, {}).update(dict.fromkeys(spans))
    return {asked: tuple(spans) for asked, spans in found.items()}


@query
def _by_file(model: Queries, app: AppKey, file: str) -> Mapping[Asked, tuple[Span, ...]]:
    """The same for the render sites of one Python file."""
    found: dict[Asked, dict[Span, None]] = {}
    for record in records(model, file):
        for asked in _of_record(model, app, record) if record.kind in RETURN_TYPES else ():
            found.setdefault(asked, {})[record.span] = None
    return {asked: tuple(spans) for asked, spans in found.items()}


@query
def _of_record(model: Queries, app: AppKey, record: Record) -> tuple[Asked, ...]:
    """The same for one way through one render site, if all the names that it gives are known."""
    signature = RETURN_TYPES[record.kind]
    template = record.argument(*signature.template) if signature.template else None
    path = template_path(model, app, template.value) if isinstance(template, Text) and signature.answers else None
    context = context_of(record) if path is not None else None
    cascade = cascade_of(model, app, record) or Cascade()
    if path is None or context is None or cascade.open or not isinstance(template, Text):
        return ()
    units = tuple(dict.fromkeys(unit for unit, _ in units_of(model, app, record, path)))
    values: dict[str, Value] = dict(cascade.entries) | dict(context)
    reads = [one for unit in units for one in _reads(model, app, *unit)]
    handed, asked = {one.requirement.name for one in reads}, {one.requirement.name for one in reads if one.use == ASKED}
    wanted = ((name, one) for name, one in values.items() if name in asked or (name in handed and not _is_text(one)))
    types = given_types(Inference(model), record, template, wanted)
    known = {name: one for name, one in types if one}
    around = provided_types(model, app, record) if cascade.entries else NO_TYPES
    known |= {name: one for name, one in around.items() if one and name in handed and name not in context}
    if not known:
        return ()
    constants: dict[str, Known | None] = dict.fromkeys((*global_names(model, app).known, *cascade.maybe))
    constants.update((name, constant(value)) for name, value in values.items())
    found = (one for unit in units for one in _asked(_reads(model, app, *unit), known, constants))
    return tuple(dict.fromkeys(found))


def _asked(
    reads: tuple[_Read, ...], types: Mapping[str, Type], constants: Mapping[str, Known | None]
) -> Iterator[Asked]:
    """The types at the places that a render reads, file by file."""
    found: dict[str, dict[int, Held]] = {}
    for read in reads:
        one = read.requirement
        known = types.get(one.name)
        if known is None or (read.use == HANDED and _is_dull(known)):
            continue
        if not reachable(one.conditions, constants):
            continue
        held = found.setdefault(one.path, {})
        before = held.get(one.at)
        if before is None or (before.shaky and not read.shaky):
            held[one.at] = Held(one.at, without_none(known) if one.conditions else known, read.shaky)
    for path, places in found.items():
        given = tuple(sorted((one for one in places.values() if one.type), key=_place))
        if given:
            yield Asked(path, -1, given)


def _is_text(value: Value) -> bool:
    return isinstance(value, (Text, Pattern))


def _place(held: Held) -> int:
    return held.at


# Where templates read names in a way that their types matter for.

# For an attribute, for its elements, as an operand or to be called; on, to anything else.
ASKED, HANDED = "asked", "handed"


class _Read(msgspec.Struct, frozen=True, gc=False):
    requirement: Requirement
    use: str
    shaky: bool


@query
def _reads(model: Queries, app: AppKey, path: str, block: str | None) -> tuple[_Read, ...]:
    """The places where a render looks up a name whose type matters."""
    found: list[_Read] = []
    used: dict[str, Mapping[int, str]] = {}
    for one in requirements(model, app, path, block).found:
        if one.path not in used:
            used[one.path] = uses(model, one.path)
        use = used[one.path].get(one.at)
        if use is not None and not (one.sealed or one.early):
            found.append(_Read(one, use, any(discriminates(condition.term) for condition in one.conditions)))
    return tuple(found)


@gate
def uses(model: Queries, path: str) -> Mapping[int, str]:
    """What a template does with the names that it reads, place by place."""
    found: dict[int, str] = {}
    pending = list(program(model, path) or ())
    while pending:
        step = pending.pop()
        for read in step.reads:
            found[read.at] = ASKED if read.member is not None or step.kind == "for" else HANDED
        for arm in step.arms:
            compared = arm.condition is not None and _compares(arm.condition)
            found.update((read.at, ASKED if read.member is not None or compared else HANDED) for read in arm.reads)
            pending += arm.steps
    facts = template_facts(model, path)
    calls = [one.function for one in facts.calls] if facts is not None else []
    called = {(one.start, one.end) for one in calls if isinstance(one, Name)}
    for at, place in enumerate(facts.places if facts is not None and called else ()):
        if place in called and at in found:
            found[at] = ASKED
    return found


def _compares(condition: AnyTerm) -> bool:
    """Whether a condition compares a name."""
    match condition:
        case Not(value=value):
            return _compares(value)
        case Either(operands=operands):
            return any(map(_compares, operands))
        case Compare(left=left, right=right):
            return isinstance(left, Name) or isinstance(right, Name)
        case _:
            return False


def is_composite(known: Type) -> bool:
    """Whether a value of a type has parts that can be asked for."""
    return known is not None and not all(isinstance(one, Plain) for one in known)


def _is_dull(known: tuple[Kind, ...]) -> bool:
    """Whether nothing much can go wrong with values of a type: texts."""
    return all(isinstance(one, Plain) and one.name == "str" for one in known)


def discriminates(condition: AnyTerm) -> bool:
    """Whether a condition can tell values of one name apart by more than whether they are there."""
    match condition:
        case Name() | Const():
            return False
        case Not(value=value):
            return discriminates(value)
        case Either(operands=operands):
            return any(map(discriminates, operands))
        case Test(value=Name(), name="none" | "defined" | "undefined" | " given"):
            return False
        case Compare(left=Name(), operator="is" | "is not" | "==" | "!=", right=Const(value=None)):
            return False
        case Filter(base=Name(), name="length" | "count", arguments=()):
            return False
        case _:
            return True
