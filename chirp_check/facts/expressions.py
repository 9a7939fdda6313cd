"""Kida expressions to terms. Imports Kida, so import it only where a tag was parsed."""

from collections.abc import Callable

import kida.nodes as k

from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Arg,
    Attr,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Entry,
    Filter,
    Index,
    Items,
    Join,
    Mapping,
    Name,
    Not,
    Opaque,
    Repeated,
    Scalar,
    Test,
)
from chirp_check.syntax.kida import Tag
from chirp_check.syntax.kida_parser import CLOSES, OPENS

DEPTH = 100  # nesting beyond which an expression is opaque; people write below 10


class TermReader:
    """Reads the expressions of one tag. Calls are collected in `calls` in the order they end.

    Kida's nodes have no ends, so every reader also learns the token behind its expression: primary expressions are
    known by node identity, and everything else ends where its last part does.
    """

    def __init__(self, tag: Tag, text: str) -> None:
        self.tag = tag
        self.text = text
        self.parsed = tag.parsed
        self.calls: list[Call] = []
        self._depth = 0
        self._measured: dict[int, tuple[AnyTerm, int, int]] = {}  # a tag's own expressions, so that none is read twice
        self._closing: dict[int, int] | None = None

    def read(self, node: k.Expr) -> AnyTerm:
        """The term of an expression of this tag."""
        return self.measure(node)[0]

    def measure(self, node: k.Expr) -> tuple[AnyTerm, int, int]:
        """The term of an expression, and its tokens `[first, last)` including parentheses around it."""
        if id(node) in self._measured:
            return self._measured[id(node)]
        if self._depth >= DEPTH:
            first, last = self.extent(node)
            return Opaque(self.start(first), self.end(last), "an expression nested too deeply"), first, last
        self._depth += 1
        try:
            reader = _READERS.get(type(node), _opaque)
            term, first, last = reader(self, node)
        finally:
            self._depth -= 1
        known = self.parsed.spans.get(id(node))
        measured = (term, known[0], known[1]) if known else (term, first, last)
        if self._depth == 0:
            self._measured[id(node)] = measured
        return measured

    def extent(self, node: k.Expr) -> tuple[int, int]:
        """The tokens of a primary expression, parentheses included; of any other, all of the tag."""
        known = self.parsed.spans.get(id(node))
        return (known[0], known[1]) if known else (1, len(self.parsed.tokens) - 1)

    def bare(self, node: k.Expr) -> tuple[int, int]:
        """The tokens of a primary expression without parentheses around it."""
        first, last = self.extent(node)
        while last - first > 2 and self._is(first, "(") and self._is(last - 1, ")"):
            first, last = first + 1, last - 1
        return first, last

    def _is(self, index: int, text: str) -> bool:
        """Whether a token is this bracket, and not a string that looks like it."""
        return self.text.startswith(text, self.start(index))

    def start(self, token: int) -> int:
        """Where a token begins in the file."""
        starts = self.parsed.starts
        return self.tag.start + (starts[token] if token < len(starts) else starts[-1])

    def end(self, last: int) -> int:
        """Where the token before `last` ends in the file."""
        ends = self.parsed.ends
        return self.tag.start + (ends[last - 1] if last <= len(ends) else ends[-1])

    def closing(self, opening: int) -> int:
        """The token that closes the bracket at token `opening`."""
        if self._closing is None:
            self._closing = {}
            stack: list[int] = []
            for index, token in enumerate(self.parsed.tokens):
                if token.type in OPENS:
                    stack.append(index)
                elif token.type in CLOSES and stack:
                    self._closing[stack.pop()] = index
        return self._closing.get(opening, opening)

    def arguments(self, args: tuple[k.Expr, ...], kwargs: dict[str, k.Expr]) -> tuple[Arg, ...]:
        """The arguments of a call or filter, in the order they are written."""
        return (
            *(Arg(None, 0, self.read(value)) for value in args),
            *(Arg(name, 0, self.read(value)) for name, value in kwargs.items()),
        )

    def behind_call(self, name_end: int) -> int:
        """The token behind an optional argument list at token `name_end`."""
        if self._is(name_end, "("):
            return self.closing(name_end) + 1
        return name_end


type _Measured = tuple[AnyTerm, int, int]


def _constant(reader: TermReader, node: k.Const) -> _Measured:
    first, last = reader.bare(node)
    start, end = reader.start(first), reader.end(last)
    value = node.value
    if _storable(value):
        return Const(start, end, value), first, last
    return Opaque(start, end, "an unusual literal"), first, last


