"""What is fuzzed: a name, what has to hold of any text, texts to begin with, and pieces to put into them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import chirp_check
import chirp_lsp
from benchmarks.frontend.corpus import templates
from benchmarks.frontend.grammar import tag
from benchmarks.fuzz.checker import engine, files, growth, inputs
from benchmarks.fuzz.checker.pieces import CODE, FRAMES, GLOBS, SETTINGS, TAGS, VALUES
from benchmarks.fuzz.checker.texts import LONGEST, Material, fences
from chirp_lsp.wire import frame

CHECKER = Path(chirp_check.__file__).parent
SERVER = Path(chirp_lsp.__file__).parent
OF_BOTH = tuple(CHECKER / name for name in ("syntax/letters.py", "syntax/limits.py"))
OF_PYTHON = (*(CHECKER / name for name in ("syntax/python.py", "facts/module.py", "facts/terms.py")), *OF_BOTH)
OF_TEMPLATES = (
    *(file for name in ("kida", "html") for file in sorted((CHECKER / "syntax").glob(f"{name}*.py"))),
    *(CHECKER / f"facts/{name}.py" for name in ("extract", "expressions", "markup", "program", "reads", "statements")),
    *OF_BOTH,
)
GRAMMAR = (CHECKER / "grammar",)
CONFIGURATION = (CHECKER / "config.py", CHECKER / "baseline.py")


@dataclass(frozen=True, slots=True)
class Target:
    """Something to fuzz. `holds` raises when it does not; `folders` are those, and files, whose lines count."""

    holds: Callable[[str], None]
    begin: Callable[[], Sequence[str]]
    pieces: Sequence[str]
    folders: tuple[Path, ...]
    longest: int = 3_000

    def material(self) -> Material:
        """What is begun with."""
        return Material(self.begin(), self.pieces)


def _templates() -> list[str]:
    source = Random(1)
    published = [text for text in templates().values() if 0 < len(text) < LONGEST]
    tags = ["".join(tag(source) for _ in range(source.choice((1, 2, 5)))) for _ in range(400)]
    return [*fences(".html"), *published, *tags]


def _edited() -> list[str]:
    """Every project with one edit."""
    count = len(engine.projects())
    pieces = (*TAGS, *CODE)
    return [
        engine.written(number, [engine.Edit(number, number * 7 % 90, number % 9, pieces[number % len(pieces)])])
        for number in range(count)
    ]


def _attributes() -> list[str]:
    return [f"{name}={value}" for name in inputs.NAMES for value in ("", "this", "a:b c:d", '{"a": [1]}')]


def _messages() -> list[str]:
    bodies = (b"{}", b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}', b"[1]", b"")
    return [frame(body).decode() * count for body in bodies for count in (1, 3)]


def _few(*texts: str) -> Callable[[], Sequence[str]]:
    return lambda: texts


TARGETS = {
    "templates": Target(files.template, _templates, TAGS, OF_TEMPLATES, 800),
    "python": Target(files.module, lambda: fences(".py"), CODE, OF_PYTHON, 1_500),
    "engine": Target(engine.project, _edited, (*TAGS, *CODE, engine.STEP), (CHECKER,)),
    "growth": Target(growth.growth, growth.begin, (*TAGS, *CODE, growth.MARK), (*OF_TEMPLATES, *OF_PYTHON), 200),
    "attributes": Target(inputs.attribute, _attributes, VALUES, GRAMMAR, 300),
    "selectors": Target(inputs.selector, _few("#a-*|#a-b", "*|a", "a*b*c|*b*", "a-*-b"), (*VALUES, "|"), GRAMMAR, 80),
    "paths": Target(inputs.path, _few("/a/{n:int}|/a/5", "/{x:path}|/b/c", "/{f:float}|/1.5"), GLOBS, GRAMMAR, 400),
    "patterns": Target(
        inputs.patterns, _few("*.py\n!a/b.py\na/b.py", "a/**/b\na/x/b"), GLOBS, (CHECKER / "syntax/patterns.py",), 300
    ),
    "names": Target(inputs.names, _few("mian main maim", "# nav: a\ntitle titel"), (*VALUES, *GLOBS), GRAMMAR, 600),
    "configuration": Target(
        inputs.configuration, _few("select = ['a']", "[tool.chirp-check]\nignore = []"), SETTINGS, CONFIGURATION
    ),
    "encodings": Target(
        inputs.encoded,
        _few("# coding: utf-7\nx", "\xef\xbb\xbfx = 1", "\xff\xfea"),
        CODE,
        (CHECKER / "syntax/decode.py",),
    ),
    "wire": Target(inputs.wire, _messages, FRAMES, (SERVER,)),
    "positions": Target(inputs.positions, _few("a\r\nb\rc\n", "é😀\n\x85"), (*FRAMES, *TAGS), (SERVER,), 500),
}
