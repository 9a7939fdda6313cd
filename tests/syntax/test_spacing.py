"""Room between functions changes nothing for Python, and keeps the functions that are not edited where they are."""

import ast
from pathlib import Path
from random import Random

import pytest

from chirp_check.source import SourceFile
from chirp_check.syntax.python import parse
from chirp_check.syntax.spacing import ROOM, Spaced, spaced

TEXT = '''"""A module."""

import os

VALUE = """
def inside(): the text of a string
"""


@first
@second(1)
def one(a):
    # a comment
    return a


class Two:
    """Says something."""

    size = 1

    async def three(self):
        if self.size:
            def four():
                return 4

            return four
        return None

def five(): return 5
'''


def file(text: str) -> SourceFile:
    return SourceFile("app.py", text)


def place_of(found: Spaced, word: str) -> int:
    return found.place(found.written.index(word))


WORDS = ("import os", "inside", "@first", "one(a)", "class Two", "async def", "def four", "return four", "def five")


def test_what_is_not_edited_stays() -> None:
    before = spaced(file(TEXT))
    for old, new in (("# a comment", "# a longer one\n    # of two lines"), ("return 4", "4"), ("size = 1\n", "")):
        after = spaced(file(TEXT.replace(old, new)), before)
        begin = max(at for at in before.starts if at <= TEXT.index(old))
        end = min(at for at in before.starts if at > TEXT.index(old))
        for word in WORDS:
            if not begin <= TEXT.index(word) < end:
                assert place_of(after, word) == place_of(before, word), (old, word)


def test_a_function_more_and_one_less() -> None:
    before = spaced(file(TEXT))
    more = spaced(file(TEXT.replace("class Two", "def new():\n    pass\n\n\nclass Two")), before)
    less = spaced(file(TEXT), more)
    for found in (more, less):
        assert [place_of(found, word) for word in WORDS] == [place_of(before, word) for word in WORDS]


def test_no_room_is_left() -> None:
    before = spaced(file(TEXT))
    long = spaced(file(TEXT.replace("# a comment", "#" * (ROOM + 20))), before)
    assert place_of(long, "class Two") > place_of(before, "class Two")
    assert long.offset(place_of(long, "def five")) == long.written.index("def five")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_random_edits(end: str) -> None:
    """The tree, the errors and the text itself are those of the file, wherever its parts have come to stand."""
    random = Random(7)
    pieces = (
        "x",
        end,
        f"# c{end}",
        "(",
        '"',
        f"    def f():{end}",
        f"{end}{end}def g():{end}    pass{end}",
        " ",
        "\\",
        "",
    )
    for text in (TEXT, TEXT * 3, Path(__file__).read_text(encoding="utf-8")):
        found, now = None, text.replace("\n", end)
        for _ in range(20):
            found = spaced(file(now), found)
            for offset in (random.randrange(len(now) + 1) for _ in range(20)):
                assert now[offset : offset + 1] in ("\r", "\n") or found.offset(found.place(offset)) == offset
            plain, other = parse(file(now)), parse(file(found.text))
            assert ast.dump(other.module) == ast.dump(plain.module)
            places = [(one.message, found.offset(one.start), found.offset(one.end)) for one in other.errors]
            assert places == [(one.message, one.start, one.end) for one in plain.errors]
            at = random.randrange(len(now) + 1)
            now = now[:at] + random.choice(pieces) + now[at + random.choice((0, 0, 1, 30)) :]
