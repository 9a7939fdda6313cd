"""Mappings with several values under one key: what they promise, and the one immutable implementation."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Never, Protocol, overload, override

from chirp.errors import MissingKey

_TRUE = frozenset({"true", "1", "yes", "on"})
_MAX_DIGITS = 18


class MultiValueMapping(Protocol):
    """`[]` and `get` give the first value, `get_list` all of them in order."""

    def __getitem__(self, key: str, /) -> str: ...
    def get_list(self, key: str, /) -> list[str]: ...


class MultiValues[V](Mapping[str, V]):
    """Any values: `[]` and `get` give the first under a key, `get_list` all. A missing key raises MissingKey: a 400."""

    __slots__ = ("_values",)
    _values: dict[str, list[V]]

    def __init__(self, pairs: Iterable[tuple[str, V]] = ()) -> None:
        values: dict[str, list[V]] = {}
        for key, value in pairs:
            values.setdefault(key, []).append(value)
        object.__setattr__(self, "_values", values)

    @override
    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{type(self).__name__} is immutable")

    @override
    def __getitem__(self, key: str) -> V:
        values = self._values.get(key)
        if values is None:
            raise MissingKey(key)
        return values[0]

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._values

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @override
    def __len__(self) -> int:
        return len(self._values)

    def get_list(self, key: str) -> list[V]:
        """All values of `key` in order; empty when there is none."""
        return list(self._values.get(key, ()))


class MultiDict(MultiValues[str]):
    """Texts under their keys."""

    __slots__ = ()

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, MultiDict):
            return self._values == other._values
        return NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(tuple((key, *values) for key, values in sorted(self._values.items())))

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"

    @overload
    def get_int(self, key: str, default: int) -> int: ...
    @overload
    def get_int(self, key: str, default: None = None) -> int | None: ...
    def get_int(self, key: str, default: int | None = None) -> int | None:
        """The value as int: ASCII digits, at most 18, with an optional minus sign; anything else is `default`."""
        text = self.get(key, "")
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS:
            return int(text)
        return default

    @overload
    def get_bool(self, key: str, default: bool) -> bool: ...
    @overload
    def get_bool(self, key: str, default: None = None) -> bool | None: ...
    def get_bool(self, key: str, default: bool | None = None) -> bool | None:
        """True for true, 1, yes and on in any case, False for another value, `default` when the key is missing."""
        values = self._values.get(key)
        return default if values is None else values[0].lower() in _TRUE
