"""A Python file to its facts."""

import ast
from collections.abc import Callable, Iterable, Iterator

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Case,
    Class,
    Define,
    DefineClass,
    Do,
    Emit,
    Function,
    If,
    Import,
    Leave,
    Loop,
    Match,
    ModuleFacts,
    Param,
    PythonFault,
    Return,
    SetAttr,
    SetItem,
    Try,
    Unpack,
)
from chirp_check.facts.terms import TermReader, target_names
from chirp_check.facts.values import AnyTerm, Const, Opaque
from chirp_check.source import SourceFile
from chirp_check.syntax.letters import look_alikes, turning
from chirp_check.syntax.limits import check_python
from chirp_check.syntax.python import comments, defined_name, parse

MARKER = "chirp:"
DEPTH = 60  # nesting of statements beyond which they are left out; Python itself stops at 100 blocks


def read_module(file: SourceFile) -> ModuleFacts:
    """The facts of one Python file, whatever its text. What does not parse is a fault; the rest is still there.

    `TooLargeError` where reading it would take too long.
    """
    check_python(file.text)
    tree = parse(file)
    faults = tuple(PythonFault(error.start, error.end, error.message) for error in tree.errors)
    reader = _BodyReader(TermReader(file))
    body = reader.body(tree.module.body)
    return ModuleFacts(
        file.path,
        body,
        faults,
        tuple(comments(file, MARKER)),
        turning(file.text),
        tuple(look_alikes(file)),
        reader.terms.too_deep,
    )


