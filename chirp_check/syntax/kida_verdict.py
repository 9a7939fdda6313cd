"""The one module that touches Kida's lexer and parser: what Kida says of one tag, in the house form.

It imports Kida, so import it only about a tag that our own parser does not surely accept.
"""

import re
from typing import NamedTuple

import msgspec
from kida._types import Token, TokenType
from kida.exceptions import ErrorCode, TemplateError
from kida.lexer import Lexer, LexerError
from kida.parser import Parser
from kida.parser.errors import ParseError

from chirp_check.grammar.names import did_you_mean
from chirp_check.syntax.kida_scan import SKIPPED_ENDS

DEPTH = 60  # brackets inside brackets; beyond this Kida's recursive parser runs out of stack, depending on its caller

_SPACE = " \t\r\n"
OPENS = frozenset({TokenType.LPAREN, TokenType.LBRACKET, TokenType.LBRACE, TokenType.OPTIONAL_BRACKET})
CLOSES = frozenset({TokenType.RPAREN, TokenType.RBRACKET, TokenType.RBRACE})


class TagError(msgspec.Struct, frozen=True):
    """What Kida refuses in a tag: a range relative to the tag, the message in the house form, help and Kida's code."""

    start: int
    end: int
    message: str
    help: str | None = None
    code: str | None = None


class _Lexed(NamedTuple):
    """The tokens of one tag with their offsets, and the error that ended them."""

    text: str
    tokens: list[Token]
    starts: list[int]
    ends: list[int]
    error: TagError | None

    @property
    def keyword(self) -> str:
        """The first word of a `{% … %}`."""
        word = self.tokens[1] if len(self.tokens) > 1 and self.text.startswith("{%") else None
        return word.value if word is not None and word.type is TokenType.NAME else ""


class _TagLexer(Lexer):
    """Kida's lexer over one tag. Kida's own loop copies the rest of the source for each token."""

    def read(self) -> _Lexed:
        source = self._source
        variable = source.startswith("{{")
        closer = "}}" if variable else "%}"
        opening = TokenType.VARIABLE_BEGIN if variable else TokenType.BLOCK_BEGIN
        tokens = [Token(opening, source[:2], 1, 0)]
        starts, ends = [0], [2]
        self._advance(3 if source.startswith("-", 2) else 2)
        trimmed = "-" + closer
        size = len(source)
        while self._pos < size:
            if source[self._pos] in _SPACE:
                self._skip_whitespace()
            start = self._pos
            if source.startswith(trimmed, start):
                self._advance(1)
                start += 1
            if source.startswith(closer, start):
                tokens.append(self._emit_delimiter(closer, TokenType.VARIABLE_END if variable else TokenType.BLOCK_END))
                starts.append(start)
                ends.append(start + 2)
                return _Lexed(source, tokens, starts, ends, None)
            if start >= size:
                break
            try:
                tokens.append(self._next_code_token())
            except LexerError as error:
                fault = _lexer_fault(error.message, source, start, max(self._pos, start + 1))
                return _Lexed(source, tokens, starts, ends, fault)
            starts.append(start)
            ends.append(self._pos)
        fault = TagError(0, 2, f"`{source[:2]}` is never closed", f"add `{closer}`")
        return _Lexed(source, tokens, starts, ends, fault)


class _TagParser(Parser):
    """Kida's parser over the tokens of one tag between the tokens that make it whole."""

    __slots__ = ()

    def __init__(self, tokens: list[Token], *, in_call: bool) -> None:
        super().__init__(tokens)  # pyright: ignore[reportUnknownMemberType]
        if in_call:
            self._block_stack.append(("call", 1, 0))

    def tag(self, *, variable: bool) -> None:
        """Read the one tag there is."""
        if variable:
            self._parse_output()
        else:
            self._parse_block()


def _constant(text: str) -> tuple[Token, ...]:
    return tuple(Lexer(text).tokenize())[:-1]


_END = _constant("{% end %}")
_WRAP: dict[str, tuple[tuple[Token, ...], tuple[Token, ...]]] = {
    "elif": (_constant("{% if a %}"), _END),
    "else": (_constant("{% if a %}"), _END),
    "empty": (_constant("{% for a in a %}"), _END),
    "case": (_constant("{% match a %}"), _END),
    "fallback": (_constant("{% try %}"), _END),
    "plural": (_constant("{% trans count=a %}"), _constant("{% endtrans %}")),
    "break": (_constant("{% for a in a %}"), _END),
    "continue": (_constant("{% for a in a %}"), _END),
    "match": ((), _constant("{% case a %}{% end %}")),
    "try": ((), _constant("{% fallback %}{% end %}")),
    "raw": ((), _constant("{% endraw %}")),
    "trans": ((), _constant("{% endtrans %}")),
}
_UNWRAPPED: tuple[tuple[Token, ...], tuple[Token, ...]] = ((), _END)


def verdict(text: str, *, in_call: bool = False) -> TagError | None:
    """What Kida refuses in a whole tag, opener to closer. `in_call`: directly inside `{% call %}`."""
    lexed = _TagLexer(text).read()
    error = lexed.error or _too_deep(lexed)
    if error is not None:
        return error
    return _end_tag_error(lexed) if lexed.keyword.startswith("end") else _parser_error(lexed, in_call=in_call)


def lexical_error(text: str) -> TagError | None:
    """What Kida refuses in a tag inside `{% raw %}`, which it only cuts into tokens."""
    lexed = _TagLexer(text).read()
    ends_raw = lexed.error is None and lexed.keyword == "endraw"
    return _end_tag_error(lexed) if ends_raw else lexed.error


