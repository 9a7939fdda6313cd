"""Mistakes in URLs and methods, on both sides of the boundary."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from benchmarks.mutants.application import (
    PAGES,
    Application,
    Attribute,
    Element,
    Module,
    all_elements,
    callee,
    shape,
)
from benchmarks.mutants.mutation import Change, Mutant, Operator, Place, misspelt

VERBS = {"hx-get": "GET", "hx-post": "POST", "hx-put": "PUT", "hx-patch": "PATCH", "hx-delete": "DELETE"}
METHODS = ("get", "post", "put", "patch", "delete")
HOLE = "\0"
LINK = "unrouted-link"  # what is handed to a template may be a link there
VALUE = "bad-path-value"  # a word where a number belongs
type Maker = Callable[[Application, Random], Iterator[Change]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A URL that something requests: its file and range as a finding has it, its shape (expressions as NUL), method."""

    path: str
    start: int
    end: int
    shape: str
    method: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as written: the range of the path's literal, the path, the range of the method list, the methods."""

    module: Module
    start: int
    end: int
    path: str
    call: ast.Call
    methods: tuple[str, ...]


# What requests URLs.


@cache
def hx_urls(app: Application) -> tuple[tuple[Element, Attribute], ...]:
    return tuple(_hx_urls(app))


def _hx_urls(app: Application) -> Iterator[tuple[Element, Attribute]]:
    for element in all_elements(app):
        for attribute in element.attributes:
            if attribute.name in VERBS and attribute.value.startswith("/"):
                yield element, attribute


@cache
def actions(app: Application) -> tuple[tuple[Element, Attribute], ...]:
    return tuple(_actions(app))


def _actions(app: Application) -> Iterator[tuple[Element, Attribute]]:
    for element in all_elements(app):
        found = element.get("action")
        if element.name == "form" and found is not None and found.value.startswith("/"):
            yield element, found


def _method(form: Element) -> str:
    method = form.get("method")
    return method.value.upper() if method is not None else "GET"


@dataclass(frozen=True, slots=True)
class Written:
    """A URL in Python: the literal or f-string, and how it is used."""

    module: Module
    node: ast.Constant | ast.JoinedStr
    start: int
    end: int
    use: str

    @property
    def shape(self) -> str:
        """The text with expressions as NUL."""
        if isinstance(self.node, ast.Constant):
            return str(self.node.value)
        parts = (str(one.value) if isinstance(one, ast.Constant) else HOLE for one in self.node.values)
        return "".join(parts)


@cache
def urls_in_python(app: Application) -> tuple[Written, ...]:
    """Texts that start with `/`: arguments of calls (but `route`), of `Location`, in variables, in the context."""
    return tuple(_urls_in_python(app))


def _urls_in_python(app: Application) -> Iterator[Written]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.Call) and callee(node) not in ("route", "with_name"):
                yield from _arguments(module, node)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                redirected = node.targets[0].id in _redirected(module)
                yield from _written(module, node.value, "variable" if redirected else "context")


@cache
def _redirected(module: Module) -> set[str]:
    """The variables that some redirect of the file leads to."""
    firsts = (call.args[0] for call in module.calls() if call.args and callee(call) in ("Redirect", "FormAction"))
    return {first.id for first in firsts if isinstance(first, ast.Name)}


def _arguments(module: Module, call: ast.Call) -> Iterator[Written]:
    kind = "location" if callee(call) == "with_header" else callee(call)
    for argument in call.args:
        yield from _written(module, argument, "redirect" if kind == "Redirect" else kind)
    for word in call.keywords:
        yield from _written(module, word.value, "context")


def _written(module: Module, node: ast.expr, use: str) -> Iterator[Written]:
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    if isinstance(node, ast.Constant | ast.JoinedStr) and isinstance(first, ast.Constant):
        text = first.value
        if isinstance(text, str) and text.startswith("/") and not text.startswith("/static"):
            yield Written(module, node, *module.range(node), use)


@cache
def references(app: Application) -> tuple[Reference, ...]:
    """Everything that requests a URL in a way that the rules judge."""
    return tuple(_references(app))


