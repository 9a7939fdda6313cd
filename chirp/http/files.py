"""Files as responses: opened once, checked on the open file, and sent in pieces; nobody reads what nobody gets."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from chirp.errors import NotFound
from chirp.http.ranges import is_known, wanted_span, write_date
from chirp.http.request import Request
from chirp.http.response import Response, SetCookie
from chirp.http.streaming import StreamingResponse
from chirp.http.uploads import base_name
from chirp_check.grammar.path import CONVERTERS

if TYPE_CHECKING:
    from mimetypes import MimeTypes

PIECE = 64 * 1024
"""How many bytes are read at a time; a file that is no larger is sent at once."""
BINARY = "application/octet-stream"

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
# A FIFO would block the open, and a link that replaces the file after it was found must not be followed.
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)

_set = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class FileResponse(Response):
    """A file: 304 when the client has it, 206 for the range it asks for, 404 when it is gone.

    `filename` offers it as a download under that name; with `inline` the browser shows it, and saves it under that
    name. Without `content_type` the suffix of the path decides. `path` is taken as it is: when a part of it comes from
    the client, use `FileResponse.below`.
    """

    body: str | bytes = field(init=False, repr=False, compare=False)
    path: Path = Path()
    filename: str | None = None
    inline: bool = False

    def __init__(
        self,
        path: str | Path,
        status: int = 200,
        content_type: str = "",
        headers: Iterable[tuple[str, str]] = (),
        cookies: tuple[SetCookie, ...] = (),
        *,
        filename: str | None = None,
        inline: bool = False,
    ) -> None:
        _set(self, "path", Path(path))
        Response.__init__(self, b"", status, content_type or type_of(self.path.name), headers, cookies)
        object.__delattr__(self, "body")
        _set(self, "filename", filename)
        _set(self, "inline", inline)

    @classmethod
    def below(cls, folder: str | Path, path: str, *, filename: str | None = None, inline: bool = False) -> Self:
        """The file that `path`, which may come from the client, names below a folder.

        NotFound for everything else, and for what a symbolic link leads to outside of the folder.
        """
        return cls(find_below(Path(folder).resolve(), path), filename=filename, inline=inline)

    @property
    def body_bytes(self) -> bytes:
        raise TypeError("a file response has no body yet: it is read while it is sent")

    @property
    def text(self) -> str:
        raise TypeError("a file response has no text yet: it is read while it is sent")


def respond_with_file(response: FileResponse, request: Request, *, follow: bool = True) -> Response:
    """What answers the request: the file, a part of it, or that the client has it. NotFound when there is no file."""
    try:
        descriptor = os.open(response.path, _FLAGS if follow else _FLAGS | _NO_LINK)
    except OSError, ValueError:
        raise NotFound from None
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        raise NotFound
    file = FileIO(descriptor)
    try:
        return _answer(response, request, file, info)
    except BaseException:  # whatever it is, the file is closed
        file.close()
        raise


def _answer(response: FileResponse, request: Request, file: FileIO, info: os.stat_result) -> Response:
    etag = f'"{info.st_mtime_ns:x}-{info.st_size:x}"'
    kind, cookies = response.content_type, response.cookies
    headers = (*_own_headers(response, etag, info), *response.headers)
    headers = tuple({name.lower(): (name, value) for name, value in headers}.values())
    if response.status != 200 or request.method not in {"GET", "HEAD"}:
        return _sent(response, headers, file, 0, info.st_size)
    if is_known(request.headers, etag, int(info.st_mtime)):
        file.close()
        return Response("", 304, kind, headers, cookies)
    if request.method == "HEAD":
        file.close()
        return StreamingResponse((), 200, kind, headers, cookies, length=info.st_size)
    span = wanted_span(request.headers, info.st_size, etag, int(info.st_mtime))
    if span is None:
        return _sent(response, headers, file, 0, info.st_size)
    if not span.length:
        file.close()
        refused = (*headers, ("Content-Range", f"bytes */{info.st_size}"))
        return Response("Range Not Satisfiable", 416, "text/plain; charset=utf-8", refused, cookies)
    part = ("Content-Range", f"bytes {span.start}-{span.start + span.length - 1}/{info.st_size}")
    return _sent(response.with_status(206), (*headers, part), file, span.start, span.length)


def _own_headers(response: FileResponse, etag: str, info: os.stat_result) -> Iterator[tuple[str, str]]:
    yield "ETag", etag
    yield "Last-Modified", write_date(info.st_mtime)
    yield "Accept-Ranges", "bytes"
    yield "X-Content-Type-Options", "nosniff"
    if response.filename is not None:
        yield "Content-Disposition", disposition(response.filename, inline=response.inline)


def _sent(response: Response, headers: tuple[tuple[str, str], ...], file: FileIO, start: int, length: int) -> Response:
    status, kind, cookies = response.status, response.content_type, response.cookies
    pieces = _Pieces(file, start, length)
    if length <= PIECE:
        return Response(b"".join(pieces), status, kind, headers, cookies)
    return StreamingResponse(pieces, status, kind, headers, cookies, length=length)


class _Pieces:
    """The bytes of an open file, from `start` on; closing it closes the file."""

    __slots__ = ("_file", "_left")

    def __init__(self, file: FileIO, start: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            self.close()
            raise StopIteration
        piece = self._file.read(min(self._left, PIECE))
        if not piece:
            raise OSError("the file became shorter while it was sent")
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        self.close()  # a response that was replaced is never sent


def find_below(folder: Path, path: str) -> Path:
    """The real path of a file that `path` names below a resolved folder; NotFound for everything else."""
    if path.endswith("/") or "\\" in path:
        raise NotFound
    try:
        file = (folder / str(CONVERTERS["path"].convert(path))).resolve(strict=True)
    except OSError, ValueError, RuntimeError:
        raise NotFound from None
    if not file.is_relative_to(folder):
        raise NotFound
    return file


def disposition(filename: str, *, inline: bool = False) -> str:
    """A Content-Disposition for any name (RFC 6266): plain where ASCII will do, percent-encoded beside that if not."""
    name = base_name(filename)
    kind = "inline" if inline else "attachment"
    plain = "".join(char if char.isascii() else "_" for char in name).replace("\\", "_").replace('"', "_")
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@cache
def _types() -> MimeTypes:
    """Types by suffix, the same on every machine: what the system lists besides is left out."""
    from mimetypes import MimeTypes

    return MimeTypes()


def type_of(name: str) -> str:
    """The content type that the suffix of a name stands for."""
    kind, encoding = _types().guess_type(name, strict=False)
    if encoding is not None:
        return "application/gzip" if encoding == "gzip" else BINARY
    kind = kind or BINARY
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind
