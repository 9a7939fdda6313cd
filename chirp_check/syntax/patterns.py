"""Path patterns as `.gitignore` writes them: for exclusions, per-file settings and `.gitignore` itself."""

import re
from collections.abc import Iterable
from typing import NamedTuple

STAR = "[^/]*"  # anything in one segment
FOLDERS = "(?:.*/)?"  # any number of whole segments


class _Pattern(NamedTuple):
    """One line: `folders_only` when it ends in `/`, `negated` when it starts with `!`."""

    regex: re.Pattern[str]
    negated: bool
    folders_only: bool


class Patterns:
    """The lines of one `.gitignore`, or patterns of the configuration. The last one that matches decides."""

    __slots__ = ("_any", "_patterns")

    def __init__(self, lines: Iterable[str]) -> None:
        found = [made for line in lines if (made := _read(line)) is not None]
        self._patterns = tuple(reversed(found))
        self._any = re.compile("|".join(f"(?:{one.regex.pattern})" for one in found), re.DOTALL) if found else None

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether a path (relative to where the patterns stand) is taken (True), taken back (False), or not named."""
        if self._any is None or self._any.fullmatch(path) is None:
            return None
        for pattern in self._patterns:
            if (is_folder or not pattern.folders_only) and pattern.regex.fullmatch(path) is not None:
                return not pattern.negated
        return None

    def covers(self, path: str) -> bool:
        """Whether a file is taken, itself or through a folder above it."""
        at = path.find("/")
        while at >= 0:
            if self.verdict(path[:at], is_folder=True):
                return True
            at = path.find("/", at + 1)
        return bool(self.verdict(path, is_folder=False))


def _read(line: str) -> _Pattern | None:
    """One line of a `.gitignore`; None for blank lines, comments and what cannot match anything."""
    text = _without_trailing_spaces(line.rstrip("\r\n"))
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    folders_only = text.endswith("/")
    text = text[:-1] if folders_only else text
    if not text:
        return None
    anchored = "/" in text
    text = text.removeprefix("/")
    regex = _translate(text)
    if regex is None:
        return None
    return _Pattern(re.compile(regex if anchored else f"(?:.*/)?{regex}", re.DOTALL), negated, folders_only)


def _without_trailing_spaces(text: str) -> str:
    """Trailing spaces do not count, unless a backslash quotes one."""
    bare = text.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and len(bare) < len(text) else bare


def _translate(glob: str) -> str | None:
    """A glob to a regular expression; None where git takes it to match nothing (an open bracket, a lone backslash)."""
    out: list[str] = []
    at = 0
    while at < len(glob):
        piece, at = _piece(glob, at)
        if piece is None:
            return None
        out.append(piece)
    return _without_second_thoughts(out)


def _without_second_thoughts(pieces: list[str]) -> str:
    """The pieces as one regular expression that tries each place once.

    What stands between two stars is taken where it comes first, which leaves most to the rest; so are the segments
    between two `**`. Else a path could be divided among many stars in more ways than anybody waits for.
    """
    *chunks, last = _divided(pieces, FOLDERS)
    ours = [_segments(chunk) for chunk in chunks]
    head = "".join(ours[:1]) + "".join(f"(?>(?:[^/]*/)*?{chunk})" for chunk in ours[1:] if chunk)
    return f"{head}{FOLDERS if chunks else ''}{_segments(last)}"


def _segments(pieces: list[str]) -> str:
    """Pieces between two `**`: no other than the last star of a segment may give back what it has taken."""
    out: list[str] = []
    for segment in _divided(pieces, "/"):
        first, *others = _divided(segment, STAR)
        between = [f"(?>{STAR}?{''.join(one)})" for one in others[:-1]]
        out.append("".join([*first, *between, *([STAR, *others[-1]] if others else [])]))
    return "/".join(out)


def _divided(pieces: list[str], mark: str) -> list[list[str]]:
    """The runs of pieces before, between and behind those that are the mark."""
    runs: list[list[str]] = [[]]
    for piece in pieces:
        if piece == mark:
            runs.append([])
        else:
            runs[-1].append(piece)
    return runs


def _piece(glob: str, at: int) -> tuple[str | None, int]:
    """The regular expression of what stands at an offset, and where the next piece begins."""
    char = glob[at]
    if char == "*":
        return _stars(glob, at)
    if char == "?":
        return "[^/]", at + 1
    if char == "[":
        return _bracket(glob, at)
    if char == "\\":
        return (re.escape(glob[at + 1]), at + 2) if at + 1 < len(glob) else (None, at + 1)
    return re.escape(char), at + 1


def _stars(glob: str, at: int) -> tuple[str, int]:
    """`**` spans folders only as a whole segment; any other run of stars stays in its segment."""
    end = at
    while end < len(glob) and glob[end] == "*":
        end += 1
    whole = end - at == 2 and (at == 0 or glob[at - 1] == "/")
    if whole and end == len(glob):
        return (".*" if at == 0 else ".+"), end
    if whole and glob[end] == "/":
        return FOLDERS, end + 1
    return STAR, end


_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


def _bracket(glob: str, at: int) -> tuple[str | None, int]:
    """A bracket expression; it never matches `/`."""
    at += 1
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    parts: list[str] = []
    first = True
    while at < len(glob) and (first or glob[at] != "]"):
        first = False
        if glob.startswith("[:", at) and (end := glob.find(":]", at)) > 0 and glob[at + 2 : end] in _CLASSES:
            parts.append(_CLASSES[glob[at + 2 : end]])
            at = end + 2
            continue
        low, at = _member(glob, at)
        if glob[at : at + 1] == "-" and at + 1 < len(glob) and glob[at + 1] != "]":
            high, at = _member(glob, at + 1)
            if low <= high:
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            parts.append(re.escape(low))
    if at >= len(glob):
        return None, at
    inside = "".join(parts)
    if negated:
        return f"(?!/)[^{inside}]" if inside else "[^/]", at + 1
    return f"(?!/)[{inside}]" if inside else "(?!)", at + 1


def _member(glob: str, at: int) -> tuple[str, int]:
    """One character of a bracket expression, a quoted one without its backslash."""
    if glob[at] == "\\" and at + 1 < len(glob):
        return glob[at + 1], at + 2
    return glob[at], at + 1
