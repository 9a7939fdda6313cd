"""The mistakes: one change of one node of a function, with a text that says where and what."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import cast

type Change = tuple[str, ast.AST]
"""What becomes of a node, in words and as the node that replaces it."""

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.Mod: ast.Add, ast.BitXor: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one mistake."""

    line: int
    function: str
    what: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.line}: {self.function}: {self.what}"

    @property
    def key(self) -> str:
        """The same wherever the line moves to."""
        return f"{self.function}: {self.what}"


def mutants(source: str) -> list[Mutant]:
    """Every mistake of every function, in order. Signatures, annotations, docstrings and messages of errors stay."""
    tree = ast.parse(source)
    sites = list(_sites(tree))
    made: list[Mutant] = []
    for path, function in sites:
        for choice, (what, _) in enumerate(_changes(_at(tree, path))):
            copy = deepcopy(tree)
            node = _at(copy, path)
            replacement = list(_changes(node))[choice][1]
            ast.copy_location(replacement, node)
            _put(copy, path, replacement)
            ast.fix_missing_locations(copy)
            line = node.lineno if isinstance(node, ast.expr | ast.stmt) else 0
            again = sum(1 for one in made if one.key.partition(" #")[0] == f"{function}: {what}")
            made.append(Mutant(line, function, what + (f" #{again + 1}" if again else ""), copy))
    return made


type _Path = tuple[tuple[str, int | None], ...]


def _sites(tree: ast.Module) -> Iterator[tuple[_Path, str]]:
    """The places of all nodes inside of functions, with the name of the function."""
    stack: list[tuple[ast.AST, _Path, str, bool]] = [(tree, (), "", False)]
    while stack:
        node, path, name, inside = stack.pop()
        if inside:
            yield path, name
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{name}.{node.name}" if name else node.name
        below: list[tuple[ast.AST, _Path, str, bool]] = []
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "decorator_list", "type_params", "args"} and not (
                field == "args" and isinstance(node, ast.Call)
            ):
                continue
            if isinstance(node, ast.Raise) and field == "exc":
                continue
            children: list[tuple[int | None, object]] = (
                list(enumerate(cast("list[object]", value))) if isinstance(value, list) else [(None, value)]
            )
            for index, child in children:
                if isinstance(child, ast.AST) and not _is_docstring(child):
                    below.append((child, (*path, (field, index)), name, inside or (is_function and field == "body")))
        stack.extend(reversed(below))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _at(tree: ast.AST, path: _Path) -> ast.AST:
    node: ast.AST = tree
    for field, index in path:
        value = vars(node)[field]
        node = value if index is None else value[index]
    return node


def _put(tree: ast.AST, path: _Path, replacement: ast.AST) -> None:
    parent = _at(tree, path[:-1])
    field, index = path[-1]
    if index is None:
        setattr(parent, field, replacement)
    else:
        vars(parent)[field][index] = replacement


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _shown(node, ast.BoolOp(other, node.values))
        case ast.UnaryOp(op=ast.Not()):
            yield _shown(node, node.operand)
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield _shown(node, ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right))
        case ast.Constant():
            yield from _constants(node)
        case ast.If() | ast.While() | ast.IfExp():
            yield from _tests(node)
        case ast.Raise() | ast.Assert():
            yield f"`{ast.unparse(node)}` gone", ast.Pass()
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield f"`{ast.unparse(node)}` gone", ast.Pass()
        case ast.Continue():
            yield "`continue` is `break`", ast.Break()
        case ast.Break():
            yield "`break` is `continue`", ast.Continue()
        case ast.AugAssign() if type(node.op) in _ARITHMETIC:
            yield _shown(node, ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value))
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield _shown(node, ast.Return(ast.Constant(None)))
        case _:
            return


def _shown(node: ast.AST, replacement: ast.AST) -> Change:
    return f"`{ast.unparse(node)}` is `{ast.unparse(ast.fix_missing_locations(replacement))}`", replacement


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for index, op in enumerate(node.ops):
        ops = [*node.ops[:index], _COMPARISONS[type(op)](), *node.ops[index + 1 :]]
        yield _shown(node, ast.Compare(node.left, ops, node.comparators))


def _constants(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool() as value:
            yield _shown(node, ast.Constant(not value))
        case int() as value:
            yield _shown(node, ast.Constant(value + 1))
        case str() as value:
            yield _shown(node, ast.Constant(f"XX{value}"))
        case bytes() as value:
            yield _shown(node, ast.Constant(b"XX" + value))
        case _:
            return


def _tests(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    """Conditions that no other change turns around."""
    if not isinstance(node.test, ast.Compare | ast.UnaryOp | ast.Constant):
        changed = deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield f"`if {ast.unparse(node.test)}` turned around", changed
