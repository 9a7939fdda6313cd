"""Mistakes around components: what is imported, what calls give, what slots are filled, and filters and tests."""

import ast
import re
from collections.abc import Iterator
from random import Random

from benchmarks.mutants.application import Application, Tag, callee, tags, without_comments
from benchmarks.mutants.components import (
    Component,
    ComponentCall,
    component_calls,
    components,
    expressions,
    imports,
    visible,
)
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.names import text_of
from benchmarks.mutants.operators.targets import shifted

_FILTER = re.compile(r"(?<!\|)\|\s*([a-z_]+)")
_TEST = re.compile(r"\bis\s+(?:not\s+)?([a-z]+)")
BUILT_IN = frozenset({"length", "default", "urlencode", "join", "upper", "lower", "title", "safe", "none", "defined"})


# Imports.


def _import_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for one in imports(app):
        known = frozenset(found.name for found in components(app) if found.template == one.source)
        made = misspelt(one.name, random, known)
        path = app.path(one.user)
        place = Place("unknown-import", path, one.start, one.start + len(made))
        yield Change(path, one.start, one.start + len(one.name), made, (place,))


def _import_from_another(app: Application, random: Random) -> Iterator[Change]:
    """The name is imported from a file of components that has other ones."""
    sources = sorted({one.source for one in imports(app)})
    for one in imports(app):
        tag = without_comments(app.templates[one.user]).rindex("{%", 0, one.start)
        literal = app.templates[one.user].index('"', tag) + 1
        same = [other for other in imports(app) if other.user == one.user and tag < other.start < one.start]
        others = [
            name
            for name in sources
            if name not in (one.source, one.user) and one.name not in visible(app, name) and not same
        ]
        if others:
            other = random.choice(others)
            path = app.path(one.user)
            moved = len(other) - len(one.source)
            place = Place("unknown-import", path, one.start + moved, one.start + moved + len(one.name))
            yield Change(path, literal, literal + len(one.source), other, (place,), any_place=True)


def _imports_of(app: Application, component: Component) -> tuple[Place, ...]:
    return tuple(
        Place("unknown-import", app.path(one.user), one.start, one.start + len(one.name))
        for one in imports(app)
        if (one.source, one.name) == (component.template, component.name)
    )


def _component_renamed(app: Application, random: Random) -> Iterator[Change]:
    for one in components(app):
        places = _imports_of(app, one)
        if places:
            made = misspelt(one.name, random, frozenset(visible(app, one.template)))
            yield Change(app.path(one.template), one.start, one.start + len(one.name), made, places)


def _component_removed(app: Application, random: Random) -> Iterator[Change]:
    for one in components(app):
        places = _imports_of(app, one)
        if places and one.tag.close is not None:
            close = tags(app.templates[one.template])[one.tag.close]
            yield Change(app.path(one.template), one.tag.start, close.end, "", places)


# Calls.


def _name(one: ComponentCall) -> tuple[int, int]:
    return one.expression.range(one.call.func)


def _keyword_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for one in component_calls(app):
        known = frozenset(name for name, _, _ in one.component.parameters)
        for word in one.call.keywords:
            if word.arg in known:
                start, _ = one.expression.range(word)
                made = misspelt(word.arg, random, known)
                path = app.path(one.expression.template)
                place = Place("bad-call", path, start, start + len(made))
                yield Change(path, start, start + len(word.arg), made, (place,))


def _argument_left_out(app: Application, random: Random) -> Iterator[Change]:
    """The last argument that is needed is not there, nor those after it."""
    for one in component_calls(app):
        needed = [name for name, _, is_needed in one.component.parameters if is_needed]
        given = one.call.args
        if not needed or len(given) < len(needed) or one.call.keywords:
            continue
        start, _ = one.expression.range(given[len(needed) - 1])
        _, end = one.expression.range(given[-1])
        text = app.templates[one.expression.template]
        start = len(text[:start].rstrip().removesuffix(","))
        path = app.path(one.expression.template)
        yield Change(path, start, end, "", (Place("bad-call", path, *_name(one)),))


def _argument_too_many(app: Application, random: Random) -> Iterator[Change]:
    for one in component_calls(app):
        if one.call.keywords or not one.call.args:
            continue
        _, end = one.expression.range(one.call.args[-1])
        missing = len(one.component.parameters) - len(one.call.args)
        path = app.path(one.expression.template)
        start = end + 2 + 4 * missing
        made = ', ""' * (missing + 1)
        yield Change(path, end, end, made, (Place("bad-call", path, start, start + 2),))


def _argument_twice(app: Application, random: Random) -> Iterator[Change]:
    """The first argument is there by position and by name."""
    for one in component_calls(app):
        if one.call.args and one.component.parameters:
            name = one.component.parameters[0][0]
            last = [*one.call.args, *(word.value for word in one.call.keywords)][-1]
            _, end = one.expression.range(last)
            path = app.path(one.expression.template)
            place = Place("bad-call", path, end + 2, end + 2 + len(name))
            yield Change(path, end, end, f', {name}=""', (place,))


