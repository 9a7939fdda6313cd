"""Worker threads: a bounded number, started as needed, and nothing lost when a caller goes away."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from contextvars import ContextVar

import pytest

from chirp.http.streaming import StreamingResponse
from chirp.server.threads import Pace, Workers

variable: ContextVar[int] = ContextVar("variable", default=0)


def ident(_: object) -> int:
    time.sleep(0.01)
    return threading.get_ident()


def run[T](coroutine: Coroutine[object, object, T]) -> T:
    return asyncio.run(coroutine)


async def at_once(workers: Workers, count: int) -> set[int]:
    return set(await asyncio.gather(*(workers.run(ident, None) for _ in range(count))))


def test_threads_are_started_as_needed_and_no_more_than_allowed() -> None:
    workers = Workers(4)
    assert len(run(at_once(workers, 1))) == 1
    assert len(run(at_once(workers, 1))) == 1
    assert len(run(at_once(workers, 20))) == 4
    workers.close()


def test_one_at_a_time_needs_one_thread() -> None:
    workers = Workers(4)

    async def one_by_one() -> set[int]:
        return {await workers.run(ident, None) for _ in range(10)}

    assert len(run(one_by_one())) <= 2, "a second one at most, when the first has not yet said that it is idle"
    workers.close()


def test_exceptions_come_back() -> None:
    workers = Workers(1)

    def fail(error: BaseException) -> None:
        raise error

    with pytest.raises(ValueError, match="bad"):
        run(workers.run(fail, ValueError("bad")))
    with pytest.raises(RuntimeError, match="StopIteration"):
        run(workers.run(fail, StopIteration()))
    assert run(workers.run(abs, -1)) == 1
    workers.close()


def test_a_caller_that_was_cancelled_or_whose_loop_is_closed() -> None:
    workers = Workers(1)
    release = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await workers.run(lambda _: release.wait(5), None)

    run(give_up())
    release.set()
    assert run(workers.run(abs, -1)) == 1

    async def cancelled_then_finished() -> None:
        task = asyncio.ensure_future(workers.run(time.sleep, 0.02))
        failing = asyncio.ensure_future(workers.run(lambda _: 1 // 0, None))
        await asyncio.sleep(0)
        task.cancel()
        failing.cancel()
        await asyncio.sleep(0.1)

    run(cancelled_then_finished())
    workers.close()


def test_context_variables_come_back_and_none_stays_in_the_thread() -> None:
    workers = Workers(1)

    def change(value: int) -> int:
        before = variable.get()
        variable.set(value)
        return before

    async def both_ways() -> None:
        variable.set(1)
        assert await workers.run(change, 2) == 1
        assert variable.get() == 2

    run(both_ways())
    assert run(workers.run(lambda _: variable.get(), None)) == 0
    assert variable.get() == 0
    workers.close()


def test_a_hand_off_brings_results_exceptions_and_context_variables_back() -> None:
    workers, pace = Workers(2), Pace()

    def add(value: int) -> int:
        variable.set(variable.get() + 10 // value)
        return threading.get_ident()

    async def both_ways() -> None:
        variable.set(1)
        assert await workers.hand_off(add, 2, pace) != threading.get_ident()
        assert variable.get() == 6
        with pytest.raises(ZeroDivisionError):
            await workers.hand_off(add, 0, pace)
        assert await workers.hand_off(add, 10, pace) != threading.get_ident()
        assert variable.get() == 7
        with pytest.raises(RuntimeError, match="StopIteration"):
            await workers.hand_off(lambda _: next(iter(())), None, pace)

    run(both_ways())
    assert variable.get() == 0
    workers.close()


def test_a_loop_does_not_wait_again_for_what_needs_the_loop() -> None:
    workers, pace = Workers(2), Pace()

    async def once() -> None:
        opened = threading.Event()
        asyncio.get_running_loop().call_soon(opened.set)
        assert await workers.hand_off(opened.wait, 30, pace)
        assert not pace.may_wait()

    run(once())
    workers.close()


def test_each_time_in_vain_spares_twice_as_many_calls() -> None:
    pace = Pace()
    for spared in (1, 3, 7):
        pace.waited(in_vain=True)
        assert [pace.may_wait() for _ in range(spared + 1)] == [*[False] * spared, True]
    for _ in range(7):
        pace.waited(in_vain=False)
    pace.waited(in_vain=True)
    assert [pace.may_wait(), pace.may_wait()] == [False, True]


def test_a_function_that_computes_may_be_waited_for_however_long_it_takes() -> None:
    workers, pace = Workers(1), Pace()

    async def often() -> bool:
        known: list[bool] = []
        for _ in range(100):
            await workers.run(lambda _: sum(range(30_000)), None, pace)
            known.append(pace.may_wait())
        return any(known[1:])

    assert run(often())
    workers.close()


def test_a_hand_off_that_is_cancelled_closes_what_it_brings() -> None:
    workers, pace = Workers(1), Pace()
    release, closed = threading.Event(), threading.Event()

    class Chunks:
        def __iter__(self) -> Chunks:
            return self

        def __next__(self) -> str:
            raise StopIteration

        def close(self) -> None:
            closed.set()

    def make(_: object) -> StreamingResponse:
        release.wait(30)
        return StreamingResponse(Chunks())

    async def give_up() -> None:
        task = asyncio.ensure_future(workers.hand_off(make, None, pace))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        assert await asyncio.to_thread(closed.wait, 30)

    run(give_up())
    workers.close()


def wait_for_threads(count: int) -> None:
    deadline = time.monotonic() + 30
    while threading.active_count() > count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= count


def test_idle_threads_leave_and_come_back() -> None:
    before = threading.active_count()
    workers = Workers(3, idle_seconds=0.02)
    for _ in range(3):
        assert len(run(at_once(workers, 6))) == 3
        wait_for_threads(before)
    workers.close()


def test_threads_that_leave_lose_no_job() -> None:
    workers = Workers(2, idle_seconds=0.0001)

    async def with_pauses() -> list[int]:
        results: list[int] = []
        for number in range(200):
            results.append(await workers.run(abs, -number))
            if number % 3 == 0:
                await asyncio.sleep(0.0002)
        return results

    assert run(with_pauses()) == list(range(200))
    workers.close()


def test_closed_workers_start_again() -> None:
    workers = Workers(2)
    before = threading.active_count()
    run(at_once(workers, 4))
    workers.close()
    wait_for_threads(before)
    assert run(workers.run(abs, -3)) == 3
    workers.close()


SCRIPT = """
import asyncio, sys, threading
from contextvars import Context
from chirp.context import request_var
from chirp.http.streaming import StreamingResponse
from chirp.server.threads import Pace, Workers

workers = Workers(4)
outside = []

async def main():
    request_var.set("the request that starts the threads")
    await asyncio.gather(*(workers.run(lambda _: None, None) for _ in range(8)))

asyncio.run(main())

# What the threads themselves see, between jobs: a job whose context is empty.
async def look():
    return await workers.run(lambda _: threading.current_thread()._context.get(request_var), None)

print(sys.flags.thread_inherit_context, asyncio.run(look()))
"""


@pytest.mark.parametrize("inherit", ["0", "1"])
def test_threads_do_not_keep_the_request_that_started_them(inherit: str) -> None:
    command = [sys.executable, "-X", f"thread_inherit_context={inherit}", "-c", SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"{inherit} None\n", done.stderr
