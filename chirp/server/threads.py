"""Worker threads for `def` handlers: a hand-off that carries the context variables there and back."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context


class Workers:
    """At most `size` threads, started as they are needed."""

    __slots__ = ("_executor",)

    def __init__(self, size: int) -> None:
        self._executor = ThreadPoolExecutor(size, "chirp-worker")

    async def run[R, A](self, function: Callable[[A], R], argument: A) -> R:
        """Call `function(argument)` in a thread; context variables it sets are set here afterwards."""
        context = copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, context.run, function, argument)
        finally:
            _adopt(context)

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _adopt(context: Context) -> None:
    for variable, value in context.items():
        if variable.get(_MISSING) is not value:
            variable.set(value)


_MISSING = object()
