"""Finds where the tags of a template begin and end, as Kida's lexer would, in linear time; knows no grammar."""

import re
from collections.abc import Iterator

import msgspec

OPENER = re.compile(r"\{[{%#]")
CLOSERS = {"{{": "}}", "{%": "%}"}
_NESTED = (
    4  # openers of another output tag that an expression may contain (`{{}: 1}`) before the tag counts as unclosed
)
# Kida passes over these where they stand in the block they name; it does not close the block.
SKIPPED_ENDS = frozenset({"endregion", "endpush", "endtry"})

# What matters inside a tag: strings, its end, and what can never stand in an expression.
_STOPS = {
    "{{": re.compile(r"""["']|\}\}|\{[{%#]|%\}"""),
    "{%": re.compile(r"""["']|%\}|\{[{%#]"""),
}
_RAW_STOPS = {"{{": re.compile(r"""["']|\}\}"""), "{%": re.compile(r"""["']|%\}""")}
_STRING_REST = {
    '"': re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL),
    "'": re.compile(r"[^'\\]*+(?:\\.[^'\\]*+)*+'", re.DOTALL),
}
_RECOVER = {
    "{{": re.compile(r"\}\}|\n|<(?=[A-Za-z/!])|\{[{%#]"),
    "{%": re.compile(r"%\}|\n|<(?=[A-Za-z/!])|\{[{%#]"),
}


class Close(msgspec.Struct, frozen=True):
    """Where a tag ends. `nested`: an opener stands inside, outside strings, which is legal in one absurd case only."""

    end: int
    nested: bool


class Open(msgspec.Struct, frozen=True):
    """A tag without an end: the offset where that became certain, and whether a string that never ends hides it."""

    at: int
    in_string: bool


def find_close(text: str, start: int, *, raw: bool = False) -> Close | Open:
    """The end of the `{{` or `{%` tag at `start`: the first closer outside strings.

    Inside `{% raw %}` Kida only cuts tags into tokens, so there nothing but the closer ends the search.
    """
    opener = text[start : start + 2]
    stops = (_RAW_STOPS if raw else _STOPS)[opener]
    closer = CLOSERS[opener]
    at = start + 2
    nested = 0
    while stop := stops.search(text, at):
        found = stop.group()
        at = stop.end()
        if found == closer:
            return Close(at, nested > 0)
        if found in _STRING_REST:
            rest = _STRING_REST[found].match(text, at)
            if rest is None:
                return Open(stop.start(), True)
            at = rest.end()
        elif found == "{{" and nested < _NESTED:
            nested += 1
            at = stop.start() + 1
        else:
            return Open(stop.start(), False)
    return Open(len(text), False)


def recovery(text: str, start: int) -> tuple[int, bool]:
    """Where reading goes on after a tag without a usable end, and whether that is behind a closer that a string hid.

    That is the first closer of its kind, line end, markup or opener, strings or not.
    """
    opener = text[start : start + 2]
    stop = _RECOVER[opener].search(text, start + 2)
    if stop is None:
        return len(text), False
    if stop.group() == CLOSERS[opener]:
        return stop.end(), True
    return stop.start(), False


_WINDOW = 400  # code points around a tag in which the attribute value that it stands in is looked for
_IN_VALUE = re.compile(r"""=\s*+(["'])(?:(?!\1).)*+\Z""", re.DOTALL)
_BEHIND_VALUE = re.compile(r"\s*+(?:/?>|[\w:@.-]++\s*+[=\s/>])")


def value_ends(text: str, start: int) -> Iterator[int]:
    """Where the attribute value around a tag may end that is never closed: at a quote with more markup behind it."""
    inside = _IN_VALUE.search(text, max(0, start - _WINDOW), start)
    at = text.find(inside[1], start, start + _WINDOW) if inside else -1
    while inside and at >= 0:
        if _BEHIND_VALUE.match(text, at + 1):
            yield at
        at = text.find(inside[1], at + 1, start + _WINDOW)


_TEXT_BEGINS = re.compile(r"\s(?=/\w)|\}")


def text_begins(text: str, start: int, cut: int) -> Iterator[int]:
    """Where in an output tag that is never closed something begins that is more likely text: `{{ id /edit`."""
    return (one.start() for one in _TEXT_BEGINS.finditer(text, start + 2, cut))


_END_RAW = re.compile(r"\{%-?\s*+endraw\s*+-?%\}")


def find_end_raw(text: str, start: int) -> re.Match[str] | None:
    """The next thing that looks like the end of a raw block."""
    return _END_RAW.search(text, start)
