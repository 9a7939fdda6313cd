"""How pairs of tags are laid out: one that stands otherwise than pairs do hints at a tag that is missing.

A pair is even when it stands on one line, or begins and ends on lines that are indented alike, both tags first on
their line or neither. A pair is given as the offsets of its tags.
"""

from collections.abc import Iterable


def odd(text: str, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Where the second tags of the pairs stand that are not even, in their order."""
    return sorted(end for start, end in pairs if not _is_even(text, start, end))


def _is_even(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) < 0 or _lead(text, start) == _lead(text, end)


def _lead(text: str, at: int) -> tuple[str, bool]:
    """The indentation of the line of a place, and whether it is the first on it."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    indentation = before[: len(before) - len(before.lstrip())]
    return indentation, indentation == before
