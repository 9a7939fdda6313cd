"""Python expressions to terms."""

import ast
from collections.abc import Callable

from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Arg,
    Attr,
    Bind,
    Call,
    Choice,
    Compare,
    Const,
    Divide,
    Either,
    Entry,
    Index,
    Items,
    Join,
    Mapping,
    Merge,
    Name,
    Not,
    Opaque,
    Repeated,
    Star,
)
from chirp_check.source import SourceFile
from chirp_check.syntax.python import Offsets

DEPTH = 150  # nesting beyond which an expression is opaque; people write below 20


class TermReader:
    """Reads the expressions of one file. Yields inside an expression are collected in `yielded` until taken."""

    def __init__(self, file: SourceFile) -> None:
        self.text = file.text
        self.offsets = Offsets(file)
        self.yielded: list[tuple[int, int, AnyTerm | None, bool]] = []
        self.too_deep: tuple[int, int] | None = None
        self._depth = 0

    def read(self, node: ast.expr) -> AnyTerm:
        """The term of an expression."""
        start, end = self.offsets.span(node)
        if isinstance(node, ast.Name):
            return Name(start, end, node.id)
        reader = _READERS.get(type(node))
        if reader is None:
            return Opaque(start, end, _WHY.get(type(node), "an expression"), self.inside(node))
        if self._depth >= DEPTH:
            self.leave_out(start, end)
            return Opaque(start, end, "an expression nested too deeply")
        self._depth += 1
        term = reader(self, node, start, end)
        self._depth -= 1
        return term

    def leave_out(self, start: int, end: int) -> None:
        """Note that something is not read because it is nested too deeply."""
        self.too_deep = self.too_deep or (start, end)

    def source(self, node: ast.expr) -> str:
        """The source text of an expression."""
        start, end = self.offsets.span(node)
        return self.text[start:end]

    def arguments(self, node: ast.Call) -> tuple[Arg, ...]:
        """The arguments of a call, positional first, in the order they are written."""
        found = [
            Arg(None, 1, self.read(arg.value)) if isinstance(arg, ast.Starred) else Arg(None, 0, self.read(arg))
            for arg in node.args
        ]
        for word in node.keywords:
            found.append(Arg(word.arg, 0 if word.arg else 2, self.read(word.value)))  # noqa: PERF401 - keeps order plain
        return tuple(found)

    def inside(self, node: ast.expr) -> tuple[AnyTerm, ...]:
        """The terms of the expressions directly inside a node."""
        if self._depth >= DEPTH:
            self.leave_out(*self.offsets.span(node))
            return ()
        self._depth += 1
        try:
            return tuple(self.read(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
        finally:
            self._depth -= 1


def _constant(reader: TermReader, node: ast.Constant, start: int, end: int) -> AnyTerm:
    value = node.value
    if (value is None or isinstance(value, (str, int, float))) and _storable(value):
        return Const(start, end, value)
    return Opaque(start, end, "an unusual literal")


def _storable(value: str | float | None) -> bool:
    """Whether the stored form of facts can hold a literal: no lone surrogates, no integers beyond 63 bits."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _attribute(reader: TermReader, node: ast.Attribute, start: int, end: int) -> AnyTerm:
    return Attr(start, end, reader.read(node.value), node.attr)


def _subscript(reader: TermReader, node: ast.Subscript, start: int, end: int) -> AnyTerm:
    return Index(start, end, reader.read(node.value), reader.read(node.slice))


def _call(reader: TermReader, node: ast.Call, start: int, end: int) -> AnyTerm:
    return Call(start, end, reader.read(node.func), reader.arguments(node))


def _joined(reader: TermReader, node: ast.JoinedStr, start: int, end: int) -> AnyTerm:
    parts: list[AnyTerm] = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue) and value.format_spec is None and value.conversion in (-1, 115):
            parts.append(reader.read(value.value))
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            parts.append(Const(start, end, value.value))
        else:
            parts.append(Opaque(start, end, "a formatted value", reader.inside(value)))
    return Join(start, end, tuple(parts))


def _binary(reader: TermReader, node: ast.BinOp, start: int, end: int) -> AnyTerm:
    build = _BINARY.get(type(node.op))
    left, right = reader.read(node.left), reader.read(node.right)
    if isinstance(node.op, ast.Mod):  # as Python does it, so that formatting is a method like any other
        return Call(start, end, Attr(start, end, left, "__mod__"), (Arg(None, 0, right),))
    return build(start, end, left, right) if build else Opaque(start, end, "arithmetic", (left, right))


def _boolean(reader: TermReader, node: ast.BoolOp, start: int, end: int) -> AnyTerm:
    operator = "and" if isinstance(node.op, ast.And) else "or"
    return Either(start, end, tuple(reader.read(value) for value in node.values), operator)


def _conditional(reader: TermReader, node: ast.IfExp, start: int, end: int) -> AnyTerm:
    test = reader.source(node.test)
    return Choice(start, end, test, reader.read(node.test), reader.read(node.body), reader.read(node.orelse))


def _display(reader: TermReader, node: ast.Tuple | ast.List | ast.Set, start: int, end: int) -> AnyTerm:
    return Items(start, end, isinstance(node, ast.Tuple), tuple(reader.read(element) for element in node.elts))


def _starred(reader: TermReader, node: ast.Starred, start: int, end: int) -> AnyTerm:
    return Star(start, end, reader.read(node.value))


def _dict(reader: TermReader, node: ast.Dict, start: int, end: int) -> AnyTerm:
    pairs = zip(node.keys, node.values, strict=True)
    return Mapping(
        start, end, tuple(Entry(reader.read(key) if key else None, reader.read(value)) for key, value in pairs)
    )


def _comprehension(
    reader: TermReader, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, start: int, end: int
) -> AnyTerm:
    first, *rest = node.generators
    names = tuple(name for part in node.generators for name in target_names(part.target))
    tests = [test for part in node.generators for test in part.ifs]
    hidden = tuple(reader.read(child) for child in (*(part.iter for part in rest), *tests))
    element = reader.read(node.elt)
    if hidden:
        element = Either(element.start, element.end, (element, Opaque(start, end, "a filtered element", hidden)))
    return Repeated(start, end, names, reader.read(first.iter), element)


def _compare(reader: TermReader, node: ast.Compare, start: int, end: int) -> AnyTerm:
    operator = _COMPARISONS.get(type(node.ops[0]))
    if len(node.ops) > 1 or operator is None:
        return Opaque(start, end, "a comparison", reader.inside(node))
    return Compare(start, end, reader.read(node.left), operator, reader.read(node.comparators[0]))


def _unary(reader: TermReader, node: ast.UnaryOp, start: int, end: int) -> AnyTerm:
    operand = reader.read(node.operand)
    return Not(start, end, operand) if isinstance(node.op, ast.Not) else Opaque(start, end, "arithmetic", (operand,))


def _walrus(reader: TermReader, node: ast.NamedExpr, start: int, end: int) -> AnyTerm:
    return Bind(start, end, node.target.id, reader.read(node.value))


def _await(reader: TermReader, node: ast.Await, start: int, end: int) -> AnyTerm:
    return reader.read(node.value)


def _yield(reader: TermReader, node: ast.Yield | ast.YieldFrom, start: int, end: int) -> AnyTerm:
    value = reader.read(node.value) if node.value is not None else None
    reader.yielded.append((start, end, value, isinstance(node, ast.YieldFrom)))
    return Opaque(start, end, "what a generator is sent")


def target_names(target: ast.expr) -> list[str]:
    """The plain names that an assignment target binds, in the order of the text."""
    if isinstance(target, ast.Name):
        return [target.id]
    inner = (one for one in ast.iter_child_nodes(target) if isinstance(target, (ast.Tuple, ast.List, ast.Starred)))
    return [name for one in inner if isinstance(one, ast.expr) for name in target_names(one)]


_BINARY: dict[type[ast.operator], Callable[[int, int, AnyTerm, AnyTerm], AnyTerm]] = {
    ast.Add: Add,
    ast.Div: Divide,
    ast.BitOr: Merge,
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_WHY: dict[type[ast.expr], str] = {
    ast.Lambda: "a lambda",
    ast.DictComp: "a dict comprehension",
    ast.TemplateStr: "a template string",
}
# The readers take the node class they are listed under; the table is the only place that pairs them.
_READERS: dict[type[ast.expr], Callable[..., AnyTerm]] = {
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.Tuple: _display,
    ast.List: _display,
    ast.Set: _display,
    ast.Starred: _starred,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
