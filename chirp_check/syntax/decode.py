"""Bytes to text, as Python and Kida would decode them. What does not decode gives a text to show and a place in it."""

import codecs
from typing import NamedTuple


class EncodingFault(NamedTuple):
    """Why the bytes are no text: the code point of the returned text where it shows, a message, help."""

    at: int
    message: str
    help: str | None = None


class Decoded(NamedTuple):
    """The text without byte order mark, its line ends kept; with a fault it is only good for showing the place."""

    text: str
    fault: EncodingFault | None = None


_UTF8 = "save the file as UTF-8"
_WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def decode_template(data: bytes) -> Decoded:
    """A template: UTF-8, with or without a byte order mark."""
    return _wide(data) or _decode(data.removeprefix(codecs.BOM_UTF8), "utf-8")


def decode_python(data: bytes) -> Decoded:
    """A Python file: UTF-8, or what its coding cookie in the first two lines says."""
    wide = _wide(data)
    if wide is not None:
        return wide
    head = b"".join(data.splitlines(keepends=True)[:2]) if b"coding" in data[:1024] else b""
    encoding = "utf-8"
    if b"coding" in head:
        found = _cookie(head)
        if isinstance(found, EncodingFault):
            return Decoded(data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"), found)
        encoding = found
    return _decode(data.removeprefix(codecs.BOM_UTF8), encoding)


def decode_text(text: str) -> Decoded:
    """A text that somebody has decoded: only lone surrogates and NUL are wrong with it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return Decoded(text, EncodingFault(error.start, "a lone surrogate: the text is not Unicode"))
    return _without_nul(text)


def _wide(data: bytes) -> Decoded | None:
    """What is said of UTF-16 and UTF-32, which neither Python nor Kida reads."""
    for mark, name in _WIDE:
        if data.startswith(mark):
            return Decoded("", EncodingFault(0, f"the file is {name}, not UTF-8", _UTF8))
    return None


def _cookie(head: bytes) -> str | EncodingFault:
    """The encoding that the first two lines ask for."""
    import tokenize

    lines = iter(head.splitlines(keepends=True))
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
        codecs.lookup(encoding).decode(b"")
    except SyntaxError, LookupError, UnicodeError, TypeError:
        bare = head.removeprefix(codecs.BOM_UTF8)
        at = len(bare[: bare.find(b"coding")].decode("utf-8", "replace"))
        return EncodingFault(at, "the coding comment names an encoding Python cannot read the file in", _UTF8)
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _decode(data: bytes, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        return Decoded(
            before + data[error.start :].decode(encoding, "replace"),
            EncodingFault(len(before), f"byte 0x{data[error.start]:02x} is not {_spelled(encoding)}", _UTF8),
        )
    except LookupError, ValueError, TypeError:
        return Decoded(data.decode("latin-1"), EncodingFault(0, f"{_spelled(encoding)} does not decode to text", _UTF8))
    return decode_text(text)  # UTF-7, for one, has lone surrogates


def _without_nul(text: str) -> Decoded:
    nul = text.find("\0")
    if nul >= 0:
        return Decoded(text, EncodingFault(nul, "a NUL byte: the file is not text", None))
    return Decoded(text)


def _spelled(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8" else f"`{encoding}`"


def decode(data: bytes | str, *, python: bool) -> Decoded:
    """The text of a file as Python or Kida would read it; what an editor sends is text already."""
    if isinstance(data, str):
        return decode_text(data)
    return decode_python(data) if python else decode_template(data)


def encode(text: str, like: bytes, *, python: bool) -> bytes:
    """The bytes of a text in the encoding of a file that decodes, with its byte order mark.

    `UnicodeEncodeError` for what that encoding does not have.
    """
    mark = codecs.BOM_UTF8 if like.startswith(codecs.BOM_UTF8) else b""
    encoding: str | EncodingFault = "utf-8"
    head = b"".join(like.splitlines(keepends=True)[:2])
    if python and b"coding" in head:
        encoding = _cookie(head)
    return mark + text.encode(encoding if isinstance(encoding, str) else "utf-8")
