"""The expressions of templates, read as Python, and the components that they call."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from benchmarks.mutants.application import Application, Tag, outputs, tags, without_comments

_FROM = re.compile(r'\{%-?\s*from\s+"([^"]+)"\s+import\s+([^%]+?)\s*-?%\}')
_ITEM = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_DEF = re.compile(r"\s*(\w+)\((.*)\)", re.DOTALL)
_PARAMETER = re.compile(r"(\w+)(?:\s*:\s*[^=,]+)?(\s*=\s*(?:\"[^\"]*\"|[^,]+))?")
EXPRESSIONS = ("if", "elif", "call", "unless", "match")


@dataclass(frozen=True, slots=True)
class Imported:
    """One name of an import: the template with the tag, the other template, the name, its place, what it is here."""

    user: str
    source: str
    name: str
    start: int
    alias: str


@dataclass(frozen=True, slots=True)
class Component:
    """A `{% def %}`: its template, the tag, the name's place, the parameters (name, start, whether it is needed)."""

    template: str
    tag: Tag
    name: str
    start: int
    parameters: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a template, as Python reads it."""

    template: str
    text: str
    start: int
    tree: ast.expr
    tag: Tag | None

    def range(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node is in the template."""
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno or 1, node.end_col_offset or 0)

    def _at(self, line: int, column: int) -> int:
        lines = f"({self.text})".splitlines(keepends=True)
        before = sum(len(one) for one in lines[: line - 1])
        return self.start - 1 + before + len(lines[line - 1].encode()[:column].decode())


@dataclass(frozen=True, slots=True)
class ComponentCall:
    """A call of a component in an expression."""

    expression: Expression
    call: ast.Call
    component: Component


@cache
def imports(app: Application) -> tuple[Imported, ...]:
    """Every imported name."""
    return tuple(
        Imported(name, tag[1], item[1], tag.start(2) + item.start(1), item[2] or item[1])
        for name, text in app.templates.items()
        for tag in _FROM.finditer(without_comments(text))
        for item in _ITEM.finditer(tag[2])
    )


@cache
def components(app: Application) -> tuple[Component, ...]:
    """Every component."""
    found: list[Component] = []
    for name, text in app.templates.items():
        for tag in tags(text):
            match = _DEF.match(tag.rest) if tag.word == "def" else None
            if match is not None:
                base = tag.rest_start + match.start(2)
                listed = tuple((one[1], base + one.start(1), one[2] is None) for one in _PARAMETER.finditer(match[2]))
                found.append(Component(name, tag, match[1], tag.rest_start + match.start(1), listed))
    return tuple(found)


@cache
def visible(app: Application, template: str) -> Mapping[str, Component]:
    """The components that a template can call, by the names they have there."""
    known = {(one.template, one.name): one for one in components(app)}
    own = {one.name: one for one in components(app) if one.template == template}
    taken = {
        one.alias: known[one.source, one.name]
        for one in imports(app)
        if one.user == template and (one.source, one.name) in known
    }
    return own | taken


@cache
def expressions(app: Application) -> tuple[Expression, ...]:
    """The expressions of outputs and of some tags, those that Python can read."""
    return tuple(one for name, text in app.templates.items() for one in _expressions(name, text))


def _expressions(name: str, text: str) -> Iterator[Expression]:
    places: list[tuple[int, str, Tag | None]] = [(one.start(1), one[1], None) for one in outputs(text)]
    places += [(tag.rest_start, tag.rest, tag) for tag in tags(text) if tag.word in EXPRESSIONS]
    for start, raw, tag in places:
        inner = raw.strip()
        try:
            tree = ast.parse(f"({inner.replace('~', '+').replace(' none', ' None')})", mode="eval").body
        except SyntaxError:
            continue
        yield Expression(name, inner, start + raw.index(inner), tree, tag)


@cache
def component_calls(app: Application) -> tuple[ComponentCall, ...]:
    """The calls of components."""
    found: list[ComponentCall] = []
    for expression in expressions(app):
        known = visible(app, expression.template)
        calls = (node for node in ast.walk(expression.tree) if isinstance(node, ast.Call))
        found += [
            ComponentCall(expression, call, known[call.func.id])
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id in known
        ]
    return tuple(found)
