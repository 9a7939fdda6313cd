"""The wall in one process: its pages and forms, and what readers of a stream are told, at whatever pace they read."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import override

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from chirp import App, ConfigurationError
from chirp.testing import TestClient
from chirp_check.grammar.path import parse_path
from examples.wall.app import create_app, log_at
from examples.wall.domain import START, Change, Cheered, Draft, Hue, Posted, order
from examples.wall.hub import SHARED, Hub, StartOver
from examples.wall.log import KEPT, Batch, MemoryLog, Missing, Unreachable
from tests.examples.reading import BOOSTED, BROWSER, HTMX, read
from tests.examples.visitor import Visitor
from tests.runtime.driver import Connection, http_scope

WALL = "/walls/lobby"
NOTES = f"{WALL}/notes"
DRAFT = Draft("Ada", "Hello.", Hue.PINK)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = (("/", "entrance", "One wall"), (WALL, "board", "lobby"))
OTHERS = ("/open?wall=Pub+Quiz!", f"{WALL}/notes.json", "/health", f"{WALL}/stream")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[TestClient]:
    async with TestClient(create_app(MemoryLog()), contract=True) as client:
        yield client


@pytest.fixture
def visitor(running: TestClient) -> Visitor:
    running.cookies.clear()
    return Visitor(running)


class Stream:
    """A client that reads a stream of an application, and may leave."""

    def __init__(self, app: App, path: str, headers: Mapping[str, str]) -> None:
        self.connection = Connection([{"type": "http.request", "body": b"", "more_body": False}])
        bare, _, query = path.partition("?")
        scope = http_scope("GET", bare, list(headers.items()), query)
        self.task = asyncio.create_task(app(scope, self.connection.receive, self.connection.send))

    async def events(self, count: int) -> list[dict[str, str]]:
        """The first events, that which says hello included."""
        async with asyncio.timeout(10):
            await self.connection.sent_at_least(1 + count)
        texts = self.connection.body.decode().split("\n\n")[:count]
        lines = [[line.partition(": ") for line in text.split("\n")] for text in texts]
        return [{name: value for name, _, value in fields} for fields in lines]


@asynccontextmanager
async def streaming(app: App, path: str, **headers: str) -> AsyncGenerator[Stream]:
    """A stream that is open while the block runs."""
    stream = Stream(app, path, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        yield stream
    finally:
        stream.connection.leave()
        await stream.task


async def test_every_page_in_every_mode(visitor: Visitor) -> None:
    await visitor.submit(WALL, NOTES, {"text": "<script>alert(1)</script>", "name": "Ada"})
    for path, piece, text in PAGES:
        for headers in (BROWSER, BOOSTED, {**HTMX, "HX-History-Restore-Request": "true"}):
            response = await visitor.get(path, headers)
            page = read(response)
            assert (response.status, page.whole) == (200, True)
            assert text in page.text
            assert "<script>alert" not in response.text
            assert len(page.ids) == len(set(page.ids))
        part = read(await visitor.get(path, HTMX))
        assert not part.whole
        assert piece in part.ids


async def test_every_get_route_is_asked(visitor: Visitor) -> None:
    asked = [path.partition("?")[0] for path in (*(path for path, *_ in PAGES), *OTHERS)]
    for route in create_app().describe().routes:
        if "GET" in route.methods:
            assert any(parse_path(route.path).match(path) is not None for path in asked), route.path
    for path in OTHERS[:3]:
        assert (await visitor.get(path)).status in {200, 303}


async def test_the_way_to_a_wall(visitor: Visitor) -> None:
    assert (await visitor.get("/open?wall=Pub+Quiz!")).header("location") == "/walls/pub-quiz"
    assert (await visitor.get("/walls/Pub%20Quiz")).header("location") == "/walls/pub-quiz"
    assert (await visitor.get("/walls/%E2%82%AC")).header("location") == "/walls/lobby"
    nameless = await visitor.get("/open?wall=%20")
    assert (nameless.status, "Give the wall a name." in nameless.text) == (422, True)
    assert (await visitor.get("/nowhere")).status == 404


async def test_writing_without_javascript(visitor: Visitor) -> None:
    page = await visitor.landed(await visitor.submit(WALL, NOTES, {"text": "Hello,\nall.", "name": "", "hue": "green"}))
    assert "Hello,\nall." in page.text
    assert "Somebody" in page.text
    newest = next(form for form in read(page).values("action") if form.endswith("/cheer"))
    page = await visitor.landed(await visitor.submit(WALL, newest))
    assert ">1</span>" in page.text


async def test_writing_with_htmx_empties_the_form_and_keeps_the_name(visitor: Visitor) -> None:
    part = read(await visitor.submit(WALL, NOTES, {"text": "Hello.", "name": "Ada"}, HTMX))
    assert part.ids[0] == "write"
    assert "Ada" in part.values("value")
    assert "Hello." not in part.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [({"text": " "}, "Write something first."), ({"text": "x" * 241}, "At most 240 characters fit on a note.")],
)
async def test_a_note_with_a_mistake_comes_back(visitor: Visitor, typed: dict[str, str], message: str) -> None:
    before = (await visitor.get(f"{NOTES}.json")).text
    for headers in (BROWSER, HTMX):
        response = await visitor.submit(WALL, NOTES, {"name": "Ada", **typed}, headers)
        assert (response.status, read(response).whole) == (422, headers is BROWSER)
        assert message in response.text
        assert typed["text"].strip() in response.text
        assert "Ada" in read(response).values("value")
    assert (await visitor.get(f"{NOTES}.json")).text == before


async def test_a_form_from_elsewhere_is_refused(visitor: Visitor) -> None:
    assert (await visitor.client.post(NOTES, data={"text": "Spam"})).status == 403


async def test_cheering_for_what_is_not_there(visitor: Visitor) -> None:
    token = {"X-CSRF-Token": next(iter(read(await visitor.get(WALL)).values("value") - {"yellow"}), "")}
    for note in ("1-0", "x", "1-2-3", "9" * 40 + "-0"):
        assert (await visitor.client.post(f"{NOTES}/{note}/cheer", headers=token)).status in {403, 404}


# the stream


async def test_a_reader_is_told_what_happens_and_what_it_missed() -> None:
    log = MemoryLog()
    async with TestClient(create_app(log)) as client:
        first = await log.post("lobby", DRAFT)
        second = await log.post("lobby", DRAFT)
        await log.post("elsewhere", DRAFT)
        async with streaming(client.app, f"{WALL}/stream?after={first.id}") as stream:
            hello, missed = await stream.events(2)
            assert (hello["event"], hello["retry"]) == ("hello", "1000")
            assert (missed["event"], missed["id"]) == ("note", second.id)
            await log.cheer("lobby", first.id)
            cheer = (await stream.events(3))[2]
            assert cheer["event"] == "cheer"
        # What the browser says it has seen counts, not what the page knew when it was made.
        async with streaming(client.app, f"{WALL}/stream?after={first.id}", last_event_id=second.id) as stream:
            assert [event["id"] for event in (await stream.events(2))[1:]] == [cheer["id"]]


async def test_a_reader_that_leaves_is_forgotten() -> None:
    async with TestClient(create_app(MemoryLog()), contract=True) as client:
        async with streaming(client.app, f"{WALL}/stream") as one, streaming(client.app, f"{WALL}/stream") as other:
            await one.events(1)
            await other.events(1)
            assert '"readers":2' in (await client.get("/health")).text
        assert '"readers":0' in (await client.get("/health")).text


async def test_a_client_that_does_not_read_holds_nobody_up_and_is_told_to_start_over() -> None:
    """Nothing is kept for it: what it has not taken from the stream it takes from the log, if that still has it."""
    log = MemoryLog()
    hub = Hub(log)
    listening = asyncio.create_task(hub.run())
    async with aclosing(hub.read("lobby", START)) as slow, aclosing(hub.read("lobby", START)) as quick:
        await log.post("lobby", DRAFT)
        assert await anext(slow) == await anext(quick)
        notes = [await log.post("lobby", DRAFT) for _ in range(KEPT + 50)]
        over = await anext(slow)
        assert over == StartOver(notes[-1].id)
        assert await anext(quick) == StartOver(notes[-1].id)
        after = await log.post("lobby", DRAFT)
        assert await anext(slow) == await anext(quick) == Posted(after.id, after)
    assert hub.readers == 0
    listening.cancel()


class FlakyLog(MemoryLog):
    """A log that takes its time, and that cannot be reached every now and then."""

    def __init__(self, faults: list[bool]) -> None:
        super().__init__()
        self.faults = faults
        self.asked = 0

    @override
    async def since(self, wall: str, id: str) -> Batch:
        self.asked += 1
        if self.faults and self.faults.pop():
            raise Unreachable("not now")
        batch = await super().since(wall, id)
        await asyncio.sleep(0)
        return batch


steps = st.lists(st.sampled_from(["post", "cheer", "read", "pause"]), max_size=60)


@given(steps=steps, faults=st.lists(st.booleans(), max_size=30))
@settings(max_examples=60, deadline=None)
async def test_every_reader_sees_everything_after_its_place_once_and_in_order(
    steps: list[str], faults: list[bool]
) -> None:
    log = FlakyLog(faults)
    hub = Hub(log)
    listening = asyncio.create_task(hub.run())
    seen: list[tuple[str, list[Change | StartOver]]] = []
    tasks: list[asyncio.Task[None]] = []
    happened: list[str] = [START]
    first = await log.post("lobby", DRAFT)
    happened.append(first.id)

    async def follow(after: str, into: list[Change | StartOver]) -> None:
        async with aclosing(hub.read("lobby", after)) as changes:
            async for change in changes:
                into.append(change)  # noqa: PERF401 - it never ends

    for number, step in enumerate(steps):
        if step == "post":
            happened.append((await log.post("lobby", DRAFT)).id)
        elif step == "cheer":
            await log.cheer("lobby", first.id)
            happened.append((await log.board("lobby")).last)
        elif step == "read":
            seen.append((happened[number % len(happened)], []))
            tasks.append(asyncio.create_task(follow(*seen[-1])))
        else:
            await asyncio.sleep(0)
    log.faults.clear()
    last = await log.post("lobby", DRAFT)
    happened.append(last.id)
    async with asyncio.timeout(10):
        while any(not changes or changes[-1].id != last.id for _, changes in seen):  # noqa: ASYNC110
            await asyncio.sleep(0)
    for after, changes in seen:
        assert [change.id for change in changes] == [one for one in happened if order(one) > order(after)]
    for task in [*tasks, listening]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert hub.readers == 0


async def test_readers_share_one_question_to_the_log() -> None:
    log = FlakyLog([])
    hub = Hub(log)
    listening = asyncio.create_task(hub.run())
    first = await log.post("lobby", DRAFT)
    readers = [hub.read("lobby", first.id) for _ in range(200)]
    waiting = [asyncio.create_task(anext(reader)) for reader in readers]
    for _ in range(500):  # until all of them wait for news
        await asyncio.sleep(0)
    assert hub.readers == 200
    before = log.asked
    await log.post("lobby", DRAFT)
    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)
    assert log.asked - before <= 2, "not one for each reader"
    for reader in readers:
        await reader.aclose()
    assert hub.readers == 0
    listening.cancel()


async def test_the_log_in_memory_keeps_so_much_and_no_more() -> None:
    log = MemoryLog()
    notes = [await log.post("lobby", DRAFT) for _ in range(KEPT + 10)]
    board = await log.board("lobby")
    assert len(board.notes) == KEPT
    assert board.last == notes[-1].id
    assert (await log.since("lobby", notes[5].id)).lost_until == notes[-1].id
    assert len((await log.since("lobby", notes[-3].id)).changes) == 2
    assert SHARED < KEPT
    cheered = await log.cheer("lobby", notes[-1].id)
    assert (cheered, (await log.board("lobby")).notes[0].cheers) == (1, 1)
    assert isinstance((await log.since("lobby", notes[-1].id)).changes[0], Cheered)
    with pytest.raises(Missing):
        await log.cheer("lobby", "1-0")


async def test_processes_that_share_a_wall_need_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(log_at(""), MemoryLog)
    monkeypatch.setenv("WALL_REDIS", "redis://localhost:1/0")
    monkeypatch.delenv("WALL_SECRET", raising=False)
    with pytest.raises(ConfigurationError, match="set WALL_SECRET"):
        create_app()
    monkeypatch.setenv("WALL_SECRET", "the same secret for all of the processes")
    assert create_app().describe().routes
