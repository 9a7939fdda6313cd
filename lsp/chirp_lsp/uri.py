"""File URIs to absolute paths and back. Everything else has no path."""

import os
import posixpath
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

DRIVE = 2  # `C:`


def to_path(uri: str) -> str | None:
    """The absolute path of a `file:` URI, or None for another URI and for one that names no path."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    raw = unquote_to_bytes(parts.path)
    if not raw.startswith(b"/") or b"\0" in raw:
        return None
    path = os.fsdecode(raw)
    if os.name == "nt":
        path = path.lstrip("/")
        return os.path.normpath(path) if path[1:DRIVE] == ":" else None
    return posixpath.normpath(path).replace("//", "/", 1)


def from_path(path: str) -> str:
    """The URI of an absolute path."""
    if os.name == "nt":
        path = "/" + path.replace(os.sep, "/")
    return "file://" + quote_from_bytes(os.fsencode(path), safe="/")
