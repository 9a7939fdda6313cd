"""What a blind edit is: pieces of text that are replaced, or a file that gets another name. It knows no meaning."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.mutants.application import Application

LETTERS = "aeiourstn"


@dataclass(frozen=True, slots=True)
class Piece:
    """`[start, end)` of a file, in code points, becomes `text`."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One blind edit. `renamed` is a file that bears another name, and that name; empty for none."""

    kind: str
    pieces: tuple[Piece, ...]
    renamed: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit of an example: the files that differ, where in the new texts, and what stood and stands there.

    `ranges` are half-open, in code points; that of what is left out is empty. A renamed file has none.
    """

    app: str
    kind: str
    files: Mapping[str, str | None]
    ranges: tuple[tuple[str, int, int], ...]
    was: str
    now: str
    line: str

    @property
    def key(self) -> str:
        """Tells edits with another outcome apart."""
        shown = "\0".join(f"{path}\0{text}" for path, text in sorted(self.files.items(), key=lambda one: one[0]))
        return hashlib.sha1(shown.encode(), usedforsecurity=False).hexdigest()


type Maker = Callable[[Application, Random], Iterator[Edit]]


def carried_out(app: Application, edit: Edit) -> Edited:
    """An edit of an example."""
    files: dict[str, str | None] = {}
    ranges: list[tuple[str, int, int]] = []
    for path in dict.fromkeys(piece.path for piece in edit.pieces):
        text, moved = app.files[path], 0
        for piece in sorted((one for one in edit.pieces if one.path == path), key=lambda one: one.start):
            start = piece.start + moved
            text = text[:start] + piece.text + text[piece.end + moved :]
            ranges.append((path, start, start + len(piece.text)))
            moved += len(piece.text) - (piece.end - piece.start)
        files[path] = text
    was = " | ".join(app.files[one.path][one.start : one.end] for one in edit.pieces)
    now = " | ".join(one.text for one in edit.pieces)
    old, new = edit.renamed
    if old:
        return Edited(app.root.name, edit.kind, {old: None, new: app.files[old]}, (), old, new, old)
    first = edit.pieces[0]
    line = f"{first.path}:{app.files[first.path].count('\n', 0, first.start) + 1}"
    return Edited(app.root.name, edit.kind, files, tuple(ranges), was, now, line)


def chosen(app: Application, makers: Mapping[str, Maker], count: int, seed: int) -> Iterator[Edited]:
    """So many edits of each kind, drawn with a seed; none twice, none that changes nothing."""
    seen: set[str] = set()
    for kind, maker in makers.items():
        random = Random(f"{seed}:{app.root.name}:{kind}")
        made = list(maker(app, random))
        random.shuffle(made)
        taken = 0
        for edit in made:
            one = carried_out(app, edit)
            if taken == count:
                break
            if one.key not in seen and any(app.files.get(path) != text for path, text in one.files.items()):
                seen.add(one.key)
                taken += 1
                yield one


def mistyped(word: str, random: Random) -> str:
    """A word with a letter lost, doubled, swapped with the next, or another; the word itself when it has none."""
    letters = [at for at, char in enumerate(word) if char.isalpha()]
    if not letters:
        return word
    at = random.choice(letters)
    match random.randrange(4):
        case 0 if len(letters) > 1:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[: at + 1] + word[at:]
        case 2 if at + 1 in letters and word[at] != word[at + 1]:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case _:
            return word[:at] + random.choice(LETTERS.replace(word[at].lower(), "")) + word[at + 1 :]


@dataclass(frozen=True, slots=True)
class Word:
    """A name, a text or a number as it stands in a file."""

    path: str
    start: int
    end: int
    text: str


def with_typos(kind: str, words: Iterable[Word], random: Random) -> Iterator[Edit]:
    """Each word mistyped."""
    for word in words:
        yield Edit(kind, (Piece(word.path, word.start, word.end, mistyped(word.text, random)),))


def with_others(kind: str, groups: Iterable[list[Word]], random: Random) -> Iterator[Edit]:
    """Each word as another one of its group."""
    for group in groups:
        texts = sorted({word.text for word in group})
        for word in group:
            others = [text for text in texts if text != word.text]
            if others:
                yield Edit(kind, (Piece(word.path, word.start, word.end, random.choice(others)),))


def with_swaps(kind: str, groups: Iterable[list[Word]], random: Random) -> Iterator[Edit]:
    """Each word exchanged with another one of its group."""
    for group in groups:
        for word in group:
            others = [one for one in group if one.text != word.text]
            if others:
                other = random.choice(others)
                pieces = (
                    Piece(word.path, word.start, word.end, other.text),
                    Piece(other.path, other.start, other.end, word.text),
                )
                yield Edit(kind, pieces)


def left_out(kind: str, path: str, ranges: Iterable[tuple[int, int]], instead: str = "") -> Iterator[Edit]:
    """Each range gone, or replaced by the same text."""
    for start, end in ranges:
        yield Edit(kind, (Piece(path, start, end, instead),))
