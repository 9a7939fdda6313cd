"""Mistakes in what templates are given: keys that are not there, names that nothing provides, keys given twice."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from random import Random

from benchmarks.mutants.application import PAGES, Application, Module, Tag, callee, outputs, tags, without_comments
from benchmarks.mutants.components import components, visible
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.names import RETURN_TYPES, text_of
from benchmarks.mutants.operators.targets import shifted

_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
MISSING = "missing-context"
OPTIONS = frozenset({"target", "swap", "retarget", "status", "page_block_name", "message", "context"})
WORDS = frozenset(
    {"true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else", "for"}
)


def render_calls(app: Application) -> Iterator[tuple[Module, ast.Call]]:
    """Calls whose first argument is the name of a template, or a constant that is one."""
    for module in app.modules:
        for call in module.calls():
            first = call.args[0] if call.args else None
            value = module.constants.get(first.id) if isinstance(first, ast.Name) else text_of(first)
            if value in app.names:
                yield module, call


def site(module: Module, call: ast.Call, moved: int = 0, rule: str = MISSING) -> Place:
    """A render site, whose end has moved: the call; or what is called, or the template or the block it names."""
    start, end = module.range(call)
    return Place(rule, module.path, start, end + moved, (module.range(call.func), *map(module.range, call.args[:2])))


@cache
def _uses(app: Application, template: str, name: str) -> tuple[tuple[str, int], ...]:
    """Where templates that a render of one comes to have a name: the path, the offset."""
    word = re.compile(rf"(?<![\w.\"'-]){re.escape(name)}(?![\w\"'=])")
    return tuple(
        (app.path(other), place.start() + one.start())
        for other in _reached(app, template)
        for place in _PLACE.finditer(without_comments(app.templates[other]))
        for one in word.finditer(place[0])
    )


@cache
def _reached(app: Application, template: str) -> tuple[str, ...]:
    """A template with what it extends and includes."""
    seen: dict[str, None] = {template: None}
    for name in seen.copy():
        for found in re.finditer(r'\{%-?\s*(?:extends|include)\s+"([^"]+)"', without_comments(app.templates[name])):
            if found[1] in app.names:
                seen |= dict.fromkeys(_reached(app, found[1]))
    return tuple(seen)


def _key_left_out(app: Application, random: Random) -> Iterator[Change]:
    for module, call in render_calls(app):
        for word in call.keywords:
            if word.arg is None or word.arg in OPTIONS or not _needs(app, module, call, word.arg):
                continue
            start = module.offset(word.lineno, word.col_offset)
            _, end = module.range(word.value)
            before = module.text[:start].rstrip()
            start = len(before.removesuffix(",")) if before.endswith(",") else start
            yield Change(module.path, start, end, "", (site(module, call, start - end),))


def _needs(app: Application, module: Module, call: ast.Call, name: str) -> bool:
    first = call.args[0]
    template = module.constants.get(first.id) if isinstance(first, ast.Name) else text_of(first)
    return template is not None and bool(_uses(app, template, name))


def _key_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for module, call in render_calls(app):
        known = frozenset(word.arg for word in call.keywords if word.arg)
        for word in call.keywords:
            if word.arg is None or word.arg in OPTIONS or not _needs(app, module, call, word.arg):
                continue
            start = module.offset(word.lineno, word.col_offset)
            made = misspelt(word.arg, random, known)
            place = site(module, call, len(made) - len(word.arg))
            named = (start, start + len(made))
            place = Place(place.rule, place.path, place.start, place.end, (*place.instead, named))
            yield Change(module.path, start, start + len(word.arg), made, (place,))


def _dict_keys(app: Application) -> Iterator[tuple[Module, ast.Dict, ast.expr, ast.expr, str]]:
    """The keys of dicts that are a context: bound to such a name, or returned by a function called like one."""
    for module in app.modules:
        for node in module.nodes:
            value: ast.expr | None = None
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                value = node.value if node.targets[0].id in ("context", "frame", "given") else None
            elif isinstance(node, ast.FunctionDef) and "context" in node.name:
                ends = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
                value = ends[-1] if ends else None
            if isinstance(value, ast.Dict):
                for key, item in zip(value.keys, value.values, strict=True):
                    name = text_of(key)
                    if key is not None and name is not None:
                        yield module, value, key, item, name


def _sites_of_key(app: Application, name: str) -> tuple[Place, ...]:
    """Everywhere where a key that several renders share may be missed: a render site, or a use in a template."""
    sites = tuple(site(module, call) for module, call in render_calls(app) if not _gives(call, name))
    uses = tuple(
        Place(MISSING, path, start, start + len(name))
        for template in app.names
        for path, start in _uses(app, template, name)
    )
    return tuple(dict.fromkeys((*sites, *uses)))


def _gives(call: ast.Call, name: str) -> bool:
    return any(word.arg == name for word in call.keywords)


def _shared_key_left_out(app: Application, random: Random) -> Iterator[Change]:
    for module, mapping, key, item, name in _dict_keys(app):
        start, end = module.range(key)[0], module.range(item)[1]
        rest = module.text[end:]
        end += len(rest) - len(rest.lstrip(", "))
        places = shifted(_sites_of_key(app, name), module.path, end, start - end)
        if len(mapping.keys) > 1 and places:
            yield Change(module.path, start, end, "", places, any_place=True)


def _shared_key_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for module, _, key, _, name in _dict_keys(app):
        start, end = module.range(key)
        made = f'"{misspelt(name, random)}"'
        moved = len(made) - (end - start)
        own = Place(MISSING, module.path, start, start + len(made))
        places = (own, *shifted(_sites_of_key(app, name), module.path, end, moved))
        yield Change(module.path, start, end, made, places, any_place=True)


def _key_sometimes(app: Application, random: Random) -> Iterator[Change]:
    """A key is given under a condition."""
    for module, call in render_calls(app):
        for word in call.keywords:
            if word.arg is None or word.arg in OPTIONS or not _needs(app, module, call, word.arg):
                continue
            start = module.offset(word.lineno, word.col_offset)
            first, end = module.range(word.value)
            made = f'**({{"{word.arg}": {module.text[first:end]}}} if __import__("time").time() < 0 else {{}})'
            place = site(module, call, len(made) - (end - start), "maybe-missing-context")
            named = (start, start + len(made))
            place = Place(place.rule, place.path, place.start, place.end, (*place.instead, named))
            yield Change(module.path, start, end, made, (place,))


def _key_added_later(app: Application, random: Random) -> Iterator[Change]:
    """A key goes into the dict in one branch only."""
    for module, mapping, key, item, name in _dict_keys(app):
        statement = module.statement(mapping)
        if not isinstance(statement, ast.Assign) or len(mapping.keys) < 2:
            continue
        start, end = module.range(key)[0], module.range(item)[1]
        rest = module.text[end:]
        end += len(rest) - len(rest.lstrip(", "))
        _, last = module.range(statement)
        target = ast.unparse(statement.targets[0])
        indent = " " * statement.col_offset
        code = f'\n{indent}if __import__("time").time() < 0:\n{indent}    {target}["{name}"] = 1'
        made = module.text[end:last] + code
        moved = start - end + len(code)
        places = shifted(_sites_of_key(app, name), module.path, last, moved)
        places = tuple(Place("maybe-missing-context", one.path, one.start, one.end, one.instead) for one in places)
        if places:
            yield Change(module.path, start, last, made, places, any_place=True)


# Names in templates.


def _roots(app: Application) -> Iterator[tuple[str, int, str]]:
    """Template, offset and name of what an output begins with, where the context gives it."""
    for template, text in app.templates.items():
        found = tags(text)
        for one in outputs(text):
            name = re.match(r"\s*([a-z_]\w*)(?!\w*\s*\()", one[1])
            if name is None or name[1] in WORDS or name[1] in _bound(found, one.start()):
                continue
            if name[1] not in visible(app, template):
                yield template, one.start(1) + name.start(1), name[1]


def _bound(found: list[Tag], at: int) -> set[str]:
    """The names that tags around an offset bind."""
    names: set[str] = set()
    for tag in found:
        close = found[tag.close].start if tag.close is not None else -1
        if tag.start < at < close and tag.word in ("for", "def", "with", "call"):
            names |= set(re.findall(r"\w+", tag.rest.partition(" in ")[0]))
    return names


def _name_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for template, start, name in _roots(app):
        made = misspelt(name, random, WORDS)
        yield _used(app, template, start, start + len(name), made, made)


def _used(app: Application, template: str, start: int, end: int, made: str, name: str) -> Change:
    """A name in a template that nothing gives: reported there, or at a render site."""
    path = app.path(template)
    at = start + made.index(name)
    own = Place(MISSING, path, at, at + len(name))
    sites = tuple(site(module, call) for module, call in render_calls(app))
    # Of a key that is nearly called like it: that may be what is misspelt.
    keys = tuple(
        Place(MISSING, module.path, at, at + len(word.arg))
        for module, call in render_calls(app)
        for word in call.keywords
        if word.arg is not None
        for at in (module.offset(word.lineno, word.col_offset),)
    )
    return Change(path, start, end, made, (own, *sites, *keys), any_place=True)


def _name_in_loop_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """What an output in a loop begins with is no name of the loop."""
    for template, text in app.templates.items():
        found = tags(text)
        for one in outputs(text):
            name = re.match(r"\s*([a-z_]\w*)(?=\.)", one[1])
            loops = [tag for tag in found if tag.word == "for" and tag.close is not None]
            around = [tag for tag in loops if tag.start < one.start() < found[tag.close or 0].start]
            names = {word for tag in around for word in re.findall(r"\w+", tag.rest.partition(" in ")[0])}
            if name is not None and name[1] in names:
                start = one.start(1) + name.start(1)
                made = misspelt(name[1], random, WORDS | names)
                yield _used(app, template, start, start + len(name[1]), made, made)


def _loop_source_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for template, text in app.templates.items():
        found = tags(text)
        for tag in found:
            name = re.search(r"\sin\s+([a-z_]\w*)", tag.rest)
            if tag.word != "for" or name is None or name[1] in _bound(found, tag.start):
                continue
            start = tag.rest_start + name.start(1)
            made = misspelt(name[1], random, WORDS)
            yield _used(app, template, start, start + len(name[1]), made, made)


def _condition_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for template, text in app.templates.items():
        found = tags(text)
        for tag in found:
            name = re.match(r"\s*(?:not\s+)?([a-z_]\w*)", tag.rest)
            if tag.word not in ("if", "elif") or name is None or name[1] in _bound(found, tag.start):
                continue
            if "is defined" in tag.rest or name[1] in WORDS:
                continue
            start = tag.rest_start + name.start(1)
            made = misspelt(name[1], random, WORDS)
            yield _used(app, template, start, start + len(name[1]), made, made)


def _name_from_nowhere(app: Application, random: Random) -> Iterator[Change]:
    """A block shows something that no handler gives."""
    for template, text in app.templates.items():
        for tag in tags(text):
            if tag.word == "block" and tag.close is not None:
                name = random.choice(("flash", "messages", "current_year", "breadcrumbs"))
                yield _used(app, template, tag.end, tag.end, f"{{{{ {name} }}}}", name)


def _guard_removed(app: Application, random: Random) -> Iterator[Change]:
    for template, text in app.templates.items():
        for tag in tags(text):
            found = re.search(r"(\w+)( is defined)", tag.rest)
            if found is not None and tag.word == "if":
                start = tag.rest_start + found.start(1)
                yield _used(app, template, start, tag.rest_start + found.end(2), found[1], found[1])


def _filter_as_function(app: Application, random: Random) -> Iterator[Change]:
    """`{{ ago(x) }}` for `{{ x | ago }}`."""
    for template, text in app.templates.items():
        for one in outputs(text):
            found = re.fullmatch(r"(\s*)([\w.]+) \| (\w+)(\s*)", one[1])
            if found is not None and found[3] not in ("length", "safe", "urlencode"):
                made = f"{found[1]}{found[3]}({found[2]}){found[4]}"
                yield _used(app, template, one.start(1), one.end(1), made, found[3])


def _global_forgotten(app: Application, random: Random) -> Iterator[Change]:
    """A function is no global of templates any more: the decorator is gone."""
    for module in app.modules:
        for node in module.nodes:
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if not isinstance(decorator, ast.Call) or callee(decorator) != "template_global":
                    continue
                start, end = module.range(decorator)
                places = _sites_of_key(app, node.name)
                if any(one.path.endswith(".html") for one in places):
                    line = module.text.rindex("\n", 0, start) + 1
                    moved = -(end + 1 - line)
                    gone = shifted(places, module.path, end, moved)
                    yield Change(module.path, line, end + 1, "", gone, any_place=True)


def _parameter_of_component(app: Application, random: Random) -> Iterator[Change]:
    """A component uses a name that is no parameter of it: components do not see the context."""
    for component in components(app):
        text = app.templates[component.template]
        if component.tag.close is None:
            continue
        end = tags(text)[component.tag.close].start
        for one in outputs(text):
            name = re.match(r"\s*([a-z_]\w*)(?=\s*\}\}|\.|\s*$)", one[1])
            if not component.tag.end <= one.start() < end or name is None:
                continue
            if any(name[1] == parameter for parameter, _, _ in component.parameters):
                start = one.start(1) + name.start(1)
                made = misspelt(name[1], random, WORDS | {parameter for parameter, _, _ in component.parameters})
                yield _used(app, component.template, start, start + len(name[1]), made, made)


def _cascade_forgotten(app: Application, random: Random) -> Iterator[Change]:
    """A key of a folder's shared context has another name; pages and templates below it still use the old one."""
    for module, _, key, _, name in _dict_keys(app):
        if module.path.startswith(PAGES):
            start, end = module.range(key)
            made = f'"{misspelt(name, random)}"'
            places = _sites_of_key(app, name)
            arguments = tuple(
                Place("path-parameter", other.path, *_parameter(other, argument))
                for other in app.modules
                for node in other.nodes
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                for argument in node.args.args
                if argument.arg == name
            )
            yield Change(module.path, start, end, made, (*places, *arguments), any_place=True)


