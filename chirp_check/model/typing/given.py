"""Which types the render sites of an application give to the names that each template reads, place by place."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.values import AnyTerm, Compare, Const, Either, Filter, Name, Not, Test
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.cascades import Cascade
from chirp_check.model.context import constant, context_of, units_of
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.names import global_names
from chirp_check.model.pages import cascade_of
from chirp_check.model.program import records
from chirp_check.model.requirements import requirements
from chirp_check.model.requirements_guards import Known, reachable
from chirp_check.model.requirements_scope import Requirement
from chirp_check.model.templates import template_path
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Plain, Type, without_none
from chirp_check.model.typing.values import given_types
from chirp_check.source import Span

type Unit = tuple[str, str | None]


class Held(msgspec.Struct, frozen=True, gc=False):
    """The type of a name at one place, by the place's number; `shaky` when conditions around it may rule it out."""

    at: int
    type: Type
    shaky: bool = False


type Given = tuple[Held, ...]


class Site(msgspec.Struct, frozen=True, gc=False):
    """One way through a render site: what it renders, and the types and constants of the names that it gives."""

    span: Span
    units: tuple[Unit, ...]
    types: tuple[tuple[str, Type], ...]
    constants: tuple[tuple[str, Known | None], ...]


@query
def sites(model: Queries, app: AppKey, file: str) -> tuple[Site, ...]:
    """The render sites of a Python file whose names are all known."""
    names, inference = global_names(model, app), Inference(model)
    found = (_site(inference, app, record, names.known) for record in records(model, file))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _site(inference: Inference, app: AppKey, record: Record, everywhere: frozenset[str]) -> Site | None:
    model = inference.model
    signature = RETURN_TYPES.get(record.kind)
    template = record.argument(*signature.template) if signature is not None and signature.template else None
    if signature is None or not signature.answers or not isinstance(template, Text):
        return None
    path = template_path(model, app, template.value)
    context = context_of(record)
    cascade = cascade_of(model, app, record) or Cascade()
    if path is None or context is None or cascade.open:
        return None
    units = tuple(dict.fromkeys(unit for unit, _ in units_of(model, app, record, path)))
    wanted = frozenset(name for unit in units for name in _wanted(model, app, *unit))
    values: dict[str, Value] = dict(cascade.entries) | dict(context)
    types = given_types(inference, record, [one for one in values.items() if one[0] in wanted])
    known = tuple((name, one) for name, one in types if one)
    if not known:
        return None
    constants: dict[str, Known | None] = dict.fromkeys((*everywhere, *cascade.maybe))
    constants.update((name, constant(value)) for name, value in values.items())
    return Site(record.span, units, known, tuple(sorted(constants.items(), key=_name)))


def _name(one: tuple[str, Known | None]) -> str:
    return one[0]


# Where templates read names in a way that their types matter for.

ASKED, HANDED = "asked", "handed"  # for an attribute, an item, its elements or as an operand; on, to another name


@query
def _wanted(model: Queries, app: AppKey, path: str, block: str | None) -> frozenset[str]:
    """The names whose types matter to a render."""
    return frozenset(one.requirement.name for one in _reads(model, app, path, block))


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


@query
def uses(model: Queries, path: str) -> Mapping[int, str]:
    """The places of a template that do more with a name than to put it out or to ask whether it is there."""
    facts, source = template_facts(model, path), text(model, path)
    if facts is None or source is None:
        return {}
    found = ((at, _use(source, *place)) for at, place in enumerate(facts.places))
    return {at: use for at, use in found if use is not None}


def _use(source: str, start: int, end: int) -> str | None:
    """What is done with a name, told by the text beside it."""
    before, after = source[max(0, start - 12) : start].rstrip(), source[end : end + 12].lstrip()
    if after.startswith((".", "[", "(", "?.", "?[", "<", ">", "+", "*", "/", "- ")) or before.endswith(_OPERATORS):
        return ASKED
    word = before.rpartition(" ")[2]
    if word == "in" or after.startswith(("in ", "|>")):
        return ASKED
    if after.startswith((",", ")", "as ", "| ", "|")) or before.endswith(("=", ",", "(")) or word == "with":
        return None if before.endswith("{{") else HANDED
    return None


_OPERATORS = ("<", ">", "<=", ">=", "+", "*", "/", " -")


def is_composite(known: Type) -> bool:
    """Whether a value of a type has parts that can be asked for."""
    return known is not None and not all(isinstance(one, Plain) for one in known)


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


# All of an application.


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Types to read a template with: those at places, those of the parameters of the component at an offset (or -1)."""

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
        for site in sites(model, app, file):
            for asked in (one for unit in site.units for one in _asked(model, app, site, unit)):
                found.setdefault(asked, {})[site.span] = None
    return {asked: tuple(spans) for asked, spans in found.items()}


def _asked(model: Queries, app: AppKey, site: Site, unit: Unit) -> Iterator[Asked]:
    types, constants = dict(site.types), dict(site.constants)
    found: dict[str, dict[int, Held]] = {}
    for read in _reads(model, app, *unit):
        one = read.requirement
        known = types.get(one.name)
        if known is None or (read.use == HANDED and not is_composite(known)):
            continue
        if not reachable(one.conditions, constants):
            continue
        held = found.setdefault(one.path, {})
        before = held.get(one.at)
        if before is None or (before.shaky and not read.shaky):
            held[one.at] = Held(one.at, without_none(known) if one.conditions else known, read.shaky)
    for path, places in found.items():
        given = tuple(sorted((one for one in places.values() if one.type), key=lambda one: one.at))
        if given:
            yield Asked(path, -1, given)
