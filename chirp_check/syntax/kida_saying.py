"""What one tag of a template says, in terms of whatever the expressions in it have become."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Word(NamedTuple):
    """A name where it is written."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Bound[T]:
    """Names that a tag binds. `value` is theirs only if `plain`: one name, not parts of a tuple. `soft`: by `??=`."""

    kind: str
    words: tuple[Word, ...]
    value: T | None = None
    plain: bool = True
    soft: bool = False


@dataclass(frozen=True, slots=True)
class ParameterWritten[T]:
    """A parameter of a `def` or `region`: "normal", "star" or "double-star", with the text of its annotation."""

    word: Word
    kind: str
    annotation: str | None
    default: T | None


@dataclass(slots=True)
class Saying[T]:
    """What a tag says, as far as its keyword has to do with it.

    `value`: what it puts out, calls, or the template it names; `condition`: what decides whether its arm runs;
    `operands`: the expressions with no other place; `names`: pairs of an imported name and the local one, or twice what
    a slot offers; `calls`: those in its expressions, in the order they end. `only_names`: a loop binds nothing but
    names, a `case` is a name. `loose`: a comprehension binds something that is no name. `doubt`: Kida has to be asked
    all the same.
    """

    value: T | None = None
    condition: T | None = None
    operands: list[T] = field(default_factory=list[T])
    bound: list[Bound[T]] = field(default_factory=list[Bound[T]])
    parameters: list[ParameterWritten[T]] = field(default_factory=list[ParameterWritten[T]])
    names: list[tuple[Word, Word]] = field(default_factory=list[tuple[Word, Word]])
    calls: list[T] = field(default_factory=list[T])
    with_context: bool = True
    ignore_missing: bool = False
    only_names: bool = True
    loose: bool = False
    doubt: bool = False
