"""The ASGI lifespan protocol: what starts is stopped, in reverse, also when a later start fails."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from chirp._internal.asgi import Receive, Send

type Hook = Callable[[], Any]
type Lifespan = Callable[[], AsyncGenerator[None]]


async def call_hook(hook: Hook) -> None:
    """Call a plain or a coroutine function."""
    result = hook()
    if isinstance(result, Awaitable):
        await result


def on_startup(hook: Hook) -> Lifespan:
    """A lifespan that only starts something."""

    async def run() -> AsyncGenerator[None]:
        await call_hook(hook)
        yield

    return run


def on_shutdown(hook: Hook) -> Lifespan:
    """A lifespan that only stops something."""

    async def run() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await call_hook(hook)

    return run


async def enter_all(stack: AsyncExitStack, lifespans: Sequence[Lifespan]) -> None:
    """Start them in order; when one fails, those before it are stopped and its exception is raised."""
    async with AsyncExitStack() as starting:
        for lifespan in lifespans:
            await starting.enter_async_context(asynccontextmanager(lifespan)())
        stack.push_async_exit(starting.pop_all())


async def serve_lifespan(receive: Receive, send: Send, start: Callable[[AsyncExitStack], Any]) -> None:
    """Answer startup and shutdown messages; `start` enters what shutdown leaves."""
    import logging

    log = logging.getLogger("chirp")
    stack = AsyncExitStack()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await start(stack)
            except Exception as error:  # the boundary: the server is told, and it reports
                log.exception("startup failed")
                await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
                return
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            try:
                await stack.aclose()
            except Exception as error:  # the boundary: the server is told, and it reports
                log.exception("shutdown failed")
                await send({"type": "lifespan.shutdown.failed", "message": f"{type(error).__name__}: {error}"})
                return
            await send({"type": "lifespan.shutdown.complete"})
            return
