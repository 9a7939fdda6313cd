"""`python -m benchmarks.runtime [--rounds N] [--json]`: microseconds per request, best of interleaved rounds.

In process and in one thread, without a server: what is measured is the framework. Each round measures every
application on every case once, in turn, so that a slow moment of the machine hits all of them. The clock is the CPU
time of the process: nothing here waits, and other work of the machine does not count.
"""

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from benchmarks.runtime import apps
from benchmarks.runtime.apps import ASGIApp, Message

BROWSER_HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"connection", b"keep-alive"),
    (b"cookie", b"session=abcdef0123456789; theme=dark"),
]
FORM = b"name=Ada+Lovelace&email=ada%40example.com"
FORM_HEADERS = [
    *BROWSER_HEADERS,
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-length", b"%d" % len(FORM)),
]
CASES = {
    "plain": ("GET", "/plain"),
    "json": ("GET", "/json"),
    "parameter": ("GET", f"/item{apps.ROUTES - 10}/4217"),
    "page": ("GET", "/page"),
    "fragment": ("GET", "/fragment"),
    "form": ("POST", "/form"),
}
BATCH_SECONDS = 0.05


def scope_for(case: str) -> Message:
    method, path = CASES[case]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": FORM_HEADERS if method == "POST" else BROWSER_HEADERS,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


async def receive() -> Message:
    return {"type": "http.request", "body": FORM, "more_body": False}


async def ignore(message: Message) -> None:
    pass


async def body_of(app: ASGIApp, case: str) -> bytes:
    chunks: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise AssertionError(f"{case}: status {message['status']}")
        chunks.append(message.get("body", b""))

    await app(scope_for(case), receive, send)
    return b"".join(chunks)


async def seconds_for(app: ASGIApp, case: str, count: int) -> float:
    scope = scope_for(case)
    gc.collect()
    gc.disable()
    start = process_time()
    for _ in range(count):
        await app(dict(scope), receive, ignore)
    elapsed = process_time() - start
    gc.enable()
    return elapsed


async def measure(built: dict[str, ASGIApp], rounds: int) -> dict[str, dict[str, float]]:
    """Best microseconds per request: application, case."""
    counts: dict[str, int] = {}
    for case in CASES:
        bodies = {name: await body_of(app, case) for name, app in built.items()}
        if len(set(bodies.values())) != 1:
            raise AssertionError(f"{case}: the applications answer differently: {bodies}")
        once = await seconds_for(built["starlette"], case, 50) / 50
        counts[case] = max(20, int(BATCH_SECONDS / once))
    best = {name: dict.fromkeys(CASES, float("inf")) for name in built}
    for _ in range(rounds):
        for case, count in counts.items():
            for name, app in built.items():
                spent = await seconds_for(app, case, count)
                best[name][case] = min(best[name][case], spent / count * 1e6)
    return best


def table(best: dict[str, dict[str, float]]) -> str:
    rows = [("microseconds per request", *CASES)]
    rows += [(name, *(f"{micro:.1f}" for micro in cases.values())) for name, cases in best.items()]
    rows.append(("starlette / chirp", *(f"{best['starlette'][c] / best['chirp'][c]:.2f}" for c in CASES)))
    rows.append(("bare / chirp", *(f"{best['bare'][c] / best['chirp'][c]:.2f}" for c in CASES)))
    return "\n".join(f"{row[0]:<26}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runtime", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    makers: dict[str, Callable[[], Any]] = {"bare": apps.bare, "chirp": apps.chirp, "starlette": apps.starlette}
    best = asyncio.run(measure({name: make() for name, make in makers.items()}, options.rounds))
    print(json.dumps(best, indent=2) if options.json else table(best))
    return 0


if __name__ == "__main__":
    sys.exit(main())
