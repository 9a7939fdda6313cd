"""Cuts one tag into tokens as Kida's lexer does, in one pass. What it cannot cut is Kida's to judge."""

import re

import msgspec

# Kinds of tokens; an operator, a bracket and the words `and or not in is` are their own kind.
# `a.b` without white space is one token, a path.
NAME, PATH, NUMBER, STRING, END = "name", "path", "number", "string", "end"
CONSTANTS: dict[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "none": None, "None": None,
}  # fmt: skip
OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "is"})
_WORD_KINDS = {word: word for word in OPERATOR_WORDS}

_PATTERN = (
    r"[ \t\r\n]*+(?:-?(CLOSER)"
    r"|([A-Za-z_][A-Za-z0-9_]*+(?:\.[A-Za-z_][A-Za-z0-9_]*+)*+)"
    r"|(\d++(?:\.(?!\.)\d*+)?)"
    r"""|("[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+')"""
    r"|(\{(?=[{%#]))"
    r"|(\.\.\.|\?\?=|\?\|>|\*\*|//|==|!=|<=|>=|\|>|\?\.|\?\[|\?\||\?\?|\.\.|[-<>+*/%=.,:|~()\[\]{}])"
    r"|[^ \t\r\n]|\Z)"
)
_TOKENS = {
    "{{": re.compile(_PATTERN.replace("CLOSER", r"\}\}"), re.DOTALL),
    "{%": re.compile(_PATTERN.replace("CLOSER", r"%\}"), re.DOTALL),
}
_CLOSER, _NAME, _NUMBER, _STRING, _OPENER = range(1, 6)
_KINDS = {_NUMBER: NUMBER, _STRING: STRING}
LONGEST = 2000  # tokens of a tag; whether a longer one ends at all is found out faster elsewhere


class Tokens(msgspec.Struct, gc=False, eq=False):
    """The tokens behind a tag's opener, its closer the last. With `whole` false they end where Kida has to decide.

    `words` are as written; `spans` are ranges in the file. `size`: how many tokens Kida makes of the tag; of a
    path it makes several.
    """

    kinds: list[str]
    words: list[str]
    spans: list[tuple[int, int]]
    whole: bool
    size: int

    @property
    def keyword(self) -> str:
        """The first word of a `{% … %}`."""
        return self.words[0] if self.words and self.kinds[0] == NAME else ""

    @property
    def name(self) -> str:
        """The name behind it, if there is one."""
        name = self.words[1].partition(".")[0] if len(self.words) > 1 else ""
        return name if name.isidentifier() else ""

    @property
    def name_span(self) -> tuple[int, int]:
        """Where that name stands."""
        start = self.spans[1][0]
        return start, start + len(self.name)


def tokenize(text: str, start: int, shift: int = 0, *, longest: int = LONGEST) -> Tokens:
    """The tokens of the tag whose opener stands at `start`. `shift`: what is added to offsets in `text`."""
    kinds: list[str] = []
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    whole = False
    size = 1
    at = start + 3 if text.startswith("-", start + 2) else start + 2
    for found in _TOKENS[text[start : start + 2]].finditer(text, at):
        group = found.lastindex
        if group is None or (group == _OPENER and text[found.end()] != "{") or len(kinds) > longest:
            break
        word = found[group]
        words.append(word)
        spans.append(found.span(group))
        if group == _NAME:
            if "." in word:
                kinds.append(PATH)
                size += 2 * word.count(".")
            else:
                kinds.append(_WORD_KINDS.get(word, NAME))
        elif group == _CLOSER:
            kinds.append(END)
            whole = True
            break
        else:
            kinds.append(_KINDS.get(group, word))
    if shift:
        spans = [(first + shift, last + shift) for first, last in spans]
    return Tokens(kinds, words, spans, whole, size + len(kinds))


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt\\\"'])|)", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def decoded(written: str) -> str | None:
    """The value of a string literal; None where an escape in it is none of Kida's."""
    if "\\" not in written:
        return written[1:-1]
    pieces: list[str] = []
    at = 1
    for found in _ESCAPE.finditer(written, 1, len(written) - 1):
        number = found[1] or found[2]
        if found.lastindex is None or (number and int(number, 16) > 0x10FFFF):
            return None
        pieces += (written[at : found.start()], chr(int(number, 16)) if number else _PLAIN.get(found[3], found[3]))
        at = found.end()
    return "".join((*pieces, written[at:-1]))
