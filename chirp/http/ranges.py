"""Conditional requests and byte ranges (RFC 9110): what the headers of a client mean for one file. No input raises."""

from dataclasses import dataclass

from chirp.http.headers import Headers

_MAX_DIGITS = 18
_MAX_DATE = 64
_LAST_SECOND = 253402300799


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` on, `length` of them."""

    start: int
    length: int


def is_known(headers: Headers, etag: str, modified: int) -> bool:
    """Whether the client has this version: by If-None-Match, or without that by If-Modified-Since.

    `modified` is in seconds since the epoch.
    """
    tags = headers.get_list("if-none-match")
    if tags:
        return names_tag(", ".join(tags), etag)
    since = parse_date(headers.get("if-modified-since", ""))
    return since is not None and modified <= since


def names_tag(listed: str, etag: str) -> bool:
    """Whether a list of entity tags names this one, be it as a weak one; `*` names all. What is no list names none."""
    if listed.strip(" \t") == "*":
        return True
    opaque = etag.removeprefix("W/")
    rest = listed
    while rest := rest.lstrip(" \t,"):
        rest = rest.removeprefix("W/")
        end = rest.find('"', 1) + 1
        if not rest.startswith('"') or not end:
            return False
        if rest[:end] == opaque:
            return True
        rest = rest[end:]
    return False


def parse_date(text: str) -> int | None:
    """An HTTP date in seconds since the epoch; None when it is none."""
    from email.utils import parsedate_to_datetime

    if not text or len(text) > _MAX_DATE or not text.isascii():
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError, TypeError, OverflowError, IndexError:
        return None


def write_date(seconds: float) -> str:
    """Seconds since the epoch as an HTTP date, which knows the years 1970 to 9999."""
    from email.utils import formatdate

    return formatdate(min(max(int(seconds), 0), _LAST_SECOND), usegmt=True)


def wanted_span(headers: Headers, size: int, etag: str, modified: int) -> Span | None:
    """The one range that a GET asks for; None for the whole file, and a length of 0 for a range outside of it.

    Several ranges, another unit, a malformed range, and a range of another version (If-Range) mean the whole file.
    """
    lines = headers.get_list("range")
    if len(lines) != 1 or not _is_current(headers, etag, modified):
        return None
    unit, _, spec = lines[0].partition("=")
    first, dash, last = spec.strip(" \t").partition("-")
    if unit.strip(" \t").lower() != "bytes" or not dash or not (_is_number(first) or (not first and _is_number(last))):
        return None
    if not first:
        length = min(int(last), size)
        return None if not size and int(last) else Span(size - length, length)
    if last and (not _is_number(last) or int(last) < int(first)):
        return None
    start = min(int(first), size)
    end = min(int(last) + 1, size) if last else size
    return Span(start, end - start)


def _is_current(headers: Headers, etag: str, modified: int) -> bool:
    """Whether If-Range, where it is sent, names this very version: by its strong tag, or by its exact date."""
    condition = headers.get("if-range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag and not etag.startswith("W/")
    return parse_date(condition) == modified


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
