"""What is rewritten: the examples as they are, and with mistakes planted, so that there are findings to keep."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from kida.environment.exceptions import TemplateError
from kida.lexer import Lexer, LexerError
from kida.parser import Parser

from benchmarks.metamorphic.rewriting import Files
from benchmarks.mutants.application import Application, load
from benchmarks.mutants.mutation import Mutant, mutants
from benchmarks.mutants.operators import ALL
from examples.plant import MISTAKES

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
AT_ONCE = 8
KINDS_AT_ONCE = 24
SETS = 3


@dataclass(frozen=True, slots=True)
class Base:
    """An example, perhaps with mistakes in it."""

    name: str
    app: Application
    files: Files
    clean: bool


def bases(names: tuple[str, ...], seed: int) -> Iterator[Base]:
    """Each example as it is, with the demonstration's mistakes, and with some sets of others."""
    folders = sorted(folder.parent for folder in EXAMPLES.glob("*/app.py"))
    for folder in folders:
        if names and folder.name not in names:
            continue
        app = load(folder)
        yield Base(folder.name, app, app.files, clean=True)
        if folder.name == "tracker":
            yield Base("tracker, planted", app, _demonstration(app.files), clean=False)
        for number in range(SETS):
            random = Random(f"{seed}:{folder.name}:{number}")
            yield Base(f"{folder.name}, mistakes {number + 1}", app, _planted(app, random), clean=False)


def _demonstration(files: Files) -> Files:
    """The mistakes of `examples/plant.py` that leave templates readable."""
    out = dict(files)
    for one in MISTAKES:
        changed = out[one.file].replace(one.text, one.text.replace(one.right, one.wrong))
        if readable(one.file, changed):
            out[one.file] = changed
    return out


def _planted(app: Application, random: Random) -> Files:
    """The files with some mistakes of some kinds, at most one in a file, that leave it readable."""
    pool = [one for kind in random.sample(ALL, KINDS_AT_ONCE) for one in _some(list(mutants(kind, app, 1)), random)]
    out = dict(app.files)
    for mutant in random.sample(pool, len(pool)):
        for path, text in mutant.files.items():
            if len(mutant.files) == 1 and text is not None and out[path] == app.files[path] and readable(path, text):
                out[path] = text
        if sum(out[one] != app.files[one] for one in app.files) == AT_ONCE:
            break
    return out


def _some(found: list[Mutant], random: Random) -> list[Mutant]:
    return random.sample(found, min(len(found), 5))


@lru_cache(8192)
def readable(path: str, text: str) -> bool:
    """Whether Python or Kida takes a text."""
    try:
        if path.endswith(".py"):
            ast.parse(text)
        elif path.endswith(".html"):
            Parser(list(Lexer(text).tokenize()), name=path, source=text).parse()
    except SyntaxError, TemplateError, LexerError, RecursionError:
        return False
    return True