def _parser_error(lexed: _Lexed, *, in_call: bool) -> TagError | None:
    prefix, suffix = _WRAP.get(lexed.keyword, _UNWRAPPED)
    parser = _TagParser([*prefix, *lexed.tokens, *suffix], in_call=in_call)
    whole = (0, len(lexed.text))
    try:
        parser.tag(variable=lexed.text.startswith("{{"))
    except ParseError as error:
        return _parser_fault(error, lexed)
    except RecursionError:
        return TagError(*whole, "the expression is nested too deeply for Kida")
    except (TemplateError, LexerError, SyntaxError, ValueError) as error:
        return TagError(*whole, house_form(str(error)))
    return None


def _too_deep(lexed: _Lexed) -> TagError | None:
    if sum(map(lexed.text.count, "([{")) <= DEPTH:
        return None
    depth = 0
    for token, start in zip(lexed.tokens, lexed.starts, strict=True):
        if token.type in OPENS:
            depth += 1
            if depth > DEPTH:
                return TagError(start, start + 1, "the expression is nested too deeply for Kida")
        elif token.type in CLOSES:
            depth -= 1
    return None


def _end_tag_error(lexed: _Lexed) -> TagError | None:
    """An end tag has nothing behind its keyword, but for those that Kida skips unread."""
    if len(lexed.tokens) <= 3 or lexed.keyword in SKIPPED_ENDS:
        return None
    start, end = lexed.starts[2], lexed.ends[2]
    message = f"expected `%}}`, found `{lexed.text[start:end]}`"
    return TagError(start, end, message, code=ErrorCode.UNEXPECTED_TOKEN.value)


_QUOTED = re.compile(r"'(\{%.*?%\}|[^']*)'|(\{%.*?%\})")
_HELP_LENGTH = 120


def house_form(message: str) -> str:
    """A message of Kida in our form: its first line, lower case, code in backticks, no full stop."""
    line = message.strip().partition("\n")[0].strip().rstrip(".")
    line = _QUOTED.sub(lambda match: f"`{match[1] if match[1] is not None else match[2]}`", line)
    line = line.replace("Invalid ", "broken ")
    is_name = line.startswith(("Jinja", "Kida"))
    return line[:1].lower() + line[1:] if line[1:2].islower() and not is_name else line


def _parser_fault(error: ParseError, lexed: _Lexed) -> TagError:
    text = lexed.text
    at = next((i for i, token in enumerate(lexed.tokens) if token is error.token), None)
    start, end = (0, len(text)) if at is None else (lexed.starts[at], lexed.ends[at])
    code = error.code.value if error.code else None
    message = error.message.partition("\n\n")[0]
    if message.startswith("Expected ") and ", got " in message:
        expected = message[len("Expected ") :].rpartition(", got ")[0]
        help_ = _meant(lexed, text[start:end]) or _help(error)
        return TagError(start, end, f"expected {house_form(expected)}, found `{text[start:end]}`", help_, code)
    special = _special(message, error.suggestion or "", text[start:end])
    if special is not None:
        return TagError(start, end, *special, code)
    if message.startswith("Unexpected token: "):
        message = f"expected a value, found `{text[start:end]}`"
    return TagError(start, end, house_form(message), _help(error), code)


_OPERATORS = {"&": "and", "!": "not", "?": "if … else"}
_INSTEAD = {"macro": "write `{% def name(…) %}`", "fill": "write `{% slot name %}`", "do": "write `{% set _ = … %}`"}
_HYPHEN = re.compile(r"Invalid (block|fragment) name: '(.*)-(.*)' contains a hyphen")


def _special(message: str, suggestion: str, word: str) -> tuple[str, str | None] | None:
    """Message and help where Kida's own say less than can be said, or None."""
    if message.startswith("Unknown block keyword: "):
        known = suggestion.rpartition("Valid keywords: ")[2].split(", ")
        help_ = _INSTEAD.get(word) or did_you_mean(
            word, [*known, "end", "else", "elif", *(f"end{one}" for one in known)]
        )
        return f"Kida has no tag `{word}`", help_
    if message.startswith("Jinja2-style set block"):
        return "`set` has no value", "write `{% capture name %}…{% end %}` to keep a text"
    hyphen = _HYPHEN.match(message)
    if hyphen is not None:
        kind, first, rest = hyphen.groups()
        return f"the name `{first}-{rest}` contains a hyphen", f"write `{{% {kind} {first}_{rest} %}}`"
    return None


def _meant(lexed: _Lexed, found: str) -> str | None:
    """What other languages write otherwise."""
    if found == "if" and lexed.keyword == "else":
        return "write `{% elif … %}`"
    if found == "=" and lexed.keyword in {"if", "elif", "unless", "while"}:
        return "write `==` to compare"
    return None


def _help(error: ParseError) -> str | None:
    """The first sentence of Kida's suggestion, where it is short and does not repeat the message."""
    suggestion = (error.suggestion or "").partition(". ")[0]
    if not suggestion or "\n" in suggestion or len(suggestion) > _HELP_LENGTH or suggestion.startswith("Expected "):
        return None
    return house_form(suggestion)


def _lexer_fault(message: str, source: str, start: int, end: int) -> TagError:
    if message.startswith("Unterminated string"):
        return TagError(start, start + 1, "the string is never closed", f"add the closing `{source[start]}`")
    if message.startswith(("Unexpected character", "Invalid identifier", "Invalid number")):
        word = _OPERATORS.get(source[start])
        help_ = f"write `{word}`" if word else None
        return TagError(start, start + 1, f"`{source[start]}` cannot stand in an expression", help_)
    return TagError(start, end, house_form(message))
