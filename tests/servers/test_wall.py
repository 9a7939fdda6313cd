"""The wall over Redis: several processes serve one stream, whichever of them, or Redis itself, dies."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress

import pytest

from tests.servers.http import Reader, Writer, fetch, reading
from tests.servers.processes import ROOT, Worker, workers
from tests.servers.redis_server import RedisServer, redis_server
from tests.servers.waiting import PATIENCE

APP = "examples.wall.app:create_app"
pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("redis")]


@pytest.fixture(scope="module")
def calm() -> Generator[tuple[RedisServer, list[Worker]]]:
    """For the tests that end nothing: each of them has a wall of its own."""
    with redis_server() as server, workers(APP, 2, environment(server)) as both:
        yield server, both


@pytest.fixture
def redis() -> Generator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def pair(redis: RedisServer) -> Generator[list[Worker]]:
    """Two processes that may be ended."""
    with workers(APP, 2, environment(redis)) as both:
        yield both


@pytest.fixture
def wall(request: pytest.FixtureRequest) -> str:
    """The path of a wall that no other test uses."""
    return f"/walls/{request.node.name.replace('_', '-')[:40].strip('-')}"


def environment(redis: RedisServer) -> dict[str, str]:
    return {"WALL_REDIS": redis.url, "WALL_SECRET": "the same secret for all of the processes"}


@asynccontextmanager
async def readers(wall: str, *ports: int) -> AsyncGenerator[list[Reader]]:
    """A reader at each port, each known to be listening."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(reading(port, f"{wall}/stream")) for port in ports]
        for reader in opened:
            await reader.named("hello")
        yield opened


async def somebody(wall: str, port: int) -> Writer:
    return await Writer(wall, f"{wall}/notes").open(port)


