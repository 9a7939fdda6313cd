"""Closing what may have a way to be closed: generators do, other iterators need not."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class _Closing(Protocol):
    def close(self) -> object: ...


@runtime_checkable
class _Aclosing(Protocol):
    async def aclose(self) -> object: ...


def close(iterator: object) -> None:
    """Call its `close`, if it has one."""
    if isinstance(iterator, _Closing):
        iterator.close()


async def aclose(iterator: object) -> None:
    """Await its `aclose`, if it has one."""
    if isinstance(iterator, _Aclosing):
        await iterator.aclose()
