"""`python -m benchmarks.hostile [--write]`: every hostile case, put to this framework and to Starlette.

`--soak` asks a site that uses every feature a hundred thousand times, with clients that leave, fail and cancel, and
measures what is left: memory, tasks, open files, generators. `--requests N` asks it more or less often.
"""

import argparse
import asyncio
import gc
import logging
import resource
import sys
import tempfile
import time
from pathlib import Path

from chirp import App
from tests.hostile.everything import FRAMEWORKS, outcomes, page
from tests.hostile.reading import open_files
from tests.hostile.site import OPEN, SCENARIOS, site
from tests.runtime.driver import Connection

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = 1.0  # MB from the first quarter to the end


def resident() -> float:
    """The memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


async def ask(app: App, number: int) -> None:
    """One request: every fourth breaks off, in one of three ways."""
    scope, incoming = list(SCENARIOS.values())[number % len(SCENARIOS)]
    fault = number // len(SCENARIOS) % 12
    connection = Connection(incoming, fails_at=number % 7 + 1 if fault == 3 else 0)
    task = asyncio.ensure_future(app(dict(scope), connection.receive, connection.send))
    if fault == 7:
        for _ in range(number % 9):
            await asyncio.sleep(0)
        connection.leave(send_fails=True)
    elif fault == 11:
        for _ in range(number % 9):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait([task])


async def soak(requests: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        app = site(Path(folder))
        samples: list[tuple[int, float]] = []
        files = open_files()
        before = asyncio.all_tasks()
        started = time.perf_counter()
        for number in range(requests):
            await ask(app, number)
            if number % max(requests // 20, 1) == 0:
                gc.collect()
                samples.append((number, resident()))
        await asyncio.sleep(0.2)
        gc.collect()
        samples.append((requests, resident()))
        seconds = time.perf_counter() - started
        app.freeze().services.workers.close()
        left = asyncio.all_tasks() - before
        strays = [name for name in open_files() - files if folder in name or "(deleted)" in name]
    first = samples[len(samples) // 4][1]
    last = samples[-1][1]
    print(" ".join(f"{number // 1000}k:{size:.1f}" for number, size in samples), "MB")
    print(
        f"{requests} requests in {seconds:.0f} s; memory from a quarter to the end {last - first:+.2f} MB; "
        f"{len(left)} tasks, {len(strays)} files, {len(OPEN)} generators left"
    )
    return int(bool(left or strays or OPEN or last - first > ALLOWED))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.hostile")
    parser.add_argument("--write", action="store_true", help="write docs/hostile.md")
    parser.add_argument("--soak", action="store_true", help="measure what many requests leave behind")
    parser.add_argument("--requests", type=int, default=100_000, help="how many of them")
    options = parser.parse_args()
    if options.soak:
        logging.disable(logging.CRITICAL)
        return asyncio.run(soak(options.requests))
    text = page()
    if options.write:
        (ROOT / "docs/hostile.md").write_text(text, encoding="utf-8")
    else:
        print(text)
    return int("fails" in outcomes(FRAMEWORKS[0]).values())


if __name__ == "__main__":
    sys.exit(main())
