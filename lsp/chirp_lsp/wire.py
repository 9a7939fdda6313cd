"""Frames: `Content-Length` headers and bodies out of a byte stream, whatever the stream holds.

What is no frame is reported once and skipped; reading goes on at the next `Content-Length`.
"""

from collections.abc import Callable
from dataclasses import dataclass

NEEDLE = b"content-length:"
MAX_LINE = 8 * 1024
MAX_HEADERS = 32
MAX_BODY = 64 * 1024 * 1024
CHUNK = 64 * 1024
DIGITS = b"0123456789"
LONGEST = len(NEEDLE) + 64  # of a line that is taken for a header inside a body


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no frame, with the reason."""

    reason: str


class FrameReader:
    """Reads frames. `read(n)` blocks for at least one and gives at most `n` bytes; none at the end of the stream."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self._lost = False

    def next(self) -> bytes | Garbage | None:
        """The body of the next frame, or what is wrong with it, or None at the end of the stream."""
        while True:
            if self._lost and not self._resynchronise():
                return None
            length = self._head()
            if isinstance(length, int):
                self._lost = False
                return self._body(length)
            if length is None:
                return None
            if not self._lost:
                self._lost = True
                return length

    def recover(self, body: bytes) -> None:
        """Take back a body that is no message: its length was too large when another header stands in it, or begins."""
        self._buffer[:0] = body[_next_header(body) :]
        self._lost = True

    def _fill(self) -> bool:
        chunk = self._read(CHUNK)
        self._buffer += chunk
        return bool(chunk)

    def _body(self, length: int) -> bytes | None:
        while len(self._buffer) < length:
            if not self._fill():
                return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _line(self) -> bytes | Garbage | None:
        """A header line without its end."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MAX_LINE:
                del self._buffer[: searched - len(NEEDLE)]
                return Garbage("a header line has no end")
            if not self._fill():
                return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def _head(self) -> int | Garbage | None:
        """The length that a header block announces. A refused line stays in the buffer without its first byte."""
        length: int | None = None
        for _ in range(MAX_HEADERS):
            line = self._line()
            if line is None or isinstance(line, Garbage):
                return line
            if not line and length is not None:
                return length
            found = _header(line)
            if isinstance(found, Garbage) or (found is not None and length not in (None, found)):
                self._buffer[:0] = line[1:] + b"\n"
                return found if isinstance(found, Garbage) else Garbage("two different `Content-Length` headers")
            length = length if found is None else found
        return Garbage("too many header lines, or none with `Content-Length`")

    def _resynchronise(self) -> bool:
        """Drop everything before the next `Content-Length`; False at the end of the stream."""
        while (at := self._buffer.lower().find(NEEDLE)) < 0:
            del self._buffer[: max(0, len(self._buffer) - len(NEEDLE) + 1)]
            if not self._fill():
                return False
        del self._buffer[:at]
        return True


def _header(line: bytes) -> int | Garbage | None:
    """The length in a header line; None for a blank line and for another header."""
    if not line:
        return None
    name, colon, value = line.partition(b":")
    if not colon or not name.replace(b"-", b"").isalnum():
        return Garbage("a line is no header")
    if name.lower() + colon != NEEDLE:
        return None
    value = value.strip(b" \t")
    if not value.isdigit() or len(value) > len(str(MAX_BODY)) or int(value) > MAX_BODY:
        return Garbage(f"`Content-Length` is no number between 0 and {MAX_BODY}")
    return int(value)


def _next_header(body: bytes) -> int:
    """Where a `Content-Length` line stands in a body, or begins at its end; the end if neither."""
    lowered = body.lower()
    at = lowered.find(NEEDLE)
    while at >= 0:
        line = body[at : at + LONGEST].partition(b"\n")[0]
        value = line[len(NEEDLE) :].strip(b" \t\r")
        if isinstance(_header(line.removesuffix(b"\r")), int) or (
            at + len(line) == len(body) and not value.strip(DIGITS)
        ):
            return at
        at = lowered.find(NEEDLE, at + 1)
    tails = range(max(0, len(body) - len(NEEDLE)), len(body))
    return next((at for at in tails if NEEDLE.startswith(lowered[at:])), len(body))


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
