"""What the checker says: findings, diagnostics and the one did-you-mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chirp_check.source import Span


class Level(StrEnum):
    """How seriously the project takes a rule."""

    OFF = "off"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place of a finding, usually the other side of the boundary."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that make the finding go away; `safe` when they cannot change what already works."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields: one fact (lower case, no full stop), its place, and help of one sentence."""

    message: str
    at: Span
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with the name of its rule and the level the project gives it (never `Level.OFF`)."""

    rule: str
    level: Level
    finding: Finding

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Place, rule and message: the one order of every report."""
        at = self.finding.at
        return (at.path, at.start, at.end, self.rule, self.finding.message)


def _distance(left: str, right: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two words; anything above `limit` is `limit + 1`."""
    if abs(len(left) - len(right)) > limit or len(set(left) ^ set(right)) > 2 * limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]


def _parts(name: str) -> list[str]:
    for mark in "-_./":
        name = name.replace(mark, " ")
    return name.lower().split()


def _cores(left: str, right: str) -> tuple[str, str]:
    """What is left of two paths without the segments they share at both ends, and without a shared file type."""
    a, b = left.lower().split("/"), right.lower().split("/")
    while len(a) > 1 and len(b) > 1 and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while len(a) > 1 and len(b) > 1 and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    stem, dot, kind = a[-1].rpartition(".")
    if dot and stem and b[-1].endswith(dot + kind):
        a[-1], b[-1] = stem, b[-1].removesuffix(dot + kind)
    return "/".join(a), "/".join(b)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` most likely meant, or None.

    At most a third of the letters may differ, counted without what paths share; a candidate that has the whole name
    among its parts counts as one letter off. Of equals the first in the alphabet is taken.
    """
    return nearest_of((name, candidate) for candidate in candidates)


def nearest_of(pairs: Iterable[tuple[str, str]]) -> str | None:
    """As `nearest`, where for each candidate it is another name that may have meant it."""
    best: tuple[int, str] | None = None
    for candidate, name in sorted({(candidate, name) for name, candidate in pairs}):
        if candidate == name:
            continue
        wrong, right = _cores(name, candidate)
        limit = max(1, len(wrong) // 3)
        if best is not None:
            limit = min(limit, best[0] - 1)
        part = len(name) > 2 and name.lower() in _parts(candidate)
        distance = 1 if part else _distance(wrong, right, limit)
        if distance <= limit:
            best = (distance, candidate)
    return best[1] if best else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The help sentence for a misspelt name, or None when nothing is near."""
    match = nearest(name, candidates)
    return f"did you mean `{match}`?" if match is not None else None


def rename(at: Span, old: str, new: str, *, safe: bool = True) -> Fix | None:
    """The fix that writes another name at a place: a bare word, or a literal between plain quotes; else None."""
    quotes = (at.end - at.start - len(old)) // 2
    if at.end - at.start != len(old) + 2 * quotes or quotes not in (0, 1):
        return None
    return Fix(f"rename it to `{new}`", (Edit(Span(at.path, at.start + quotes, at.end - quotes), new),), safe)
