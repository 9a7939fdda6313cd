"""Where files come from: the disk, editor buffers laid over it, or memory. Nothing else in the analyzer reads files.

Paths are absolute, with the separators of the machine; names that the file system's encoding refuses carry surrogate
escapes. Every method raises `OSError` where the file system would.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, Protocol


class Kind(Enum):
    """What a name in a folder stands for."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"  # a FIFO, a socket, a device: never opened


class Entry(NamedTuple):
    """A name in a folder; a symbolic link is a `LINK`, whatever it points to."""

    name: str
    kind: Kind


class Stat(NamedTuple):
    """What a path leads to (links followed): its kind and its size in bytes."""

    kind: Kind
    size: int


class Host(Protocol):
    """What the engine asks of the outside."""

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What a folder holds, sorted by name."""
        ...

    def stat(self, path: str) -> Stat:
        """What a path leads to."""
        ...

    def real(self, path: str) -> str:
        """The path without symbolic links; a link that leads nowhere keeps its last part, a loop stays as it is."""
        ...

    def read(self, path: str) -> bytes | str:
        """The content of a regular file: bytes as stored, or text where somebody has decoded it already (an editor)."""
        ...

    def stamp(self, path: str) -> object:
        """Something that is another when the content of a file may be another."""
        ...


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    return Kind.OTHER


class DiskHost:
    """The disk as it is."""

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What a folder holds, sorted by name."""
        with os.scandir(folder) as found:
            return tuple(sorted((Entry(one.name, _entry_kind(one)) for one in found), key=_name))

    def stat(self, path: str) -> Stat:
        """What a path leads to."""
        found = os.stat(path)
        return Stat(_kind(found.st_mode), found.st_size)

    def real(self, path: str) -> str:
        """The path without symbolic links."""
        return os.path.realpath(path)

    def read(self, path: str) -> bytes:
        """The bytes of a regular file. Anything else is refused, also when it took the file's place after `stat`."""
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(0, "not a regular file", path)
            with open(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)

    def stamp(self, path: str) -> tuple[int, int, int]:
        """When the file was changed last, its size, and which file it is."""
        found = os.stat(path)
        return found.st_mtime_ns, found.st_size, found.st_ino


def _name(entry: Entry) -> str:
    return entry.name


def _entry_kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return Kind.LINK
    if entry.is_file():
        return Kind.FILE
    return Kind.FOLDER if entry.is_dir() else Kind.OTHER


class MemoryHost:
    """Files that exist only here: absolute path to content."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = dict(files)
        self._folders: dict[str, dict[str, Kind]] = {}
        for path in files:
            kind = Kind.FILE
            for folder, name in _upwards(path):
                self._folders.setdefault(folder, {})[name] = kind
                kind = Kind.FOLDER

    def holds(self, path: str) -> bool:
        """Whether a file or folder of that path exists here."""
        return path in self._files or path in self._folders

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What a folder holds, sorted by name."""
        found = self._folders.get(folder)
        if found is None:
            raise FileNotFoundError(2, "no such folder", folder)
        return tuple(Entry(name, found[name]) for name in sorted(found))

    def stat(self, path: str) -> Stat:
        """What a path leads to."""
        if path in self._folders:
            return Stat(Kind.FOLDER, 0)
        return Stat(Kind.FILE, len(self.read(path)))

    def real(self, path: str) -> str:
        """The path: there are no links here."""
        return path

    def read(self, path: str) -> bytes | str:
        """The content of a file."""
        found = self._files.get(path)
        if found is None:
            raise FileNotFoundError(2, "no such file", path)
        return found

    def stamp(self, path: str) -> bytes | str:
        """The content itself."""
        return self.read(path)


def _upwards(path: str) -> Iterator[tuple[str, str]]:
    """Each folder above a path, with the name in it that leads there; the root's parent is not listed."""
    while True:
        folder, name = os.path.split(path)
        if not name:
            return
        yield folder, name
        path = folder


class OverlayHost:
    """Texts laid over another host: what an editor has not saved yet, also files that do not exist there."""

    def __init__(self, below: Host, texts: Mapping[str, str]) -> None:
        self._below = below
        self._texts = MemoryHost(texts)

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What a folder holds below and above, sorted by name."""
        above: Iterable[Entry] = self._texts.entries(folder) if self._texts.holds(folder) else ()
        try:
            merged = {entry.name: entry for entry in self._below.entries(folder)}
        except FileNotFoundError:
            if not above:
                raise
            merged = {}
        for entry in above:
            if entry.kind is Kind.FILE or entry.name not in merged:
                merged[entry.name] = entry
        return tuple(merged[name] for name in sorted(merged))

    def stat(self, path: str) -> Stat:
        """What a path leads to."""
        above = self._texts.stat(path) if self._texts.holds(path) else None
        if above is not None and above.kind is Kind.FILE:
            return above
        try:
            return self._below.stat(path)
        except FileNotFoundError:
            if above is None:
                raise
            return above

    def real(self, path: str) -> str:
        """The path without symbolic links, as below."""
        return self._below.real(path)

    def read(self, path: str) -> bytes | str:
        """The text laid over the file, or else what it holds below."""
        if self._texts.holds(path):
            return self._texts.read(path)
        return self._below.read(path)

    def stamp(self, path: str) -> object:
        """What the text laid over the file, or else the file below, is known by."""
        return self._texts.stamp(path) if self._texts.holds(path) else self._below.stamp(path)
