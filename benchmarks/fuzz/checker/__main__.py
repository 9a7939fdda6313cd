"""`python -m benchmarks.fuzz.checker [TARGET…] [--seconds N] [--seed S] [--folder F]`: Atheris on the checker.

Every target in turn gets random texts that follow the branches they take, and is held to what `files`, `inputs`,
`engine` and `growth` say. Texts that reached something new stay in the folder for the next time. A defect is printed
with the shortest text for which it was seen. `--show` prints what the last runs have given; `--plain` is for a machine
without Atheris, and always the same for a seed.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.fuzz.checker import seeded
from benchmarks.fuzz.checker.tally import Tally
from benchmarks.fuzz.checker.targets import TARGETS
from benchmarks.fuzz.checker.texts import ROOT, to_text
from benchmarks.fuzz.lines import Lines, lines_below

SHOWN = 400  # characters of a text
PLAIN_RUNS = 2_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, prog="python -m benchmarks.fuzz.checker", formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all without one")
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=ROOT / ".build/fuzz")
    parser.add_argument("--count", type=int, default=PLAIN_RUNS, help=f"of texts for each with --plain ({PLAIN_RUNS})")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--show", action="store_true", help="run nothing, print what there is")
    how.add_argument("--plain", action="store_true", help="without Atheris")
    options = parser.parse_args()
    if unknown := [name for name in options.targets if name not in TARGETS]:
        parser.error(f"there is no target {', '.join(unknown)}")
    seed: int = random.SystemRandom().randrange(2**31) if options.seed is None else options.seed
    defects = 0
    for name in options.targets or TARGETS:
        folder: Path = options.folder / name
        if options.plain:
            tally = seeded.run(TARGETS[name], options.count, seed)
        else:
            tally = _known(folder) if options.show else _guided(name, folder, options.seconds, seed)
        defects += _print(name, tally, folder)
    print(f"{defects} defects (seed {seed})")
    return int(bool(defects))


def _known(folder: Path) -> Tally:
    """What all runs so far have given."""
    file = folder / "all.json"
    return msgspec.json.decode(file.read_bytes(), type=Tally) if file.exists() else Tally()


def _guided(name: str, folder: Path, seconds: float, seed: int) -> Tally:
    """What a run gives; it is added to what is known."""
    folder.mkdir(parents=True, exist_ok=True)
    total, end = Tally(), time.monotonic() + seconds
    while (left := end - time.monotonic()) > 1:
        (folder / "tally.json").unlink(missing_ok=True)
        followed = os.pathsep.join(str(one) for one in TARGETS[name].folders)
        words = [name, str(folder), str(left), str(seed), followed]
        command = [sys.executable, "-m", "benchmarks.fuzz.checker.guided", *words]
        with (folder / "log").open("ab") as log:
            code = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode
        if (folder / "tally.json").exists():
            total.add(msgspec.json.decode((folder / "tally.json").read_bytes(), type=Tally))
        if code:
            _note_end(total, folder, code)
        seed += 1
    known = _known(folder)
    known.add(total)
    (folder / "all.json").write_bytes(msgspec.json.encode(known))
    return total


def _note_end(total: Tally, folder: Path, code: int) -> None:
    """The process ended; libFuzzer leaves the text for which it did."""
    left = sorted(one for kind in ("crash", "timeout", "oom") for one in folder.glob(f"{kind}-*"))
    text = to_text(left[-1].read_bytes()) if left else ""
    total.note(f"ended {code}", f"the process ended with {code}; see {folder}/log", text)
    for one in left:
        one.rename(folder / f"seen-{one.name}")


def _print(name: str, tally: Tally, folder: Path) -> int:
    reached = _lines(name, folder)
    rate = tally.runs / tally.seconds if tally.seconds else 0
    times = f"99 of 100 within {tally.share(0.99)} ms"
    print(f"{name}: {tally.runs:,} runs, {tally.seconds:.0f} s of processor time ({rate:.0f}/s), {times}{reached}")
    for defect in sorted(tally.defects.values(), key=lambda one: -one.times):
        print(f"  {defect.times} × {defect.what}\n    {defect.text[:SHOWN]!r}")
    return len(tally.defects)


def _lines(name: str, folder: Path) -> str:
    """Which share of the lines the texts in the folder reach, each run once more."""
    files = sorted((folder / "corpus").glob("*")) if (folder / "corpus").is_dir() else []
    if not files:
        return ""
    target = TARGETS[name]
    texts = [to_text(file.read_bytes()) for file in files]
    lines = Lines(target.folders)
    lines.start()
    tally = Tally()
    for text in texts:
        tally.run(target.holds, text)
    lines.stop()
    there = lines_below(target.folders)
    return f", {len(lines.seen):,} of {there:,} lines reached by {len(texts):,} texts"


if __name__ == "__main__":
    sys.exit(main())
