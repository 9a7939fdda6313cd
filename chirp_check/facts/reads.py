"""What a template reads and binds, in the order in which rendering does: its program, without the values.

A read knows what guards it inside its own expression; what stands around it is told by the steps around it.
"""

from collections.abc import Iterable, Iterator

import msgspec

from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Attr,
    Bind,
    Call,
    Choice,
    Compare,
    Const,
    Divide,
    Either,
    Filter,
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
    Test,
)

DEFAULTS = frozenset({"default", "d"})  # the filters that take what is not defined
DEFINED = frozenset({"defined", "undefined"})  # the tests that do


class Guard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What must hold (or not) for a place to be reached."""

    condition: AnyTerm
    holds: bool


class Read(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name read at `[start, end)`.

    `caught`: it may be undefined there (`a ?? b`, `a is defined`, `a | default`). `counted`: Kida counts it when it
    looks for names that a body reads twice. `member` is the attribute taken of it. `guards` are those of its own
    expression.
    """

    start: int
    end: int
    name: str
    caught: bool = False
    counted: bool = True
    member: str | None = None
    guards: tuple[Guard, ...] = ()


class Arm(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A body inside a step, and when it runs: `condition` holds, and none of the arms before it.

    `reads` are those of the condition; `names` are bound inside; `name` is that of a slot's content.
    """

    steps: tuple[Step, ...]
    condition: AnyTerm | None = None
    reads: tuple[Read, ...] = ()
    names: tuple[str, ...] = ()
    name: str = ""


class Step(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A tag at `[start, end)`, or a block that begins with it.

    `kind`: "put" (an expression, or a tag that concerns no name), "set", "let", "export", "capture", "if" (any
    conditional), "for", "try", "with", "inside" (a body that runs where it stands), "globals" (also `imports`),
    "block", "fragment", "region", "def", "call", "slot", "include", "embed", "import", "from", "extends".
    `reads` come before the bodies; those of a conditional stand in its arms. `names` are bound: of `def`, `region` and
    `slot` they are parameters, and `defaults` tells the reads of each parameter that has a default. `soft`: bound only
    if it is not defined (`??=`). `unpacked`: bound in parts, which Kida overlooks when it looks for names to look up
    early. `reference` is the offset of the template reference. An "if" is `total` when one of its arms must run.
    """

    start: int
    end: int
    kind: str
    reads: tuple[Read, ...] = ()
    names: tuple[str, ...] = ()
    arms: tuple[Arm, ...] = ()
    name: str = ""
    condition: AnyTerm | None = None
    defaults: tuple[tuple[str, tuple[Read, ...]], ...] = ()
    soft: bool = False
    unpacked: bool = False
    reference: int = -1
    total: bool = False


def reads_of(*terms: AnyTerm | None) -> tuple[Read, ...]:
    """The names that expressions read, in the order of evaluation."""
    return tuple(read for term in terms if term is not None for read in _reads(term, _PLAIN))


class _Around(msgspec.Struct, frozen=True, gc=False):
    """What an expression stands in: the guards before it, names that a comprehension binds, and how Kida treats it."""

    guards: tuple[Guard, ...] = ()
    hidden: frozenset[str] = frozenset()
    caught: bool = False
    counted: bool = True

    def behind(self, condition: AnyTerm, *, holds: bool) -> _Around:
        return _Around((*self.guards, Guard(condition, holds)), self.hidden, self.caught, self.counted)

    @property
    def catching(self) -> _Around:
        return _Around(self.guards, self.hidden, True, self.counted)


_PLAIN = _Around()


def _reads(term: AnyTerm, around: _Around) -> Iterator[Read]:
    match term:
        case Const():
            return iter(())
        case Name():
            return _name(term, None, around)
        case Attr(base=Name() as base, name=member):
            return _name(base, member, around)
        case Attr(base=base) | Star(value=base) | Not(value=base) | Bind(value=base):
            return _reads(base, around)
        case Index(base=base, key=key):
            return _all((base, key), around)
        case Call(function=function, arguments=arguments):
            return _all((function, *(one.value for one in arguments)), around)
        case Filter():
            return _filter(term, around)
        case Test():
            return _test(term, around)
        case Choice():
            return _choice(term, around)
        case Either(operands=operands, operator=operator):
            return _either(operands, operator, around)
        case Repeated():
            return _repeated(term, around)
        case Mapping(entries=entries):
            return _all((one for entry in entries for one in (entry.key, entry.value) if one is not None), around)
        case Add(left=left, right=right) | Divide(left=left, right=right) | Merge(left=left, right=right):
            return _all((left, right), around)
        case Compare(left=left, right=right):
            return _all((left, right), around)
        case Join(parts=terms) | Items(elements=terms) | Opaque(inside=terms):
            return _all(terms, around)


def _all(terms: Iterable[AnyTerm], around: _Around) -> Iterator[Read]:
    return (read for term in terms for read in _reads(term, around))


def _name(term: Name, member: str | None, around: _Around) -> Iterator[Read]:
    if term.id not in around.hidden:
        yield Read(term.start, term.end, term.id, around.caught, around.counted, member, around.guards)


def _filter(term: Filter, around: _Around) -> Iterator[Read]:
    yield from _reads(term.base, around.catching if term.name in DEFAULTS else around)
    inside = around
    if term.optional:
        inside = around.behind(Test(term.start, term.end, term.base, "none", False, ()), holds=False)
    yield from _all((one.value for one in term.arguments), inside)


def _test(term: Test, around: _Around) -> Iterator[Read]:
    if term.name in DEFINED:
        return _reads(term.value, around.catching)
    return _all((term.value, *(one.value for one in term.arguments)), around)


def _choice(term: Choice, around: _Around) -> Iterator[Read]:
    yield from _reads(term.condition, around)
    yield from _reads(term.then, around.behind(term.condition, holds=True))
    yield from _reads(term.other, around.behind(term.condition, holds=False))


def _either(operands: tuple[AnyTerm, ...], operator: str, around: _Around) -> Iterator[Read]:
    inside = around
    for operand in operands:
        if operator == "??" and operand is operands[0]:
            yield from _reads(operand, inside.catching)
            defined = Test(operand.start, operand.end, operand, "defined", False, ())
            inside = inside.behind(defined, holds=False)
        else:
            yield from _reads(operand, inside)
            if operator in ("and", "or"):
                inside = inside.behind(operand, holds=operator == "and")


def _repeated(term: Repeated, around: _Around) -> Iterator[Read]:
    yield from _reads(term.iterable, around)
    hidden = around.hidden.union(term.names)
    guards = (*around.guards, Guard(term.iterable, True))
    yield from _reads(term.element, _Around(guards, hidden, around.caught, False))
