"""Python files as the rewrites read them: trees, offsets and scopes, remembered by text."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from random import Random

from benchmarks.metamorphic.rewriting import Edit, Files, Taken

type Function = ast.FunctionDef | ast.AsyncFunctionDef

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.Lambda)
BUILTINS = frozenset(dir(builtins))


@lru_cache(4096)
def parsed(text: str) -> Tree:
    """The tree of a text."""
    return Tree(text)


class Tree:
    """A Python text with its tree, the parents of the nodes, and offsets in code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = ast.parse(text)
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.parents = {child: node for node in ast.walk(self.module) for child in ast.iter_child_nodes(node)}

    def offset(self, line: int, column: int) -> int:
        """The code point at a line (from 1) and a column in UTF-8 bytes."""
        start, end = self._starts[line - 1], self._starts[line]
        head = self.text[start:end]
        return start + (column if head.isascii() else len(head.encode()[:column].decode()))

    def start(self, node: ast.AST) -> int:
        """Where a node starts; a function starts with its decorators."""
        assert isinstance(node, ast.stmt | ast.expr | ast.keyword | ast.arg)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.decorator_list:
            first = node.decorator_list[0]
            return self.text.rindex("@", 0, self.offset(first.lineno, first.col_offset))
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.AST) -> int:
        """Where a node ends."""
        assert isinstance(node, ast.stmt | ast.expr | ast.keyword | ast.arg)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.text[self.start(node) : self.end(node)]

    def indent(self, at: int) -> str | None:
        """The white space in front of an offset; None when something else is on the line."""
        head = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return head if not head.strip() else None

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node."""
        return tuple(ast.walk(self.module))

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function(self, node: ast.AST) -> Function | None:
        """The function around a node; None for the module, a class or a lambda."""
        for one in self.above(node):
            if isinstance(one, (ast.Lambda, ast.ClassDef)):
                return None
            if isinstance(one, FUNCTIONS):
                return one
        return None

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node belongs to."""
        return next(one for one in (node, *self.above(node)) if isinstance(one, ast.stmt))

    def in_decorator(self, node: ast.AST) -> bool:
        """Whether a node is part of a decorator, a default or an annotation."""
        statement = self.statement(node)
        return isinstance(statement, (*FUNCTIONS, ast.ClassDef))

    @cached_property
    def imports(self) -> dict[str, ast.stmt]:
        """The names that imports at the top of the module bind, with their statements."""
        found: dict[str, ast.stmt] = {}
        for node in self.module.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= {(one.asname or one.name).partition(".")[0]: node for one in node.names}
        return found

    @cached_property
    def after_imports(self) -> int:
        """The start of the line after the first run of imports."""
        last: ast.stmt | None = None
        for node in self.module.body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not isinstance(node, ast.Import | ast.ImportFrom) and not (is_text and last is None):
                break
            last = node
        return 0 if last is None else self._starts[last.end_lineno or 0]


def bound(function: Function) -> frozenset[str]:
    """The names that a function binds, its parameters included; not those of functions in it."""
    names = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Import(names=found) | ast.ImportFrom(names=found):
                names |= {(one.asname or one.name).partition(".")[0] for one in found}
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                names.add(name)
            case _:
                pass
        pending += ast.iter_child_nodes(node)
    return frozenset(names)


def loaded(node: ast.AST) -> frozenset[str]:
    """The names that an expression reads and does not bind itself."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    inner = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    inner |= {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    return frozenset(names - inner)


def suspends(node: ast.AST) -> bool:
    """Whether an expression can only stand in its own function."""
    return any(isinstance(one, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for one in ast.walk(node))


@dataclass(frozen=True, slots=True)
class Site:
    """A module of an application and a node of it."""

    path: str
    tree: Tree
    node: ast.AST

    def taken(self, node: ast.AST) -> Taken:
        """The text of a node, to be put elsewhere."""
        return Taken(self.path, self.tree.start(node), self.tree.end(node))

    def instead(self, node: ast.AST, *pieces: str | Taken) -> Edit:
        """An edit that puts pieces in the place of a node."""
        return Edit(self.path, self.tree.start(node), self.tree.end(node), pieces)

    def insert(self, at: int, *pieces: str | Taken) -> Edit:
        """An edit that puts pieces at an offset."""
        return Edit(self.path, at, at, pieces)

    def line_above(self, node: ast.AST, *pieces: str | Taken) -> Edit | None:
        """An edit that puts lines above a statement, indented as it is; None when it does not start its line."""
        at = self.tree.start(node)
        indent = self.tree.indent(at)
        return None if indent is None else self.insert(at, *pieces, "\n" + indent)


def modules(files: Files, random: Random) -> Iterator[tuple[str, Tree]]:
    """Some Python files that are not empty, in random order."""
    paths = [path for path, text in files.items() if path.endswith(".py") and text.strip()]
    random.shuffle(paths)
    return ((path, parsed(files[path])) for path in paths)


def sites(files: Files, random: Random, *kinds: type[ast.AST]) -> Iterator[Site]:
    """The nodes of some kinds, module by module, in random order."""
    for path, tree in modules(files, random):
        nodes = [node for node in tree.nodes if isinstance(node, kinds)]
        random.shuffle(nodes)
        yield from (Site(path, tree, node) for node in nodes)


def fresh(random: Random, word: str = "made") -> str:
    """A name that nobody uses."""
    return f"{word}_{random.randrange(10**6):06}"


def own_folder(path: str) -> str:
    """The folder of a file, with `/`, or nothing."""
    folder, slash, _ = path.rpartition("/")
    return folder + slash


def is_page(path: str) -> bool:
    """Whether a file is in a folder of pages: it is in no package, and its functions have a meaning by their names."""
    return "pages/" in path
