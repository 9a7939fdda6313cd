"""`python -m benchmarks.runtime [--rounds N] [--served] [--json]`: microseconds per request, best of the rounds.

In process and in one thread, without a server: what is measured is the framework. Each application runs in a process of
its own (bengal-chirp, whose import name is this one's, in an environment of its own). Each round measures every
application on every case once, in turn, so that a slow moment of the machine hits all of them. The clock is the CPU
time of the process: nothing here waits, and other work of the machine does not count.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.runtime import served
from benchmarks.runtime.cases import CASES
from benchmarks.runtime.programs import Program, import_ratio, programs, server

BATCH_SECONDS = 0.05
GOALS = {
    "starlette": {"plain": 2.0, "parameter": 2.0},
    "bengal-chirp": {
        "plain": 7.0, "parameter": 7.0, "json": 4.5, "form": 3.0, "plain, def": 2.5, "page, def": 2.5,
    },
    "bare": {"page": 0.95, "fragment": 0.95},
}  # fmt: skip
IMPORT_GOAL = 1.5

type Best = dict[str, dict[str, float]]


def measure(built: dict[str, Program], rounds: int) -> Best:
    """Best microseconds per request: application, case."""
    counts: dict[str, int] = {}
    for case in CASES:
        _agree(case, {name: bytes.fromhex(one.ask(f"body {case}")).decode() for name, one in built.items()})
        once = float(built["starlette"].ask(f"50 {case}")) / 50
        counts[case] = max(20, int(BATCH_SECONDS / once))
    best = {name: dict.fromkeys(CASES, float("inf")) for name in built}
    for _ in range(rounds):
        for case, count in counts.items():
            for name, one in built.items():
                spent = float(one.ask(f"{count} {case}"))
                best[name][case] = min(best[name][case], spent / count * 1e6)
    return best


def _agree(case: str, bodies: dict[str, str]) -> None:
    """AssertionError when one answers something else; bengal-chirp trims templates and adds scripts to pages."""
    expected = bodies["bare"]
    words = expected.split()
    for name, body in bodies.items():
        same = all(word in body for word in words) if name == "bengal-chirp" else body == expected
        if not same:
            raise AssertionError(f"{case}: {name} answers differently: {body[:200]!r}")


def _served(folder: Path, name: str, rounds: int) -> dict[str, float]:
    port = served.free_port()
    with server(folder, name, port) as one:
        return served.microseconds(one, port, rounds)


def table(best: Best, *, goals: bool = True) -> str:
    """The figures, then how many times as long the others take, with the goals."""
    rows = [("microseconds per request", *CASES)]
    rows += [(name, *(f"{micro:.1f}" for micro in cases.values())) for name, cases in best.items()]
    for name, aims in GOALS.items():
        rows.append((f"{name} / chirp", *(f"{best[name][case] / best['chirp'][case]:.2f}" for case in CASES)))
        if goals:
            rows.append(("  goal", *(f"{aims[case]:.2f}" if case in aims else "" for case in CASES)))
    return "\n".join(f"{row[0]:<26}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runtime", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--served", action="store_true", help="also under uvicorn, of which Linux tells the time")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        with programs(Path(folder)) as built:
            best = measure(built, options.rounds)
        under_uvicorn = {name: _served(Path(folder), name, options.rounds) for name in built} if options.served else {}
    imported = import_ratio(options.rounds)
    if options.json:
        print(json.dumps({"microseconds": best, "under uvicorn": under_uvicorn, "import": imported}, indent=2))
        return 0
    print(table(best))
    if under_uvicorn:
        print("\nunder uvicorn (h11), of the server's process")
        print(table(under_uvicorn, goals=False))
    print(f"\nimport chirp / import asyncio: {imported:.2f} (goal {IMPORT_GOAL})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
