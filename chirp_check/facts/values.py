"""Terms: what an expression of Python or Kida says about the value it will have, before anything is resolved.

A term keeps the shape of the expression and the code points it stands at, and drops what no rule can use. Strings are
the point: names of templates, blocks, routes, targets flow through terms, and keep the place where they were written.
"""

import msgspec

type Scalar = str | int | float | bool | None


class Term(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """An expression in the half-open range `[start, end)` of its file, in code points.

    Quotes belong to a literal's range.
    """

    start: int
    end: int


class Const(Term, frozen=True, array_like=True, gc=False, tag="c"):
    """A literal."""

    value: Scalar


class Name(Term, frozen=True, array_like=True, gc=False, tag="n"):
    """A variable that is read."""

    id: str


class Attr(Term, frozen=True, array_like=True, gc=False, tag="a"):
    """`base.name`, or Kida's `base?.name` (`optional`)."""

    base: AnyTerm
    name: str
    optional: bool = False


class Index(Term, frozen=True, array_like=True, gc=False, tag="i"):
    """`base[key]`, or Kida's `base?[key]` (`optional`)."""

    base: AnyTerm
    key: AnyTerm
    optional: bool = False


class Arg(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One argument of a call: positional (`name` None, `stars` 0), keyword, `*value` (1) or `**value` (2)."""

    name: str | None
    stars: int
    value: AnyTerm


class Call(Term, frozen=True, array_like=True, gc=False, tag="l"):
    """`function(arguments)`. A Kida filter `base | name(…)` is a `Filter`."""

    function: AnyTerm
    arguments: tuple[Arg, ...]


class Filter(Term, frozen=True, array_like=True, gc=False, tag="f"):
    """Kida's `base | name(arguments)`, or `base ?| name(arguments)` (`optional`)."""

    base: AnyTerm
    name: str
    arguments: tuple[Arg, ...]
    optional: bool = False


class Join(Term, frozen=True, array_like=True, gc=False, tag="j"):
    """Pieces of text one after the other: an f-string, Kida's `~`, an attribute value with expressions in it."""

    parts: tuple[AnyTerm, ...]


class Add(Term, frozen=True, array_like=True, gc=False, tag="p"):
    """`left + right`, of text or of lists."""

    left: AnyTerm
    right: AnyTerm


class Divide(Term, frozen=True, array_like=True, gc=False, tag="d"):
    """`left / right`, which joins paths."""

    left: AnyTerm
    right: AnyTerm


class Merge(Term, frozen=True, array_like=True, gc=False, tag="m"):
    """`left | right`, of mappings."""

    left: AnyTerm
    right: AnyTerm


class Choice(Term, frozen=True, array_like=True, gc=False, tag="o"):
    """`then if test else other`; `test` is its source text, so that two conditionals on one test stay paired."""

    test: str
    condition: AnyTerm
    then: AnyTerm
    other: AnyTerm


class Either(Term, frozen=True, array_like=True, gc=False, tag="e"):
    """One of the operands: `a or b`, `a and b`, Kida's `a ?? b`; `operator` is empty where nothing is written."""

    operands: tuple[AnyTerm, ...]
    operator: str = ""


class Items(Term, frozen=True, array_like=True, gc=False, tag="s"):
    """A tuple or list display (`is_tuple` tells); a starred element is a `Star`."""

    is_tuple: bool
    elements: tuple[AnyTerm, ...]


class Star(Term, frozen=True, array_like=True, gc=False, tag="*"):
    """`*value` inside a display."""

    value: AnyTerm


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry of a dict display; `key` None is `**value`."""

    key: AnyTerm | None
    value: AnyTerm


class Mapping(Term, frozen=True, array_like=True, gc=False, tag="k"):
    """A dict display."""

    entries: tuple[Entry, ...]


class Repeated(Term, frozen=True, array_like=True, gc=False, tag="r"):
    """A comprehension or generator: any number of `element`, with `names` bound to items of `iterable`."""

    names: tuple[str, ...]
    iterable: AnyTerm
    element: AnyTerm


class Compare(Term, frozen=True, array_like=True, gc=False, tag="="):
    """`left operator right` with one of `is`, `is not`, `==`, `!=`, `in`, `not in`; in Kida also `<` and its like."""

    left: AnyTerm
    operator: str
    right: AnyTerm


class Test(Term, frozen=True, array_like=True, gc=False, tag="t"):
    """Kida's `value is name(arguments)`, or `is not` (`negated`)."""

    value: AnyTerm
    name: str
    negated: bool
    arguments: tuple[Arg, ...]


class Not(Term, frozen=True, array_like=True, gc=False, tag="!"):
    """`not value`."""

    value: AnyTerm


class Bind(Term, frozen=True, array_like=True, gc=False, tag="w"):
    """`(name := value)`."""

    name: str
    value: AnyTerm


class Opaque(Term, frozen=True, array_like=True, gc=False, tag="u"):
    """An expression whose value the terms do not describe, with the terms inside it and the reason."""

    reason: str
    inside: tuple[AnyTerm, ...] = ()


type AnyTerm = (
    Const
    | Name
    | Attr
    | Index
    | Call
    | Filter
    | Join
    | Add
    | Divide
    | Merge
    | Choice
    | Either
    | Items
    | Star
    | Mapping
    | Repeated
    | Compare
    | Test
    | Not
    | Bind
    | Opaque
)
