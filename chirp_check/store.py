"""Facts that outlive a run: by path, with what the file was known by and what it held."""

from hashlib import blake2b
from typing import cast

import msgspec

from chirp_check.host import Cache

NAME = "facts"
RACY = 100_000_000  # nanoseconds before a run in which a file may have changed once more without another time


type Stamp = tuple[int, int, int] | None


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The stored facts of a file. `stamp` is None where the file's state cannot be told by it."""

    stamp: Stamp
    digest: bytes
    python: bool
    facts: bytes


class _Shelf(msgspec.Struct, array_like=True):
    written: int
    entries: dict[str, Entry]


def digest(content: bytes | str) -> bytes:
    """What tells two contents apart."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).digest()


def stamp_of(known: object) -> Stamp:
    """What a file was known by, as it is stored; None where it could not be told."""
    return cast("Stamp", known) if isinstance(known, tuple) else None


def is_racy(stamp: Stamp, began: int) -> bool:
    """Whether a file was changed so shortly before a run that it may be changed again and look the same."""
    return stamp is not None and stamp[0] >= began - RACY


class Store:
    """Stored facts; without a cache, nothing is stored."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache
        self._known = _read(cache)
        self._used: dict[str, Entry] = {}
        self._changed = False

    def get(self, path: str, stamp: object, *, python: bool) -> Entry | None:
        """The facts of a file that is known by this stamp."""
        known = self._known.entries.get(path)
        if known is None or known.python is not python or known.stamp is None or known.stamp != stamp:
            return None
        self._used[path] = known
        return known

    def same(self, path: str, content: bytes, *, python: bool) -> Entry | None:
        """The facts of a file that holds this."""
        known = self._known.entries.get(path)
        return known if known is not None and known.python is python and known.digest == content else None

    def put(self, path: str, entry: Entry) -> None:
        """Keep facts."""
        if self._cache is not None and path.isprintable():
            self._used[path] = entry
            self._changed = True

    def save(self, now: int) -> None:
        """Write what is kept, if anything of it is new. `now` is the time at which the run began, in nanoseconds."""
        if self._cache is None or not (self._changed or len(self._used) != len(self._known.entries)):
            return
        settled = {path: _settled(entry, now) for path, entry in self._used.items()}
        self._cache.write(NAME, msgspec.msgpack.encode(_Shelf(now, settled)))


def _settled(entry: Entry, now: int) -> Entry:
    """An entry whose stamp is given up when the file was changed just now: it may change again and look the same."""
    return Entry(None, entry.digest, entry.python, entry.facts) if is_racy(entry.stamp, now) else entry


def _read(cache: Cache | None) -> _Shelf:
    data = cache.read(NAME) if cache is not None else None
    if data is not None:
        try:
            return msgspec.msgpack.decode(data, type=_Shelf)
        except msgspec.DecodeError:
            pass  # damaged, or written by something else: as good as none
    return _Shelf(0, {})
