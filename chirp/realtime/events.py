"""Server-sent events as values; what one cannot carry is refused where it is made, not when it is sent."""

from collections.abc import AsyncIterable, Coroutine, Iterable, Mapping
from dataclasses import dataclass

from chirp.http.response import SetCookie
from chirp.http.streaming import Chunks, StreamingResponse

EVENTS = "text/event-stream"

# What a Fragment becomes depends on the version of htmx, which these two request headers tell.
_HEADERS = (("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"), ("Vary", "HX-Request-Type, HX-Source"))
_FORBIDDEN = ("\r", "\n", "\0")
_set = object.__setattr__


@dataclass(frozen=True, slots=True)
class SSEEvent:
    """One event. `retry` is in milliseconds; an `id` of "" makes the client forget the last one.

    TypeError for data that is no text; ValueError for an event or id of several lines, or text that is not Unicode.
    """

    data: str
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def __post_init__(self) -> None:
        _check_text("data", self.data)
        for name, value in (("event", self.event), ("id", self.id)):
            if value is None:
                continue
            _check_text(name, value)
            if any(char in value for char in _FORBIDDEN):
                raise ValueError(f"the {name} of an event is one line, without NUL")
        if self.retry is not None and (type(self.retry) is not int or self.retry < 0):
            raise ValueError(f"retry is a number of milliseconds, not {self.retry!r}")

    def encode(self) -> str:
        """The event on the wire: its fields, a line of data for each line, and an empty line."""
        lines: list[str] = []
        if self.event:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {self.retry}")
        # Only these three end a line of an event stream; `splitlines` knows more.
        data = self.data.replace("\r\n", "\n").replace("\r", "\n") if "\r" in self.data else self.data
        lines += [f"data: {line}" for line in data.split("\n")]
        return "\n".join(lines) + "\n\n"


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"the {name} of an event is text, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"the {name} of an event holds half of a character (a surrogate)") from None


@dataclass(frozen=True, slots=True)
class EventStream:
    """A channel that stays open: what `generator` yields is sent, one event each, until it ends or the client leaves.

    A str is data; a dict or list is JSON; an SSEEvent is sent as it is. A Fragment is rendered: its event is called
    `event_type`, else like the fragment's target, else `fragment`. An OOB is its parts in one event. `event_type` names
    the others too. Every `heartbeat_interval` seconds of silence (by default those of the configuration) a comment
    keeps the connection open. A plain generator runs in a thread of its own, since it may block.
    """

    generator: AsyncIterable[object] | Iterable[object]
    event_type: str | None = None
    heartbeat_interval: float | None = None

    def __post_init__(self) -> None:
        _check_generator(self.generator)
        if self.event_type is not None:
            SSEEvent("", self.event_type)
        if self.heartbeat_interval is not None and not self.heartbeat_interval > 0:
            raise ValueError(f"heartbeat_interval is a number of seconds above 0, not {self.heartbeat_interval!r}")


def _check_generator(given: object) -> None:
    kind, hint = type(given).__name__, ": call it" if callable(given) else ""
    if isinstance(given, Coroutine):
        given.close()
        hint = ": await it, or let it yield"
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, AsyncIterable | Iterable):
        raise TypeError(f"EventStream takes a generator, not {kind}{hint}")


@dataclass(frozen=True, slots=True, init=False)
class SSEResponse(StreamingResponse):
    """A response whose chunks are encoded events. `heartbeat` is in seconds; None leaves it to the configuration."""

    heartbeat: float | None = None

    def __init__(
        self,
        chunks: Chunks,
        status: int = 200,
        content_type: str = EVENTS,
        headers: Iterable[tuple[str, str]] = _HEADERS,
        cookies: tuple[SetCookie, ...] = (),
        *,
        length: int | None = None,
        heartbeat: float | None = None,
    ) -> None:
        StreamingResponse.__init__(self, chunks, status, content_type, headers, cookies, length=length)
        _set(self, "heartbeat", heartbeat)
