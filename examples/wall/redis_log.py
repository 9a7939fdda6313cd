"""Changes in Redis, for any number of processes and machines: a stream keeps them, a message says that there is one.

The message carries nothing but the wall's name: who hears it reads the stream. So a message that is lost, while Redis
restarts or the network is away, loses nothing, as soon as something is heard again.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError

from .domain import Draft, Note, change_of, order
from .log import KEPT, Batch, Board, Changed, Missing, Unreachable, board_of

BATCH: Final = 200
RETRY_SECONDS: Final = 0.5
SILENCE_SECONDS: Final = 15.0

# Each is one step for everybody: what is kept and what is said about it cannot come apart.
_POST: Final = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
    'kind', 'post', 'name', ARGV[2], 'text', ARGV[3], 'hue', ARGV[4])
redis.call('PUBLISH', KEYS[2], id)
return id
"""
_CHEER: Final = """
if #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 0 then return 0 end
local cheers = redis.call('HINCRBY', KEYS[3], ARGV[2], 1)
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'kind', 'cheer', 'note', ARGV[2], 'cheers', cheers)
redis.call('PUBLISH', KEYS[2], id)
return cheers
"""


class RedisLog:
    """Changes in the Redis at `url`; `prefix` keeps them apart from others there."""

    def __init__(self, url: str, prefix: str = "wall") -> None:
        # No retries: a note that was kept, but not confirmed, would be put up twice.
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=2,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        self._prefix = prefix
        self._post = self._redis.register_script(_POST)
        self._cheer = self._redis.register_script(_CHEER)

    async def post(self, wall: str, draft: Draft) -> Note:
        """Put a note up."""
        with _reaching():
            keys = [self._log(wall), self._channel(wall)]
            new: Any = await self._post(keys=keys, args=[KEPT, draft.name, draft.text, draft.hue.value])
        return Note(str(new), draft.name, draft.text, draft.hue)

    async def cheer(self, wall: str, note_id: str) -> int:
        """Like a note once more, and say how often it is liked; Missing."""
        keys = [self._log(wall), self._channel(wall), f"{self._prefix}:{{{wall}}}:cheers"]
        with _reaching():
            cheers = int(await self._cheer(keys=keys, args=[KEPT, note_id]))
        if not cheers:
            raise Missing(note_id)
        return cheers

    async def board(self, wall: str) -> Board:
        """The wall as it is."""
        with _reaching():
            found: Any = await self._redis.xrange(self._log(wall))
        return board_of([change_of(*entry) for entry in found])

    async def since(self, wall: str, id: str) -> Batch:
        """What happened after the change with this id, at most BATCH of it."""
        log = self._log(wall)
        with _reaching():
            async with self._redis.pipeline() as pipeline:
                pipeline.xrange(log, f"({id}", count=BATCH)
                pipeline.xrange(log, count=1)
                pipeline.xrevrange(log, count=1)
                pipeline.xlen(log)
                found, oldest, latest, length = await pipeline.execute()
        if length >= KEPT and order(oldest[0][0]) > order(id):
            return Batch(lost_until=latest[0][0])
        return Batch(tuple(change_of(*entry) for entry in found))

    async def listen(self, changed: Changed) -> None:
        """Say what changes, for ever; when the connection is lost, connect again."""
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.psubscribe(self._channel("*"))
                    await self._hear(pubsub, changed)
            except RedisError, OSError:
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, pubsub: PubSub, changed: Changed) -> None:
        silent = False
        while True:
            message: Any = await pubsub.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                if silent:
                    raise LostConnection("Redis does not answer")
                await pubsub.ping()
                silent = True
                continue
            silent = False
            if message["type"] == "pmessage":
                changed(str(message["channel"]).rpartition(":")[2])
            elif message["type"] == "psubscribe":
                # What was said before this was not heard here.
                changed(None)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    def _log(self, wall: str) -> str:
        return f"{self._prefix}:{{{wall}}}:log"

    def _channel(self, wall: str) -> str:
        return f"{self._prefix}:changed:{wall}"


@contextmanager
def _reaching() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unreachable(str(error)) from error
