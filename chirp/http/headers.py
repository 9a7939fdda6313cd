"""Request headers as an immutable mapping, and the rules for header names and values that we send."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Never, overload, override

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# The server or this framework writes these; an application that sets them breaks the framing of the message.
_OWNED = frozenset(
    {"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "proxy-connection"}
)


class Headers(Mapping[str, str]):
    """Immutable, case-insensitive headers over pairs of bytes; `[]` gives the first of several equal names.

    A name with an underscore is not there, except in `raw`: many proxies take `X_Forwarded_For` for `X-Forwarded-For`
    and let through, under the first, what they refuse under the second.
    """

    __slots__ = ("_index", "_source")
    _source: tuple[Iterable[bytes], ...]
    _index: dict[bytes, bytes] | None

    def __init__(self, raw: Iterable[Iterable[bytes]] = ()) -> None:
        object.__setattr__(self, "_source", tuple(raw))
        object.__setattr__(self, "_index", None)

    @override
    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("Headers is immutable")

    def first(self, name: bytes) -> bytes | None:
        """The first value under a lower-case name, undecoded: the lookup the framework itself uses."""
        index = self._index
        if index is None:
            index = {key.lower(): value for key, value in reversed(self._source)}
            object.__setattr__(self, "_index", index)
        return index.get(name)

    @override
    def __getitem__(self, key: str) -> str:
        name = _lookup_key(key)
        value = self.first(name) if name is not None else None
        if value is None:
            raise KeyError(key)
        return value.decode("latin-1")

    @overload
    def get(self, key: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    @overload
    def get[T](self, key: str, default: T, /) -> str | T: ...
    @override
    def get(self, key: str, default: object = None, /) -> object:
        name = _lookup_key(key)
        value = self.first(name) if name is not None else None
        return default if value is None else value.decode("latin-1")

    @override
    def __contains__(self, key: object) -> bool:
        name = _lookup_key(key) if isinstance(key, str) else None
        return name is not None and self.first(name) is not None

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.lower().decode("latin-1") for name, _ in self._source if b"_" not in name))

    @override
    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._source if b"_" not in name})

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return _folded(self) == _folded(other)
        return NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(_folded(self))

    @override
    def __repr__(self) -> str:
        return f"Headers({len(self._source)} pairs: {', '.join(self)})"

    def get_list(self, key: str) -> list[str]:
        """Every value under `key`, in the order received, one per header line."""
        name = _lookup_key(key)
        return [value.decode("latin-1") for line, value in self._source if line.lower() == name]

    @property
    def raw(self) -> tuple[tuple[bytes, bytes], ...]:
        """The pairs as received."""
        return tuple((name, value) for name, value in self._source)


def _lookup_key(key: str) -> bytes | None:
    """Lower-case bytes; None for a key no header can have. Folding bytes keeps `K` (KELVIN SIGN) away from `k`."""
    if "_" in key:
        return None
    try:
        return key.encode("latin-1").lower()
    except UnicodeEncodeError:
        return None


def _folded(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower(), value) for name, value in headers.raw)


def is_token(text: str) -> bool:
    """Whether the text could be the name of a header (RFC 9110)."""
    return bool(text) and _TOKEN.issuperset(text)


def check_header_name(name: str) -> str:
    """The name, if an application may send it; else ValueError."""
    if not is_token(name):
        raise ValueError(f"{name!r} is not a header name")
    if name.lower() in _OWNED:
        raise ValueError(f"the header {name} belongs to the server")
    return name


def check_header_value(value: str) -> str:
    """The value, if it is latin-1 text without control characters (a tab may stand in it); else ValueError."""
    if not value.isascii() or not value.isprintable():
        for char in value:
            if (char < " " and char != "\t") or char == "\x7f" or char > "\xff":
                raise ValueError(f"{char!r} in a header value")
    return value
