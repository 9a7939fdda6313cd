"""What reading a template with types finds: faults, and calls that hand types on."""

import msgspec

from chirp_check.facts.values import AnyTerm
from chirp_check.model.typing.given import Asked
from chirp_check.model.typing.kinds import Kind, Type


class Fault(msgspec.Struct, frozen=True, gc=False):
    """What cannot be, in the range `[start, end)` of the template.

    `kind`: "attribute", "key", "argument", "loop", "operand", "called", "none" or "maybe-none". `written` is the
    expression that it is about, `name` the attribute, key or operator, or what is wrong with the arguments of a
    function, `owners` the kinds of the value.
    `shaky`: conditions around it may rule it out.
    """

    kind: str
    start: int
    end: int
    written: str
    name: str
    owners: tuple[Kind, ...] = ()
    shaky: bool = False


class Handed(msgspec.Struct, frozen=True, gc=False):
    """A call of what may be a component, with the types of its arguments by position or name."""

    function: AnyTerm
    given: tuple[tuple[str | int, Type], ...]
    shaky: bool


class Result(msgspec.Struct, frozen=True, gc=False):
    """What reading a template has found: faults, and what it calls and includes, with the types they are given."""

    faults: tuple[Fault, ...] = ()
    calls: tuple[Asked, ...] = ()
