"""Responses whose body is made while it is sent: frozen like every response, with an iterable that is used up once."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from dataclasses import dataclass, field

from chirp.http.response import HTML, Response, SetCookie

type Chunk = str | bytes
type Chunks = AsyncIterable[Chunk] | Iterable[Chunk]

_set = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class StreamingResponse(Response):
    """A response whose body is what `chunks` gives, sent chunk by chunk, as fast as the client takes them.

    `chunks` is an iterable of str or bytes, or an asynchronous one; a plain one is pulled in a worker thread, since it
    may block. It is iterated once, and closed when the client leaves. `length` is the size of the body in bytes, when
    it is known. There is no `body` to read.
    """

    body: str | bytes = field(init=False, repr=False, compare=False)
    chunks: Chunks = ()
    length: int | None = None

    def __init__(
        self,
        chunks: Chunks,
        status: int = 200,
        content_type: str = HTML,
        headers: Iterable[tuple[str, str]] = (),
        cookies: tuple[SetCookie, ...] = (),
        *,
        length: int | None = None,
    ) -> None:
        Response.__init__(self, "", status, content_type, headers, cookies)
        object.__delattr__(self, "body")
        _set(self, "chunks", check_chunks(chunks))
        _set(self, "length", length)

    @property
    def body_bytes(self) -> bytes:
        raise TypeError("a streaming response has no body yet: it is made while it is sent")

    @property
    def text(self) -> str:
        raise TypeError("a streaming response has no text yet: it is made while it is sent")


class FirstChunk:
    """Chunks of which the first can be made before the status line is sent; an exception then is an error response."""

    __slots__ = ("_chunks", "_first")

    def __init__(self, chunks: AsyncGenerator[Chunk]) -> None:
        self._chunks = chunks
        self._first: Chunk | None = None

    async def prepare(self) -> None:
        """Make the first chunk, once."""
        if self._first is None:
            self._first = await anext(self._chunks, "")

    def __aiter__(self) -> FirstChunk:
        return self

    async def __anext__(self) -> Chunk:
        if self._first is None:
            return await anext(self._chunks)
        first, self._first = self._first, None
        return first

    async def aclose(self) -> None:
        await self._chunks.aclose()


def check_chunks(chunks: object) -> Chunks:
    """The chunks, if they can be iterated; TypeError for a whole body, and for what gives nothing."""
    if isinstance(chunks, str | bytes | bytearray):
        raise TypeError(f"{type(chunks).__name__} is a whole body: use Response, or a list of it")
    if not isinstance(chunks, AsyncIterable | Iterable):
        raise TypeError(f"{type(chunks).__name__} gives no chunks: use a generator, or another iterable")
    return chunks  # pyright: ignore[reportUnknownVariableType]
