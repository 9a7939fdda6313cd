"""Kida's declarations: blocks, definitions, references to templates. The law of `kida_operands` holds here, too."""

from chirp_check.syntax.kida_build import Refused
from chirp_check.syntax.kida_expressions import ExpressionParser
from chirp_check.syntax.kida_operands import number
from chirp_check.syntax.kida_saying import ParameterWritten, Saying, Word
from chirp_check.syntax.kida_tokens import CONSTANTS, NAME, NUMBER, STRING


class DeclarationParser[T](ExpressionParser[T]):
    """Reads what follows the keyword of a declaration into `said`."""

    __slots__ = ("keyword", "said")

    keyword: str
    said: Saying[T]

    def _word(self) -> Word:
        """The name at the token."""
        at = self.at
        self.expect(NAME)
        return Word(self.spans[at][0], self.spans[at][1], self.words[at])

    def _named(self, at: int) -> Word:
        return Word(self.spans[at][0], self.spans[at][1], self.words[at])

    def read_template(self) -> None:
        """`template a: A, b: B`."""
        while self.accept(NAME):
            self.expect(":")
            self.expect(NAME)
            if not self.accept(","):
                return

    def read_block(self) -> None:
        """`block name` and `fragment name`, with modifiers; a block may have a condition behind them."""
        self.expect(NAME)
        seen: set[str] = set()
        while self.kinds[self.at] == NAME:
            name = self.words[self.at]
            if self.keyword == "block" and name == "if" and self.kinds[self.at + 1] != "=":
                self.at += 1
                self.said.condition = self.expression()
                return
            self.at += 1
            self.expect("=")
            if name in seen:
                raise Refused
            seen.add(name)
            self._literal()

    def _literal(self) -> None:
        at = self.at + (self.kinds[self.at] == "-")
        kind, word = self.kinds[at], self.words[at]
        if kind == NUMBER:
            number(word)
        elif at != self.at or not (kind == STRING or (kind == NAME and word in CONSTANTS)):
            raise Refused
        else:
            self.primary()
        self.at = at + 1

    def read_value(self) -> None:
        self.said.value = self.expression()

    def read_include(self) -> None:
        self.said.value = self.expression()
        while self.kinds[self.at] == NAME:
            word, then = self.words[self.at], self.words[self.at + 1]
            if (word, then) == ("ignore", "missing"):
                self.said.ignore_missing = True
            elif not self._context():
                raise Refused
            self.at += 2

    def _context(self) -> bool:
        """Whether `with context` or `without context` stands here."""
        word, then = self.words[self.at], self.words[self.at + 1]
        if self.kinds[self.at] != NAME or word not in ("with", "without") or then != "context":
            return False
        self.said.with_context = word == "with"
        return True

    def read_embed(self) -> None:
        self.said.value = self.expression()
        if self.kinds[self.at] == NAME:
            if not self._context():
                raise Refused
            self.at += 2

    def read_import(self) -> None:
        self.said.value = self.expression()
        self.said.with_context = False
        if not self.is_word("as"):
            raise Refused
        self.at += 1
        word = self._word()
        self.said.names += ((word, word),)
        if self.is_word("with") and self._context():
            self.at += 2

    def read_from(self) -> None:
        self.said.value = self.expression()
        self.said.with_context = False
        if not self.is_word("import"):
            raise Refused
        self.at += 1
        while True:
            word = local = self._word()
            if self.is_word("as"):
                self.at += 1
                local = self._word()
            self.said.names += ((word, local),)
            if not self.accept(","):
                break
        if self.is_word("with"):
            self.at += 2 if self._context() else 1

    def read_definition(self) -> None:
        """`def name(…)` and `region name(…)`."""
        self.expect(NAME)
        self.expect("(")
        while self.kinds[self.at] != ")":
            if self.said.parameters:
                self.expect(",")
            kind = {"*": "star", "**": "double-star"}.get(self.kinds[self.at], "normal")
            self.at += kind != "normal"
            word = self._word()
            annotation = self._annotation() if kind == "normal" else None
            default = self.expression() if kind == "normal" and self.accept("=") else None
            self.said.parameters += (ParameterWritten(word, kind, annotation, default),)
            if kind == "double-star":
                break
        self.expect(")")

    def _annotation(self) -> str | None:
        """`: list[str] | None`."""
        if not self.accept(":"):
            return None
        first = self.at
        self._type(outer=True)
        return self.text[self.spans[first][0] : self.spans[self.at - 1][1]]

    def _type(self, *, outer: bool) -> None:
        self._deeper()
        self.expect(NAME)
        self._generic()
        while self.accept("|"):
            self.expect(NAME)
            if outer:
                self._generic()
        self._depth -= 1

    def _generic(self) -> None:
        if not self.accept("["):
            return
        self._type(outer=False)
        while self.accept(","):
            self._type(outer=False)
        self.expect("]")