def _parameter_added(app: Application, random: Random) -> Iterator[Change]:
    """The component needs one argument more, and no call gives it."""
    for component in components(app):
        made = "kind, " if component.parameters else "kind"
        at = component.start + len(component.name) + 1
        places: list[Place] = []
        for one in component_calls(app):
            needed = [name for name, _, is_needed in component.parameters if is_needed]
            by_name = {word.arg for word in one.call.keywords}
            positional = len(one.call.args) - len([name for name in needed if name in by_name])
            if one.component is component and len(one.call.args) <= len(needed) and positional <= len(needed):
                places.append(Place("bad-call", app.path(one.expression.template), *_name(one)))
        path = app.path(component.template)
        if places:
            yield Change(path, at, at, made, shifted(tuple(places), path, at, len(made)))


def _parameter_renamed(app: Application, random: Random) -> Iterator[Change]:
    """A parameter has another name, in the whole component; calls by name still use the old one."""
    for component in components(app):
        text = app.templates[component.template]
        if component.tag.close is None:
            continue
        close = tags(text)[component.tag.close]
        for name, at, _ in component.parameters:
            made = f"the_{name}"
            word = re.compile(rf"(?<![\w.\"'>=-]){name}(?![\w\"'=])")
            body = without_comments(text)[component.tag.end : close.start]
            now = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", lambda one: word.sub(made, one[0]), body, flags=re.DOTALL)  # noqa: B023
            places = tuple(
                Place("bad-call", app.path(one.expression.template), start, start + len(name))
                for one in component_calls(app)
                if one.component is component
                for keyword in one.call.keywords
                if keyword.arg == name
                for start, _ in (one.expression.range(keyword),)
            )
            if places and all(one.path != app.path(component.template) for one in places):
                head = text[component.tag.start : at] + made + text[at + len(name) : component.tag.end]
                yield Change(app.path(component.template), component.tag.start, close.start, head + now, places)


# Slots.


def _slot_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for name, text in app.templates.items():
        found = tags(text)
        for tag in found:
            inside = [found[at].word for at in tag.above]
            if tag.word == "slot" and tag.rest.strip() and "call" in inside:
                slot = tag.rest.split()[0]
                start = tag.rest_start + tag.rest.index(slot)
                made = misspelt(slot, random)
                place = Place("unknown-slot", app.path(name), start, start + len(made))
                yield Change(app.path(name), start, start + len(slot), made, (place,))


def _slot_renamed(app: Application, random: Random) -> Iterator[Change]:
    for component in components(app):
        text = app.templates[component.template]
        for tag in _inside(text, component):
            if tag.word == "slot" and tag.rest.strip():
                slot = tag.rest.split()[0]
                start = tag.rest_start + tag.rest.index(slot)
                places = tuple(_fillings(app, component, slot))
                if places:
                    made = misspelt(slot, random)
                    yield Change(app.path(component.template), start, start + len(slot), made, places)


def _inside(text: str, component: Component) -> list[Tag]:
    found = tags(text)
    index = next(at for at, tag in enumerate(found) if tag.start == component.tag.start)
    return [tag for tag in found if index in tag.above]


def _fillings(app: Application, component: Component, slot: str) -> Iterator[Place]:
    """Where calls of a component in other templates fill a slot."""
    for one in component_calls(app):
        outer = one.expression.tag
        if one.component is not component or outer is None or outer.word != "call":
            continue
        text = app.templates[one.expression.template]
        found = tags(text)
        index = next(at for at, tag in enumerate(found) if tag.start == outer.start)
        for tag in found:
            if tag.word == "slot" and tag.above[-1:] == (index,) and tag.rest.split()[:1] == [slot]:
                start = tag.rest_start + tag.rest.index(slot)
                yield Place("unknown-slot", app.path(one.expression.template), start, start + len(slot))


def _slot_removed(app: Application, random: Random) -> Iterator[Change]:
    """The component has no place for its content any more."""
    for component in components(app):
        text, path = app.templates[component.template], app.path(component.template)
        inner = _inside(text, component)
        for tag in inner:
            if tag.word != "slot" or tag.rest.strip() or any(one.word == "call" for one in inner):
                continue
            places = tuple(
                Place("unknown-slot", app.path(one.expression.template), *_name(one))
                for one in component_calls(app)
                if one.component is component and one.expression.tag is not None
            )
            if places:
                yield Change(path, tag.start, tag.end, "", shifted(places, path, tag.end, tag.start - tag.end))


