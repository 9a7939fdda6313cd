"""An event loop without input and output: when nothing else is left to do, time passes at once."""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from typing import Any, override

PATIENCE = 30.0  # seconds


class StuckError(Exception):
    """Everything waits, for something that nothing will bring."""


class _Skipping(selectors.BaseSelector):
    """Advances the clock rather than wait for a time; what another thread does is waited for."""

    def __init__(self) -> None:
        self.now = 0.0
        self._real = selectors.DefaultSelector()

    @override
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    @override
    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return []
        events = self._real.select(PATIENCE if timeout is None else 0)
        if not events:
            if timeout is None:
                raise StuckError
            self.now += max(timeout, 0)
        return events

    @override
    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    @override
    def close(self) -> None:
        self._real.close()


class QuickLoop(asyncio.SelectorEventLoop):
    """StuckError ends it when nothing has happened for `PATIENCE` seconds, and no time was waited for."""

    def __init__(self) -> None:
        self._clock = _Skipping()
        super().__init__(self._clock)

    @override
    def time(self) -> float:
        return self._clock.now

    @override
    def run_in_executor[*A, R](  # pyright: ignore[reportIncompatibleMethodOverride]
        self, executor: object, func: Callable[[*A], R], *args: *A
    ) -> asyncio.Future[R]:
        """In place: a thread would be a wait in real time."""
        future: asyncio.Future[R] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            future.set_exception(error)
        return future
