"""Kida's statement grammar: what each kind of `{% … %}` says. The law of `kida_operands` holds here, too."""

from collections.abc import Callable
from copy import replace
from typing import Any

from chirp_check.syntax.kida_build import Refused
from chirp_check.syntax.kida_declarations import DeclarationParser
from chirp_check.syntax.kida_operands import Target
from chirp_check.syntax.kida_saying import Bound, Saying, Word
from chirp_check.syntax.kida_scan import SKIPPED_ENDS
from chirp_check.syntax.kida_tokens import END, NAME, STRING

LONG = 50  # tokens; the expressions of a shorter tag cannot be too deep


class StatementParser[T](DeclarationParser[T]):
    """Reads one tag. It raises `Refused` where Kida has to be asked."""

    __slots__ = ()

    def output(self) -> Saying[T]:
        """What `{{ … }}` says."""
        self.keyword = ""
        self.said = Saying(self.expression())
        return self._done()

    def statement(self) -> Saying[T]:
        """What `{% … %}` says, but for a `slot`."""
        self.said = Saying()
        self.keyword = self.words[0]
        if self.kinds[0] != NAME:
            raise Refused
        self.at = 1
        read = _STATEMENTS.get(self.keyword)
        if read is not None:
            read(self)
        elif self.keyword in SKIPPED_ENDS:
            self.at = len(self.kinds) - 1
        elif not self.keyword.startswith("end"):
            raise Refused
        return self._done()

    def slot(self, *, in_call: bool) -> Saying[T]:
        """What `{% slot … %}` says: in a call it receives names, elsewhere it offers values."""
        self.said = Saying()
        self.at = 1
        if self.kinds[1] == NAME and self.words[1] != "let":
            self.at = 2
        while self.is_word("let") and self.kinds[self.at + 1] == ":":
            self.at += 2
            word = self._word()
            if in_call:
                self._bind("slot", Target([self.at - 1], True, -1))
            else:
                self.expect("=")
                self.said.names += ((word, word),)
                self.said.operands += (self.expression(),)
            self.accept(",")
        return self._done()

    def _done(self) -> Saying[T]:
        self.expect(END)
        said = self.said
        if self.calls:
            said.calls = tuple(self.calls)
        if self.applied:
            said.applied = tuple(self.applied)
        if self.loose or self.doubt:
            said.loose, said.doubt = self.loose, self.doubt
        if len(self.kinds) > LONG:
            self._bound_depth(said)
        return said

    def _bound_depth(self, said: Saying[T]) -> None:
        """Cut the expressions of a long tag where they are too deep for those who walk through them."""
        bounded = self.build.bounded
        said.value = None if said.value is None else bounded(said.value)
        said.condition = None if said.condition is None else bounded(said.condition)
        said.operands = tuple(map(bounded, said.operands))
        said.calls = tuple(map(bounded, said.calls))
        said.bound = tuple([one if one.value is None else replace(one, value=bounded(one.value)) for one in said.bound])
        said.parameters = tuple(
            [one if one.default is None else replace(one, default=bounded(one.default)) for one in said.parameters]
        )

    def _tuple(self, operand: Callable[[], T], *, in_case: bool = False) -> T:
        """An expression, or several as a tuple without parentheses; a last comma is fine."""
        first = self.at
        term = operand()
        if self.kinds[self.at] != ",":
            return term
        parts = [term]
        end = self.spans[self.at - 1][1]
        while self.accept(","):
            if self.kinds[self.at] == END or (in_case and self.is_word("if")):
                break
            parts.append(operand())
            end = self.spans[self.at - 1][1]
        return self.build.items(self.spans[first][0], end, True, tuple(parts))

    def _bind(self, kind: str, target: Target, value: T | None = None, *, soft: bool = False) -> None:
        """Note the names of a target."""
        plain = target.binds and target.size < 0
        self.said.bound += (Bound(kind, tuple(map(self._named, target.names)), value, plain, soft),)

    def read_nothing(self) -> None:
        """The keyword is all."""

    def read_condition(self) -> None:
        self.said.condition = self.expression()

    def read_for(self) -> None:
        first = self.at
        self.target()
        target = self.names(first, self.at)
        self.said.only_names = target.binds
        self._bind("for", target)
        self.expect("in")
        self.said.operands += (self.without_choice(),)
        if self.is_word("if"):
            self.at += 1
            self.said.operands += (self.disjunction(),)

    def read_async(self) -> None:
        if not self.is_word("for"):
            raise Refused
        self.at += 1
        self.read_for()

    def read_match(self) -> None:
        if self.kinds[self.at] != END:
            self.said.operands += (self._tuple(self.expression),)

    def read_case(self) -> None:
        first = self.at
        self.said.operands += (self._tuple(self.without_choice, in_case=True),)
        target = self.names(first, self.at)
        self._bind("case", target)
        self.said.only_names = target.binds and target.size < 0
        if self.is_word("if"):
            self.at += 1
            self.said.operands += (self.expression(),)

    def read_fallback(self) -> None:
        if self.kinds[self.at] == NAME:
            self.said.bound += (Bound("fallback", (self._word(),)),)

    def read_assignments(self) -> None:
        """`set` and `let`, which may assign several times, and `export`, which may not."""
        while True:
            target, soft = self._target_of_assignment()
            if target.size > 1:
                if soft:
                    raise Refused
                self._bind(self.keyword, target, self._tuple(self.expression))
                return
            first = self.at
            value = self.expression()
            if self.kinds[self.at] == "," and self.keyword in ("set", "let"):
                value = self._more_values(first, value)
            self._bind(self.keyword, target, value, soft=soft)
            if self.keyword not in ("set", "let") or not self.accept(","):
                return

    def _target_of_assignment(self) -> tuple[Target, bool]:
        first = self.at
        self.primary()
        while self.accept(","):
            if self.kinds[self.at] == "=":
                break
            self.primary()
        target = self.names(first, self.at)
        soft = self.accept("??=")
        if not soft:
            self.expect("=")
        return target, soft

    def _more_values(self, first: int, value: T) -> T:
        """The tuple that a value begins, unless the comma behind it leads to the next assignment."""
        parts = [value]
        end = self.spans[self.at - 1][1]
        at = self.at
        if self.kinds[at + 1] == NAME and self.kinds[at + 2] in ("=", "??="):
            return value
        while self.accept(","):
            if self.kinds[self.at] == END:
                break
            parts.append(self.expression())
            end = self.spans[self.at - 1][1]
        return self.build.items(self.spans[first][0], end, True, tuple(parts)) if len(parts) > 1 else value

    def read_with(self) -> None:
        """`with a = b, …`, or `with a as b`, where `it` is the name that is not written."""
        if self.kinds[self.at] == NAME and self.kinds[self.at + 1] == "=":
            self._named_values("with", separated=True)
            return
        value = self.said.condition = self._tuple(self.expression)
        at = self.at
        words: tuple[Word, ...] = (Word(self.spans[at - 1][1], self.spans[at - 1][1], "it"),)
        if self.is_word("as"):
            self.at += 1
            first = self.at
            self._tuple(self.expression)
            words = tuple(map(self._named, self.names(first, self.at).names))  # none for `as b.c`, which Kida takes
        self.said.bound += (Bound("with", words, value, plain=len(words) == 1),)

    def _named_values(self, kind: str, *, separated: bool) -> None:
        """`a = 1, b = 2`; where the commas may be missing, the list may also be empty."""
        while separated or (self.kinds[self.at] == NAME and self.kinds[self.at + 1] == "="):
            word = self._word()
            self.expect("=")
            self.said.bound += (Bound(kind, (word,), self.expression()),)
            if not self.accept(",") and separated:
                return

    def read_trans(self) -> None:
        self._named_values("trans", separated=False)

    def read_provide(self) -> None:
        self.expect(NAME)
        self.expect("=")
        self.said.operands += (self.expression(),)

    def read_filter(self) -> None:
        """The arguments of the filter that a `filter` block or a `capture` names."""
        if self.keyword == "capture":
            self.said.bound += (Bound("capture", (self._word(),)),)
            if not self.accept("|"):
                return
        word = self._word()
        self.applied.append(("|", word.start, word.end, word.name))
        if self.kinds[self.at] == "(":
            self.said.operands += tuple([value for _, value in self.arguments()])

    def read_cache(self) -> None:
        """`cache key, ttl=…, depends=…`."""
        self.said.operands += (self.expression(),)
        while self.accept(","):
            if self.words[self.at] not in ("ttl", "depends") or self.kinds[self.at + 1] != "=":
                break
            self.at += 2
            self.said.operands += (self.expression(),)

    def read_string(self) -> None:
        if self.kinds[self.at] != STRING:
            raise Refused
        self.primary()

    def read_yield(self) -> None:
        self.accept(NAME)