def _storable(value: Scalar) -> bool:
    """Whether the stored form of facts can hold a literal: no lone surrogates, no integers beyond 63 bits."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _name(reader: TermReader, node: k.Name) -> _Measured:
    first, last = reader.bare(node)
    return Name(reader.start(first), reader.end(last), node.name), first, last


def _attribute(reader: TermReader, node: k.Getattr | k.OptionalGetattr) -> _Measured:
    base, first, last = reader.measure(node.obj)
    optional = isinstance(node, k.OptionalGetattr)
    return Attr(reader.start(first), reader.end(last + 2), base, node.attr, optional), first, last + 2


def _item(reader: TermReader, node: k.Getitem | k.OptionalGetitem) -> _Measured:
    base, first, last = reader.measure(node.obj)
    behind = reader.closing(last) + 1
    start, end = reader.start(first), reader.end(behind)
    if isinstance(node.key, k.Slice):
        parts = tuple(reader.read(one) for one in (node.key.start, node.key.stop, node.key.step) if one is not None)
        return Opaque(start, end, "a slice", (base, *parts)), first, behind
    return Index(start, end, base, reader.read(node.key), isinstance(node, k.OptionalGetitem)), first, behind


def _call(reader: TermReader, node: k.FuncCall) -> _Measured:
    function, first, last = reader.measure(node.func)
    behind = reader.closing(last) + 1
    call = Call(reader.start(first), reader.end(behind), function, reader.arguments(tuple(node.args), node.kwargs))
    reader.calls.append(call)
    return call, first, behind


def _filter(reader: TermReader, node: k.Filter) -> _Measured:
    base, first, last = reader.measure(node.value)
    behind = reader.behind_call(last + 2)
    arguments = reader.arguments(tuple(node.args), node.kwargs)
    optional = isinstance(node, k.OptionalFilter)
    return Filter(reader.start(first), reader.end(behind), base, node.name, arguments, optional), first, behind


def _pipeline(reader: TermReader, node: k.Pipeline) -> _Measured:
    term, first, last = reader.measure(node.value)
    optional = isinstance(node, k.SafePipeline)
    for name, args, kwargs in node.steps:
        last = reader.behind_call(last + 2)
        given = reader.arguments(tuple(args), kwargs)
        term = Filter(reader.start(first), reader.end(last), term, name, given, optional)
    return term, first, last


def _test(reader: TermReader, node: k.Test) -> _Measured:
    base, first, last = reader.measure(node.value)
    behind = last + (3 if node.negated else 2)
    parts = [reader.measure(value) for value in (*node.args, *node.kwargs.values())]
    behind = max(reader.behind_call(behind), *(part[2] for part in parts)) if parts else reader.behind_call(behind)
    names = (*(None for _ in node.args), *node.kwargs)
    given = tuple(Arg(name, 0, part[0]) for name, part in zip(names, parts, strict=True))
    return Test(reader.start(first), reader.end(behind), base, node.name, node.negated, given), first, behind


def _binary(reader: TermReader, node: k.BinOp) -> _Measured:
    """Operators associate to the left, so long chains are read without recursion."""
    if node.op == "~":
        return _joined(reader, node)
    left, first, _ = reader.measure(node.left)
    right, _, last = reader.measure(node.right)
    start, end = reader.start(first), reader.end(last)
    if node.op == "+":
        return Add(start, end, left, right), first, last
    return Opaque(start, end, "arithmetic", (left, right)), first, last


def _joined(reader: TermReader, node: k.BinOp) -> _Measured:
    operands: list[k.Expr] = []
    at: k.Expr = node
    while isinstance(at, k.BinOp) and at.op == "~" and (at is node or id(at) not in reader.parsed.spans):
        operands.append(at.right)
        at = at.left
    operands.append(at)
    parts = [reader.measure(operand) for operand in reversed(operands)]
    first, last = parts[0][1], parts[-1][2]
    return Join(reader.start(first), reader.end(last), tuple(part[0] for part in parts)), first, last


def _unary(reader: TermReader, node: k.UnaryOp) -> _Measured:
    operand, first, last = reader.measure(node.operand)
    first -= 1
    start, end = reader.start(first), reader.end(last)
    if node.op == "-" and isinstance(operand, Const) and isinstance(operand.value, (int, float)):
        return Const(start, end, -operand.value), first, last
    made = Not(start, end, operand) if node.op == "not" else Opaque(start, end, "arithmetic", (operand,))
    return made, first, last


def _comparison(reader: TermReader, node: k.Compare) -> _Measured:
    parts = [reader.measure(operand) for operand in (node.left, *node.comparators)]
    first, last = parts[0][1], parts[-1][2]
    start, end = reader.start(first), reader.end(last)
    terms = tuple(part[0] for part in parts)
    if len(terms) == 2:
        return Compare(start, end, terms[0], node.ops[0], terms[1]), first, last
    return Opaque(start, end, "a comparison", terms), first, last


def _either(reader: TermReader, node: k.BoolOp | k.NullCoalesce) -> _Measured:
    operands, operator = (node.values, node.op) if isinstance(node, k.BoolOp) else ((node.left, node.right), "??")
    parts = [reader.measure(operand) for operand in operands]
    first, last = parts[0][1], parts[-1][2]
    return Either(reader.start(first), reader.end(last), tuple(part[0] for part in parts), operator), first, last


def _conditional(reader: TermReader, node: k.CondExpr) -> _Measured:
    then, first, _ = reader.measure(node.if_true)
    condition, test_first, test_last = reader.measure(node.test)
    test = reader.text[reader.start(test_first) : reader.end(test_last)]
    other: AnyTerm
    if id(node.if_false) in reader.parsed.spans or not isinstance(node.if_false, k.Const):
        other, _, last = reader.measure(node.if_false)
    else:
        other, last = Const(reader.end(test_last), reader.end(test_last), ""), test_last
    return Choice(reader.start(first), reader.end(last), test, condition, then, other), first, last


def _display(reader: TermReader, node: k.Tuple | k.List) -> _Measured:
    parts = [reader.measure(item) for item in node.items]
    if id(node) in reader.parsed.spans:
        first, last = reader.bare(node) if isinstance(node, k.List) else reader.extent(node)
    elif parts:
        first, last = parts[0][1], parts[-1][2]
    else:
        first, last = reader.extent(node)
    items = tuple(part[0] for part in parts)
    return Items(reader.start(first), reader.end(last), isinstance(node, k.Tuple), items), first, last


def _mapping(reader: TermReader, node: k.Dict) -> _Measured:
    first, last = reader.bare(node)
    pairs = zip(node.keys, node.values, strict=True)
    entries = tuple(Entry(reader.read(key), reader.read(value)) for key, value in pairs)
    return Mapping(reader.start(first), reader.end(last), entries), first, last


def _comprehension(reader: TermReader, node: k.ListComp) -> _Measured:
    first, last = reader.bare(node)
    start, end = reader.start(first), reader.end(last)
    element = reader.read(node.elt)
    iterable = reader.read(node.iter)
    tests = tuple(reader.read(test) for test in node.ifs)
    if tests:
        element = Either(element.start, element.end, (element, Opaque(start, end, "a filtered element", tests)))
    return Repeated(start, end, tuple(names_of(node.target)), iterable, element), first, last


def _range(reader: TermReader, node: k.Range) -> _Measured:
    operands = [one for one in (node.start, node.end, node.step) if one is not None]
    parts = [reader.measure(operand) for operand in operands]
    first, last = parts[0][1], parts[-1][2]
    return Opaque(reader.start(first), reader.end(last), "a range", tuple(part[0] for part in parts)), first, last


def _await(reader: TermReader, node: k.Await) -> _Measured:
    term, first, last = reader.measure(node.value)
    return term, first - 1, last


def _opaque(reader: TermReader, node: k.Expr) -> _Measured:
    first, last = reader.extent(node)
    return Opaque(reader.start(first), reader.end(last), "an expression"), first, last


def names_of(target: k.Expr) -> list[str]:
    """The names that an assignment or loop target binds."""
    if isinstance(target, k.Name):
        return [target.name]
    if isinstance(target, k.Tuple):
        return [name for item in target.items for name in names_of(item)]
    return []


# The readers take the node class they are listed under; the table is the only place that pairs them.
_READERS: dict[type[k.Node], Callable[..., _Measured]] = {
    k.Const: _constant,
    k.Name: _name,
    k.Tuple: _display,
    k.List: _display,
    k.ListComp: _comprehension,
    k.Dict: _mapping,
    k.Getattr: _attribute,
    k.OptionalGetattr: _attribute,
    k.Getitem: _item,
    k.OptionalGetitem: _item,
    k.FuncCall: _call,
    k.Filter: _filter,
    k.OptionalFilter: _filter,
    k.Pipeline: _pipeline,
    k.SafePipeline: _pipeline,
    k.Test: _test,
    k.BinOp: _binary,
    k.UnaryOp: _unary,
    k.Compare: _comparison,
    k.BoolOp: _either,
    k.NullCoalesce: _either,
    k.CondExpr: _conditional,
    k.Range: _range,
    k.Await: _await,
}
