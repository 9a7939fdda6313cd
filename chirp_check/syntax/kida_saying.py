"""What one tag of a template says, in terms of whatever the expressions in it have become."""

from typing import NamedTuple

import msgspec


class Word(NamedTuple):
    """A name where it is written."""

    start: int
    end: int
    name: str


class Bound[T](msgspec.Struct, frozen=True):
    """Names that a tag binds. `value` is theirs only if `plain`: one name, not parts of a tuple. `soft`: by `??=`."""

    kind: str
    words: tuple[Word, ...]
    value: T | None = None
    plain: bool = True
    soft: bool = False


class ParameterWritten[T](msgspec.Struct, frozen=True):
    """A parameter of a `def` or `region`: "normal", "star" or "double-star", with the text of its annotation."""

    word: Word
    kind: str
    annotation: str | None
    default: T | None


class Saying[T](msgspec.Struct, gc=False, eq=False):
    """What a tag says, as far as its keyword has to do with it.

    `value`: what it puts out, calls, or the template it names; `condition`: what decides whether its arm runs;
    `operands`: the expressions with no other place; `names`: pairs of an imported name and the local one, or twice what
    a slot offers; `calls`: those in its expressions, in the order they end; `applied`: the filters (`|`)
    and tests (`is`) in them, where their names stand. `only_names`: a loop binds nothing but
    names, a `case` is a name. `loose`: a comprehension binds something that is no name. `doubt`: Kida has to be asked
    all the same.
    """

    value: T | None = None
    condition: T | None = None
    operands: tuple[T, ...] = ()
    bound: tuple[Bound[T], ...] = ()
    parameters: tuple[ParameterWritten[T], ...] = ()
    names: tuple[tuple[Word, Word], ...] = ()
    calls: tuple[T, ...] = ()
    applied: tuple[tuple[str, int, int, str], ...] = ()
    with_context: bool = True
    ignore_missing: bool = False
    only_names: bool = True
    loose: bool = False
    doubt: bool = False
