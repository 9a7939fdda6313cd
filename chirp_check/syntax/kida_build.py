"""What Kida's grammar asks of those who want something made of expressions."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

TOO_DEEP = "an expression nested too deeply"


class Refused(Exception):
    """The tag is wrong, or beyond what this parser knows."""


type Arguments[T] = tuple[tuple[str | None, T], ...]


class Applied[T](NamedTuple):
    """A filter or test by name. `marked`: the filter is optional (`?|`), the test negated."""

    name: str
    arguments: Arguments[T]
    marked: bool


class Build[T](msgspec.Struct, frozen=True):
    """Makes a `T` of each kind of expression. The first two arguments are its range."""

    constant: Callable[[int, int, str | float | None], T]
    name: Callable[[int, int, str], T]
    attribute: Callable[[int, int, T, str, bool], T]
    item: Callable[[int, int, T, T, bool], T]
    call: Callable[[int, int, T, Arguments[T]], T]
    filter: Callable[[int, int, T, Applied[T]], T]
    test: Callable[[int, int, T, Applied[T]], T]
    compare: Callable[[int, int, T, str, T], T]
    negation: Callable[[int, int, T], T]
    minus: Callable[[int, int, T], T]
    add: Callable[[int, int, T, T], T]
    join: Callable[[int, int, tuple[T, ...]], T]
    either: Callable[[int, int, tuple[T, ...], str], T]
    choice: Callable[[int, int, str, T, T, T], T]
    items: Callable[[int, int, bool, tuple[T, ...]], T]
    mapping: Callable[[int, int, tuple[tuple[T, T], ...]], T]
    repeated: Callable[[int, int, tuple[str, ...], T, T], T]
    filtered: Callable[[int, int, T, T], T]
    opaque: Callable[[int, int, str, tuple[T, ...]], T]
    bounded: Callable[[T], T]  # the same without what is too deep inside it
