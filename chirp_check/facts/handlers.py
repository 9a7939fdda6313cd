"""What one Python file says by itself: its functions as short programs over terms.

Statements keep what can decide a value or a path through a function and drop the rest. The model runs these programs on
abstract values; nothing here knows another file.
"""

import msgspec

from chirp_check.facts.values import AnyTerm


class Statement(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """A statement in the half-open range `[start, end)`, in code points."""

    start: int
    end: int


class Param(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter. `kind`: "positional" (only), "normal", "keyword" (only), "star", "double-star"."""

    name: str
    kind: str
    annotation: AnyTerm | None
    default: AnyTerm | None
    start: int
    end: int


class Function(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `def` or `async def`; `start` and `end` are the whole statement without decorators, `name_*` its name.

    `qualname` is as Python gives it; of several with the same, all but the first end in `#2`, `#3`, …
    """

    name: str
    name_start: int
    name_end: int
    start: int
    end: int
    params: tuple[Param, ...]
    decorators: tuple[AnyTerm, ...]
    returns: AnyTerm | None
    body: tuple[AnyStatement, ...]
    is_async: bool
    is_generator: bool
    qualname: str


class Class(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A class with its bases, decorators and body; `qualname` as a function's."""

    name: str
    start: int
    end: int
    bases: tuple[AnyTerm, ...]
    decorators: tuple[AnyTerm, ...]
    body: tuple[AnyStatement, ...]
    qualname: str


class Assign(Statement, frozen=True, array_like=True, gc=False, tag="a"):
    """`name = value`; an annotation without a value keeps `value` None."""

    name: str
    value: AnyTerm | None
    annotation: AnyTerm | None = None


class Unpack(Statement, frozen=True, array_like=True, gc=False, tag="u"):
    """`a, b = value`; None stands for a target that is no plain name."""

    names: tuple[str | None, ...]
    value: AnyTerm


class SetItem(Statement, frozen=True, array_like=True, gc=False, tag="s"):
    """`base[key] = value`."""

    base: AnyTerm
    key: AnyTerm
    value: AnyTerm


class SetAttr(Statement, frozen=True, array_like=True, gc=False, tag="t"):
    """`base.name = value`."""

    base: AnyTerm
    name: str
    value: AnyTerm


class Augment(Statement, frozen=True, array_like=True, gc=False, tag="g"):
    """`name += value` (`operator` "+") or `name |= value` ("|"); another operator is "?"."""

    name: str
    operator: str
    value: AnyTerm


class Do(Statement, frozen=True, array_like=True, gc=False, tag="d"):
    """An expression that is evaluated for its effect."""

    value: AnyTerm


class Return(Statement, frozen=True, array_like=True, gc=False, tag="r"):
    """`return value`; `value` None is a bare `return`."""

    value: AnyTerm | None


class Emit(Statement, frozen=True, array_like=True, gc=False, tag="y"):
    """`yield value` (`all` false) or `yield from value`."""

    value: AnyTerm | None
    all: bool


class Leave(Statement, frozen=True, array_like=True, gc=False, tag="l"):
    """A path that ends here: "raise", "break" or "continue"."""

    how: str


class If(Statement, frozen=True, array_like=True, gc=False, tag="i"):
    """`if test: then else: other`; `test` is the source text of the condition."""

    test: str
    condition: AnyTerm
    then: tuple[AnyStatement, ...]
    other: tuple[AnyStatement, ...]


class Loop(Statement, frozen=True, array_like=True, gc=False, tag="o"):
    """`for names in iterable` or `while` (`iterable` None)."""

    names: tuple[str, ...]
    iterable: AnyTerm | None
    body: tuple[AnyStatement, ...]
    other: tuple[AnyStatement, ...]


class Case(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One `case`; `catches_all` for `case _` and `case name` without a guard.

    `values` are those that the pattern compares with, if it does nothing else; `guard` is what else has to hold.
    """

    names: tuple[str, ...]
    catches_all: bool
    body: tuple[AnyStatement, ...]
    values: tuple[AnyTerm, ...] = ()
    guard: AnyTerm | None = None


class Match(Statement, frozen=True, array_like=True, gc=False, tag="m"):
    """`match subject`."""

    subject: AnyTerm
    cases: tuple[Case, ...]


class Try(Statement, frozen=True, array_like=True, gc=False, tag="x"):
    """`try`; each handler is its bound name (or None) and its body."""

    body: tuple[AnyStatement, ...]
    handlers: tuple[tuple[str | None, tuple[AnyStatement, ...]], ...]
    other: tuple[AnyStatement, ...]
    final: tuple[AnyStatement, ...]


class Define(Statement, frozen=True, array_like=True, gc=False, tag="f"):
    """A nested or top-level function."""

    function: Function


class DefineClass(Statement, frozen=True, array_like=True, gc=False, tag="c"):
    """A nested or top-level class."""

    definition: Class


class Import(Statement, frozen=True, array_like=True, gc=False, tag="p"):
    """`import module as name` (`attribute` None) or `from module import attribute as name`; `level` counts dots.

    `from module import *` has `name` and `attribute` "*".
    """

    name: str
    module: str
    attribute: str | None
    level: int


type AnyStatement = (
    Assign
    | Unpack
    | SetItem
    | SetAttr
    | Augment
    | Do
    | Return
    | Emit
    | Leave
    | If
    | Loop
    | Match
    | Try
    | Define
    | DefineClass
    | Import
)


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts of one Python file. `comments` are `(start, text)` of the comments that speak to the checker.

    `turning` are `(start, character)` of what turns the direction of the text; `look_alikes` are `(start, name, plain)`
    of names with letters of another alphabet that look like the ASCII name `plain`. `too_deep` is the first place that
    is not read because it is nested too deeply.
    """

    path: str
    body: tuple[AnyStatement, ...]
    faults: tuple[PythonFault, ...]
    comments: tuple[tuple[int, str], ...]
    turning: tuple[tuple[int, str], ...] = ()
    look_alikes: tuple[tuple[int, str, str], ...] = ()
    too_deep: tuple[int, int] | None = None


class PythonFault(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A place that Python refuses."""

    start: int
    end: int
    message: str
