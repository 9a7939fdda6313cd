"""An example as the operators see it: its texts, and simple readings of them that share no code with the checker."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

TEXT = {".py", ".html", ".js", ".css", ".txt", ".svg", ".md", ".toml"}
PAGES = "pages/"
ROOTS = ("templates/", PAGES)


@dataclass(frozen=True, eq=False)
class Application:
    """The files of one example, path (relative, with `/`) to text. The folder is a package.

    Templates lie below `templates/`, and below `pages/` where the routes are a folder of pages.
    """

    root: Path
    files: Mapping[str, str]

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The Python files, parsed."""
        return tuple(Module(path, text) for path, text in sorted(self.files.items()) if path.endswith(".py"))

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Template name to path."""
        return {
            path.removeprefix(root): path
            for root in ROOTS
            for path in sorted(self.files)
            if path.startswith(root) and path.endswith(".html")
        }

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """Template name to text."""
        return {name: self.files[path] for name, path in self.paths.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """The template names."""
        return frozenset(self.templates)

    def path(self, name: str) -> str:
        """Where a template lies."""
        return self.paths[name]


def load(root: Path) -> Application:
    """Reads the folder of an example."""
    files = {
        str(path.relative_to(root)): path.read_text(encoding="utf-8", newline="")
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts
    }
    return Application(root, files)


@dataclass(frozen=True, eq=False)
class Module:
    """One Python file."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its tree."""
        return ast.parse(self.text)

    @cached_property
    def _lines(self) -> tuple[tuple[int, str], ...]:
        found: list[tuple[int, str]] = []
        at = 0
        for line in self.text.splitlines(keepends=True):
            found.append((at, line))
            at += len(line)
        return tuple(found)

    def offset(self, line: int, column: int) -> int:
        """The code point at a line (from 1) and a column in UTF-8 bytes, as `ast` counts."""
        start, text = self._lines[line - 1]
        return start + len(text.encode()[:column].decode())

    def range(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The range of a node in code points."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """Names that some assignment of the file binds to a plain text."""
        found: dict[str, str] = {}
        for node in self.nodes:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            target = node.target if isinstance(node, ast.AnnAssign) else target
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[target.id] = value.value
        return found

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree."""
        return tuple(ast.walk(self.tree))

    def calls(self) -> Iterator[ast.Call]:
        """Every call, in no particular order."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node belongs to."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node


def callee(call: ast.Call) -> str:
    """The last name of what is called; empty when it has none."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


# Templates. One regular expression per thing, good enough for the examples and nothing like the checker's reader.

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_TAG = re.compile(r"\{%-?\s*(\w+)(.*?)-?%\}", re.DOTALL)
_OUTPUT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ELEMENT = re.compile(r"""<(\w+)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.DOTALL)
_ATTRIBUTE = re.compile(r'(?<![\w-])([\w:-]+)="([^"]*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """A Kida tag in `[start, end)`; `close` is the index of the end tag in the list of tags, None for one without."""

    word: str
    word_start: int
    rest: str
    rest_start: int
    start: int
    end: int
    close: int | None = None
    above: tuple[int, ...] = ()  # the indices of the tags it stands in, outermost first


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its whole range, and that of the value inside the quotes."""

    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag."""

    path: str
    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> Attribute | None:
        """An attribute by name."""
        return next((one for one in self.attributes if one.name == name), None)


def without_comments(text: str) -> str:
    """The text with Kida comments blanked, of the same length."""
    return _COMMENT.sub(lambda match: " " * len(match[0]), text)


def elements(path: str, text: str) -> Iterator[Element]:
    """The start tags of a template."""
    for found in _ELEMENT.finditer(without_comments(text)):
        base = found.start(2)
        attributes = tuple(
            Attribute(one[1], one[2], base + one.start(), base + one.end(), base + one.start(2), base + one.end(2))
            for one in _ATTRIBUTE.finditer(found[2])
        )
        yield Element(path, found[1], found.start(), found.end(), attributes)


@cache
def all_elements(app: Application) -> tuple[Element, ...]:
    """The start tags of all templates."""
    return tuple(one for name, text in app.templates.items() for one in elements(app.path(name), text))


def outputs(text: str) -> Iterator[re.Match[str]]:
    """The `{{ … }}` of a template; group 1 is what is inside."""
    return _OUTPUT.finditer(without_comments(text))


_OPENERS = {
    "if", "unless", "for", "while", "block", "fragment", "region", "def", "call", "match", "with", "try", "capture",
    "cache", "filter", "spaceless", "embed", "push", "provide", "trans", "globals", "imports",
}  # fmt: skip


@cache
def tags(text: str) -> list[Tag]:
    """The Kida tags of a template that parses, with which ends which."""
    found: list[Tag] = []
    stack: list[int] = []
    for match in _TAG.finditer(without_comments(text)):
        word = match[1]
        if word.startswith("end"):
            opener = stack.pop()
            one = found[opener]
            found[opener] = Tag(
                one.word, one.word_start, one.rest, one.rest_start, one.start, one.end, len(found), one.above
            )
        found.append(
            Tag(word, match.start(1), match[2], match.start(2), match.start(), match.end(), None, tuple(stack))
        )
        owner = next((found[at].word for at in reversed(stack) if found[at].word in ("def", "call")), "")
        if word in _OPENERS or (word == "slot" and owner == "call"):
            stack.append(len(found) - 1)
    return found


def shape(value: str) -> str:
    """A text with every expression as one NUL: `/tasks/{{ task.id }}` and `/tasks/{{ id }}` have the same shape."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\0", value, flags=re.DOTALL)
