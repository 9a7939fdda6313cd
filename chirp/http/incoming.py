"""What a client sends while it is answered: the rest of its body, and at last that it left."""

from typing import TYPE_CHECKING

from chirp._internal.asgi import Message, Receive

if TYPE_CHECKING:
    from asyncio import Event


class Incoming:
    """The messages of a client, shared by whoever reads the body and whoever waits for the client to leave.

    The one who waits keeps at most one message of the body that nobody has read: a client that still sends is there.
    """

    __slots__ = ("_changed", "_held", "_left", "_receive", "_watched")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held: Message | None = None
        self._left = False
        self._watched = False
        self._changed: Event | None = None

    async def receive(self) -> Message:
        """The next message, as ASGI gives it."""
        while self._watched and self._held is None and not self._left:
            await self._wait()
        held, self._held = self._held, None
        if held is not None:
            self._tell()
            return held
        return {"type": "http.disconnect"} if self._left else await self._receive()

    async def gone(self) -> None:
        """Return when the client has left."""
        self._watched = True
        try:
            while not self._left:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    self._left = True
                else:
                    await self._hold(message)
        finally:
            self._watched = False
            self._tell()

    async def _hold(self, message: Message) -> None:
        self._held = message
        self._tell()
        while self._held is message and message.get("more_body"):
            await self._wait()

    async def _wait(self) -> None:
        if self._changed is None:
            from asyncio import Event

            self._changed = Event()
        await self._changed.wait()

    def _tell(self) -> None:
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()
