"""What every log of changes can do: the one in memory for one process, the one in Redis for many."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import time_ns
from typing import Final, Protocol

from .domain import START, Change, Cheered, Draft, Note, Posted, order

KEPT: Final = 1000
"""How many changes of a wall are remembered."""

type Changed = Callable[[str | None], None]
"""Called with the name of a wall that has changed; with None when any of them may have."""


class Unreachable(Exception):
    """The log cannot be asked at the moment."""


class Missing(LookupError):
    """There is no such note, or not any more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes in order; or, when some of those that were asked for are forgotten, the id of the latest instead."""

    changes: tuple[Change, ...] = ()
    lost_until: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """A wall as it is: its notes, the newest first, and the id of the last change they contain."""

    notes: tuple[Note, ...]
    last: str


class Log(Protocol):
    """Where changes are kept. Each method may raise Unreachable, but for `listen`, which tries again by itself."""

    async def post(self, wall: str, draft: Draft) -> Note: ...
    async def cheer(self, wall: str, note_id: str) -> int: ...
    async def board(self, wall: str) -> Board: ...
    async def since(self, wall: str, id: str) -> Batch: ...
    async def listen(self, changed: Changed) -> None: ...
    async def close(self) -> None: ...


def board_of(changes: list[Change]) -> Board:
    """What a wall looks like after these changes, which are in order."""
    notes: dict[str, Note] = {}
    for change in changes:
        if isinstance(change, Posted):
            notes[change.id] = change.note
        elif change.note_id in notes:
            notes[change.note_id] = replace(notes[change.note_id], cheers=change.cheers)
    return Board(tuple(reversed(notes.values())), changes[-1].id if changes else START)


@dataclass(slots=True)
class _Kept:
    changes: deque[Change] = field(default_factory=lambda: deque[Change](maxlen=KEPT))
    cheers: dict[str, int] = field(default_factory=dict[str, int])


class MemoryLog:
    """Changes in this process, gone with it. All calls come from one event loop."""

    def __init__(self) -> None:
        self._walls: dict[str, _Kept] = {}
        self._changed: Changed = lambda _: None
        self._last = 0

    async def post(self, wall: str, draft: Draft) -> Note:
        """Put a note up."""
        note = Note(self._next_id(), draft.name, draft.text, draft.hue)
        self._kept(wall).cheers[note.id] = 0
        self._keep(wall, Posted(note.id, note))
        return note

    async def cheer(self, wall: str, note_id: str) -> int:
        """Like a note once more, and say how often it is liked; Missing."""
        cheers = self._kept(wall).cheers
        if note_id not in cheers:
            raise Missing(note_id)
        cheers[note_id] += 1
        self._keep(wall, Cheered(self._next_id(), note_id, cheers[note_id]))
        return cheers[note_id]

    async def board(self, wall: str) -> Board:
        """The wall as it is."""
        return board_of(list(self._kept(wall).changes))

    async def since(self, wall: str, id: str) -> Batch:
        """What happened after the change with this id."""
        changes = self._kept(wall).changes
        if len(changes) == KEPT and order(changes[0].id) > order(id):
            return Batch(lost_until=changes[-1].id)
        return Batch(tuple(change for change in changes if order(change.id) > order(id)))

    async def listen(self, changed: Changed) -> None:
        """Say what changes, for ever."""
        self._changed = changed
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""

    def _kept(self, wall: str) -> _Kept:
        return self._walls.setdefault(wall, _Kept())

    def _keep(self, wall: str, change: Change) -> None:
        self._kept(wall).changes.append(change)
        self._changed(wall)

    def _next_id(self) -> str:
        self._last = max(self._last + 1, time_ns() // 1_000_000)
        return f"{self._last}-0"