async def until(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not await happened():  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not yet: {what}") from None


async def subscribers(redis: RedisServer, count: int) -> bool:
    return redis.subscribers() == count


async def readers_at(worker: Worker) -> int:
    return int(json.loads((await fetch(worker.port, "/health")).body)["readers"])


async def test_what_one_process_takes_the_other_shows_once_and_in_order(
    calm: tuple[RedisServer, list[Worker]], wall: str
) -> None:
    _, pair = calm
    one, other = pair
    ada = await somebody(wall, one.port)
    async with readers(wall, one.port, other.port) as (here, there):
        for number in range(30):
            assert await ada.send((one, other)[number % 2].port, text=f"Note {number}.") == 303
        for reader in (here, there):
            events = await reader.take("note", 30)
            assert [f"Note {number}." in event.data for number, event in enumerate(events)] == [True] * 30
            assert len({event.id for event in events}) == 30
    board = json.loads((await fetch(other.port, f"{wall}/notes.json")).body)
    assert [note["text"] for note in board] == [f"Note {number}." for number in reversed(range(30))]


async def test_many_who_write_at_once_are_seen_by_all_in_the_same_order(
    calm: tuple[RedisServer, list[Worker]], wall: str
) -> None:
    _, pair = calm
    people = [await somebody(wall, worker.port) for worker in pair]
    async with readers(wall, *(worker.port for worker in pair for _ in range(3))) as all_readers:
        posts = [people[n % 2].send(pair[n % 2].port, text=f"Note {n}.") for n in range(40)]
        assert set(await asyncio.gather(*posts)) == {303}
        orders = [[event.id for event in await reader.take("note", 40)] for reader in all_readers]
    assert all(order == orders[0] for order in orders)
    assert len(set(orders[0])) == 40


async def test_a_process_that_dies_takes_nobody_with_it(pair: list[Worker], wall: str) -> None:
    doomed, other = pair
    ada = await somebody(wall, other.port)
    async with readers(wall, doomed.port, other.port) as (orphan, reader):
        await ada.send(doomed.port, text="Before.")
        seen = await orphan.named("note")
        await reader.named("note")
        doomed.kill()
        assert await orphan.next() is None
        assert await ada.send(other.port, text="While nobody served.") == 303
        assert "While nobody served." in (await reader.named("note")).data
        # A browser comes back by itself, to whoever answers, and says what it has seen.
        async with reading(other.port, f"{wall}/stream", seen.id) as again:
            assert "While nobody served." in (await again.named("note")).data
            await ada.send(other.port, text="After.")
            assert "After." in (await again.named("note")).data
            assert "After." in (await reader.named("note")).data


async def test_streams_outlive_redis(redis: RedisServer, pair: list[Worker], wall: str) -> None:
    one, other = pair
    ada = await somebody(wall, one.port)
    async with readers(wall, one.port, other.port) as both:
        await ada.send(one.port, text="Before.")
        for reader in both:
            await reader.named("note")
        redis.kill()
        page = await fetch(one.port, wall)
        assert (page.status, page.headers["retry-after"]) == (503, "5")
        assert "out of reach" in page.body
        assert await ada.send(other.port, text="Lost.") == 503
        assert (await fetch(one.port, "/health")).status == 200
        redis.start()
        # Whoever is connected hears of the first note, also if it comes before the processes listen again.
        assert await ada.send(other.port, text="After.") == 303
        for reader in both:
            assert "After." in (await reader.named("note")).data


async def test_what_is_said_while_a_process_does_not_listen_is_not_lost(
    calm: tuple[RedisServer, list[Worker]], wall: str
) -> None:
    redis, pair = calm
    ada = await somebody(wall, pair[0].port)
    async with readers(wall, pair[1].port) as (reader,):
        for number in range(10):
            redis.ask("CLIENT", "KILL", "TYPE", "pubsub")
            assert await ada.send(pair[0].port, text=f"Round {number}.") == 303
            assert f"Round {number}." in (await reader.named("note")).data


async def test_a_process_that_starts_before_redis_serves_when_it_is_there(redis: RedisServer, wall: str) -> None:
    redis.kill()
    with workers(APP, 1, environment(redis)) as (worker,):
        assert (await fetch(worker.port, wall)).status == 503
        async with readers(wall, worker.port) as (reader,):
            redis.start()
            ada = await somebody(wall, worker.port)
            await ada.send(worker.port, text="At last.")
            assert "At last." in (await reader.named("note")).data


async def test_a_heart_is_counted_everywhere(calm: tuple[RedisServer, list[Worker]], wall: str) -> None:
    _, pair = calm
    one, other = pair
    ada = await somebody(wall, one.port)
    async with readers(wall, one.port, other.port) as (here, there):
        await ada.send(one.port, text="Applause.")
        note = await here.named("note")
        action = f"{wall}/notes/{note.id}/cheer"
        fans = [await Writer(wall, action).open(worker.port) for worker in pair]
        statuses = await asyncio.gather(*(fans[n % 2].send(pair[n % 2].port) for n in range(20)))
        assert set(statuses) == {303}
        for reader in (here, there):
            counts = [event.data for event in await reader.take("cheer", 20)]
            assert [f">{n}</span>" in data for n, data in enumerate(counts, 1)] == [True] * 20
    assert json.loads((await fetch(other.port, f"{wall}/notes.json")).body)[0]["cheers"] == 20


async def test_nothing_is_left_of_readers_that_leave(redis: RedisServer, pair: list[Worker], wall: str) -> None:
    one = pair[0]
    async with readers(wall, *[one.port] * 25):
        assert await readers_at(one) == 25
        await until(lambda: subscribers(redis, 2), "one subscription for each process, however many read")

    async def nobody_reads() -> bool:
        return await readers_at(one) == 0

    await until(nobody_reads, "nobody reads")
    one.stop()
    assert redis.subscribers() == 1


async def test_stopping_a_process_ends_its_streams(pair: list[Worker], wall: str) -> None:
    async with readers(wall, pair[0].port) as (reader,):
        stopping = asyncio.create_task(asyncio.to_thread(pair[0].stop))
        assert await reader.next() is None
        await stopping


async def test_whoever_missed_more_than_is_kept_is_told_to_start_over(
    calm: tuple[RedisServer, list[Worker]], wall: str
) -> None:
    redis, pair = calm
    ada = await somebody(wall, pair[0].port)
    await ada.send(pair[0].port, text="First.")
    first = json.loads((await fetch(pair[0].port, f"{wall}/notes.json")).body)[0]["id"]
    for number in range(1500):
        fields = ("kind", "post", "name", "Bo", "text", f"Note {number}.", "hue", "blue")
        redis.ask("XADD", f"wall:{{{wall.rpartition('/')[2]}}}:log", "MAXLEN", "1000", "*", *fields)
    async with reading(pair[1].port, f"{wall}/stream", first) as reader:
        over = await reader.named("startover")
        await ada.send(pair[0].port, text="From here on.")
        assert "From here on." in (await reader.named("note")).data
    async with reading(pair[1].port, f"{wall}/stream", over.id) as again:
        assert "From here on." in (await again.named("note")).data


@contextmanager
def supervised(environment: dict[str, str]) -> Generator[int]:
    """Two workers of one uvicorn; the port they share."""
    command = [sys.executable, "-m", "uvicorn", "--factory", APP, "--workers", "2", "--port", "0"]
    process = subprocess.Popen(
        # A worker on a busy machine is slow to say that it is well, and would be replaced for it.
        [*command, "--timeout-graceful-shutdown", "1", "--timeout-worker-healthcheck", "60"],
        cwd=ROOT,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if "running on" in line)
        yield int(line.rpartition(" (")[0].rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()


async def test_under_the_workers_of_uvicorn(redis: RedisServer, wall: str) -> None:
    """The usual way to run several processes: one port, and a supervisor that replaces who dies."""
    with supervised(environment(redis)) as port:
        pids: set[int] = set()

        async def both_answer() -> bool:
            with suppress(ConnectionError):  # nobody listens yet, or who did has just died
                pids.add(json.loads((await fetch(port, "/health")).body)["process"])
            return len(pids) == 2

        await until(both_answer, "both processes answer")
        ada = await somebody(wall, port)
        async with readers(wall, *[port] * 8) as all_readers:
            os.kill(min(pids), signal.SIGKILL)
            assert await ada.send(port, text="To all who are left.") == 303
            ends = [await next_note(reader) for reader in all_readers]
            assert any("To all who are left." in end for end in ends)
        pids.clear()
        await until(both_answer, "the supervisor has replaced the process that died")


async def next_note(reader: Reader) -> str:
    """What the next note says; empty if the stream ends first."""
    while event := await reader.next():
        if event.name == "note":
            return event.data
    return ""
