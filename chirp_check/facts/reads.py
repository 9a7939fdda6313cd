"""What a template reads and binds, in the order in which rendering does: its program, without the values.

A read knows what guards it inside its own expression; what stands around it is told by the steps around it. A program
knows no offsets: an edit that moves it leaves it equal. Where the reads stand is told by a table beside it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

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
    Term,
    Test,
)

DEFAULTS = frozenset({"default", "d"})  # the filters that take what is not defined
DEFINED = frozenset({"defined", "undefined"})  # the tests that do


class Guard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What must hold (or not) for a place to be reached."""

    condition: AnyTerm
    holds: bool


class Read(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name that is read; `at` is its place in the template's table of places.

    `caught`: it may be undefined there (`a ?? b`, `a is defined`, `a | default`). `counted`: Kida counts it when it
    looks for names that a body reads twice. `member` is the attribute taken of it. `guards` are those of its own
    expression.
    """

    at: int
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
    """A tag, or a block that begins with it.

    `kind`: "put" (an expression, or a tag that concerns no name), "set", "let", "export", "capture", "if" (also
    `unless` and `while`), "match", "given" (`with … as`), "for", "try", "with", "inside" (a body that runs where it
    stands), "globals" (also `imports`), "block", "fragment", "region", "def", "call", "slot", "include", "embed",
    "import", "from", "extends". `reads` come before the bodies; those of a conditional stand in its arms, those of a
    region are its parameters, which a render of it alone looks up. `names` are bound: of `def`, `region` and `slot`
    they are parameters, and `defaults` tells the reads of each parameter that has a default. `soft`: bound only if it
    is not defined (`??=`). `unpacked`: bound in parts, which Kida overlooks when it looks for names to look up early.
    `reference` counts the references of the template. A conditional is `total` when one of its arms must run.
    """

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


class _Around(msgspec.Struct, frozen=True, gc=False):
    """What an expression stands in: the guards before it, names that a comprehension binds, and how Kida treats it."""

    guards: tuple[Guard, ...] = ()
    hidden: frozenset[str] = frozenset()
    caught: bool = False
    counted: bool = True

    def behind(self, condition: AnyTerm, *, holds: bool) -> _Around:
        guards = (*self.guards, Guard(unplaced(condition), holds))
        return _Around(guards, self.hidden, self.caught, self.counted)

    @property
    def catching(self) -> _Around:
        return _Around(self.guards, self.hidden, True, self.counted)


_PLAIN = _Around()


def unplaced(term: AnyTerm) -> AnyTerm:
    """The term without offsets."""
    if isinstance(term, Name):
        return Name(0, 0, term.id)
    if isinstance(term, Attr):
        return Attr(0, 0, unplaced(term.base), term.name, term.optional)
    return cast("AnyTerm", _bare(term))


def _bare(value: Any) -> Any:
    if _is_listed(value):
        return tuple(_bare(one) for one in value)
    if not isinstance(value, msgspec.Struct):
        return value
    parts = [_bare(one) for one in msgspec.structs.astuple(value)]
    return type(value)(*((0, 0, *parts[2:]) if isinstance(value, Term) else parts))


def _is_listed(value: object) -> bool:
    return isinstance(value, tuple)


class Reads:
    """The reads of one template; `places` is the table of where they stand."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []

    def of(self, *terms: AnyTerm | None) -> tuple[Read, ...]:
        """The names that expressions read, in the order of evaluation."""
        if len(terms) == 1:  # most are `a` or `a.b`
            (term,) = terms
            if isinstance(term, Name):
                return (Read(self.note(term.start, term.end), term.id),)
            if isinstance(term, Attr) and isinstance(term.base, Name):
                base = term.base
                return (Read(self.note(base.start, base.end), base.id, member=term.name),)
        return tuple(read for term in terms if term is not None for read in self._of(term, _PLAIN))

    def note(self, start: int, end: int) -> int:
        """Enter a place into the table."""
        self.places.append((start, end))
        return len(self.places) - 1

    def _of(self, term: AnyTerm, around: _Around) -> Iterator[Read]:
        match term:
            case Const():
                return iter(())
            case Name():
                return self._name(term, None, around)
            case Attr(base=Name() as base, name=member):
                return self._name(base, member, around)
            case Attr(base=base) | Star(value=base) | Not(value=base) | Bind(value=base):
                return self._of(base, around)
            case Filter():
                return self._filter(term, around)
            case Test():
                return self._test(term, around)
            case Choice():
                return self._choice(term, around)
            case Either(operands=operands, operator=operator):
                return self._either(operands, operator, around)
            case Repeated():
                return self._repeated(term, around)
            case _:
                return self._all(_parts(term), around)

    def _all(self, terms: Iterable[AnyTerm], around: _Around) -> Iterator[Read]:
        return (read for term in terms for read in self._of(term, around))

    def _name(self, term: Name, member: str | None, around: _Around) -> Iterator[Read]:
        if term.id not in around.hidden:
            yield Read(self.note(term.start, term.end), term.id, around.caught, around.counted, member, around.guards)

    def _filter(self, term: Filter, around: _Around) -> Iterator[Read]:
        yield from self._of(term.base, around.catching if term.name in DEFAULTS else around)
        inside = around
        if term.optional:
            inside = around.behind(Test(0, 0, term.base, "none", False, ()), holds=False)
        yield from self._all((one.value for one in term.arguments), inside)

    def _test(self, term: Test, around: _Around) -> Iterator[Read]:
        if term.name in DEFINED:
            return self._of(term.value, around.catching)
        return self._all((term.value, *(one.value for one in term.arguments)), around)

    def _choice(self, term: Choice, around: _Around) -> Iterator[Read]:
        yield from self._of(term.condition, around)
        yield from self._of(term.then, around.behind(term.condition, holds=True))
        yield from self._of(term.other, around.behind(term.condition, holds=False))

    def _either(self, operands: tuple[AnyTerm, ...], operator: str, around: _Around) -> Iterator[Read]:
        inside = around
        for at, operand in enumerate(operands):
            if operator == "??" and at == 0:
                yield from self._of(operand, inside.catching)
                inside = inside.behind(Test(0, 0, operand, "defined", False, ()), holds=False)
                continue
            yield from self._of(operand, inside)
            if operator in ("and", "or") and at + 1 < len(operands):
                inside = inside.behind(operand, holds=operator == "and")

    def _repeated(self, term: Repeated, around: _Around) -> Iterator[Read]:
        yield from self._of(term.iterable, around)
        inside = around.behind(term.iterable, holds=True)
        hidden = around.hidden.union(term.names)
        yield from self._of(term.element, _Around(inside.guards, hidden, around.caught, False))


def _parts(term: AnyTerm) -> Iterator[AnyTerm]:
    """The terms inside one that evaluates them all, one after the other."""
    match term:
        case Index(base=base, key=key):
            yield from (base, key)
        case Call(function=function, arguments=arguments):
            yield function
            yield from (one.value for one in arguments)
        case Mapping(entries=entries):
            yield from (one for entry in entries for one in (entry.key, entry.value) if one is not None)
        case Add(left=left, right=right) | Divide(left=left, right=right) | Merge(left=left, right=right):
            yield from (left, right)
        case Compare(left=left, right=right):
            yield from (left, right)
        case Join(parts=terms) | Items(elements=terms) | Opaque(inside=terms):
            yield from terms
        case _:
            return
