"""Ten thousand clients of one EventStream, in one process: everybody gets every event, leaves, and nothing is left.

    python -m benchmarks.events [clients]

In-process ASGI: no server and no sockets, so the memory is that of the framework and of one task per request.
"""

import asyncio
import gc
import os
import sys
import tracemalloc
from collections.abc import AsyncGenerator
from pathlib import Path
from time import process_time
from typing import Any

from chirp import App, AppConfig, EventStream

EVENTS = 10
ROUNDS = 5
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Hub:
    """Sends each event to all channels."""

    def __init__(self) -> None:
        self.channels: set[asyncio.Queue[str]] = set()

    async def subscribe(self) -> AsyncGenerator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.channels.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self.channels.discard(queue)

    def publish(self, text: str) -> None:
        for queue in self.channels:
            queue.put_nowait(text)


class Client:
    """One connection: counts the events it gets, and leaves when it is told to."""

    def __init__(self) -> None:
        self.left = asyncio.get_running_loop().create_future()
        self.events = 0
        self.asked = False

    async def receive(self) -> dict[str, Any]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.events += message["body"].startswith(b"data")


def make_app(hub: Hub) -> App:
    app = App(AppConfig(static_dir=None))

    @app.route("/events")
    async def events() -> EventStream:
        return EventStream(hub.subscribe())

    return app


def resident() -> int:
    """The resident set in bytes, where the system tells it."""
    status = Path("/proc/self/statm")
    return int(status.read_text(encoding="ascii").split()[1]) * _PAGE if status.exists() else 0


async def turn_until(done: Any) -> None:
    while not done():  # noqa: ASYNC110 - the loop itself is what is measured
        await asyncio.sleep(0)


SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "path": "/events",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"accept", b"text/event-stream")],
}


async def one_round(app: App, hub: Hub, count: int) -> tuple[float, int]:
    """Connect, send everybody all events, leave; seconds of processor time, and bytes per idle client."""
    loop = asyncio.get_running_loop()
    gc.collect()
    before, start = resident(), process_time()
    clients = [Client() for _ in range(count)]
    tasks = [loop.create_task(app(SCOPE, client.receive, client.send)) for client in clients]
    await turn_until(lambda: len(hub.channels) == count)
    idle = resident() - before
    for number in range(EVENTS):
        hub.publish(f"event {number}")
        await turn_until(lambda expected=number + 1: all(client.events == expected for client in clients))
    for client in clients:
        client.left.set_result(None)
    await asyncio.wait(tasks)
    assert all(task.exception() is None for task in tasks)
    assert not hub.channels, "a generator is still open"
    assert asyncio.all_tasks() == {asyncio.current_task()}, "a task is left"
    return process_time() - start, idle // count


async def traced(app: App, hub: Hub) -> float:
    """Bytes that a connection leaves allocated when it has gone, over a thousand of them."""
    tracemalloc.start()
    sizes: list[int] = []
    for _ in range(3):
        await one_round(app, hub, 1000)
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return (sizes[2] - sizes[1]) / 1000


async def main(count: int) -> None:
    hub = Hub()
    app = make_app(hub)
    blocks: list[int] = []
    async with asyncio.timeout(600):
        for number in range(ROUNDS):
            seconds, idle = await one_round(app, hub, count)
            gc.collect()
            blocks.append(sys.getallocatedblocks())
            if number == 0:
                print(f"{count} clients: {idle / 1024:.1f} KiB per idle client")
            each = seconds / (count * EVENTS) * 1e6
            print(
                f"round {number + 1}: {count * EVENTS} events, {each:.0f} us each; resident {resident() / 1e6:.0f} MB"
            )
        print(f"blocks of memory that the last round left: {blocks[-1] - blocks[-2]:+d}")
        print(f"left per connection that has gone: {await traced(app, hub):.1f} bytes")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