def _parameter(module: Module, argument: ast.arg) -> tuple[int, int]:
    start = module.offset(argument.lineno, argument.col_offset)
    return start, start + len(argument.arg)


# Keys given twice.


def _key_twice(app: Application, random: Random) -> Iterator[Change]:
    """A helper that forwards `**context` gives a key itself that callers give as well."""
    for module in app.modules:
        for call in module.calls():
            forwarded = next((word for word in call.keywords if word.arg is None), None)
            if forwarded is None or callee(call) not in (*RETURN_TYPES, "FormAction"):
                continue
            if not isinstance(forwarded.value, ast.Name):
                continue
            for name in ("section", "form", "task", "one", "notes"):
                callers = [other for _, other in render_calls(app) if callee(other) == _function(module, call)]
                if _gives(call, name) or not any(_gives(other, name) for other in callers):
                    continue
                start = module.text.rindex("**", 0, module.range(forwarded.value)[0])
                made = f"{name}=1, "
                first, last = module.range(call)
                named = (start, start + len(name))
                whole = (first, last + len(made))
                stars = (start + len(made), module.range(forwarded.value)[1] + len(made))
                sites = tuple(
                    site(other, one, rule="duplicate-context") for other, one in render_calls(app) if _gives(one, name)
                )
                own = Place("duplicate-context", module.path, *named, (whole, stars, module.range(call.func)))
                places = (own, *shifted(sites, module.path, start, len(made)))
                yield Change(module.path, start, start, made, places, any_place=True)


