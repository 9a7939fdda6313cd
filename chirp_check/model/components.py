"""Components: which `def` or `region` a name means in a template, through imports, aliases and inheritance.

A name that is bound twice, or by anything that is no component, means nothing here. Nothing is claimed about it.
"""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Table
from enum import Enum

import msgspec

from chirp_check.facts.templates import BlockDef, ComponentDef, Parameter, TemplateFacts, TemplateRef
from chirp_check.facts.values import AnyTerm, Attr, Const, Items, Mapping, Name
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Component, Taken
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, query
from chirp_check.model.slots import UNFOLDED, component_around, yielded
from chirp_check.model.templates import chain, parses, references, target


class Lack(Enum):
    """Why a name means no component: nothing binds it, nothing seen binds it, or what binds it cannot be told."""

    ABSENT = "absent"
    OPEN = "open"
    UNSEEN = "unseen"


class Names(msgspec.Struct, frozen=True):
    """What one template binds outside of its components' bodies.

    `components` by name; `imports` from a local name to the template and the name there; `modules` of `import … as`;
    `unclear` are the names that are bound otherwise, or more than once. `hiding` are the names of parameters and of all
    bindings, wherever they are; `nested` those of components inside others.
    """

    components: Table[str, Component]
    imports: Table[str, tuple[TemplateRef, str]]
    modules: Table[str, TemplateRef]
    unclear: frozenset[str]
    hiding: frozenset[str]
    nested: frozenset[str]


NO_NAMES = Names({}, {}, {}, frozenset(), frozenset(), frozenset())


@query
def names(model: Queries, path: str) -> Names:
    """What the template at `path` binds."""
    facts = template_facts(model, path)
    if facts is None:
        return NO_NAMES
    known = {one.name: one for one in own_components(model, path)}
    imports: dict[str, tuple[TemplateRef, str]] = {}
    modules: dict[str, TemplateRef] = {}
    bound = [one.name for one in own_components(model, path)]
    for reference in facts.references:
        bound += (here.name for _, here in reference.names)
        if reference.kind == "import":
            modules.update((here.name, reference) for _, here in reference.names)
        else:
            imports.update((here.name, (reference, there.name)) for there, here in reference.names)
    otherwise = {one.name.name for one in facts.bindings if component_around(model, facts, one.start) is None}
    twice = {name for name, count in Counter(bound).items() if count > 1}
    owners: tuple[ComponentDef | BlockDef, ...] = (*facts.components, *facts.blocks)
    hiding = {one.name for owner in owners for one in owner.parameters} | {one.name.name for one in facts.bindings}
    nested = {one.name.name for one in facts.components if _is_nested(model, facts, one)}
    return Names(known, imports, modules, frozenset(twice | otherwise), frozenset(hiding), frozenset(nested))


@query
def own_components(model: Queries, path: str) -> tuple[Component, ...]:
    """The components that a template defines and others can see, in the order of their places."""
    facts = template_facts(model, path)
    if facts is None:
        return ()
    defined = [(one.start, _of_def(model, facts, one)) for one in facts.components if not _is_nested(model, facts, one)]
    regions = [
        (one.start, _of_region(path, one))
        for one in facts.blocks
        if one.kind == "region" and component_around(model, facts, one.start) is None
    ]
    return tuple(component for _, component in sorted((*defined, *regions), key=lambda one: one[0]))


def _of_def(model: Queries, facts: TemplateFacts, one: ComponentDef) -> Component:
    slots = yielded(model, facts, one)
    known = frozenset(slot for slot in slots if slot is not None)
    return Component(facts.path, one.name.name, "def", _parameters(one.parameters), known, None in slots)


def _of_region(path: str, one: BlockDef) -> Component:
    return Component(path, one.name.name, "region", _parameters(one.parameters), frozenset(), open=False)


def _parameters(written: tuple[Parameter, ...]) -> tuple[Taken, ...]:
    return tuple(
        Taken(one.name, one.kind, one.annotation, literal_type(one.default) or "?" if one.default else None)
        for one in written
    )


def literal_type(term: AnyTerm) -> str | None:
    """The Python type of a literal, None for everything else."""
    match term:
        case Const(value=None):
            return "None"
        case Const(value=value):
            return type(value).__name__
        case Items(is_tuple=is_tuple):
            return "tuple" if is_tuple else "list"
        case Mapping():
            return "dict"
        case _:
            return None


