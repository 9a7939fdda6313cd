"""What people type: dataclasses that handlers take, with what is asked of each field."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from chirp import Request
from chirp.forms import Length

from .domain import Kind, State, ThingFilter

DAYS: Final = (7, 14, 28)


def label_code(code: str) -> str | None:
    """What is wrong with the code on a thing's label."""
    if len(code) > 10 or not code.replace("-", "").isalnum() or not code.isascii():
        return "Write up to ten letters and digits, such as W-12."
    return None


def address(email: str) -> str | None:
    """What is wrong with an e-mail address, as far as one can see."""
    name, at, host = email.partition("@")
    if name and at and "." in host and " " not in email and len(email) <= 120:
        return None
    return "Write an address such as ada@example.org."


@dataclass(frozen=True, slots=True)
class ThingForm:
    """A thing. `revision` is that of the thing when the form was opened, 0 for a new one."""

    name: Annotated[str, Length(1, 60)]
    code: Annotated[str, label_code]
    kind: Kind
    place: Annotated[str, Length(0, 60)] = ""
    about: Annotated[str, Length(0, 1000)] = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """Where a thing is kept."""

    place: Annotated[str, Length(0, 60)] = ""


@dataclass(frozen=True, slots=True)
class MemberForm:
    """A member."""

    name: Annotated[str, Length(1, 60)]
    email: Annotated[str, address]


@dataclass(frozen=True, slots=True)
class BorrowForm:
    """For how many days."""

    days: Literal[7, 14, 28] = 14


@dataclass(frozen=True, slots=True)
class EntranceForm:
    """Who somebody says they are, and the page they were on."""

    member: int
    next: str = ""


def read_filter(request: Request) -> ThingFilter:
    """What a list is narrowed to; what makes no sense is left out."""
    query = request.query
    kind, state = query.get("kind", ""), query.get("state", "")
    return ThingFilter(
        words=query.get("q", "").strip()[:100],
        kind=Kind(kind) if kind in list(Kind) else None,
        state=State(state) if state in list(State) else None,
        page=query.get_int("page", 1),
    )