# The readers of the statements; the table is the only place that pairs them with keywords.
_READ: dict[Callable[[StatementParser[Any]], None], tuple[str, ...]] = {
    StatementParser[Any].read_nothing: (
        "else", "empty", "try", "spaceless", "globals", "imports", "flush", "break", "continue", "raw", "plural",
    ),
    StatementParser[Any].read_condition: ("if", "elif", "unless", "while"),
    StatementParser[Any].read_for: ("for",),
    StatementParser[Any].read_async: ("async",),
    StatementParser[Any].read_match: ("match",),
    StatementParser[Any].read_case: ("case",),
    StatementParser[Any].read_fallback: ("fallback",),
    StatementParser[Any].read_assignments: ("set", "let", "export", "promote"),
    StatementParser[Any].read_with: ("with",),
    StatementParser[Any].read_trans: ("trans",),
    StatementParser[Any].read_provide: ("provide",),
    StatementParser[Any].read_template: ("template",),
    StatementParser[Any].read_block: ("block", "fragment"),
    StatementParser[Any].read_value: ("extends", "call"),
    StatementParser[Any].read_include: ("include",),
    StatementParser[Any].read_embed: ("embed",),
    StatementParser[Any].read_import: ("import",),
    StatementParser[Any].read_from: ("from",),
    StatementParser[Any].read_definition: ("def", "region"),
    StatementParser[Any].read_filter: ("filter", "capture"),
    StatementParser[Any].read_cache: ("cache",),
    StatementParser[Any].read_string: ("push", "stack"),
    StatementParser[Any].read_yield: ("yield",),
}  # fmt: skip
_STATEMENTS = {keyword: read for read, keywords in _READ.items() for keyword in keywords}
