"""Components: which `def` or `region` a name means in a template, through imports, aliases and inheritance.

A name that is bound twice, or by anything that is no component, means nothing here. Nothing is claimed about it.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from enum import Enum

from chirp_check.facts.templates import (
    BlockDef,
    ComponentCall,
    ComponentDef,
    Parameter,
    SlotContent,
    TemplateFacts,
    TemplateRef,
)
from chirp_check.facts.values import AnyTerm, Arg, Attr, Const, Items, Mapping, Name
from chirp_check.grammar.vocabulary import KIDA_GLOBALS
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Component, ComponentUse, ImportUse, Taken, Text
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import chain, owners, parses, paths, references, target
from chirp_check.source import Span

DEFAULT_SLOT = "default"
UNFOLDED = frozenset({"include", "embed"})  # what they bring may yield slots too
CALLER = "caller"  # what a component's slots are, for code that calls them by name


class Lack(Enum):
    """Why a name means no component: nothing binds it, or what binds it cannot be told."""

    ABSENT = "absent"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Names:
    """What one template binds outside of its components' bodies.

    `components` by name; `imports` from a local name to the template and the name there; `modules` of `import … as`;
    `unclear` are the names that are bound otherwise, or more than once.
    """

    components: Table[str, Component]
    imports: Table[str, tuple[TemplateRef, str]]
    modules: Table[str, TemplateRef]
    unclear: frozenset[str]


NO_NAMES = Names({}, {}, {}, frozenset())


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
    otherwise = {one.name.name for one in facts.bindings if _component_around(facts, one.start) is None}
    unclear = frozenset({name for name in bound if bound.count(name) > 1} | otherwise)
    return Names(known, imports, modules, unclear)


@query
def own_components(model: Queries, path: str) -> tuple[Component, ...]:
    """The components that a template defines and others can see, in the order of their places."""
    facts = template_facts(model, path)
    if facts is None:
        return ()
    defined = [(one.start, _of_def(model, facts, one)) for one in facts.components if not _is_nested(facts, one)]
    regions = [
        (one.start, _of_region(path, one))
        for one in facts.blocks
        if one.kind == "region" and _component_around(facts, one.start) is None
    ]
    return tuple(component for _, component in sorted((*defined, *regions), key=lambda one: one[0]))


def _of_def(model: Queries, facts: TemplateFacts, one: ComponentDef) -> Component:
    inside = [other for other in facts.components if one.start <= other.start < one.end]
    slots: set[str | None] = {slot.name for other in inside for slot in other.slots}
    slots |= _called_slots(facts, one) | _passed_on(model, facts, one)
    slots |= {
        None for reference in facts.references if reference.kind in UNFOLDED and one.start <= reference.start < one.end
    }
    known = frozenset(slot for slot in slots if slot is not None)
    return Component(facts.path, one.name.name, "def", _parameters(one.parameters), known, None in slots)


def _passed_on(model: Queries, facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots of the component itself that it hands to others by giving them empty ones of the same name."""
    calls = [call for call in facts.calls if call.is_tag and one.start <= call.start < one.end]
    found: set[str | None] = {slot.name.name for call in calls for slot in call.slots if _is_empty(model, facts, slot)}
    return found | {DEFAULT_SLOT for call in calls if not _has_body(model, facts, call)}


def _called_slots(facts: TemplateFacts, one: ComponentDef) -> set[str | None]:
    """The slots that a component renders by calling `caller`; None where it may be any."""
    found: set[str | None] = set()
    for call in facts.calls:
        if not one.start <= call.start < one.end:
            continue
        if isinstance(call.function, Name) and call.function.id == CALLER:
            first = call.arguments[0].value if call.arguments else Const(0, 0, DEFAULT_SLOT)
            found.add(first.value if isinstance(first, Const) and isinstance(first.value, str) else None)
        if any(_is_caller(argument.value) for argument in call.arguments):
            found.add(None)
    if any(one.start <= binding.start < one.end and _is_caller(binding.value) for binding in facts.bindings):
        found.add(None)
    return found


def _is_caller(term: AnyTerm | None) -> bool:
    return isinstance(term, Name) and term.id == CALLER


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


def _component_around(facts: TemplateFacts, offset: int) -> ComponentDef | None:
    """The innermost component whose body an offset is in."""
    inside = [one for one in facts.components if one.body_start <= offset < one.body_end]
    return inside[-1] if inside else None


def _is_nested(facts: TemplateFacts, one: ComponentDef) -> bool:
    return _component_around(facts, one.start) is not None


@query
def exported(model: Queries, app: AppKey, path: str, name: str) -> Component | Lack:
    """What a name is once the template at `path` has been rendered: what importing it gives."""
    return _exported(model, app, path, name, frozenset())


