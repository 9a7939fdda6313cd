"""A run that is always the same: texts that are changed at random, by a seed."""

import random

from benchmarks.fuzz.checker.tally import Tally
from benchmarks.fuzz.checker.targets import Target
from benchmarks.fuzz.checker.texts import changed, to_bytes, to_text


def run(target: Target, count: int, seed: int) -> Tally:
    """What comes of that many texts."""
    source, material, tally = random.Random(seed), target.material(), Tally()
    for _ in range(count):
        text = changed(source.choice(material.texts), material, source)
        tally.run(target.holds, to_text(to_bytes(text)[: target.longest]))
    return tally
