"""`python -m benchmarks.runtime.paired [ROUNDS]`: this runtime and the bare callable in one process, in turns.

A round asks the one, the other, the other and the one again, for some milliseconds each, and gives one ratio: what is
slow for a while is slow for both. The clock is the processor time of the thread; garbage is collected between rounds,
never within one. Prints, as JSON, the median of the ratios of each case and the microseconds of the best batches.
"""

import asyncio
import gc
import json
import sys
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import thread_time

from benchmarks.runtime.apps import bare, framework
from benchmarks.runtime.cases import ASGIApp, scope_for
from benchmarks.runtime.worker import ignore, receive

COUNTS = {"page": 25, "fragment": 25}
COLLECT_EVERY = 20  # rounds


@dataclass(slots=True)
class Pair:
    """What was measured of one case."""

    ratios: list[float] = field(default_factory=list[float])
    best: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, count: int, bare_seconds: tuple[float, float], own_seconds: tuple[float, float]) -> None:
        self.ratios.append(sum(bare_seconds) / sum(own_seconds))
        for name, both in (("bare", bare_seconds), ("chirp", own_seconds)):
            self.best[name] = min(*both, self.best.get(name, float("inf")) * count / 1e6) / count * 1e6

    def figures(self) -> dict[str, float]:
        low, *_, high = quantiles(self.ratios, n=10)
        return {"median": median(self.ratios), "low": low, "high": high, **self.best}


async def _seconds(app: ASGIApp, case: str, count: int) -> float:
    scope = scope_for(case)
    start = thread_time()
    for _ in range(count):
        await app(dict(scope), receive, ignore)
    return thread_time() - start


async def measure(rounds: int) -> dict[str, Pair]:
    """All cases, in each round."""
    limit, own = bare.make(), framework.make()
    pairs = {case: Pair() for case in COUNTS}
    for case, count in COUNTS.items():
        for app in (limit, own):
            await _seconds(app, case, count)
    gc.collect()
    gc.freeze()
    gc.disable()
    for number in range(rounds):
        for case, count in COUNTS.items():
            first = await _seconds(limit, case, count)
            both = await _seconds(own, case, count), await _seconds(own, case, count)
            pairs[case].add(count, (first, await _seconds(limit, case, count)), both)
        if number % COLLECT_EVERY == 0:
            gc.collect()
    return pairs


if __name__ == "__main__":
    measured = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
    print(json.dumps({case: pair.figures() for case, pair in measured.items()}))
