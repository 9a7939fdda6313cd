"""The ASGI lifespan protocol: what starts is stopped, in reverse, whatever else fails."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol

from chirp._internal.asgi import Receive, Send
from chirp.errors import ConfigurationError

type Hook = Callable[[], Any]
type Lifespan = Callable[[], AsyncIterator[None]]
"""An async generator function, whichever of the two annotations it has."""


async def _call(hook: Hook) -> None:
    """Call a plain or a coroutine function."""
    result = hook()
    if isinstance(result, Awaitable):
        await result


def on_startup(hook: Hook) -> Lifespan:
    """A lifespan that only starts something."""

    async def run() -> AsyncGenerator[None]:
        await _call(hook)
        yield

    return run


def on_shutdown(hook: Hook) -> Lifespan:
    """A lifespan that only stops something."""

    async def run() -> AsyncGenerator[None]:
        yield
        await _call(hook)

    return run


class Running:
    """What has started, and is to be stopped."""

    __slots__ = ("_started",)

    def __init__(self) -> None:
        self._started: list[AsyncIterator[None]] = []

    async def start(self, lifespans: Iterable[Lifespan]) -> None:
        """Run each to its `yield`, in order; when one fails, stop those before it and raise its exception."""
        for lifespan in lifespans:
            generator = lifespan()
            try:
                await anext(generator)
            except StopAsyncIteration:
                await self.stop()
                raise RuntimeError("a lifespan ended before its `yield`") from None
            except BaseException:  # whatever stops the start, what runs is stopped and the exception goes on
                await self.stop()
                raise
            self._started.append(generator)

    async def stop(self) -> None:
        """Run each to its end, the last first; the exceptions are raised when all of them had their turn."""
        failures: list[Exception] = []
        while self._started:
            generator = self._started.pop()
            try:
                await anext(generator)
            except StopAsyncIteration:
                continue
            except Exception as error:  # noqa: BLE001 - the boundary: the others must be stopped too
                failures.append(error)
            else:
                if isinstance(generator, AsyncGenerator):
                    await generator.aclose()
                failures.append(RuntimeError("a lifespan has a second `yield`"))
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ExceptionGroup("several lifespans failed to stop", failures)


class _Startable(Protocol):
    async def start(self) -> Running: ...


async def serve_lifespan(app: _Startable, receive: Receive, send: Send) -> None:
    """Answer the startup and the shutdown message of a server; what fails is logged, unless its message says it all."""
    running = Running()
    while True:
        message = await receive()
        step = message["type"].removeprefix("lifespan.")
        try:
            if step == "startup":
                running = await app.start()
            else:
                await running.stop()
        except ConfigurationError as error:
            await send({"type": f"lifespan.{step}.failed", "message": str(error)})
            return
        except Exception as error:  # the boundary: the server is told, and it reports
            import logging

            logging.getLogger("chirp").exception("%s failed", step)
            await send({"type": f"lifespan.{step}.failed", "message": f"{type(error).__name__}: {error}"})
            return
        await send({"type": f"lifespan.{step}.complete"})
        if step == "shutdown":
            return
