"""Cookies: parsing what browsers send, and quoting values so that the parser gives them back.

The parser never raises. Of several cookies with one name the first wins: a browser sends the most specific path first,
so a cookie tossed in by a neighbouring subdomain does not replace ours.
"""

from collections.abc import Iterable

MAX_COOKIE_BYTES = 16 * 1024
MAX_COOKIES = 150

_OCTETS = frozenset("!#$%&'()*+-./:<=>?@[]^_`{|}~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def parse_cookies(headers: Iterable[str]) -> dict[str, str]:
    """Names and values from the `Cookie` header lines (latin-1 text); what exceeds the limits is ignored."""
    text = "; ".join(headers)[:MAX_COOKIE_BYTES]
    cookies: dict[str, str] = {}
    for pair in text.split(";", MAX_COOKIES)[:MAX_COOKIES]:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if equals and name and name not in cookies:
            cookies[name] = unquote_value(value.strip())
    return cookies


def quote_value(value: str) -> str:
    """A value as it may stand in Set-Cookie: as it is, or in quotes with every other byte of its UTF-8 as `\\ooo`."""
    if _OCTETS.issuperset(value):
        return value
    escaped = (chr(b) if chr(b) in _OCTETS or b == 0x20 else f"\\{b:03o}" for b in value.encode())
    return f'"{"".join(escaped)}"'


def unquote_value(value: str) -> str:
    """Undo `quote_value`; a value without quotes is returned as it is."""
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    inner = value[1:-1]
    if "\\" not in inner:
        return inner
    pieces: list[str] = []
    pieces_of = inner.split("\\")
    pieces.append(pieces_of[0])
    escaped_backslash = False
    for piece in pieces_of[1:]:
        if escaped_backslash:
            pieces.append(piece)
            escaped_backslash = False
        elif piece == "":
            pieces.append("\\")
            escaped_backslash = True
        elif len(piece) >= 3 and piece[0] in "0123" and _octal(piece[:3]):
            pieces.append(chr(int(piece[:3], 8)) + piece[3:])
        else:
            pieces.append(piece)
    text = "".join(pieces)
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _octal(text: str) -> bool:
    return all(char in "01234567" for char in text)
