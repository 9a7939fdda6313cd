"""`python -m benchmarks.frontend [--edits N] [--seed N]`: our reading of templates held against Kida's own parser.

Three figures over the templates of the installed packages: how many files have the tags and names that Kida's tree
has; how many random edits raise an exception, or have no fault although Kida refuses them; and the time, relative to
one plain Kida parse of the same files.
"""

import argparse
import random
import sys
from collections import Counter
from time import perf_counter

from benchmarks.frontend.conformance import by_facts, by_kida, kida_parse
from benchmarks.frontend.corpus import edited, templates
from chirp_check.facts.extract import read_template
from chirp_check.facts.templates import TemplateFacts
from chirp_check.source import SourceFile

LONGEST_EDITED = 12_000  # characters; longer files only make the edits slow


def read(path: str, text: str) -> TemplateFacts:
    return read_template(SourceFile(path, text))


def agrees(path: str, text: str) -> bool:
    """Whether our facts of a file say what Kida's tree says."""
    tree, facts = kida_parse(text), read(path, text)
    if tree is None or facts.faults:
        return tree is None and bool(facts.faults)
    ours = by_facts(facts)
    hidden = [one for one in ours if one[0] == "conditional" and one[1] in {"if", "unless"}]  # one node kind in Kida
    return Counter({one: count for one, count in ours.items() if one not in hidden}) == by_kida(tree)


def seconds(texts: dict[str, str], *, plain: bool) -> float:
    """The time that a pass over all files takes."""
    start = perf_counter()
    for path, text in texts.items():
        if plain:
            kida_parse(text)
        else:
            read(path, text)
    return perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frontend")
    parser.add_argument("--edits", type=int, default=10_000, help="random edits")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts = templates()
    size = sum(map(len, texts.values()))
    print(f"templates: {len(texts)} files, {size:,} characters")
    read("warm-up", "{{ a }}")
    kida_parse("{{ a }}")
    ours, kida = seconds(texts, plain=False), seconds(texts, plain=True)
    again = min(seconds(texts, plain=False) for _ in range(3))
    kida = min([kida, *(seconds(texts, plain=True) for _ in range(3))])
    equal = sum(agrees(path, text) for path, text in texts.items())
    print(f"tags and names equal to Kida's: {equal} of {len(texts)} files ({100 * equal / len(texts):.1f} %)")
    print(f"time, first reading: {ours:.2f} s, again: {again:.2f} s; one plain Kida parse: {kida:.2f} s")
    print(f"relative to Kida: {ours / kida:.2f} first, {again / kida:.2f} again")
    source = random.Random(options.seed)
    short = [text for text in texts.values() if 0 < len(text) <= LONGEST_EDITED]
    raised = differ = refused = 0
    for _ in range(options.edits):
        text = edited(source.choice(short), source)
        by_parser = kida_parse(text) is None
        refused += by_parser
        try:
            faults = read("edited", text).faults
        except Exception as error:  # noqa: BLE001 - the figure is whether anything is raised
            raised += 1
            print(f"raised {error!r}")
            continue
        differ += by_parser and not faults
    print(
        f"random edits: {options.edits:,}, refused by Kida: {refused:,}, exceptions: {raised}, faults missed: {differ}"
    )
    return 0 if equal == len(texts) and not raised and not differ else 1


if __name__ == "__main__":
    sys.exit(main())