def _function(module: Module, node: ast.AST) -> str:
    """The name of the function that a node is in."""
    while not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        node = module.parents[node]
    return "" if isinstance(node, ast.Module) else node.name


def _key_beside_context(app: Application, random: Random) -> Iterator[Change]:
    """A call gives a key beside `**context(…)` whose result has it."""
    for module, call in render_calls(app):
        forwarded = next((word for word in call.keywords if word.arg is None), None)
        if forwarded is None or not isinstance(forwarded.value, ast.Call | ast.Name):
            continue
        made_by = forwarded.value
        for _, _, _, _, name in _dict_keys(app):
            owners = {owner for owner, given in _given_by(app) if given == name}
            called = callee(made_by) if isinstance(made_by, ast.Call) else ""
            if _gives(call, name) or called not in owners:
                continue
            start = module.text.rindex("**", 0, module.range(made_by)[0])
            made = f"{name}=1, "
            first, last = module.range(call)
            stars = (start + len(made), module.range(made_by)[1] + len(made))
            instead = ((first, last + len(made)), stars, module.range(call.func))
            place = Place("duplicate-context", module.path, start, start + len(name), instead)
            yield Change(module.path, start, start, made, (place,))


def _given_by(app: Application) -> Iterator[tuple[str, str]]:
    """The functions that return a context, and its keys."""
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef) and "context" in node.name:
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and isinstance(one.value, ast.Dict):
                        yield from ((node.name, text_of(key) or "") for key in one.value.keys)


