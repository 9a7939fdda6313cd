"""Mistakes in the route table, in what handlers take of it, and in links and names that lead to routes."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from benchmarks.mutants.application import (
    Application,
    Attribute,
    Element,
    Module,
    all_elements,
    callee,
    shape,
)
from benchmarks.mutants.components import component_calls, expressions
from benchmarks.mutants.mutation import Change, Mutant, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.names import text_of
from benchmarks.mutants.operators.targets import shifted
from benchmarks.mutants.operators.urls import (
    Declared,
    actions,
    addresses,
    hx_urls,
    matches,
    page_functions,
    page_path,
    pages,
    routes,
)

REDIRECTING = ("Redirect", "FormAction", "changed", "done")
type Function = ast.FunctionDef | ast.AsyncFunctionDef


# Links.


def links(app: Application) -> Iterator[tuple[Element, Attribute]]:
    """Links to paths of the application."""
    for element in all_elements(app):
        found = element.get("href")
        if element.name == "a" and found is not None and found.value.startswith("/"):
            yield element, found


def _routed(app: Application, url: str) -> bool:
    return any(matches(path, shape(url).partition("?")[0]) for path, _ in addresses(app))


def _link_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for element, attribute in links(app):
        words = list(re.finditer(r"(?<=/)[a-z]+(?![\w.]*\()", attribute.value.partition("?")[0]))
        words = [one for one in words if attribute.value.count("{", 0, one.start()) % 4 in (0, 2) or one.start() < 2]
        words = [one for one in words if "{{" not in attribute.value[: one.start()].rpartition("}}")[2]]
        if not words or not _routed(app, attribute.value):
            continue
        word = random.choice(words)
        made = attribute.value[: word.start()] + misspelt(word[0], random) + attribute.value[word.end() :]
        if _routed(app, made):
            continue
        place = Place("unrouted-link", element.path, attribute.value_start, attribute.value_start + len(made))
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _link_argument_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """The URL that a component is given for its link."""
    for one in component_calls(app):
        for node in one.call.args:
            value = text_of(node)
            if value is None or not value.startswith("/") or len(value) < 4 or not _routed(app, value):
                continue
            start, end = one.expression.range(node)
            made = misspelt(value, random)
            path = app.path(one.expression.template)
            place = Place(
                "unrouted-link", path, start, end + len(made) - len(value), ((start + 1, start + 1 + len(made)),)
            )
            yield Change(path, start + 1, end - 1, made, (place,))


# Values and parameters of paths.


def _word_for_number(app: Application, random: Random) -> Iterator[Change]:
    """`/tasks/first` for `/tasks/{{ task.id }}` where the route takes numbers only."""
    numbered = [path for path, _ in addresses(app) if ":int}" in path]
    for element, attribute in (*hx_urls(app), *actions(app)):
        hole = re.search(r"(?<=/)\{\{.*?\}\}(?=/|$|\?)", attribute.value)
        if hole is None or not any(matches(path, shape(attribute.value).partition("?")[0]) for path in numbered):
            continue
        word = random.choice(("first", "last", "current", "none"))
        made = attribute.value[: hole.start()] + word + attribute.value[hole.end() :]
        if _routed(app, made):
            continue
        place = Place("bad-path-value", element.path, attribute.value_start, attribute.value_start + len(made))
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _word_for_number_in_python(app: Application, random: Random) -> Iterator[Change]:
    """The same in an f-string that is redirected to."""
    numbered = [path for path, _ in addresses(app) if ":int}" in path]
    for module in app.modules:
        for call in module.calls():
            first = call.args[0] if call.args else None
            if callee(call) not in ("Redirect", "FormAction", "changed", "done") or not isinstance(
                first, ast.JoinedStr
            ):
                continue
            start, end = module.range(first)
            text = module.text[start:end]
            hole = re.search(r"(?<=/)\{[^}]*\}(?=/|\"|\?)", text)
            url = re.sub(r"\{[^}]*\}", "\0", text[2:-1])
            if hole is None or not any(matches(path, url.partition("?")[0]) for path in numbered):
                continue
            made = text[: hole.start()] + "latest" + text[hole.end() :]
            yield Change(
                module.path, start, end, made, (Place("bad-path-value", module.path, start, start + len(made)),)
            )


def handled(app: Application) -> Iterator[tuple[Declared, Function]]:
    """The routes with the functions that they decorate."""
    for module in app.modules:
        for node in module.nodes:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for route in routes(app):
                if route.module is module and route.call in node.decorator_list:
                    yield route, node


def _parameters(path: str) -> dict[str, str]:
    """Names of the parameters of a path, with their converters."""
    return {one[1]: one[2] or "" for one in re.finditer(r"\{(\w+)(?::(\w+))?\}", path)}


def _handler_parameter_renamed(app: Application, random: Random) -> Iterator[Change]:
    """The function calls the parameter something else, everywhere in it."""
    for module, function, path in (*((r.module, f, r.path) for r, f in handled(app)), *page_functions(app)):
        for argument in function.args.args:
            if argument.arg not in _parameters(path):
                continue
            made = f"the_{argument.arg}"
            start = module.offset(argument.lineno, argument.col_offset)
            _, end = module.range(function)
            rest = module.text[start:end]
            now = re.sub(rf"(?<![\w.\"'{{/:-]){argument.arg}\b(?!\s*=[^=]|\"|')", made, rest)
            now = re.sub(rf"\{{{argument.arg}\}}", f"{{{made}}}", now)
            place = Place("path-parameter", module.path, start, start + len(made), _whole(module, argument, made))
            yield Change(module.path, start, end, now, (place,))


def _whole(module: Module, argument: ast.arg, made: str) -> tuple[tuple[int, int], ...]:
    """The parameter with its annotation, when it is called something else."""
    start = module.offset(argument.lineno, argument.col_offset)
    end = module.offset(argument.end_lineno or 1, argument.end_col_offset or 0)
    return ((start, end + len(made) - len(argument.arg)),)


def _path_parameter_renamed(app: Application, random: Random) -> Iterator[Change]:
    for route, function in handled(app):
        for name in _parameters(route.path):
            argument = next((one for one in function.args.args if one.arg == name), None)
            if argument is None:
                continue
            made = misspelt(f"{name}_", random)
            at = route.module.text.index(f"{{{name}", route.start) + 1
            moved = len(made) - len(name)
            start = route.module.offset(argument.lineno, argument.col_offset) + moved
            whole = tuple((first + moved, last + moved) for first, last in _whole(route.module, argument, name))
            place = Place("path-parameter", route.module.path, start, start + len(name), (*whole, (at, at + len(made))))
            yield Change(route.module.path, at, at + len(name), made, (place,))


def _annotation_of_parameter(app: Application, random: Random) -> Iterator[Change]:
    """A number is taken as something else."""
    for route, function in handled(app):
        for argument in function.args.args:
            if _parameters(route.path).get(argument.arg) != "int" or argument.annotation is None:
                continue
            start, end = route.module.range(argument.annotation)
            made = random.choice(("bool", "list[int]", "dict[str, int]"))
            name = route.module.offset(argument.lineno, argument.col_offset)
            instead = ((name, start + len(made)), (name, name + len(argument.arg)))
            place = Place("path-parameter", route.module.path, start, start + len(made), instead)
            yield Change(route.module.path, start, end, made, (place,))


def _parameter_left_out_of_path(app: Application, random: Random) -> Iterator[Change]:
    """`/tasks/edit` for `/tasks/{id:int}/edit`: what the function takes is given by nothing."""
    for route, function in handled(app):
        hole = re.search(r"/\{(\w+)(?::\w+)?\}", route.path)
        argument = next((one for one in function.args.args if hole is not None and one.arg == hole[1]), None)
        if hole is None or argument is None:
            continue
        made = route.path.replace(hole[0], "", 1) or "/"
        if any(path == made for path, _ in addresses(app)):
            continue
        moved = len(made) - len(route.path)
        start = route.module.offset(argument.lineno, argument.col_offset) + moved
        whole = tuple((first + moved, last + moved) for first, last in _whole(route.module, argument, argument.arg))
        place = Place("path-parameter", route.module.path, start, start + len(argument.arg), whole)
        yield Change(route.module.path, route.start + 1, route.end - 1, made, (place,))


# The table itself.


def _converter_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for route in routes(app):
        for found in re.finditer(r":(int)\}", route.path):
            made = random.choice(("itn", "integer", "number", "ints"))
            start = route.start + 1 + found.start(1)
            place = Place("bad-route-path", route.module.path, start, start + len(made))
            yield Change(route.module.path, start, start + 3, made, (place,))


def _brace_of_path_lost(app: Application, random: Random) -> Iterator[Change]:
    for route in routes(app):
        brace = route.path.find("}")
        if brace >= 0:
            at = route.start + 1 + brace
            opening = route.start + 1 + route.path.rindex("{", 0, brace)
            ends = range(opening + 1, route.end)
            instead = (*((opening, end) for end in ends), (route.start, route.end - 1))
            place = Place("bad-route-path", route.module.path, opening, at, instead)
            yield Change(route.module.path, at, at + 1, "", (place,))


def _path_of_another(app: Application, random: Random) -> Iterator[Change]:
    """A route gets the path of another one that takes the same method and the same parameters."""
    declared = routes(app)
    for route in declared:
        others = [
            one
            for one in declared
            if one.path != route.path
            and set(one.methods) & set(route.methods)
            and _parameters(one.path) == _parameters(route.path)
        ]
        if not others:
            continue
        other = random.choice(others)
        made = f'"{other.path}"'
        moved = len(made) - (route.end - route.start)
        own = Place("duplicate-route", route.module.path, route.start, route.start + len(made))
        there = Place("duplicate-route", other.module.path, other.start, other.end)
        places = (own, *shifted((there,), route.module.path, route.end, moved))
        yield Change(route.module.path, route.start, route.end, made, places, any_place=True)


def _parameter_name_of_another(app: Application, random: Random) -> Iterator[Mutant]:
    """The route once more, with another name for its parameter and a function of its own."""
    for route, function in handled(app):
        names = _parameters(route.path)
        if len(names) != 1 or "GET" not in route.methods:
            continue
        name = next(iter(names))
        other = route.path.replace(f"{{{name}", "{one")
        _, end = route.module.range(function)
        indent = " " * function.col_offset
        owner = ast.unparse(route.call.func)
        code = f'\n\n{indent}@{owner}("{other}")\n{indent}def once_more(one: int) -> str:\n{indent}    return "again"\n'
        start = end + code.index('"')
        place = Place("duplicate-route", route.module.path, start, start + len(other) + 2)
        own = Place("duplicate-route", route.module.path, route.start, route.end)
        text = route.module.text[:end] + code + route.module.text[end:]
        files: dict[str, str | None] = {route.module.path: text}
        yield Mutant("route twice", (route.module.path, route.start, route.end), files, (place, own), any_place=True)


def _page_of_a_route(app: Application, random: Random) -> Iterator[Mutant]:
    """A route is declared that a folder of pages has already."""
    if not pages(app):
        return
    text = app.files["app.py"]
    at = text.index("    app.mount_pages(")
    for path, methods in pages(app):
        if "GET" not in methods:
            continue
        names = ", ".join(f"{name}: {'int' if kind == 'int' else 'str'}" for name, kind in _parameters(path).items())
        code = f'    @app.route("{path}")\n    def once_more({names}) -> str:\n        return "again"\n\n'
        start = at + code.index('"')
        place = Place("duplicate-route", "app.py", start, start + len(path) + 2)
        others = tuple(
            Place("duplicate-route", module.path, 0, len(module.text))
            for module in app.modules
            if page_path(module.path) == path
        )
        files: dict[str, str | None] = {"app.py": text[:at] + code + text[at:]}
        yield Mutant("route of a page", ("app.py", at, at), files, (place, *others), any_place=True)


def _prefix_taken(app: Application, random: Random) -> Iterator[Change]:
    """Static files are served at a prefix that has routes."""
    prefixes = sorted({f"/{path.split('/')[1]}" for path, _ in addresses(app) if path.count("/") > 1})
    module = next((one for one in app.modules if one.path == "app.py"), None)
    made = [call for call in module.calls() if callee(call) == "App"] if module is not None else []
    if module is None or not made:
        return
    statement = module.statement(made[0])
    _, end = module.range(statement)
    indent = " " * statement.col_offset
    for prefix in prefixes:
        code = f"\n{indent}from chirp.middleware.static import StaticFiles as Served\n"
        code += f'{indent}app.add_middleware(Served("static", prefix="{prefix}"))'
        places = tuple(
            Place("shadowed-route", route.module.path, route.start, route.end)
            for route in routes(app)
            if route.path.startswith(f"{prefix}/")
        )
        if places:
            yield Change(module.path, end, end, code, shifted(places, module.path, end, len(code)))


# Names.


def _named(app: Application) -> Iterator[tuple[Element, Attribute, str, str, str]]:
    """Links that `url_for` can make: the element, the attribute, the name, the parameter, its expression."""
    for element, attribute in links(app):
        hole = re.search(r"\{\{\s*(.*?)\s*\}\}", attribute.value)
        for route, function in handled(app):
            names = _parameters(route.path)
            if hole is not None and len(names) == 1 and matches(route.path, shape(attribute.value)):
                word = next((one.value for one in route.call.keywords if one.arg == "name"), None)
                if '"' not in hole[1] and "?" not in attribute.value and "'" not in hole[1]:
                    yield element, attribute, text_of(word) or function.name, next(iter(names)), hole[1]
                    break


def _route_name_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for element, attribute, name, parameter, value in _named(app):
        wrong = misspelt(name, random)
        made = f"{{{{ url_for('{wrong}', {parameter}={value}) }}}}"
        start = attribute.value_start + made.index("'")
        instead = ((start + 1, start + 1 + len(wrong)),)
        place = Place("unknown-route-name", element.path, start, start + len(wrong) + 2, instead)
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _route_parameter_forgotten(app: Application, random: Random) -> Iterator[Change]:
    for element, attribute, name, _, _ in _named(app):
        made = f"{{{{ url_for('{name}') }}}}"
        start = attribute.value_start + 3
        function, literal = (start, start + len("url_for")), (start + 8, start + 10 + len(name))
        place = Place("unknown-route-name", element.path, start, start + len(made) - 6, (function, literal))
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _route_called_otherwise(app: Application, random: Random) -> Iterator[Change]:
    """A route that `url_for` asks for by name is called something else."""
    for one in expressions(app):
        for call in ast.walk(one.tree):
            if not isinstance(call, ast.Call) or callee(call) != "url_for" or not call.args:
                continue
            name = text_of(call.args[0])
            start, end = one.range(call.args[0])
            place = Place("unknown-route-name", app.path(one.template), start, end, ((start + 1, end - 1),))
            for route in routes(app):
                word = next((found.value for found in route.call.keywords if found.arg == "name"), None)
                if word is not None and text_of(word) == name:
                    yield Change(route.module.path, *route.module.range(word), '"renamed"', (place,))


def _name_twice(app: Application, random: Random) -> Iterator[Mutant]:
    """Two routes of one file with the same parameters are given one name."""
    declared = [route for route, _ in handled(app) if "GET" in route.methods and len(route.call.keywords) == 0]
    for first, second in pairwise(declared):
        if first.module is not second.module or _parameters(first.path).keys() != _parameters(second.path).keys():
            continue
        made = ', name="twin"'
        text = first.module.text
        text = text[: first.end] + made + text[first.end : second.end] + made + text[second.end :]
        start = second.end + len(made) + len(", name=")
        place = Place("duplicate-route-name", first.module.path, start, start + len('"twin"'))
        at = (first.module.path, second.start, second.end)
        yield Mutant("route name given twice", at, {first.module.path: text}, (place,))


OPERATORS = (
    Operator("link misspelt", "unrouted-link", _link_misspelt),
    Operator("link misspelt where a component is called", "unrouted-link", _link_argument_misspelt),
    Operator("word in a URL where the route takes a number", "bad-path-value", _word_for_number),
    Operator("word in a redirect where the route takes a number", "bad-path-value", _word_for_number_in_python),
    Operator("parameter of a handler renamed", "path-parameter", _handler_parameter_renamed),
    Operator("parameter in a path renamed", "path-parameter", _path_parameter_renamed),
    Operator("type of a handler's parameter changed", "path-parameter", _annotation_of_parameter),
    Operator("parameter left out of a path", "path-parameter", _parameter_left_out_of_path),
    Operator("converter misspelt", "bad-route-path", _converter_misspelt),
    Operator("brace lost in a path", "bad-route-path", _brace_of_path_lost),
    Operator("path of another route", "duplicate-route", _path_of_another),
    Operator("path of another route, with another name in it", "duplicate-route", _parameter_name_of_another),
    Operator("route that is a page already", "duplicate-route", _page_of_a_route),
    Operator("static files at a prefix of routes", "shadowed-route", _prefix_taken),
    Operator("route name misspelt in url_for", "unknown-route-name", _route_name_misspelt),
    Operator("parameter forgotten in url_for", "unknown-route-name", _route_parameter_forgotten),
    Operator("route given another name", "unknown-route-name", _route_called_otherwise),
    Operator("route name given twice", "duplicate-route-name", _name_twice, Proof.TEXT),
)
