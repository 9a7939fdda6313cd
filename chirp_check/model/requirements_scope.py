"""Where a render stands: the names bound so far, what is known to hold, what the blocks are; and what it finds."""

from collections.abc import Callable, Mapping
from copy import copy

import msgspec

from chirp_check.facts.reads import Step
from chirp_check.facts.values import AnyTerm
from chirp_check.facts.walk import names_in

GIVEN = " given"  # a test that Kida does not know: whether a name is in the context, be it None
MACRO, ALONE = "macro", "include"  # why no render site can provide a name


class Condition(msgspec.Struct, frozen=True, gc=False):
    """What must hold (or not) for a place to be reached; the names in `local` mean what the template binds itself."""

    term: AnyTerm
    holds: bool
    local: frozenset[str] = frozenset()


class Definition(msgspec.Struct, frozen=True):
    """A `def` or `region` in the template at `path`."""

    path: str
    step: Step


class Imported(msgspec.Struct, frozen=True):
    """A component of another template, or all of them (`name` None); `names` are those of a context it was given."""

    path: str
    name: str | None
    names: frozenset[str] | None


class BlockBody(msgspec.Struct, frozen=True):
    """A block's body. One that an `embed` overrides sees what is bound around it."""

    path: str
    step: Step
    around: frozenset[str] = frozenset()


type Bound = Definition | Imported | None


class Standing(msgspec.Struct):
    """One point of a render.

    `context` is Kida's: shared by blocks and includes, which add to it. They do not see `local`, the names of loops
    and patterns, nor `scope`, what `set` has bound in branches, which components of the same template do see; `scoped`
    tells whether `set` stays in a scope. `caught`: an undefined name does
    no harm. `anything`: something unknown may have bound any name. `sealed`: why no render site can provide a name.
    `called`: a component that was given content.
    """

    path: str
    context: dict[str, Bound]
    blocks: Mapping[str, BlockBody] = msgspec.field(default_factory=dict[str, BlockBody])
    local: frozenset[str] = frozenset()
    scope: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    scoped: bool = False
    looping: bool = False
    caught: bool = False
    anything: bool = False
    sealed: str = ""
    called: bool = False

    def binds(self, name: str) -> bool:
        """Whether the template has bound a name."""
        return name in self.local or name in self.scope or name in self.context

    def behind(self, term: AnyTerm | None, *, holds: bool = True) -> Standing:
        """The same point where a condition is known to hold, or not to."""
        made = copy(self)
        if term is not None:
            made.conditions = (*self.conditions, self.condition(term, holds=holds))
        return made

    def condition(self, term: AnyTerm, *, holds: bool) -> Condition:
        """A condition as it stands here."""
        return Condition(term, holds, frozenset(one.id for one in names_in(term) if self.binds(one.id)))

    def inside(self, *names: str) -> Standing:
        """The same point with more local names."""
        made = copy(self)
        made.local = self.local.union(names)
        return made

    def __copy__(self) -> Standing:
        """The same point, to be changed."""
        return Standing(
            self.path,
            self.context,
            self.blocks,
            self.local,
            self.scope,
            self.conditions,
            self.scoped,
            self.looping,
            self.caught,
            self.anything,
            self.sealed,
            self.called,
        )


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """A name that a render looks up, and the template has not bound: the file, the place in its table, the conditions.

    `early`: looked up at the start of a body, whatever guards the read. `sealed`: no render site can provide it, for
    it is read in an imported component (`macro`) or in an include without context (`include`).
    """

    name: str
    path: str
    at: int
    conditions: tuple[Condition, ...] = ()
    early: bool = False
    sealed: str = ""


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """A top-level `let` (or the like) that reads a name, at a place: Kida fails when a block is rendered alone."""

    path: str
    at: int
    name: str


class Link(msgspec.Struct, frozen=True, gc=False):
    """Where a tag leads: the file (None: not there, or not known, which `dynamic` tells), and what it hands over.

    `names` are pairs of the name there and the local one.
    """

    path: str | None
    dynamic: bool
    with_context: bool
    names: tuple[tuple[str, str], ...] = ()


class Sources(msgspec.Struct, frozen=True):
    """What the walk asks about other templates."""

    program: Callable[[str], tuple[Step, ...] | None]
    link: Callable[[str, int], Link]
    blocks: Callable[[str], Mapping[str, Step]]
    macro: Callable[[str, str, bool], tuple[Requirement, ...]]
    module: Callable[[str], tuple[Mapping[str, Bound], tuple[Requirement, ...]]]
