"""multipart/form-data bodies to fields and uploads: python-multipart finds the parts, limits and names are ours.

What is found never depends on how the body is cut into chunks, and what fails leaves no file open.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from chirp.config import AppConfig
from chirp.errors import BadRequest, ContentTooLarge
from chirp.http.forms import FormData
from chirp.http.uploads import UploadFile, Uploads

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_BOUNDARY = 70
MAX_PART_HEADERS = 16
MAX_PART_HEADER_BYTES = 8 * 1024
_PLAIN_ENCODINGS = frozenset({b"", b"7bit", b"8bit", b"binary"})


async def read_multipart(chunks: AsyncIterable[bytes], content_type: bytes, config: AppConfig) -> FormData:
    """The form in a body; BadRequest when it is none, ContentTooLarge when a part is larger than the settings allow."""
    import asyncio

    from python_multipart.exceptions import MultipartParseError
    from python_multipart.multipart import MultipartParser

    reader = _Reader(config)
    callbacks: MultipartCallbacks = {
        "on_part_begin": reader.begin,
        "on_header_field": reader.header_name,
        "on_header_value": reader.header_value,
        "on_header_end": reader.header_end,
        "on_headers_finished": reader.headers_end,
        "on_part_data": reader.data,
        "on_part_end": reader.part_end,
        "on_end": reader.end,
    }
    parser = MultipartParser(
        boundary_of(content_type),
        callbacks,
        max_header_count=MAX_PART_HEADERS,
        max_header_size=MAX_PART_HEADER_BYTES,
    )
    try:
        async for chunk in chunks:
            parser.write(chunk)
            if reader.unwritten:
                await asyncio.to_thread(reader.write)
        return reader.form()
    except MultipartParseError:
        reader.close()
        raise BadRequest("the body is not a multipart form") from None
    except BaseException:  # whatever it is, the files are closed
        reader.close()
        raise


def boundary_of(content_type: bytes) -> bytes:
    """The boundary that a Content-Type declares; BadRequest unless it is 1 to 70 ASCII characters."""
    from python_multipart.multipart import parse_options_header

    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not 1 <= len(boundary) <= MAX_BOUNDARY or not boundary.isascii() or not boundary.decode().isprintable():
        raise BadRequest("the multipart form has no usable boundary")
    return boundary


@dataclass(slots=True)
class _Incoming:
    """A part while it arrives: a file when the client named one, else text."""

    field: str
    raw_name: str | None
    content_type: str
    file: BinaryIO
    size: int = 0
    on_disk: bool = False


class _Reader:
    """Collects the parts that the parser finds, and refuses what passes a limit as soon as it does."""

    def __init__(self, config: AppConfig) -> None:
        self._config = config
        self._parts: list[_Incoming] = []
        self._part: _Incoming | None = None
        self._headers: dict[bytes, bytes] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._header_bytes = 0
        self._text_bytes = 0
        self._spooled = 0
        self._files = 0
        self._ended = False
        self._closed = False
        self.unwritten: list[tuple[_Incoming, bytes]] = []
        """What is to be written to disk, outside of the event loop."""

    def begin(self) -> None:
        self._headers = {}
        self._header_bytes = 0

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += self._header_piece(data, start, end)

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._header_piece(data, start, end)

    def _header_piece(self, data: bytes, start: int, end: int) -> bytes:
        self._header_bytes += end - start
        if self._header_bytes > MAX_PART_HEADER_BYTES:
            raise BadRequest("a part of the multipart form has too many headers")
        return data[start:end]

    def header_end(self) -> None:
        name = bytes(self._name).lower()
        if name in self._headers:
            raise BadRequest("a part of the multipart form has a header twice")
        self._headers[name] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def headers_end(self) -> None:
        from python_multipart.multipart import parse_options_header

        disposition, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        field = options.get(b"name")
        if disposition != b"form-data" or field is None:
            raise BadRequest("a part of the multipart form has no name")
        if self._headers.get(b"content-transfer-encoding", b"").strip().lower() not in _PLAIN_ENCODINGS:
            raise BadRequest("a part of the multipart form is encoded once more")
        raw_name = options.get(b"filename")
        self._part = _Incoming(
            _text(field),
            None if raw_name is None else raw_name.decode(errors="replace"),
            self._headers.get(b"content-type", b"").decode("latin-1").strip(),
            BytesIO(),
        )
        self._parts.append(self._part)
        self._files += raw_name is not None
        if self._files > self._config.max_files:
            raise BadRequest(f"more than {self._config.max_files} files")
        if len(self._parts) - self._files > self._config.max_fields:
            raise BadRequest(f"more than {self._config.max_fields} fields")

    def data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        assert part is not None, "data belongs to a part"
        part.size += end - start
        if part.raw_name is None:
            self._text_bytes += end - start
            if self._text_bytes > self._config.max_form_memory:
                raise ContentTooLarge
            part.file.write(data[start:end])
            return
        if self._config.max_file_size is not None and part.size > self._config.max_file_size:
            raise ContentTooLarge
        if not part.on_disk and self._spooled + end - start > self._config.upload_memory:
            part.on_disk = True
            self._spooled -= part.size - (end - start)
        if part.on_disk:
            self.unwritten.append((part, data[start:end]))
        else:
            self._spooled += end - start
            part.file.write(data[start:end])

    def part_end(self) -> None:
        self._part = None

    def end(self) -> None:
        self._ended = True

    def write(self) -> None:
        """Write to disk what belongs there.

        This is in a thread, which goes on when its request is cancelled: then the files are closed here too.
        """
        from tempfile import TemporaryFile

        try:
            for part, data in self.unwritten:
                if isinstance(part.file, BytesIO):
                    begun = part.file.getvalue()
                    part.file = TemporaryFile()  # noqa: SIM115 - it stays open as long as its request
                    part.file.write(begun)
                part.file.write(data)
            self.unwritten.clear()
        finally:
            if self._closed:
                self.close()

    def form(self) -> FormData:
        """The form, once the body has ended; BadRequest when its last boundary is missing."""
        if not self._ended:
            raise BadRequest("the multipart form ends before its last boundary")
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, UploadFile]] = []
        for part in self._parts:
            part.file.seek(0)
            if part.raw_name is None:
                fields.append((part.field, _text(part.file.read())))
            elif part.raw_name or part.size:
                files.append((part.field, UploadFile(part.file, part.raw_name, part.content_type, part.size)))
        return FormData(fields, Uploads(files))

    def close(self) -> None:
        self._closed = True
        for part in self._parts:
            part.file.close()


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadRequest("the text of the multipart form is not UTF-8") from None