def _references(app: Application) -> Iterator[Reference]:
    for element, attribute in hx_urls(app):
        yield _reference(element.path, attribute, VERBS[attribute.name])
    for element, attribute in actions(app):
        yield _reference(element.path, attribute, _method(element))
    for one in urls_in_python(app):
        if one.use in ("redirect", "changed", "done", "FormAction", "variable", "location"):
            yield Reference(one.module.path, one.start, one.end, one.shape.partition("?")[0], "GET")


def _reference(path: str, attribute: Attribute, method: str) -> Reference:
    return Reference(path, attribute.value_start, attribute.value_end, shape(attribute.value).partition("?")[0], method)


# Routes, and what they match.


@cache
def routes(app: Application) -> tuple[Declared, ...]:
    return tuple(_routes(app))


def _routes(app: Application) -> Iterator[Declared]:
    for module in app.modules:
        for call in module.calls():
            if callee(call) != "route" or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            listed = next((word.value for word in call.keywords if word.arg == "methods"), None)
            methods: tuple[str, ...] = ("GET",)
            if isinstance(listed, ast.List):
                methods = tuple(str(item.value) for item in listed.elts if isinstance(item, ast.Constant))
            start, end = module.range(call.args[0])
            yield Declared(module, start, end, str(call.args[0].value), call, methods)


def page_path(path: str) -> str | None:
    """The path of the route that a file is; None for any other file."""
    folder, _, file = path.rpartition("/")
    if not path.startswith(PAGES) or file.startswith("_"):
        return None
    made = f"/{folder.removeprefix(PAGES.rstrip('/')).strip('/')}"
    return made if file == "page.py" else f"{made.rstrip('/')}/{file.removesuffix('.py')}"


def addresses(app: Application) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every route as path and methods: declared ones, and those of the folder of pages."""
    return (*((one.path, one.methods) for one in routes(app)), *pages(app))


@cache
def pages(app: Application) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The routes of files below `pages/`: the functions that are named like methods."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for module in app.modules:
        path = page_path(module.path)
        if path is None:
            continue
        folder, _, file = module.path.rpartition("/")
        named = [one.name for one in module.tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        methods = [name.upper() for name in named if name in METHODS]
        if f"{folder}/_actions.py" in app.files and file == "page.py":
            methods.append("POST")
        found.append((path, tuple(methods)))
    return tuple(found)


@cache
def matches(path: str, wanted: str) -> bool:
    """Whether a route's path can match a URL's shape, segment by segment."""
    left, right = path.split("/"), wanted.split("/")
    return len(left) == len(right) and all(_segment(*pair) for pair in zip(left, right, strict=True))


def _segment(route: str, wanted: str) -> bool:
    if not route.startswith("{"):
        return re.fullmatch(re.escape(wanted).replace(HOLE, ".*"), route) is not None
    return not route.endswith(":int}") or wanted.replace(HOLE, "").isdigit() or wanted == HOLE


def _taken(app: Application, url: str) -> set[str]:
    """The methods that a URL takes."""
    return {one for path, methods in addresses(app) if matches(path, url) for one in methods}


def _broken(app: Application, after: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[Place, ...]:
    """Where a finding is due when the routes are other than before."""
    found: list[Place] = []
    after = tuple(after)
    for one in references(app):
        was = [path for path, methods in addresses(app) if matches(path, one.shape) and one.method in methods]
        now = [methods for path, methods in after if matches(path, one.shape)]
        if was and not now:
            found.append(Place("unrouted-url", one.path, one.start, one.end))
        elif was and not any(one.method in methods for methods in now):
            found.append(Place("wrong-method", one.path, one.start, one.end))
    return tuple(dict.fromkeys(found))


# Operators.


def _hx_url(
    which: Callable[[str], tuple[int, int] | None],
    attributes: Callable[[Application], Iterable[tuple[Element, Attribute]]],
) -> Maker:
    """Misspells the part of each URL that `which` picks."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        known = [path for path, _ in addresses(app)]
        for element, attribute in attributes(app):
            part = which(attribute.value)
            if part is None:
                continue
            start, end = part
            made = attribute.value[:start] + misspelt(attribute.value[start:end], random) + attribute.value[end:]
            if any(matches(path, shape(made).partition("?")[0]) for path in known):
                continue
            place = Place("unrouted-url", element.path, attribute.value_start, attribute.value_start + len(made))
            yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))

    return make


