"""What the shed knows: things, members, loans. Frozen values; rows of the database come out in these shapes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil
from urllib.parse import urlencode


class Kind(StrEnum):
    """The shelves of the shed."""

    WORKSHOP = "workshop"
    GARDEN = "garden"
    KITCHEN = "kitchen"
    OUTDOORS = "outdoors"
    PARTY = "party"

    @property
    def label(self) -> str:
        """The word a person reads."""
        return self.value.capitalize()


class State(StrEnum):
    """Where a thing is, as the list can be narrowed to."""

    HERE = "here"
    OUT = "out"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the street. `out` is how many things they have at home."""

    id: int
    name: str
    email: str
    joined: date
    out: int = 0


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to borrow, and who has it."""

    id: int
    code: str
    name: str
    kind: Kind
    about: str
    place: str
    added: date
    revision: int
    loan_id: int | None = None
    holder_id: int | None = None
    holder: str | None = None
    due: date | None = None
    waiting: int = 0

    @property
    def here(self) -> bool:
        """Whether it is in the shed."""
        return self.loan_id is None


@dataclass(frozen=True, slots=True)
class Loan:
    """A thing with somebody, from one day to another. A member who has left is None."""

    id: int
    thing_id: int
    code: str
    thing: str
    member_id: int | None
    member: str | None
    since: date
    due: date
    returned: date | None
    extended: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who wants a thing next."""

    member_id: int
    member: str
    since: date


@dataclass(frozen=True, slots=True)
class Counts:
    """How full the shed is."""

    things: int
    out: int
    late: int
    members: int


@dataclass(frozen=True, slots=True)
class ThingFilter:
    """What a list of things is narrowed to; empty means everything."""

    words: str = ""
    kind: Kind | None = None
    state: State | None = None
    page: int = 1

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.kind or self.state)

    @property
    def link(self) -> str:
        """The URL of the list but for its page, which comes last."""
        values = {"q": self.words, "kind": self.kind, "state": self.state}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/things?{query}&" if query else "/things?"


@dataclass(frozen=True, slots=True)
class Listing[T]:
    """One page of a longer list."""

    entries: tuple[T, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, ceil(self.total / self.size))
