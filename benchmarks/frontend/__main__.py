"""`python -m benchmarks.frontend [--edits N] [--tags N] [--sizes N,…]`: our reading of files against parsing them.

Over the templates of the installed packages: how many files have the tags and names that Kida's tree has; how many
random edits raise an exception, or have no fault although Kida refuses them; of how many random tags Kida and our
parser judge differently. Then the time from text to facts, on one core, relative to one plain Kida parse of the same
templates and `ast.parse` of the same modules: over those packages, and over generated projects of that many templates.
"""

import argparse
import ast
import gc
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from time import process_time

from benchmarks.check.project import project
from benchmarks.frontend.conformance import by_facts, by_kida, kida_parse
from benchmarks.frontend.corpus import edited, templates
from benchmarks.frontend.grammar import tag
from chirp_check.facts.expressions import TERMS
from chirp_check.facts.extract import read_template
from chirp_check.facts.module import read_module
from chirp_check.facts.templates import TemplateFacts
from chirp_check.source import SourceFile
from chirp_check.syntax.kida_build import Refused
from chirp_check.syntax.kida_statements import StatementParser
from chirp_check.syntax.kida_tokens import Tokens, tokenize
from chirp_check.syntax.kida_verdict import verdict

ROUNDS = 5
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


def judged_differently(count: int, source: random.Random) -> list[str]:
    """The tags that our parser accepts and Kida refuses, or the other way round."""
    found: list[str] = []
    for text in (tag(source) for _ in range(count)):
        tokens = tokenize(text, 0) if text.startswith(("{{", "{%")) else None
        if tokens is None or not tokens.whole or tokens.spans[-1][1] != len(text) or tokens.keyword == "slot":
            continue
        if accepted(text, tokens) == (verdict(text) is not None):
            found.append(text)
    return found


def accepted(text: str, tokens: Tokens) -> bool:
    """Whether our parser surely accepts a tag."""
    parser = StatementParser(text, TERMS)
    parser.begin(tokens)
    try:
        said = parser.output() if text.startswith("{{") else parser.statement()
    except Refused:
        return False
    return not said.doubt


def times(files: dict[str, str]) -> str:
    """What reading files into facts costs, relative to parsing them: the best of some rounds, taken in turns."""
    templates = [SourceFile(path, text) for path, text in files.items() if path.endswith(".html")]
    modules = [SourceFile(path, text) for path, text in files.items() if path.endswith(".py")]
    passes: tuple[Callable[[], None], ...] = (
        lambda: _each(read_template, templates),
        lambda: _each(lambda file: kida_parse(file.text), templates),
        lambda: _each(read_module, modules),
        lambda: _each(lambda file: ast.parse(file.text), modules),
    )
    rounds = [tuple(_seconds(one) for one in passes) for _ in range(ROUNDS)]
    ours, kida, python, plain = (min(column) for column in zip(*rounds, strict=True))
    size = sum(map(len, files.values()))
    said = f"{len(templates)} templates, {len(modules)} modules, {size:,} characters: "
    said += f"templates {ours:.3f} s, {ours / kida:.2f} of a Kida parse"
    if modules:
        said += f"; modules {python:.3f} s, {python / plain:.2f} of `ast.parse`"
    return f"{said}; together {(ours + python) / (kida + plain):.2f}"


def _each(read: Callable[[SourceFile], object], files: Iterable[SourceFile]) -> None:
    for file in files:
        read(SourceFile(file.path, file.text))


def _seconds(work: Callable[[], None]) -> float:
    """The processor time of one pass, garbage collected before and not during it, as in a run of the checker."""
    gc.collect()
    start = process_time()
    work()
    return process_time() - start


def edits(count: int, texts: dict[str, str], source: random.Random) -> bool:
    """Read random edits; whether none raised anything or had a fault overlooked."""
    short = [text for text in texts.values() if 0 < len(text) <= LONGEST_EDITED]
    raised = differ = refused = 0
    for _ in range(count):
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
    print(f"random edits: {count:,}, refused by Kida: {refused:,}, exceptions: {raised}, faults missed: {differ}")
    return not raised and not differ


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frontend")
    parser.add_argument("--edits", type=int, default=10_000, help="random edits")
    parser.add_argument("--tags", type=int, default=50_000, help="random tags")
    parser.add_argument("--sizes", default="100,1000", help="templates of the generated projects")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source = random.Random(options.seed)
    texts = templates()
    equal = sum(agrees(path, text) for path, text in texts.items())
    print(f"tags and names equal to Kida's: {equal} of {len(texts)} files ({100 * equal / len(texts):.1f} %)")
    different = judged_differently(options.tags, source)
    print(f"random tags: {options.tags:,}, judged differently: {len(different)}", *different[:10], sep="\n  ")
    good = edits(options.edits, texts, source)
    gc.disable()
    print(f"published packages: {times(texts)}")
    for size in filter(None, options.sizes.split(",")):
        print(f"generated project: {times(project(int(size)))}")
    return 0 if equal == len(texts) and good and not different else 1


if __name__ == "__main__":
    sys.exit(main())
