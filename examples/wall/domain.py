"""What is on a wall, and what happens to it. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

TEXT_LIMIT: Final = 240
NAME_LIMIT: Final = 30


class Hue(StrEnum):
    """The papers that style.css has a class for (`hue-…`)."""

    YELLOW = "yellow"
    PINK = "pink"
    BLUE = "blue"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to put up, already checked."""

    name: str
    text: str
    hue: Hue


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody put up. Its id is that of the change that brought it: milliseconds since 1970, and a number."""

    id: str
    name: str
    text: str
    hue: Hue
    cheers: int = 0

    @property
    def when(self) -> datetime:
        """When it was put up."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Posted:
    """A note came."""

    id: str
    note: Note


@dataclass(frozen=True, slots=True)
class Cheered:
    """A note was liked once more."""

    id: str
    note_id: str
    cheers: int


type Change = Posted | Cheered
"""What happens to a wall; the ids of its changes ascend."""

START: Final = "0-0"
"""Before every change."""


def order(id: str) -> tuple[int, int]:
    """What ids are compared by."""
    time, _, number = id.partition("-")
    return int(time), int(number or "0")


def is_id(text: str) -> bool:
    """Whether it looks like the id of a change."""
    time, dash, number = text.partition("-")
    return bool(dash) and all(part.isascii() and part.isdigit() and len(part) < 20 for part in (time, number))


def change_of(id: str, fields: Mapping[str, str]) -> Change:
    """The change that was kept as these fields."""
    if fields["kind"] == "cheer":
        return Cheered(id, fields["note"], int(fields["cheers"]))
    return Posted(id, Note(id, fields["name"], fields["text"], Hue(fields["hue"])))
