"""Follows requests for the observers of AppConfig: outermost, and in the chain only when there are observers."""

import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterator
from dataclasses import replace
from time import perf_counter
from typing import Protocol, runtime_checkable

from chirp.http.request import Request
from chirp.http.response import Response
from chirp.http.streaming import Chunk, StreamingResponse
from chirp.middleware.protocol import Middleware, Next, Place
from chirp.telemetry import ERROR, Observer, Outcome

log: logging.Logger = logging.getLogger("chirp")

type _Running = list[Generator[None, Outcome]]
type _End = Callable[[Exception | None], None]


class Telemetry:
    """Calls the observers for every request of one route."""

    __slots__ = ("_observers", "_route")

    def __init__(self, observers: tuple[Observer, ...], route: str | None = None) -> None:
        self._observers = observers
        self._route = route

    def at_freeze(self, place: Place, /) -> Middleware:
        """With the path of the route."""
        return Telemetry(self._observers, None if place.route is None else place.route.path)

    async def __call__(self, request: Request, next: Next, /) -> Response:
        start = perf_counter()
        request.state[ERROR] = None
        running = self._begin(request)
        try:
            response = await next(request)
        except BaseException:  # the client left, or the server stops: it goes on, and the observers know
            _tell(running, Outcome(None, perf_counter() - start), last=True)
            raise
        streaming = isinstance(response, StreamingResponse)
        outcome = Outcome(response.status, perf_counter() - start, request.state.pop(ERROR), streaming)
        _tell(running, outcome)
        if not running:
            return response
        if not isinstance(response, StreamingResponse):
            _tell(running, outcome, last=True)
            return response

        def end(error: Exception | None) -> None:
            _tell(running, replace(outcome, seconds=perf_counter() - start, error=error or outcome.error), last=True)

        chunks = response.chunks
        followed = _Async(aiter(chunks), end) if isinstance(chunks, AsyncIterable) else _Plain(iter(chunks), end)
        return replace(response, chunks=followed)

    def _begin(self, request: Request) -> _Running:
        running: _Running = []
        for observer in self._observers:
            try:
                one = observer(request, self._route)
                next(one)
            except StopIteration:
                continue
            except Exception:  # the boundary: observing fails, the request does not
                log.exception("an observer failed")
            else:
                running.append(one)
        return running


def _tell(running: _Running, outcome: Outcome, *, last: bool = False) -> None:
    """Resume the observers, the last begun first; those that are through are taken out, and after `last` all are."""
    for one in reversed(tuple(running)):
        try:
            one.send(outcome)
            if last:
                one.close()
        except StopIteration:
            pass
        except Exception:  # the boundary: observing fails, the request does not
            log.exception("an observer failed")
        else:
            if not last:
                continue
        running.remove(one)


@runtime_checkable
class _Aclosing(Protocol):
    async def aclose(self) -> object: ...


@runtime_checkable
class _Closing(Protocol):
    def close(self) -> object: ...


class _Async:
    """Chunks, and a word when they end: by themselves, by an exception, or closed because the client left."""

    __slots__ = ("_chunks", "_end")

    def __init__(self, chunks: AsyncIterator[Chunk], end: _End) -> None:
        self._chunks = chunks
        self._end = end

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            self._end(None)
            raise
        except Exception as error:  # it goes on, and the observers know
            self._end(error)
            raise

    async def aclose(self) -> None:
        try:
            if isinstance(self._chunks, _Aclosing):
                await self._chunks.aclose()
        finally:
            self._end(None)


class _Plain:
    """The same for a plain iterator."""

    __slots__ = ("_chunks", "_end")

    def __init__(self, chunks: Iterator[Chunk], end: _End) -> None:
        self._chunks = chunks
        self._end = end

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        try:
            return next(self._chunks)
        except StopIteration:
            self._end(None)
            raise
        except Exception as error:  # it goes on, and the observers know
            self._end(error)
            raise

    def close(self) -> None:
        try:
            if isinstance(self._chunks, _Closing):
                self._chunks.close()
        finally:
            self._end(None)
