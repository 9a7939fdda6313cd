"""Letters that deceive: characters that turn the direction of a text, and names that look like other names.

A text of ASCII holds neither, and is not looked at.
"""

import re
from collections.abc import Iterator

from chirp_check.source import SourceFile

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Letters of other alphabets that are drawn like an ASCII letter in nearly every typeface.
_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u03bf"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijshdqwoABEKMHOPCTYXIJSABEZHIKMNOPTYX",
)
_DECEIVING = re.compile("[" + "".join(map(chr, _ALIKE)) + "]")


def turning(text: str) -> tuple[tuple[int, str], ...]:
    """Offset and character of everything that turns the direction of the text and is not seen itself."""
    return () if text.isascii() else tuple((one.start(), one.group()) for one in _TURNING.finditer(text))


def look_alikes(file: SourceFile) -> Iterator[tuple[int, str, str]]:
    """Offset, name and the ASCII name it looks like, of names in Python code.

    A name in one foreign alphabet throughout is a word of some language, unless the file has its look-alike too.
    """
    if file.text.isascii() or not _DECEIVING.search(file.text):
        return
    import io
    import tokenize

    names: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(file.text, newline="").readline):
            if token.type == tokenize.NAME:
                names.append((file.lines[token.start[0] - 1] + token.start[1], token.string))  # noqa: PERF401 - keeps those before an error
    except tokenize.TokenError, SyntaxError, UnicodeEncodeError:
        pass  # the syntax error is reported; the names before it are known
    known = {name for _, name in names}
    for offset, name in names:
        plain = name.translate(_ALIKE)
        if plain != name and plain.isascii() and (plain in known or any(_is_latin(char) for char in name)):
            yield offset, name, plain


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()