def _exported(model: Queries, app: AppKey, path: str, name: str, seen: frozenset[str]) -> Component | Lack:
    if path in seen:
        return Lack.UNSEEN
    seen |= {path}
    line = chain(model, app, path)
    found: set[Component | Lack] = set()
    for one in line.paths:
        found |= set(_bound_in(model, app, one, name, seen))
    found.discard(Lack.ABSENT)
    if not found:
        return Lack.ABSENT if line.complete else Lack.UNSEEN
    return found.pop() if len(found) == 1 else Lack.UNSEEN


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
            brought = _exported(model, app, at, name, seen) if at is not None else Lack.UNSEEN
            if brought is not Lack.ABSENT:
                yield Lack.UNSEEN


def meant(model: Queries, app: AppKey, path: str, function: AnyTerm) -> Component | Lack:
    """The component that is called where `function` stands in the template at `path`."""
    facts = template_facts(model, path)
    if facts is None:
        return Lack.UNSEEN
    match function:
        case Name(id=name):
            return _local(model, app, facts, name, function.start)
        case Attr(base=Name(id=module), name=name, optional=False):
            at = _module(model, app, facts, module, function.start)
            return exported(model, app, at, name) if at is not None else Lack.UNSEEN
        case _:
            return Lack.UNSEEN


def _local(model: Queries, app: AppKey, facts: TemplateFacts, name: str, offset: int) -> Component | Lack:
    if _is_hidden(facts, name, offset):
        return Lack.UNSEEN
    nested = [one for one in facts.components if one.name.name == name and _is_nested(facts, one)]
    if nested:
        outer = _component_around(facts, nested[0].start)
        visible = outer is not None and outer.body_start <= offset < outer.body_end
        alone = len(nested) == 1 and exported(model, app, facts.path, name) is Lack.ABSENT
        return _of_def(model, facts, nested[0]) if visible and alone else Lack.UNSEEN
    return exported(model, app, facts.path, name)


def _module(model: Queries, app: AppKey, facts: TemplateFacts, name: str, offset: int) -> str | None:
    """The file that a name of `import … as name` stands for."""
    own = names(model, facts.path)
    if name not in own.modules or name in own.unclear or _is_hidden(facts, name, offset):
        return None
    reference = own.modules[name]
    return target(model, app, reference, facts.path) if not reference.with_context else None


def _is_hidden(facts: TemplateFacts, name: str, offset: int) -> bool:
    """Whether a parameter around the place, or a binding anywhere in the file, has the name."""
    if any(one.name.name == name for one in facts.bindings):
        return True
    around: list[ComponentDef | BlockDef] = [*facts.components, *facts.blocks]
    inside = (one for one in around if one.body_start <= offset < one.body_end)
    return any(parameter.name == name for one in inside for parameter in one.parameters)


def component_uses(model: Queries, app: AppKey, path: str) -> Iterator[ComponentUse]:
    """The calls of a template whose component is known."""
    facts = template_facts(model, path)
    for call in facts.calls if facts is not None else ():
        component = meant(model, app, path, call.function)
        if isinstance(component, Component):
            yield ComponentUse(path, call, component)


def import_uses(model: Queries, app: AppKey, path: str) -> Iterator[ImportUse]:
    """The names that a template takes from others: imported by name, or called as members of what is imported whole."""
    facts = template_facts(model, path)
    if facts is None:
        return
    for reference in facts.references:
        at = target(model, app, reference, path) if reference.kind == "from" else None
        if at is not None and not reference.with_context and not _is_tried(facts, reference.start):
            called = paths(model, app).get(at, at)
            for there, here in reference.names:
                yield ImportUse(Text(there.name, Span(path, there.start, there.end)), called, at, here.name)
    for call in facts.calls:
        yield from _member(model, app, facts, call)


def _member(model: Queries, app: AppKey, facts: TemplateFacts, call: ComponentCall) -> Iterator[ImportUse]:
    function = call.function
    if isinstance(function, Attr) and isinstance(function.base, Name) and not function.optional:
        at = _module(model, app, facts, function.base.id, function.start)
        if at is not None and not _is_tried(facts, function.start):
            span = Span(facts.path, function.end - len(function.name), function.end)
            yield ImportUse(Text(function.name, span), paths(model, app).get(at, at), at, None)


def _is_tried(facts: TemplateFacts, offset: int) -> bool:
    """Whether a place stands in a `try`, which is for what may fail."""
    return any(
        one.kind == "try" and one.arms and one.arms[0].start <= offset < one.arms[0].end for one in facts.conditionals
    )


def name_span(model: Queries, component: Component) -> Span | None:
    """Where a component's name is written where it is defined."""
    facts = template_facts(model, component.path)
    defined: list[ComponentDef | BlockDef] = [*facts.components, *facts.blocks] if facts is not None else []
    kind = ComponentDef if component.kind == "def" else BlockDef
    name = next((one.name for one in defined if isinstance(one, kind) and one.name.name == component.name), None)
    return Span(component.path, name.start, name.end) if name is not None else None


