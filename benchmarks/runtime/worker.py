"""One application in a process of its own: `python -m benchmarks.runtime.worker bare|framework|starlette [PORT]`.

With a port uvicorn serves it there, on loopback. Else it answers lines of its standard input: `body CASE` with the body
as hexadecimal digits, `COUNT CASE` with the processor seconds of so many requests, one after the other.
"""

import asyncio
import gc
import sys
from importlib import import_module
from time import process_time

from benchmarks.runtime.cases import FORM, ASGIApp, Message, scope_for


async def receive() -> Message:
    """The whole form at once."""
    return {"type": "http.request", "body": FORM, "more_body": False}


async def ignore(message: Message) -> None:
    """Sends nothing anywhere."""


async def body_of(app: ASGIApp, case: str) -> bytes:
    """The body that an application answers a case with; AssertionError for another status than 200."""
    chunks: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise AssertionError(f"{case}: status {message['status']}")
        chunks.append(message.get("body", b""))

    await app(scope_for(case), receive, send)
    return b"".join(chunks)


async def seconds_for(app: ASGIApp, case: str, count: int) -> float:
    """Processor seconds of a number of requests, one after the other."""
    scope = scope_for(case)
    gc.collect()
    gc.disable()
    start = process_time()
    for _ in range(count):
        await app(dict(scope), receive, ignore)
    elapsed = process_time() - start
    gc.enable()
    return elapsed


async def serve(app: ASGIApp) -> None:
    """Answer the lines of standard input."""
    for line in sys.stdin:
        word, _, case = line.strip().partition(" ")
        answer = (await body_of(app, case)).hex() if word == "body" else await seconds_for(app, case, int(word))
        print(answer, flush=True)


def main(name: str, port: int | None) -> None:
    app: ASGIApp = import_module(f"benchmarks.runtime.apps.{name}").make()
    if port is None:
        asyncio.run(serve(app))
        return
    import uvicorn

    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        loop="asyncio",
        http="h11",
        lifespan="off",
        timeout_keep_alive=600,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