def _content_for_no_slot(app: Application, random: Random) -> Iterator[Change]:
    """A component that shows no content is given some."""
    for one in component_calls(app):
        text, path = app.templates[one.expression.template], app.path(one.expression.template)
        inner = _inside(app.templates[one.component.template], one.component)
        whole = one.expression.tree is one.call and one.expression.tag is None
        if not whole or any(tag.word == "slot" for tag in inner):
            continue
        start = text.rindex("{{", 0, one.expression.start)
        end = text.index("}}", one.expression.start) + 2
        called = one.expression.text
        name = start + len("{% call ")
        place = Place("unknown-slot", path, name, name + len(callee(one.call)))
        yield Change(path, start, end, f"{{% call {called} %}}More.{{% end %}}", (place,))


# Filters and tests.


def filters_used(app: Application) -> Iterator[tuple[str, int, str]]:
    """Template, offset and name of each filter in an expression or a loop."""
    for name, text in app.templates.items():
        clean = without_comments(text)
        for found in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", clean, re.DOTALL):
            for one in _FILTER.finditer(found[0]):
                yield name, found.start() + one.start(1), one[1]


def _filter_misspelt(app: Application, random: Random) -> Iterator[Change]:
    known = frozenset(name for _, _, name in filters_used(app)) | BUILT_IN
    for template, start, name in filters_used(app):
        made = misspelt(name, random, known)
        path = app.path(template)
        place = Place("unknown-filter", path, start, start + len(made))
        yield Change(path, start, start + len(name), made, (place,))


def _registered(app: Application) -> Iterator[tuple[str, int, int, ast.Call, str]]:
    """Path and range of the literal of each `template_filter("name")`, the call, the name."""
    for module in app.modules:
        for call in module.calls():
            name = text_of(call.args[0]) if callee(call) == "template_filter" and call.args else None
            if name is not None:
                yield module.path, *module.range(call.args[0]), call, name


def _uses_of_filter(app: Application, name: str) -> tuple[Place, ...]:
    return tuple(
        Place("unknown-filter", app.path(template), start, start + len(name))
        for template, start, used in filters_used(app)
        if used == name
    )


def _filter_renamed(app: Application, random: Random) -> Iterator[Change]:
    for path, start, end, _, name in _registered(app):
        places = _uses_of_filter(app, name)
        if places:
            yield Change(path, start, end, f'"{misspelt(name, random)}"', places)


def _filter_forgotten(app: Application, random: Random) -> Iterator[Change]:
    for path, start, _, _, name in _registered(app):
        text = app.files[path]
        line, end = text.rfind("\n", 0, start) + 1, text.index("\n", start)
        places = _uses_of_filter(app, name)
        if places and "app.template_filter(" in text[line:end]:
            indent = text[line : len(text) - len(text[line:].lstrip())]
            yield Change(path, line, end, f"{indent}pass", places)


def _test_unknown(app: Application, random: Random) -> Iterator[Change]:
    """A condition gets a test that nobody has."""
    for one in expressions(app):
        if one.tag is None or one.tag.word != "if" or not isinstance(one.tree, ast.Name | ast.Attribute):
            continue
        word = random.choice(("emtpy", "blank", "present", "truthy", "nonempty"))
        end = one.start + len(one.text)
        path = app.path(one.template)
        place = Place("unknown-test", path, end + 4, end + 4 + len(word))
        yield Change(path, end, end, f" is {word}", (place,))


def _test_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for name, text in app.templates.items():
        for tag in tags(text):
            for found in _TEST.finditer(tag.rest):
                start = tag.rest_start + found.start(1)
                made = misspelt(found[1], random)
                place = Place("unknown-test", app.path(name), start, start + len(made))
                yield Change(app.path(name), start, start + len(found[1]), made, (place,))


OPERATORS = (
    Operator("imported component misspelt", "unknown-import", _import_misspelt),
    Operator("component imported from another file", "unknown-import", _import_from_another),
    Operator("component renamed where it is defined", "unknown-import", _component_renamed),
    Operator("component removed", "unknown-import", _component_removed),
    Operator("argument of a component misspelt", "bad-call", _keyword_misspelt),
    Operator("argument of a component left out", "bad-call", _argument_left_out),
    Operator("argument too many for a component", "bad-call", _argument_too_many),
    Operator("argument of a component given twice", "bad-call", _argument_twice),
    Operator("parameter added to a component", "bad-call", _parameter_added),
    Operator("parameter of a component renamed", "bad-call", _parameter_renamed),
    Operator("slot misspelt in a call", "unknown-slot", _slot_misspelt, Proof.ANSWERS),
    Operator("slot renamed in the component", "unknown-slot", _slot_renamed, Proof.ANSWERS),
    Operator("slot removed from the component", "unknown-slot", _slot_removed, Proof.ANSWERS),
    Operator("content for a component without a slot", "unknown-slot", _content_for_no_slot, Proof.TEXT),
    Operator("filter misspelt", "unknown-filter", _filter_misspelt),
    Operator("filter registered under another name", "unknown-filter", _filter_renamed),
    Operator("filter not registered", "unknown-filter", _filter_forgotten),
    Operator("test misspelt", "unknown-test", _test_misspelt),
    Operator("test that nobody has", "unknown-test", _test_unknown),
)
