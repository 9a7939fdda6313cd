"""What the generator of an EventStream yields, as events on the wire."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from typing import cast

from chirp.http.request import Request
from chirp.realtime.events import EventStream, SSEEvent, SSEResponse
from chirp.server.closing import aclose, close
from chirp.server.fragments import render_fragment, render_fragments
from chirp.server.jsonify import to_json
from chirp.templating.integration import Engine
from chirp.templating.oob import partial
from chirp.templating.returns import OOB, Fragment, InlineTemplate, Template

type Render = Callable[[object], str]


def respond_events(stream: EventStream, request: Request, engine: Engine, render: Render) -> SSEResponse:
    """The open channel. `render` gives the text of what is not an event by itself."""
    encode = _Encoder(stream.event_type, engine, render, htmx4=request.is_htmx4)
    source = stream.generator
    if isinstance(source, AsyncIterable):
        return SSEResponse(_AsyncEvents(aiter(source), encode), heartbeat=stream.heartbeat_interval)
    return SSEResponse(_PlainEvents(iter(source), encode), heartbeat=stream.heartbeat_interval)


class _Encoder:
    """One yielded value to the text of its event."""

    __slots__ = ("_engine", "_htmx4", "_name", "_render")

    def __init__(self, name: str | None, engine: Engine, render: Render, *, htmx4: bool) -> None:
        self._name = name
        self._engine = engine
        self._render = render
        self._htmx4 = htmx4

    def __call__(self, value: object) -> str:
        match value:
            case SSEEvent():
                event = value
            case str():
                event = SSEEvent(value, self._name)
            case dict() | list():
                event = SSEEvent(to_json(cast("object", value)), self._name)
            case Fragment():
                event = self._fragment(value)
            case Template() | InlineTemplate():
                event = SSEEvent(self._render(value), self._name)
            case OOB():
                more = render_fragments(value.fragments, self._engine, htmx4=self._htmx4)
                event = SSEEvent(self._render(value.main) + more, self._name)
            case _:
                raise TypeError(
                    f"an EventStream yields str, dict, list, Fragment, Template, OOB or SSEEvent, "
                    f"not {type(value).__name__}"
                )
        return event.encode()

    def _fragment(self, fragment: Fragment) -> SSEEvent:
        """htmx 2 swaps events by their name. htmx 4 swaps only those without, into the target that the text names."""
        html = render_fragment(fragment, self._engine)
        if not self._htmx4 or self._name is not None:
            return SSEEvent(html, self._name or fragment.target or "fragment")
        if fragment.target is not None:
            html = partial(html, fragment.target, fragment.swap or "innerHTML")
        return SSEEvent(html)


class _AsyncEvents:
    __slots__ = ("_encode", "_source")

    def __init__(self, source: AsyncIterator[object], encode: _Encoder) -> None:
        self._source = source
        self._encode = encode

    def __aiter__(self) -> _AsyncEvents:
        return self

    async def __anext__(self) -> str:
        return self._encode(await anext(self._source))

    async def aclose(self) -> None:
        await aclose(self._source)


class _PlainEvents:
    __slots__ = ("_encode", "_source")

    def __init__(self, source: Iterator[object], encode: _Encoder) -> None:
        self._source = source
        self._encode = encode

    def __iter__(self) -> _PlainEvents:
        return self

    def __next__(self) -> str:
        return self._encode(next(self._source))

    def close(self) -> None:
        close(self._source)
