"""Texts to begin with, and small changes of texts."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.harness.cases import Case, read_cases

ROOT = Path(__file__).resolve().parent.parent.parent.parent
LONGEST = 1_500  # characters of what is begun with
REPEATS = (2, 3, 10, 70, 300)


@dataclass(frozen=True, slots=True)
class Material:
    """Texts to begin with, and pieces to put into them."""

    texts: Sequence[str]
    pieces: Sequence[str]


@cache
def cases() -> tuple[Case, ...]:
    """The projects of the tests."""
    pages = sorted([*(ROOT / "tests/cases").rglob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])
    return tuple(case for page in pages for case in read_cases(page))


def fences(suffix: str) -> list[str]:
    """The short files of the projects of the tests with a suffix."""
    files = (item for case in cases() for item in case.files().items())
    return sorted({text for path, text in files if path.endswith(suffix) and len(text) <= LONGEST})


def changed(text: str, material: Material, source: random.Random) -> str:
    """The text with one to four small changes."""
    for _ in range(source.choice((1, 1, 2, 4))):
        text = _CHANGES[source.randrange(len(_CHANGES))](text, material, source)
    return text


def _insert(text: str, material: Material, source: random.Random) -> str:
    at = source.randrange(len(text) + 1)
    return text[:at] + source.choice(material.pieces) + text[at:]


def _overwrite(text: str, material: Material, source: random.Random) -> str:
    at, piece = source.randrange(len(text) + 1), source.choice(material.pieces)
    return text[:at] + piece + text[at + source.choice((1, len(piece))) :]


def _drop(text: str, material: Material, source: random.Random) -> str:
    at = source.randrange(len(text) + 1)
    return text[:at] + text[at + source.choice((1, 1, 2, 5, 20)) :]


def _copy(text: str, material: Material, source: random.Random) -> str:
    at, start = source.randrange(len(text) + 1), source.randrange(len(text) + 1)
    return text[:at] + text[start : start + source.randrange(60)] + text[at:]


def _repeat(text: str, material: Material, source: random.Random) -> str:
    at = source.randrange(len(text) + 1)
    return text[:at] + text[at : at + source.randrange(1, 12)] * source.choice(REPEATS) + text[at:]


def _splice(text: str, material: Material, source: random.Random) -> str:
    other = source.choice(material.texts)
    at, start = source.randrange(len(text) + 1), source.randrange(len(other) + 1)
    return text[:at] + other[start : start + source.choice((20, 100, 1000))] + text[at + source.randrange(100) :]


def _letter(text: str, material: Material, source: random.Random) -> str:
    at = source.randrange(len(text) + 1)
    return text[:at] + chr(source.choice(_LETTERS)) + text[at + source.randrange(2) :]


# Line ends of several kinds, blanks that are none, wide letters, one that turns, half a pair, what NFKC changes.
_LETTERS = (0, 9, 10, 12, 13, 0x1C, 0x85, 0xA0, 0x2028, 0xE9, 0x1F600, 0x202E, 0xD800, 0xFB01, 0x661, 0xFEFF, 0xFFFD)
_CHANGES = (_insert, _insert, _overwrite, _drop, _copy, _repeat, _splice, _letter)


def to_text(data: bytes) -> str:
    """The text that `to_bytes` has made bytes of, or whatever else is in them."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def to_bytes(text: str) -> bytes:
    """A text as bytes, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")