def _segments(url: str) -> list[tuple[int, int]]:
    """The ranges of a URL's segments that hold no expression and a few letters."""
    path = url.partition("?")[0]
    masked = re.sub(r"\{\{.*?\}\}", lambda match: "{" * len(match[0]), path)
    return [(one.start(), one.end()) for one in re.finditer(r"(?<=/)[\w.-]+(?=/|$)", masked)]


def _first(url: str) -> tuple[int, int] | None:
    found = _segments(url)
    return found[0] if found else None


def _last(url: str) -> tuple[int, int] | None:
    found = _segments(url)
    return found[-1] if len(found) > 1 else None


def _hole_dropped(app: Application, random: Random) -> Iterator[Change]:
    """`/tasks/{{ task.id }}/edit` without the number."""
    known = [path for path, _ in addresses(app)]
    for element, attribute in (*hx_urls(app), *actions(app)):
        hole = re.search(r"/\{\{.*?\}\}(?=/|$|\?)", attribute.value)
        if hole is None:
            continue
        made = attribute.value[: hole.start()] + attribute.value[hole.end() :]
        if any(matches(path, shape(made).partition("?")[0]) for path in known):
            continue
        place = Place(
            "unrouted-url", element.path, attribute.value_start, attribute.value_start + len(made), like=VALUE
        )
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _segment_added(app: Application, random: Random) -> Iterator[Change]:
    for element, attribute in hx_urls(app):
        path, query, rest = attribute.value.partition("?")
        made = f"{path.rstrip('/')}/{random.choice(('list', 'all', 'form', 'now'))}{query}{rest}"
        if any(matches(path, shape(made).partition("?")[0]) for path, _ in addresses(app)):
            continue
        place = Place(
            "unrouted-url", element.path, attribute.value_start, attribute.value_start + len(made), like=VALUE
        )
        yield Change(element.path, attribute.value_start, attribute.value_end, made, (place,))


def _formaction(app: Application, random: Random) -> Iterator[Change]:
    """A button of a form gets a `formaction` that leads nowhere."""
    for element in all_elements(app):
        if element.name == "button":
            at = element.start + len("<button")
            url = random.choice(("/save-draft", "/preview", "/tasks/0/publish"))
            text = f' formaction="{url}"'
            start = at + len(' formaction="')
            place = Place("unrouted-url", element.path, start, start + len(url))
            yield Change(element.path, at, at, text, (place,))


def _python_url(*uses: str, plain: bool) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        known = [path for path, _ in addresses(app)]
        for one in urls_in_python(app):
            if one.use not in uses or isinstance(one.node, ast.Constant) is not plain:
                continue
            text = one.module.text[one.start : one.end]
            words = [found for found in re.finditer(r"(?<=/)[a-z]+", text) if not _in_braces(text, found.start())]
            if not words:
                continue
            word = random.choice(words)
            made = text[: word.start()] + misspelt(word[0], random) + text[word.end() :]
            changed = one.shape.replace(word[0], made[word.start() : word.end() + len(made) - len(text)], 1)
            if any(matches(path, changed) for path in known):
                continue
            place = Place("unrouted-url", one.module.path, one.start, one.start + len(made), like=LINK)
            yield Change(one.module.path, one.start, one.end, made, (place,))

    return make


def _in_braces(text: str, at: int) -> bool:
    return text.count("{", 0, at) > text.count("}", 0, at)


def _route_renamed(app: Application, random: Random) -> Iterator[Change]:
    declared = list(routes(app))
    for route in declared:
        words = re.findall(r"(?<=/)[a-z]+", route.path)
        if not words:
            continue
        word = random.choice(words)
        made = re.sub(rf"(?<=/){word}(?![a-z])", misspelt(word, random), route.path, count=1)
        after = [(made if one is route else one.path, one.methods) for one in declared]
        yield from _route_change(app, after, route.module, route.start, route.end, f'"{made}"')


