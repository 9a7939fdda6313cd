"""Where files come from: the disk, editor buffers laid over it, or memory. Nothing else in the analyzer reads files.

Paths are absolute, with the separators of the machine; names that the file system's encoding refuses carry surrogate
escapes. Every method raises `OSError` where the file system would.
"""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple, Protocol

SEAL = 16  # bytes in front of what is cached, which tell whether it is whole
GROUP = "chirp_check.rules"  # entry points under which distributions bring rules
KEPT = ("facts-", "report-", "answers-")  # what files in the cache are called


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


class Processes(Protocol):
    """Processes that share work."""

    @property
    def count(self) -> int:
        """How many there may be, this one included."""
        ...

    def run(self, work: Sequence[Callable[[], bytes]]) -> Iterator[bytes]:
        """Each piece of work in a process of its own, and what it gives; empty where a process did not end well."""
        ...


class Cache(Protocol):
    """Where a run leaves what spares the next one work."""

    @property
    def began(self) -> int:
        """When the run began, in nanoseconds, by the clock that files are stamped with."""
        ...

    def read(self, name: str) -> bytes | None:
        """What was written under a name; None when there is nothing."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep something, in whole or not at all; where that is not possible, nothing is kept and nothing is said."""
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


class DiskCache:
    """A cache in a folder of the disk, which is made when first written to, and ignored by git."""

    def __init__(self, folder: str, version: str) -> None:
        self.began = time.time_ns()
        self._folder = folder
        self._version = version

    def read(self, name: str) -> bytes | None:
        """What was written under a name by the same version; nothing when it is not what was written."""
        try:
            with open(self._path(name), "rb") as file:
                seal, data = file.read(SEAL), file.read()
        except OSError:
            return None
        return data if seal == _sealed(data) else None

    def write(self, name: str, data: bytes) -> None:
        """Keep something for the same version: written beside, then put in place."""
        beside = f"{self._path(name)}.{os.getpid()}"
        try:
            os.makedirs(self._folder, exist_ok=True)
            ignore = f"{self._folder}/.gitignore"
            if not os.path.exists(ignore):
                with open(ignore, "w", encoding="utf-8") as file:
                    file.write("*\n")
            with open(beside, "wb") as file:
                file.write(_sealed(data))
                file.write(data)
            os.replace(beside, self._path(name))
        except OSError:
            with suppress(OSError):
                os.unlink(beside)

    def clean(self) -> None:
        """Remove everything that a run of any version has written here, and the folder if nothing else is in it."""
        with suppress(OSError):
            for name in os.listdir(self._folder):
                if name == ".gitignore" or name.startswith(KEPT):
                    os.unlink(f"{self._folder}/{name}")
            os.rmdir(self._folder)

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}-{self._version}"


def _sealed(data: bytes) -> bytes:
    return blake2b(data, digest_size=SEAL).digest()


class Forks:
    """Copies of this process. Only for a process without other threads."""

    def __init__(self, count: int) -> None:
        self.count = count if hasattr(os, "fork") else 1

    def run(self, work: Sequence[Callable[[], bytes]]) -> Iterator[bytes]:
        """The first piece of work here, and each other one in a copy of this process."""
        children = [_start(one) for one in work[1:]]
        for one in work[:1]:
            yield one()
        for child, reading in children:
            with open(reading, "rb") as file:
                data = file.read()
            _, status = os.waitpid(child, 0)
            yield b"" if status else data


def _start(work: Callable[[], bytes]) -> tuple[int, int]:
    """A copy of this process at work: its number, and where its answer can be read."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        with open(writing, "wb") as file:
            file.write(work())
        status = 0
    finally:
        os._exit(status)


def installed() -> str:
    """What tells this state of the analyzer, with its interpreter and Kida, from every other."""
    made = blake2b(f"{sys.version}{sys.platform}".encode(), digest_size=8)
    kida = (found for path in sys.path if os.path.isdir(found := os.path.join(path, "kida")))
    for folder in (os.path.dirname(os.path.abspath(__file__)), *kida):
        for entry in _python_below(folder):
            known = entry.stat()
            made.update(f"{entry.name}{known.st_size}{known.st_mtime_ns}".encode())
    return made.hexdigest()


def adds_rules(search: Iterable[str]) -> bool:
    """Whether a distribution on a search path brings rules of its own: `GROUP` is in its list of entry points."""
    return any(GROUP.encode() in _read(path) for folder in search for path in _lists_in(folder or os.curdir))


def _lists_in(folder: str) -> tuple[str, ...]:
    with suppress(OSError), os.scandir(folder) as found:
        infos = (entry.path for entry in found if entry.name.endswith((".dist-info", ".egg-info")))
        return tuple(f"{path}/entry_points.txt" for path in infos)
    return ()


def _read(path: str) -> bytes:
    with suppress(OSError), open(path, "rb") as file:
        return file.read()
    return b""


def _python_below(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=_entry_path)
    yield from (entry for entry in entries if entry.name.endswith(".py"))
    for entry in entries:
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _python_below(entry.path)


def _entry_path(entry: os.DirEntry[str]) -> str:
    return entry.path


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
