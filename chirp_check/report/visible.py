"""Text made fit to print: control and direction characters escaped, tabs and wide characters measured in columns."""

TAB = 4
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")


def plain(text: str) -> str:
    """One line of text without anything that moves the cursor, changes the terminal or does not encode."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_plain(char) else _escaped(char) for char in text)


def cells(text: str) -> list[tuple[str, int]]:
    """For each character of a source line what is printed for it, and how many columns that takes."""
    column = 0
    out: list[tuple[str, int]] = []
    for char in text:
        shown, width = _cell(char, column)
        out.append((shown, width))
        column += width
    return out


def _cell(char: str, column: int) -> tuple[str, int]:
    if char == "\t":
        width = TAB - column % TAB
        return " " * width, width
    if " " <= char <= "~":
        return char, 1
    if not _is_plain(char):
        escaped = _escaped(char)
        return escaped, len(escaped)
    return char, _width(char)


def _is_plain(char: str) -> bool:
    """Whether a character may go to a terminal as it is."""
    return (char.isprintable() or _is_joining(char)) and char not in _BIDI


def _is_joining(char: str) -> bool:
    """A space of another script, or a joiner inside a word or an emoji."""
    return char in "\u00a0\u3000\u200c\u200d"


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that the file system's encoding refuses
        return f"\\x{code - 0xDC00:02x}"
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _width(char: str) -> int:
    import unicodedata

    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