def _route_removed(app: Application, random: Random) -> Iterator[Change]:
    """The decorator is gone; the function stays."""
    declared = list(routes(app))
    for route in declared:
        line_start = route.module.text.rfind("\n", 0, route.start) + 1
        line_end = route.module.text.index("\n", route.end) + 1
        line = route.module.text[line_start:line_end]
        if not (line.lstrip().startswith("@") and line.rstrip().endswith(")")):
            continue
        after = [(one.path, one.methods) for one in declared if one is not route]
        yield from _route_change(app, after, route.module, line_start, line_end, "")


def _method_dropped(app: Application, random: Random) -> Iterator[Change]:
    declared = list(routes(app))
    for route in declared:
        listed = next((word.value for word in route.call.keywords if word.arg == "methods"), None)
        if listed is None or len(route.methods) < 2:
            continue
        start, end = route.module.range(listed)
        for method in route.methods:
            kept = tuple(one for one in route.methods if one != method)
            after = [(one.path, kept if one is route else one.methods) for one in declared]
            text = "[" + ", ".join(f'"{one}"' for one in kept) + "]"
            yield from _route_change(app, after, route.module, start, end, text)


def _method_changed(app: Application, random: Random) -> Iterator[Change]:
    declared = list(routes(app))
    for route in declared:
        listed = next((word.value for word in route.call.keywords if word.arg == "methods"), None)
        if listed is None:
            continue
        start, end = route.module.range(listed)
        others = [one for one in ("POST", "PUT", "PATCH", "DELETE") if one not in route.methods]
        other = random.choice(others)
        after = [(one.path, (other,) if one is route else one.methods) for one in declared]
        yield from _route_change(app, after, route.module, start, end, f'["{other}"]')


def _methods_forgotten(app: Application, random: Random) -> Iterator[Change]:
    """`methods=[…]` is not there: the route takes GET only."""
    declared = list(routes(app))
    for route in declared:
        word = next((one for one in route.call.keywords if one.arg == "methods"), None)
        if word is None:
            continue
        _, end = route.module.range(word.value)
        start = route.module.text.rindex(", methods=", 0, end)
        after = [(one.path, ("GET",) if one is route else one.methods) for one in declared]
        yield from _route_change(app, after, route.module, start, end, "")


def _route_change(
    app: Application,
    after: list[tuple[str, tuple[str, ...]]],
    module: Module,
    start: int,
    end: int,
    text: str,
) -> Iterator[Change]:
    moved = len(text) - (end - start)
    places = tuple(
        Place(one.rule, one.path, one.start + moved, one.end + moved)
        if one.path == module.path and one.start >= end
        else one
        for one in _broken(app, (*after, *pages(app)))
    )
    if places:
        yield Change(module.path, start, end, text, places)


def _verb(given: str, other: str) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, attribute in hx_urls(app):
            if attribute.name != given:
                continue
            url = shape(attribute.value).partition("?")[0]
            taken = {one for path, methods in addresses(app) if matches(path, url) for one in methods}
            if VERBS[other] in taken:
                continue
            moved = len(other) - len(given)
            place = Place("wrong-method", element.path, attribute.value_start + moved, attribute.value_end + moved)
            yield Change(element.path, attribute.start, attribute.start + len(given), other, (place,))

    return make


def _form_method(app: Application, random: Random) -> Iterator[Change]:
    for element, action in actions(app):
        method = element.get("method")
        if method is None:
            continue
        other = "get" if method.value == "post" else "post"
        taken = _taken(app, shape(action.value))
        if other.upper() in taken:
            continue
        moved = len(other) - len(method.value) if method.start < action.start else 0
        place = Place("wrong-method", element.path, action.value_start + moved, action.value_end + moved)
        yield Change(element.path, method.value_start, method.value_end, other, (place,))


def _form_method_dropped(app: Application, random: Random) -> Iterator[Change]:
    for element, action in actions(app):
        method = element.get("method")
        if method is None or method.value != "post":
            continue
        taken = _taken(app, shape(action.value))
        if "GET" in taken:
            continue
        moved = -(method.end - method.start) if method.start < action.start else 0
        place = Place("wrong-method", element.path, action.value_start + moved, action.value_end + moved)
        yield Change(element.path, method.start, method.end, "", (place,))


# Folders of pages.