def import_missing(model: Queries, use: ImportUse) -> bool:
    """Whether no application that the importing template belongs to finds the name in the other template."""
    if use.name.value in KIDA_GLOBALS:
        return False
    apps = [app for app in owners(model, use.name.span.path) if use.path in paths(model, app)]
    return bool(apps) and all(exported(model, app, use.path, use.name.value) is Lack.ABSENT for app in apps)


def called(model: Queries, path: str) -> str:
    """The name by which templates refer to a file."""
    return next((name for app in owners(model, path) if (name := paths(model, app).get(path)) is not None), path)


def offered(model: Queries, path: str) -> tuple[Component, ...]:
    """The components that a template and those it extends define."""
    app = owners(model, path)[0]
    return tuple(one for each in chain(model, app, path).paths for one in own_components(model, each))


def defining(model: Queries, use: ImportUse) -> Component | None:
    """The component of the name in another template, if there is just one."""
    app = owners(model, use.path)[0]
    everywhere = (one for path in paths(model, app) for one in own_components(model, path))
    found = [one for one in everywhere if one.name == use.name.value]
    return found[0] if len(found) == 1 else None


def written(model: Queries, use: ImportUse) -> tuple[Span, ...] | None:
    """Every place that has to change when the imported name does; None where the text does not tell."""
    path, name = use.name.span.path, use.name.value
    if use.local != name:
        return (use.name.span,)
    facts = template_facts(model, path)
    calls = [one.function for one in facts.calls if _is_named(one.function, name)] if facts is not None else []
    places = sorted({use.name.span, *(Span(path, one.start, one.end) for one in calls)})
    return tuple(places) if len(places) == _mentions(text(model, path) or "", name) else None


def _is_named(term: AnyTerm, name: str) -> bool:
    return isinstance(term, Name) and term.id == name


def _mentions(source: str, name: str) -> int:
    """How often a name stands in a text as a word of its own."""
    found, at = 0, source.find(name)
    while at >= 0:
        around = source[at - 1 : at] + source[at + len(name) : at + len(name) + 1]
        found += not any(char.isalnum() or char == "_" for char in around)
        at = source.find(name, at + 1)
    return found


def dropped_body(model: Queries, use: ComponentUse) -> bool:
    """Whether a `call` has content besides its slots, which goes into the default slot, and there is none."""
    facts = template_facts(model, use.path)
    if facts is None or not use.call.is_tag or DEFAULT_SLOT in use.component.slots:
        return False
    return _has_body(model, facts, use.call)


def is_handed_on(model: Queries, use: ComponentUse, slot: SlotContent) -> bool:
    """Whether a slot is meant to hand on what the component around the call was given: it is empty."""
    facts = template_facts(model, use.path)
    inside = facts is not None and _component_around(facts, slot.start) is not None
    return facts is not None and inside and _is_empty(model, facts, slot)


def _is_empty(model: Queries, facts: TemplateFacts, slot: SlotContent) -> bool:
    return _is_blank(text(model, facts.path) or "", facts, slot.body_start, slot.body_end, ())


def _has_body(model: Queries, facts: TemplateFacts, call: ComponentCall) -> bool:
    """Whether a `call` has content besides its slots."""
    source = text(model, facts.path) or ""
    start = source.find("%}", max((one.value.end for one in call.arguments), default=call.function.end)) + 2
    end = source.rfind("{%", start, call.end)
    return start <= end and not _is_blank(source, facts, start, end, call.slots)


def _is_blank(source: str, facts: TemplateFacts, start: int, end: int, slots: tuple[SlotContent, ...]) -> bool:
    """Whether a range holds nothing but space, comments, statement tags and these slots."""
    skipped = {one.start: one.end for one in slots}
    skipped |= {one.start - 2: one.end + 2 for one in facts.comments if start <= one.start < end}
    at = start
    while at < end:
        if at in skipped:
            at = skipped[at]
        elif source.startswith("{%", at):
            at = max(source.find("%}", at) + 2, at + 2)
        elif source[at].isspace():
            at += 1
        else:
            return False
    return True


def keyword_span(model: Queries, use: ComponentUse, argument: Arg) -> Span:
    """Where the name of a keyword argument is written."""
    source, name = text(model, use.path) or "", argument.name or ""
    at = source.rfind(name, use.call.start, argument.value.start)
    while at >= 0 and not source[at + len(name) : argument.value.start].lstrip().startswith("="):
        at = source.rfind(name, use.call.start, at)
    at = at if at >= 0 else argument.value.start
    return Span(use.path, at, at + len(name))


def is_called(model: Queries, use: ComponentUse) -> bool:
    """Whether what `{% call … %}` names is called there, as it has to be."""
    call = use.call
    behind = (text(model, use.path) or "")[call.function.end : call.end].lstrip()
    return not call.is_tag or bool(call.arguments) or not behind.startswith(("%", "-%"))
