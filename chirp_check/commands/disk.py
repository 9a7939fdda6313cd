"""Files that the checker writes: all of them or none, each whole, and what they were before stays as it is."""

import errno
import os
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple

from chirp_check.config import ConfigError


class _Ready(NamedTuple):
    """A new text that lies beside the file it is for; `before` is what that one has now, None where there is none."""

    path: str
    beside: str
    real: str
    before: bytes | None


def write_whole(path: str, data: bytes, place: str | None = None) -> None:
    """Put a file in place at once, with the mode of the one it replaces; what is no regular file is written to.

    `ConfigError` where it cannot be written, which names the `place` where the file was asked for under another name.
    """
    try:
        write_all({path: data})
    except OSError as error:
        raise ConfigError(f"cannot be written: {(error.strerror or str(error)).lower()}", place or path) from error


def write_all(files: Mapping[str, bytes]) -> None:
    """Put files in place, all of them or none. `OSError`, and every file is as it was, where one cannot be written.

    All are written beside their places first, then moved there. Who ends the process meanwhile leaves each file whole.
    """
    ready: list[_Ready] = []
    direct: dict[str, bytes] = {}
    try:
        for path, data in files.items():
            real = os.path.realpath(path)
            with _naming(path):
                mode = _mode(real)
            if mode is not None and not stat.S_ISREG(mode):
                direct[real] = data
                continue
            with _naming(path):
                before = None if mode is None else _read(real)
                ready.append(_Ready(path, f"{real}.{os.getpid()}.tmp", real, before))
                _lay(ready[-1].beside, data, mode)
        _move(ready)
    except BaseException:  # an interrupt, too, leaves nothing beside
        for one in ready:
            with suppress(OSError):
                os.unlink(one.beside)
        raise
    for real, data in direct.items():
        with open(real, "wb") as file:
            file.write(data)


@contextmanager
def _naming(path: str) -> Generator[None]:
    """Errors name the file that was to be written, not the one beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def _mode(real: str) -> int | None:
    """The mode of a file, None when there is none; `OSError` for what is not to be written."""
    try:
        found = os.stat(real)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not found.st_mode & 0o222 or not os.access(real, os.W_OK):  # to the superuser everything is writable
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return found.st_mode


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _lay(beside: str, data: bytes, mode: int | None) -> None:
    with open(beside, "xb") as file:
        file.write(data)
    if mode is not None:
        os.chmod(beside, stat.S_IMODE(mode))


def _move(ready: list[_Ready]) -> None:
    """Move all to their places; what was moved goes back to what it was where a later one cannot be."""
    moved: list[_Ready] = []
    try:
        for one in ready:
            with _naming(one.path):
                os.replace(one.beside, one.real)
            moved.append(one)
    except BaseException:  # an interrupt, too, is to leave all as it was
        for one in moved:
            _restore(one)
        raise


def _restore(one: _Ready) -> None:
    with suppress(OSError):
        if one.before is None:
            os.unlink(one.real)
            return
        _lay(one.beside, one.before, os.stat(one.real).st_mode)
        os.replace(one.beside, one.real)
