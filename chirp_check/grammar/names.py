"""The one did-you-mean: which of some names another name most likely meant."""

from collections.abc import Iterable


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
    for candidate, name in sorted({(candidate, name) for name, candidate in pairs}, key=_in_doubt):
        if candidate == name:
            continue
        limit = max(1, len(_cores(name, candidate)[0]) // 3)
        if best is not None:
            limit = min(limit, best[0] - 1)
        distance = _off(name, candidate, limit)
        if distance <= limit:
            best = (distance, candidate)
    return best[1] if best else None


def _in_doubt(pair: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
    """The order of what is equally near; a single letter is near to every word of two, and comes last."""
    return len(pair[0]) == 1, pair


def _off(name: str, candidate: str, limit: int) -> int:
    """How many letters are wrong, anything above `limit` is `limit + 1`."""
    part = len(name) > 2 and name.lower() in _parts(candidate)
    return 1 if part else _distance(*_cores(name, candidate), limit)


def is_clear(name: str, near: str, candidates: Iterable[str]) -> bool:
    """Whether `near`, the nearest of some candidates, is beyond doubt.

    That is where few letters are off, no other is so near, and the two are not the singular and the plural of a word.
    """
    wrong, right = _cores(name, near)
    few = max(1, len(wrong) // 4)
    off = _distance(wrong, right, few)
    if off > few or _is_plural(wrong, right) or _is_plural(right, wrong):
        return False
    others = (one for one in candidates if one not in (name, near) and (len(one) > 1 or len(near) == 1))
    return all(_off(name, one, off) > off for one in others)


def _is_plural(one: str, other: str) -> bool:
    return one in (f"{other}s", f"{other}es")


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The help sentence for a misspelt name, or None when nothing is near."""
    match = nearest(name, candidates)
    return f"did you mean `{match}`?" if match is not None else None
