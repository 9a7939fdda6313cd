"""`python -m benchmarks.checker [--runs N]`: seconds of a whole `chirp-check` process, without any cache of its own.

Every run is a new process, from its start to its exit. The best run tells what the work costs, the median what a user
waits for on this machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import PIPE
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKER = str(Path(sys.executable).with_name("chirp-check"))
LOADED = "import sys, chirp_check; print(sorted({m.split('.')[0] for m in sys.modules} & {'kida', 'chirp'}))"
# A user's Python keeps its bytecode.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMMANDS = {
    "start of Python alone": [sys.executable, "-I", "-c", "pass"],
    "chirp-check version": [CHECKER, "version"],
    "chirp-check examples/notes": [CHECKER, "examples/notes"],
    "chirp-check examples/tracker": [CHECKER, "examples/tracker"],
}


def seconds(command: list[str]) -> float:
    """The time from starting a command to its end; it has to succeed."""
    start = perf_counter()
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def seconds_to_first_answer() -> float:
    """The time from the start of the language server to its answer to `initialize`."""
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
    start = perf_counter()
    with subprocess.Popen([CHECKER, "server"], stdin=PIPE, stdout=PIPE, env=ENVIRONMENT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        process.stdin.flush()
        process.stdout.readline()
        taken = perf_counter() - start
        process.stdin.close()
    return taken


def show(name: str, measure: Callable[[], float], runs: int) -> None:
    """Measure after one run that does not count: it may have to write bytecode."""
    measure()
    times = [measure() for _ in range(runs)]
    print(f"{name:32} {min(times):6.3f} {statistics.median(times):7.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checker")
    parser.add_argument("--runs", type=int, default=15, help="processes for each command")
    runs = parser.parse_args().runs
    print(f"{'whole process, seconds':32} {'best':>6} {'median':>7}   ({runs} runs each)")
    for name, command in COMMANDS.items():
        show(name, partial(seconds, command), runs)
    show("chirp-check server: first answer", seconds_to_first_answer, runs)
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    print(f"\nmodules of Kida and of the runtime after `import chirp_check`: {loaded.stdout.strip()}")


if __name__ == "__main__":
    main()