OPERATORS = (
    Operator("context key left out", MISSING, _key_left_out),
    Operator("context key misspelt", MISSING, _key_misspelt),
    Operator("key left out of a shared context", MISSING, _shared_key_left_out),
    Operator("key of a shared context misspelt", MISSING, _shared_key_misspelt),
    Operator("name misspelt in an output", MISSING, _name_misspelt),
    Operator("name misspelt in a loop's body", MISSING, _name_in_loop_misspelt),
    Operator("name misspelt that a loop goes through", MISSING, _loop_source_misspelt),
    Operator("name misspelt in a condition", MISSING, _condition_misspelt),
    Operator("name that nothing gives", MISSING, _name_from_nowhere),
    Operator("parameter misspelt in a component", MISSING, _parameter_of_component),
    Operator("guard removed", MISSING, _guard_removed),
    Operator("filter called as a function", MISSING, _filter_as_function),
    Operator("global of templates not registered", MISSING, _global_forgotten),
    Operator("shared context of a folder misspelt", MISSING, _cascade_forgotten),
    Operator("context key under a condition", "maybe-missing-context", _key_sometimes),
    Operator("context key added in one branch", "maybe-missing-context", _key_added_later, Proof.FACTS),
    Operator("key given beside forwarded context", "duplicate-context", _key_twice),
    Operator("key given beside a context that has it", "duplicate-context", _key_beside_context),
)
