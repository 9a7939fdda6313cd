"""Awaitable values of an answer: each is awaited or closed, whatever becomes of the answer."""

import asyncio
import inspect
from collections.abc import Awaitable, Mapping
from contextlib import suppress


class Awaitables:
    """Values by name. Until `start` they are closed when nobody refers to this any more; from then on by `stop`."""

    __slots__ = ("_tasks", "_values")

    def __init__(self, *values: Mapping[str, object]) -> None:
        self._values: dict[str, Awaitable[object]] = {}
        for name, value in [pair for one in values for pair in one.items()]:
            if isinstance(value, Awaitable):
                # A name that is given twice is refused by those who take several mappings; what it has is closed too.
                free = name if name not in self._values else f"{name} (again)"
                self._values[free] = value  # pyright: ignore[reportUnknownMemberType]
        self._tasks: dict[str, asyncio.Task[object]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def start(self) -> Mapping[str, asyncio.Task[object]]:
        """Await all of them at once; one that has two names is awaited once."""
        loop = asyncio.get_running_loop()
        known: dict[int, asyncio.Task[object]] = {}
        for name, value in self._values.items():
            task = known.get(id(value))
            if task is None:
                task = known[id(value)] = loop.create_task(_result(value), name=f"chirp: {name}")
            self._tasks[name] = task
        return self._tasks

    async def stop(self) -> None:
        """Cancel what is not done, and wait until it is."""
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # it was not asked for: the answer has ended

    def close(self) -> None:
        """Let go of what was never started."""
        if self._tasks:
            return
        for value in self._values.values():
            if inspect.iscoroutine(value):
                value.close()
            elif isinstance(value, asyncio.Future):
                with suppress(RuntimeError):  # its event loop is closed, and so is it
                    value.cancel()

    def __del__(self) -> None:
        self.close()


async def _result(value: Awaitable[object]) -> object:
    return await value


def outcome(task: asyncio.Task[object]) -> tuple[object, Exception | None]:
    """The result of a task that is done, or why there is none."""
    if task.cancelled():
        return None, RuntimeError("what was waited for was cancelled")
    error = task.exception()
    if error is None:
        return task.result(), None
    if not isinstance(error, Exception):
        raise error
    return None, error