def page_functions(app: Application) -> Iterator[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """The functions that answer, with the path of their route."""
    for module in app.modules:
        path = page_path(module.path)
        for node in module.tree.body if path is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in METHODS:
                yield module, node, path or ""


def _page_method_changed(app: Application, random: Random) -> Iterator[Change]:
    """A function is named like another method."""
    for module, node, path in page_functions(app):
        others = [one for one in METHODS if one.upper() not in dict(pages(app))[path]]
        other = random.choice(others)
        start = module.text.index(f"{node.name}(", module.range(node)[0])
        after = tuple(
            (
                one,
                tuple(other.upper() if name == node.name.upper() else name for name in methods)
                if one == path
                else methods,
            )
            for one, methods in pages(app)
        )
        places = _broken(app, (*((one.path, one.methods) for one in routes(app)), *after))
        moved = tuple(
            replace(one, start=one.start + len(other) - len(node.name), end=one.end + len(other) - len(node.name))
            if one.path == module.path and one.start > start
            else one
            for one in places
        )
        if places:
            yield Change(module.path, start, start + len(node.name), other, moved)


def _page_renamed(app: Application, random: Random) -> Iterator[Mutant]:
    """The file of a page has another name."""
    for module in app.modules:
        path = page_path(module.path)
        if path is None or f"{module.path.rpartition('/')[0]}/_actions.py" in app.files:
            continue
        made = module.path.removesuffix(".py") + random.choice(("2.py", "_old.py", "s.py"))
        now = page_path(made)
        after = tuple((now if one == path and now else one, methods) for one, methods in pages(app))
        places = _broken(app, (*((one.path, one.methods) for one in routes(app)), *after))
        if places:
            files = {module.path: None, made: module.text}
            yield Mutant("file of a page renamed", (module.path, 0, 0), files, places)


_HELPERS = ("changed", "done", "FormAction")
OPERATORS = (
    Operator("hx URL misspelt at its start", "unrouted-url", _hx_url(_first, hx_urls)),
    Operator("hx URL misspelt after its start", "unrouted-url", _hx_url(_last, hx_urls)),
    Operator("hx URL with a segment too many", "unrouted-url", _segment_added),
    Operator("URL without its expression", "unrouted-url", _hole_dropped),
    Operator("form action misspelt at its start", "unrouted-url", _hx_url(_first, actions)),
    Operator("form action misspelt after its start", "unrouted-url", _hx_url(_last, actions)),
    Operator("formaction that leads nowhere", "unrouted-url", _formaction),
    Operator("redirect misspelt, literal", "unrouted-url", _python_url("redirect", plain=True)),
    Operator("redirect misspelt, f-string", "unrouted-url", _python_url("redirect", plain=False)),
    Operator("redirect misspelt at a helper's call, literal", "unrouted-url", _python_url(*_HELPERS, plain=True)),
    Operator("redirect misspelt at a helper's call, f-string", "unrouted-url", _python_url(*_HELPERS, plain=False)),
    Operator("redirect misspelt in a variable", "unrouted-url", _python_url("variable", plain=False)),
    Operator("URL misspelt in a Location header", "unrouted-url", _python_url("location", plain=True)),
    Operator("URL misspelt in the context", "unrouted-url", _python_url("context", plain=False)),
    Operator("route renamed", "unrouted-url", _route_renamed),
    Operator("route removed", "unrouted-url", _route_removed),
    Operator("method dropped from a route", "wrong-method", _method_dropped),
    Operator("methods of a route changed", "wrong-method", _method_changed),
    Operator("methods of a route forgotten", "wrong-method", _methods_forgotten),
    Operator("hx-get made hx-post", "wrong-method", _verb("hx-get", "hx-post")),
    Operator("hx-post made hx-put", "wrong-method", _verb("hx-post", "hx-put")),
    Operator("hx-put made hx-patch", "wrong-method", _verb("hx-put", "hx-patch")),
    Operator("hx-patch made hx-put", "wrong-method", _verb("hx-patch", "hx-put")),
    Operator("hx-delete made hx-post", "wrong-method", _verb("hx-delete", "hx-post")),
    Operator("form method changed", "wrong-method", _form_method),
    Operator("form method forgotten", "wrong-method", _form_method_dropped),
    Operator("function of a page named like another method", "wrong-method", _page_method_changed),
    Operator("file of a page renamed", "unrouted-url", _page_renamed),
)