def _is_nested(model: Queries, facts: TemplateFacts, one: ComponentDef) -> bool:
    return component_around(model, facts, one.start) is not None


@query
def exported(model: Queries, app: AppKey, path: str, name: str) -> Component | Lack:
    """What a name is once the template at `path` has been rendered: what importing it gives."""
    return _exported(model, app, path, name, frozenset())


def _exported(model: Queries, app: AppKey, path: str, name: str, seen: frozenset[str]) -> Component | Lack:
    if path in seen:
        return Lack.ABSENT  # what it binds is being looked at
    line = chain(model, app, path)
    found = {one for each in line.paths for one in _bound_in(model, app, each, name, seen | {path})}
    bound = found - {Lack.ABSENT, Lack.OPEN}
    if not bound:
        return Lack.OPEN if Lack.OPEN in found or not line.complete else Lack.ABSENT
    return bound.pop() if len(bound) == 1 else Lack.UNSEEN


def _bound_in(model: Queries, app: AppKey, path: str, name: str, seen: frozenset[str]) -> Iterator[Component | Lack]:
    """What binds a name in one file: itself, what it imports, and what it includes, whose names leak."""
    if not parses(model, path):
        yield Lack.UNSEEN
        return
    own = names(model, path)
    if name in own.unclear or name in own.modules:
        yield Lack.UNSEEN
    elif name in own.components:
        yield own.components[name]
    elif name in own.imports:
        reference, there = own.imports[name]
        at = target(model, app, reference, path)
        found = _exported(model, app, at, there, seen) if at is not None and not reference.with_context else None
        yield found if isinstance(found, Component) else Lack.UNSEEN
    for reference in references(model, path):
        if reference.kind in UNFOLDED:
            at = target(model, app, reference, path)
            yield _exported(model, app, at, name, seen) if at is not None else Lack.OPEN


def meant(model: Queries, app: AppKey, path: str, function: AnyTerm) -> Component | Lack:
    """The component that is called where `function` stands in the template at `path`."""
    facts = template_facts(model, path)
    if facts is None:
        return Lack.UNSEEN
    match function:
        case Name(id=name):
            return _local(model, app, facts, name, function.start)
        case Attr(base=Name(id=module), name=name, optional=False):
            at = imported_whole(model, app, facts, module, function.start)
            return exported(model, app, at, name) if at is not None else Lack.UNSEEN
        case _:
            return Lack.UNSEEN


def _local(model: Queries, app: AppKey, facts: TemplateFacts, name: str, offset: int) -> Component | Lack:
    if _is_hidden(model, facts, name, offset):
        return Lack.UNSEEN
    if name not in names(model, facts.path).nested:
        return exported(model, app, facts.path, name)
    nested = [one for one in facts.components if one.name.name == name and _is_nested(model, facts, one)]
    outer = component_around(model, facts, nested[0].start)
    visible = outer is not None and outer.body_start <= offset < outer.body_end
    alone = len(nested) == 1 and exported(model, app, facts.path, name) is Lack.ABSENT
    return _of_def(model, facts, nested[0]) if visible and alone else Lack.UNSEEN


def imported_whole(model: Queries, app: AppKey, facts: TemplateFacts, name: str, offset: int) -> str | None:
    """The file that a name of `import … as name` stands for."""
    own = names(model, facts.path)
    if name not in own.modules or name in own.unclear or _is_hidden(model, facts, name, offset):
        return None
    reference = own.modules[name]
    return target(model, app, reference, facts.path) if not reference.with_context else None


def _is_hidden(model: Queries, facts: TemplateFacts, name: str, offset: int) -> bool:
    """Whether a parameter around the place, or a binding anywhere in the file, has the name."""
    if name not in names(model, facts.path).hiding:
        return False
    if any(one.name.name == name for one in facts.bindings):
        return True
    around: list[ComponentDef | BlockDef] = [*facts.components, *facts.blocks]
    inside = (one for one in around if one.body_start <= offset < one.body_end)
    return any(parameter.name == name for one in inside for parameter in one.parameters)
