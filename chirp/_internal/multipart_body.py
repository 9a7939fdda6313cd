"""Multipart bodies as browsers write them, for clients that send forms with files."""

import os
from collections.abc import Mapping
from urllib.parse import quote

type Upload = str | bytes | tuple[str, str | bytes] | tuple[str, str | bytes, str]
"""The content of a file; with its name before it, and its content type after it."""
type Uploads = Mapping[str, Upload | list[Upload]]

_BINARY = "application/octet-stream"


def encode_multipart(fields: Mapping[str, str | list[str]], files: Uploads) -> tuple[str, bytes]:
    """The content type and the body of a form."""
    boundary = os.urandom(16).hex()
    parts: list[bytes] = []
    for name, texts in fields.items():
        for text in [texts] if isinstance(texts, str) else texts:
            parts += _part(boundary, f'name="{_quoted(name)}"', "", text.encode())
    for name, uploads in files.items():
        for upload in uploads if isinstance(uploads, list) else [uploads]:
            filename, content, kind = _spelled_out(name, upload)
            data = content.encode() if isinstance(content, str) else content
            parts += _part(boundary, f'name="{_quoted(name)}"; filename="{_quoted(filename)}"', kind, data)
    return f"multipart/form-data; boundary={boundary}", b"".join([*parts, f"--{boundary}--\r\n".encode()])


def _spelled_out(field: str, upload: Upload) -> tuple[str, str | bytes, str]:
    if isinstance(upload, str | bytes):
        return field, upload, _BINARY
    return upload[0], upload[1], upload[2] if len(upload) == 3 else _BINARY


def _part(boundary: str, named: str, kind: str, data: bytes) -> tuple[bytes, ...]:
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n{typed}\r\n"
    return head.encode(), data, b"\r\n"


def _quoted(name: str) -> str:
    """A name inside of quotes: what would end it is percent-encoded."""
    return "".join(quote(char) if char in '"\r\n' else char for char in name)
