"""`python -m benchmarks.mutation [MODULE…] [--sample N] [--seed S] [--jobs N]`: which mistakes do the tests notice?

Every change that `operators` knows is made to every function of the runtime's parsers and guards, one at a time, in a
process of its own in which the code of the function is replaced; then the tests of that module run until one fails.
Names of modules are parts of them. `--sample` takes so many of each module. Lists what survives, and the score of each
module without what is known to change nothing.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mutation.operators import Mutant, mutants
from benchmarks.mutation.run import Verdict, check, prepare, verdicts
from benchmarks.mutation.targets import EQUIVALENT, TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent


def _chosen(module: str, sample: int, seed: int) -> list[Mutant]:
    known = EQUIVALENT.get(module, {})
    found = [one for one in mutants((ROOT / module).read_text(encoding="utf-8")) if one.key not in known]
    if unknown := known.keys() - {one.key for one in mutants((ROOT / module).read_text(encoding="utf-8"))}:
        print(f"{module}: no such mistakes: {sorted(unknown)}", file=sys.stderr)
    if not 0 < sample < len(found):
        return found
    return sorted(random.Random(seed).sample(found, sample), key=lambda one: one.line)


def _examine(module: str, tests: Sequence[str], chosen: Sequence[Mutant], jobs: int) -> tuple[int, int]:
    """How many are noticed, of how many that ran."""
    noticed = ran = 0
    for mutant, verdict in verdicts(module, tests, chosen, jobs):
        if verdict is Verdict.IMPOSSIBLE:
            continue
        ran += 1
        noticed += verdict is not Verdict.SURVIVED
        if verdict is Verdict.SURVIVED:
            print(f"  {module}:{mutant}", flush=True)
    return noticed, ran


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.mutation")
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--unchecked", action="store_true", help="try the tests without a mistake for one module only")
    options = parser.parse_args()
    wanted = [one for one in TARGETS if not options.modules or any(part in one for part in options.modules)]
    prepare(sorted({test for one in wanted for test in TARGETS[one]}))
    for module in wanted:
        check(module, TARGETS[module])
        if options.unchecked:
            break
    total = noticed = 0
    for module in wanted:
        chosen = _chosen(module, options.sample, options.seed)
        some, ran = _examine(module, TARGETS[module], chosen, options.jobs)
        share = f"{some / ran:.1%}" if ran else "-"
        print(f"{module}: {some} of {ran} noticed ({share}), {len(EQUIVALENT.get(module, {}))} equivalent", flush=True)
        noticed, total = noticed + some, total + ran
    print(f"{noticed} of {total} noticed ({noticed / max(total, 1):.1%})")
    return int(noticed < total)


if __name__ == "__main__":
    sys.exit(main())
