"""`python -m benchmarks.runtime.instructions [CASE…]`: machine instructions of a request, ours and of a bare callable.

Counted by Valgrind, which has to be installed: unlike a time, a count does not depend on what else the machine does,
but a little on where objects lie in memory (some thousands for a page). Two runs of different length are compared, so
that start and warm-up drop out. Needs half a minute for each figure.
"""

import asyncio
import gc
import os
import subprocess
import sys
from importlib import import_module

from benchmarks.check.processes import ROOT
from benchmarks.runtime.cases import CASES, ASGIApp
from benchmarks.runtime.worker import seconds_for

WARM = 60
COUNT = 200
_CHILD = "--child"


def instructions(application: str, case: str) -> int:
    """Of one request; RuntimeError with what Valgrind says when it does not count."""
    return round((_counted(application, case, COUNT) - _counted(application, case, 0)) / COUNT)


def _counted(application: str, case: str, count: int) -> int:
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command += [sys.executable, "-m", "benchmarks.runtime.instructions", _CHILD, application, case, str(count)]
    env = os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    for line in done.stderr.splitlines():
        words = line.split()
        if words[1:3] == ["I", "refs:"]:
            return int(words[3].replace(",", ""))
    raise RuntimeError(done.stderr)


def _ask(application: str, case: str, count: int) -> None:
    """In the process that is counted."""
    app: ASGIApp = import_module(f"benchmarks.runtime.apps.{application}").make()
    asyncio.run(seconds_for(app, case, WARM))
    gc.freeze()
    asyncio.run(seconds_for(app, case, count))


def main(words: list[str]) -> None:
    if words[:1] == [_CHILD]:
        _ask(words[1], words[2], int(words[3]))
        return
    for case in words or ["plain", "page", "fragment"]:
        if case not in CASES:
            raise SystemExit(f"no such case: {case}; there are {', '.join(CASES)}")
        bare, own = instructions("bare", case), instructions("framework", case)
        print(f"{case}: bare {bare:,}, this {own:,}, {own - bare:,} more ({bare / own:.1%})", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
