"""Calls and imports of components in one template, and what is to be said about them."""

from collections.abc import Iterator

from chirp_check.facts.templates import BlockDef, ComponentCall, ComponentDef, TemplateFacts
from chirp_check.facts.values import AnyTerm, Arg, Attr, Name
from chirp_check.grammar.vocabulary import KIDA_GLOBALS
from chirp_check.model.applications import AppKey
from chirp_check.model.components import Lack, exported, imported_whole, meant, own_components
from chirp_check.model.entities import Component, ComponentUse, ImportUse, Text
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries
from chirp_check.model.templates import chain, owners, paths, target
from chirp_check.source import Span


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
        at = imported_whole(model, app, facts, function.base.id, function.start)
        if at is not None and not _is_tried(facts, function.start):
            span = Span(facts.path, function.end - len(function.name), function.end)
            yield ImportUse(Text(function.name, span), paths(model, app).get(at, at), at, None)


def _is_tried(facts: TemplateFacts, offset: int) -> bool:
    """Whether a place stands in a `try`, which is for what may fail."""
    tries = (one.arms[0] for one in facts.conditionals if one.kind == "try" and one.arms)
    return any(arm.start <= offset < arm.end for arm in tries)


def name_span(model: Queries, component: Component) -> Span | None:
    """Where a component's name is written where it is defined."""
    facts = template_facts(model, component.path)
    if facts is None:
        return None
    defined: tuple[ComponentDef | BlockDef, ...] = facts.components if component.kind == "def" else facts.blocks
    name = next((one.name for one in defined if one.name.name == component.name), None)
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
