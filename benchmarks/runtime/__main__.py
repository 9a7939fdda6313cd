"""`python -m benchmarks.runtime [--rounds N] [--served] [--json]`: microseconds per request, best of the rounds.

In process and in one thread, without a server: what is measured is the framework. Each application runs in a process of
its own (bengal-chirp, whose import name is this one's, in an environment of its own). Each round measures every
application on every case once, in turn, so that a slow moment of the machine hits all of them. The clock is the CPU
time of the process: nothing here waits, and other work of the machine does not count. Pages are then measured against
the bare callable in one process (`paired`). `--served` measures the processes of servers instead, for `--seconds`.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.runtime import served
from benchmarks.runtime.cases import CASES
from benchmarks.runtime.programs import NAMES, Program, import_ratio, paired, programs, server

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


def _served(folder: Path, rounds: int, seconds: float) -> Best:
    with ExitStack() as stack:
        servers: dict[str, tuple[Program, int]] = {}
        for name in NAMES:
            port = served.free_port()
            servers[name] = (stack.enter_context(server(folder, name, port)), port)
        return served.microseconds(servers, rounds, seconds)


def table(best: Best, *, goals: bool = True) -> str:
    """The figures, then how many times as long the others take, with the goals."""
    rows = [("microseconds per request", *CASES)]
    rows += [(name, *(f"{micro:.1f}" for micro in cases.values())) for name, cases in best.items()]
    for name, aims in GOALS.items():
        rows.append((f"{name} / chirp", *(f"{best[name][case] / best['chirp'][case]:.2f}" for case in CASES)))
        if goals:
            rows.append(("  goal", *(f"{aims[case]:.2f}" if case in aims else "" for case in CASES)))
    return "\n".join(f"{row[0]:<26}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def _print_pairs(pairs: dict[str, dict[str, float]]) -> None:
    print(
        "\nbare / chirp in one process, in turns: the median of the rounds (nine in ten above and below), best batches"
    )
    for case, of in pairs.items():
        spread, micros = f"{of['low']:.2f} to {of['high']:.2f}", f"{of['bare']:.1f} and {of['chirp']:.1f} us"
        print(f"{case:<26}{of['median']:>11.3f}  ({spread}; {micros}; goal {GOALS['bare'][case]:.2f})")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runtime", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--served", action="store_true", help="under uvicorn alone, of which Linux tells the time")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long to ask the servers at most")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        if options.served:
            best = _served(Path(folder), options.rounds, options.seconds)
            print(
                json.dumps(best, indent=2) if options.json else f"of the server's process\n{table(best, goals=False)}"
            )
            return 0
        with programs(Path(folder)) as built:
            best = measure(built, options.rounds)
    pairs, imported = paired(20 * options.rounds), import_ratio(options.rounds)
    if options.json:
        print(json.dumps({"microseconds": best, "pairs": pairs, "import": imported}, indent=2))
        return 0
    print(table(best))
    _print_pairs(pairs)
    print(f"\nimport chirp / import asyncio: {imported:.2f} (goal {IMPORT_GOAL})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
