"""Who reads which wall in this process, and what they are told. Nothing is kept for a single reader.

A reader is a place in the log of a wall: what it has seen. It takes what comes after that, at its own pace, from the
latest changes that all readers of the wall share, or from the log if it is further behind. So a slow client costs no
memory and holds nobody up; one that is so far behind that the log has forgotten what it missed is told to start over.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final

from .domain import START, Change, order
from .log import Batch, Log, Unreachable

SHARED: Final = 100
"""How many changes of a wall its readers share."""

RETRY_SECONDS: Final = 1.0

NOTHING: Final = Batch()


@dataclass(frozen=True, slots=True)
class StartOver:
    """The reader has missed what nobody remembers, up to the change with this id."""

    id: str


@dataclass(slots=True)
class _Room:
    """A wall that somebody reads. `latest` is a piece of its log without gaps, `begins` the change before it."""

    readers: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    begins: str = START
    latest: tuple[Change, ...] = ()
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    quiet: tuple[asyncio.Event, str] | None = None
    """What was the news, and after which change, when the log last had nothing to say."""

    def shared(self, after: str) -> Batch | None:
        """What follows the change with this id, if the readers share that."""
        place = order(after)
        if self.latest and order(self.begins) <= place < order(self.latest[-1].id):
            return Batch(tuple(change for change in self.latest if order(change.id) > place))
        return None

    def share(self, after: str, batch: Batch) -> None:
        """Let all readers have what the log said, if it is later than what they share."""
        last = self.latest[-1].id if self.latest else START
        if not batch.changes or order(batch.changes[-1].id) <= order(last):
            return
        if after != last:
            self.begins, self.latest = after, ()
        together = (*self.latest, *batch.changes)
        dropped, self.latest = together[:-SHARED], together[-SHARED:]
        if dropped:
            self.begins = dropped[-1].id


class Hub:
    """The readers of this process, around a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rooms: dict[str, _Room] = {}

    @property
    def readers(self) -> int:
        """How many streams are open in this process."""
        return sum(room.readers for room in self._rooms.values())

    async def run(self) -> None:
        """Hear of changes, until it is cancelled."""
        await self._log.listen(self._changed)

    def _changed(self, wall: str | None) -> None:
        rooms = self._rooms.values() if wall is None else filter(None, [self._rooms.get(wall)])
        for room in rooms:
            room.news.set()
            room.news = asyncio.Event()

    async def read(self, wall: str, after: str) -> AsyncGenerator[Change | StartOver]:
        """What happens to a wall after the change with this id, for ever. Closing the generator ends it."""
        room = self._rooms.setdefault(wall, _Room())
        room.readers += 1
        try:
            while True:
                news = room.news
                batch = await self._since(wall, room, after)
                if batch.lost_until:
                    after = batch.lost_until
                    yield StartOver(after)
                    continue
                for change in batch.changes:
                    yield change
                    after = change.id
                if not batch.changes:
                    await news.wait()
        finally:
            room.readers -= 1
            if not room.readers:
                del self._rooms[wall]

    async def _since(self, wall: str, room: _Room, after: str) -> Batch:
        """What comes after: as the readers share it, or as the log has it. One of them asks the log for all.

        While the log cannot be reached there is nothing; it is asked again soon, and when it is heard again.
        """
        news = room.news
        async with room.asking:
            known = room.shared(after)
            if known is not None:
                return known
            if room.quiet == (news, after):
                return NOTHING
            try:
                batch = await self._log.since(wall, after)
            except Unreachable:
                batch = NOTHING
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self._changed, wall)
            room.share(after, batch)
            if batch == NOTHING:
                room.quiet = (news, after)
            return batch
