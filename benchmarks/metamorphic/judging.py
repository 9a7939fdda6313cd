"""What the checker says of an application before and after a rewrite."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.metamorphic.rewriting import Files, Moves, Place
from benchmarks.mutants.site import folder_of, project
from chirp_check.engine import Session

FORGET = 500  # rewrites after which a session starts anew


@dataclass(frozen=True, slots=True)
class Said:
    """A finding."""

    rule: str
    message: str
    place: Place

    def __str__(self) -> str:
        return f"[{self.rule}] {self.message} ({self.place.path}:{self.place.start}-{self.place.end})"


@dataclass(frozen=True, slots=True)
class Change:
    """How findings differ: gone, new, and those that are there with another range around the same text."""

    lost: tuple[Said, ...] = ()
    gained: tuple[Said, ...] = ()
    shifted: tuple[tuple[Said, Said], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether no finding came or went."""
        return not self.lost and not self.gained


class Checker:
    """Checks variants of one example after another; what they share is read once.

    What a running engine raises counts as a finding, so that the variant is looked at by a new one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._folder = folder_of(name)
        self._session = Session()
        self._asked = 0

    def said(self, files: Files) -> frozenset[Said]:
        """The findings, paths as in `files`."""
        return self.look(files)[0]

    def look(self, files: Files, *, anew: bool = False) -> tuple[frozenset[Said], int]:
        """The findings, and how many references are resolved. `anew`: with nothing remembered."""
        self._asked += 1
        if self._asked % FORGET == 0:
            self._session = Session()
        made = project(self._name, files)
        try:
            report = (Session() if anew else self._session).analyze(made).report
        except Exception as error:
            if anew:
                raise
            self._session = Session()
            return frozenset({Said("raised", repr(error), Place("", 0, 0))}), 0
        found = frozenset(
            Said(one.rule, one.finding.message, Place(at.path.removeprefix(self._folder), at.start, at.end))
            for one in report.diagnostics
            if (at := one.finding.at)
        )
        return found, report.summary.references - report.summary.resolved


def change(
    before: frozenset[Said],
    after: frozenset[Said],
    moves: Moves,
    renamed: Mapping[str, str],
    texts: tuple[Files, Files],
) -> Change:
    """What differs. `texts`: the files before and after."""
    left = set(after)
    lost: list[Said] = []
    shifted: list[tuple[Said, Said]] = []
    pending: list[tuple[Said, set[Place]]] = []
    for one in sorted(before, key=str):
        images = moves.images(one.place)
        met = {other for other in after if other.place in images and _alike(one, other, renamed)}
        left -= met
        if not met:
            pending.append((one, images))
    for one, images in pending:
        paths = {image.path for image in images} or {one.place.path}
        near = [
            other
            for other in left
            if other.place.path in paths
            and _alike(one, other, renamed)
            and _text(one, texts[0]) == _undone(_text(other, texts[1]), renamed)
        ]
        if not near:
            near = [other for other in left if other.place.path in paths and _alike(one, other, renamed)]
        if near:
            shifted.append((one, near[0]))
            left.discard(near[0])
        else:
            lost.append(one)
    return Change(tuple(lost), tuple(sorted(left, key=str)), tuple(shifted))


def _alike(one: Said, other: Said, renamed: Mapping[str, str]) -> bool:
    return one.rule == other.rule and _undone(one.message, renamed) == _undone(other.message, renamed)


def _undone(text: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        text = re.sub(rf"{re.escape(new)}(?!\w)", old, text)
    return text


def _text(one: Said, files: Files) -> str:
    return files.get(one.place.path, "")[one.place.start : one.place.end].strip("\"'")