class _BodyReader:
    """Reads statements. `generator` tells whether the function being read has yielded."""

    def __init__(self, terms: TermReader) -> None:
        self.terms = terms
        self.offsets = terms.offsets
        self.generator = False
        self._depth = 0
        self._prefix = ""
        self._counts: dict[str, int] = {}

    def body(self, nodes: Iterable[ast.stmt]) -> tuple[AnyStatement, ...]:
        """The statements of a block, with what they yield behind them."""
        if self._depth >= DEPTH:
            for node in nodes:
                self.terms.leave_out(*self.offsets.span(node))
            return ()
        self._depth += 1
        statements: list[AnyStatement] = []
        for node in nodes:
            read = _READERS.get(type(node))
            if read is not None:
                made = read(self, node, *self.offsets.span(node))
                if self.terms.yielded:
                    pending = self._yielded()
                    statements.extend(pending if isinstance(node, ast.Expr) else (*pending, *made))
                else:
                    statements.extend(made)
        self._depth -= 1
        return tuple(statements)

    def _yielded(self) -> list[AnyStatement]:
        taken, self.terms.yielded = self.terms.yielded, []
        self.generator = self.generator or bool(taken)
        return [Emit(*one) for one in taken]

    def term(self, node: ast.expr | None) -> AnyTerm | None:
        """The term of an expression that may be absent."""
        return None if node is None else self.terms.read(node)

    def assign(self, target: ast.expr, value: AnyTerm, start: int, end: int) -> AnyStatement:
        """One target of an assignment."""
        match target:
            case ast.Name(id=name):
                return Assign(start, end, name, value)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                if any(isinstance(one, ast.Starred) for one in elements):
                    return Unpack(
                        start, end, tuple(target_names(target)), Opaque(start, end, "a starred assignment", (value,))
                    )
                return Unpack(
                    start, end, tuple(one.id if isinstance(one, ast.Name) else None for one in elements), value
                )
            case ast.Attribute(value=base, attr=name):
                return SetAttr(start, end, self.terms.read(base), name, value)
            case ast.Subscript(value=base, slice=key):
                return SetItem(start, end, self.terms.read(base), self.terms.read(key), value)
            case _:
                return Do(start, end, value)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        """A function; its own yields decide whether it is a generator."""
        outer, self.generator = self.generator, False
        qualname = self.qualname(node.name)
        body = self.inside(f"{qualname}.<locals>.", node.body)
        generator, self.generator = self.generator, outer
        start = self.offsets.start(node)
        name_start, name_end = defined_name(self.terms.text, start)
        return Function(
            name=node.name,
            name_start=name_start,
            name_end=name_end,
            start=start,
            end=self.offsets.end(node),
            params=self._params(node.args),
            decorators=tuple(self.terms.read(one) for one in node.decorator_list),
            returns=self.term(node.returns),
            body=body,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=generator,
            qualname=qualname,
        )

    def qualname(self, name: str) -> str:
        """The qualified name of a function or class that is being read."""
        full = self._prefix + name
        count = self._counts[full] = self._counts.get(full, 0) + 1
        return full if count == 1 else f"{full}#{count}"

    def inside(self, prefix: str, nodes: Iterable[ast.stmt]) -> tuple[AnyStatement, ...]:
        """The statements of a function's or class's body, whose names begin with `prefix`."""
        outer, self._prefix = self._prefix, prefix
        body = self.body(nodes)
        self._prefix = outer
        return body

    def _params(self, args: ast.arguments) -> tuple[Param, ...]:
        positional = [*args.posonlyargs, *args.args]
        padding: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        params = [
            self._param(arg, "positional" if index < len(args.posonlyargs) else "normal", default)
            for index, (arg, default) in enumerate(zip(positional, [*padding, *args.defaults], strict=True))
        ]
        if args.vararg:
            params.append(self._param(args.vararg, "star", None))
        params += [
            self._param(arg, "keyword", value) for arg, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg:
            params.append(self._param(args.kwarg, "double-star", None))
        return tuple(params)

    def _param(self, arg: ast.arg, kind: str, default: ast.expr | None) -> Param:
        return Param(arg.arg, kind, self.term(arg.annotation), self.term(default), *self.offsets.span(arg))


type _Made = tuple[AnyStatement, ...]


def _expression(reader: _BodyReader, node: ast.Expr, start: int, end: int) -> _Made:
    return (Do(start, end, reader.terms.read(node.value)),)


def _assign(reader: _BodyReader, node: ast.Assign, start: int, end: int) -> _Made:
    value = reader.terms.read(node.value)
    return tuple(reader.assign(target, value, start, end) for target in node.targets)


def _annotated(reader: _BodyReader, node: ast.AnnAssign, start: int, end: int) -> _Made:
    value, annotation = reader.term(node.value), reader.terms.read(node.annotation)
    if isinstance(node.target, ast.Name):
        return (Assign(start, end, node.target.id, value, annotation),)
    return () if value is None else (reader.assign(node.target, value, start, end),)


def _augmented(reader: _BodyReader, node: ast.AugAssign, start: int, end: int) -> _Made:
    value = reader.terms.read(node.value)
    if not isinstance(node.target, ast.Name):
        return (reader.assign(node.target, Opaque(start, end, "changed in place", (value,)), start, end),)
    operator = "+" if isinstance(node.op, ast.Add) else "|" if isinstance(node.op, ast.BitOr) else "?"
    return (Augment(start, end, node.target.id, operator, value),)


def _return(reader: _BodyReader, node: ast.Return, start: int, end: int) -> _Made:
    return (Return(start, end, reader.term(node.value)),)


def _raise(reader: _BodyReader, node: ast.Raise, start: int, end: int) -> _Made:
    value = reader.term(node.exc)
    leave = Leave(start, end, "raise")
    return (leave,) if value is None else (Do(start, end, value), leave)


def _assert(reader: _BodyReader, node: ast.Assert, start: int, end: int) -> _Made:
    test = reader.terms.read(node.test)
    never = isinstance(test, Const) and not test.value
    return (Do(start, end, test), Leave(start, end, "raise")) if never else (Do(start, end, test),)


def _break(reader: _BodyReader, node: ast.Break, start: int, end: int) -> _Made:
    return (Leave(start, end, "break"),)


def _continue(reader: _BodyReader, node: ast.Continue, start: int, end: int) -> _Made:
    return (Leave(start, end, "continue"),)


def _if(reader: _BodyReader, node: ast.If, start: int, end: int) -> _Made:
    test, condition = reader.terms.source(node.test), reader.terms.read(node.test)
    return (If(start, end, test, condition, reader.body(node.body), reader.body(node.orelse)),)


def _for(reader: _BodyReader, node: ast.For | ast.AsyncFor, start: int, end: int) -> _Made:
    names = tuple(target_names(node.target))
    iterable = reader.terms.read(node.iter)
    return (Loop(start, end, names, iterable, reader.body(node.body), reader.body(node.orelse)),)


def _while(reader: _BodyReader, node: ast.While, start: int, end: int) -> _Made:
    test = Do(start, end, reader.terms.read(node.test))
    return (Loop(start, end, (), None, (test, *reader.body(node.body)), reader.body(node.orelse)),)


def _with(reader: _BodyReader, node: ast.With | ast.AsyncWith, start: int, end: int) -> _Made:
    made: list[AnyStatement] = []
    for item in node.items:
        value = Opaque(start, end, "a context manager", (reader.terms.read(item.context_expr),))
        made.append(
            reader.assign(item.optional_vars, value, start, end) if item.optional_vars else Do(start, end, value)
        )
    return (*made, *reader.body(node.body))


def _match(reader: _BodyReader, node: ast.Match, start: int, end: int) -> _Made:
    subject = reader.terms.read(node.subject)
    return (Match(start, end, subject, tuple(_case(reader, case) for case in node.cases)),)


def _case(reader: _BodyReader, node: ast.match_case) -> Case:
    bound = (one.name if isinstance(one, (ast.MatchAs, ast.MatchStar)) else None for one in ast.walk(node.pattern))
    always = isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None and node.guard is None
    values = tuple(_compared(reader, node.pattern)) if _is_compared(node.pattern) else ()
    guard = reader.term(node.guard)
    return Case(tuple(name for name in bound if name), always, reader.body(node.body), values, guard)


def _is_compared(pattern: ast.pattern) -> bool:
    """Whether a pattern only compares with values."""
    match pattern:
        case ast.MatchValue() | ast.MatchSingleton():
            return True
        case ast.MatchOr(patterns=patterns):
            return all(_is_compared(one) for one in patterns)
        case _:
            return False


def _compared(reader: _BodyReader, pattern: ast.pattern) -> Iterator[AnyTerm]:
    match pattern:
        case ast.MatchValue(value=value):
            yield reader.terms.read(value)
        case ast.MatchSingleton(value=None | True | False as value):
            yield Const(reader.offsets.start(pattern), reader.offsets.end(pattern), value)
        case ast.MatchOr(patterns=patterns):
            for one in patterns:
                yield from _compared(reader, one)
        case _:
            pass


def _try(reader: _BodyReader, node: ast.Try | ast.TryStar, start: int, end: int) -> _Made:
    handlers = tuple((one.name, reader.body(one.body)) for one in node.handlers)
    return (Try(start, end, reader.body(node.body), handlers, reader.body(node.orelse), reader.body(node.finalbody)),)


def _define(reader: _BodyReader, node: ast.FunctionDef | ast.AsyncFunctionDef, start: int, end: int) -> _Made:
    return (Define(start, end, reader.function(node)),)


def _class(reader: _BodyReader, node: ast.ClassDef, start: int, end: int) -> _Made:
    bases = tuple(reader.terms.read(base) for base in node.bases)
    decorators = tuple(reader.terms.read(one) for one in node.decorator_list)
    qualname = reader.qualname(node.name)
    body = reader.inside(f"{qualname}.", node.body)
    return (DefineClass(start, end, Class(node.name, start, end, bases, decorators, body, qualname)),)


def _import(reader: _BodyReader, node: ast.Import, start: int, end: int) -> _Made:
    return tuple(
        Import(
            start,
            end,
            alias.asname or alias.name.partition(".")[0],
            alias.name if alias.asname else alias.name.partition(".")[0],
            None,
            0,
        )
        for alias in node.names
    )


def _import_from(reader: _BodyReader, node: ast.ImportFrom, start: int, end: int) -> _Made:
    return tuple(
        Import(start, end, alias.asname or alias.name, node.module or "", alias.name, node.level)
        for alias in node.names
    )


def _type_alias(reader: _BodyReader, node: ast.TypeAlias, start: int, end: int) -> _Made:
    name = node.name.id
    return (Assign(start, end, name, reader.terms.read(node.value)),)


# The readers take the node class they are listed under; the table is the only place that pairs them.
_READERS: dict[type[ast.stmt], Callable[..., _Made]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.TypeAlias: _type_alias,
}
