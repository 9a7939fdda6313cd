"""Uploaded files: small ones in memory, large ones in temporary files that vanish with the request."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath
from typing import BinaryIO, override

from chirp._internal.multimap import MultiValues

_MAX_NAME_BYTES = 255
_COPY_BYTES = 1024 * 1024


class UploadFile:
    """A file of a submitted form, readable until its request is answered; RuntimeError afterwards.

    `name` is the last part of the path that the client sent, without control characters, fit to be the name of a file;
    `raw_name` is what it sent, `content_type` what it claims (empty when it claims nothing). `size` is in bytes.

    `await upload.read()` and `await upload.save(path)` leave the event loop free. In `def` handlers use `read_sync()`,
    `save_sync(path)` or `file`, an ordinary binary file.
    """

    __slots__ = ("_file", "content_type", "raw_name", "size")

    def __init__(self, file: BinaryIO, raw_name: str, content_type: str = "", size: int = 0) -> None:
        self._file = file
        self.raw_name: str = raw_name
        self.content_type: str = content_type
        self.size: int = size

    @override
    def __repr__(self) -> str:
        return f"<UploadFile {self.name!r}, {self.size} bytes>"

    @property
    def name(self) -> str:
        return base_name(self.raw_name)

    @property
    def filename(self) -> str:
        """`name`, as other frameworks call it."""
        return self.name

    @property
    def file(self) -> BinaryIO:
        """The open file, at its start at first."""
        if self._file.closed:
            raise RuntimeError(f"the upload {self.name!r} is gone: its request is over. Save it before you answer")
        return self._file

    async def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, by default all that are left."""
        return await self._aside(lambda: self.file.read(size))

    async def save(self, path: str | Path) -> None:
        """Copy the whole file to `path`, in place of what is there. OSError when that fails; then nothing changed."""
        await self._aside(lambda: self.save_sync(path))

    def read_sync(self, size: int = -1) -> bytes:
        """`read` for `def` handlers."""
        return self.file.read(size)

    def save_sync(self, path: str | Path) -> None:
        """`save` for `def` handlers."""
        target = Path(path)
        begun = target.with_name(f".{os.urandom(8).hex()}.part")
        try:
            self._copy(begun)
            begun.replace(target)
        finally:
            begun.unlink(missing_ok=True)

    def _copy(self, path: Path) -> None:
        source = self.file
        position = source.tell()
        source.seek(0)
        try:
            with path.open("xb") as copy:
                while chunk := source.read(_COPY_BYTES):
                    copy.write(chunk)
        finally:
            source.seek(position)

    def close(self) -> None:
        self._file.close()

    def _aside[R](self, work: Callable[[], R]) -> Awaitable[R]:
        import asyncio

        return asyncio.to_thread(work)


class Uploads(MultiValues[UploadFile]):
    """The files of a form by field; `[]` gives the first of several under one name, `get_list` all of them."""

    __slots__ = ()

    def close(self) -> None:
        """Close every file; those on disk vanish."""
        for uploads in self._values.values():
            for upload in uploads:
                upload.close()


NO_FILES = Uploads()


def base_name(raw: str) -> str:
    """What is left of a client's path as the name of a file: its last part, printable, at most 255 bytes.

    `unnamed` when nothing is left.
    """
    last = raw.replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in last if char.isprintable()).strip().rstrip(". ")
    encoded = name.encode()
    if len(encoded) > _MAX_NAME_BYTES:
        suffix = PurePath(name).suffix.encode()[:_MAX_NAME_BYTES]
        name = (encoded[: _MAX_NAME_BYTES - len(suffix)] + suffix).decode(errors="ignore")
    return name or "unnamed"
