"""Kida's operands over the tokens of one tag: literals, names, brackets, and what stands right behind them.

Nothing is accepted that Kida refuses. What an expression becomes is the builder's business. Whatever is not surely
right raises `Refused`, or sets `doubt`, and Kida's own parser is asked: it decides, and it has the messages.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from chirp_check.syntax.kida_build import TOO_DEEP, Arguments, Build, Refused
from chirp_check.syntax.kida_tokens import CONSTANTS, NAME, NUMBER, OPERATOR_WORDS, PATH, STRING, Tokens, decoded

DEPTH = 60  # brackets and signs inside each other; beyond this Kida's recursive parser may run out of stack
CHAIN = 50  # operators in a row; what stands before them in a longer chain is opaque
OPENS = frozenset({"(", "[", "{", "?["})
CLOSES = frozenset({")", "]", "}"})
_DIGITS = 4000  # of a number; Python refuses to read longer ones
_SIGNS = frozenset({"-", "+"})
_POSTFIX = frozenset({".", "?.", "[", "?[", "(", "..", "..."})


class Target(NamedTuple):
    """The tokens of the names that something binds; whether it binds only names; the size of a tuple, else -1."""

    names: list[int]
    binds: bool
    size: int


class OperandParser[T](ABC):
    """Reads operands from token `at` on. `calls` collects the calls in expressions, in the order they end."""

    __slots__ = (
        "_awaits", "_depth", "applied", "at", "build", "calls", "doubt", "kinds", "loose", "spans", "text", "words",
    )  # fmt: skip

    applied: list[tuple[str, int, int, str]]  # the filters (`|`) and tests (`is`): where their names stand
    at: int
    calls: list[T]
    doubt: bool  # Kida has to be asked all the same
    loose: bool  # a comprehension binds something that is no name, which Kida's compiler refuses
    _awaits: int
    _depth: int

    def __init__(self, text: str, build: Build[T]) -> None:
        self.text = text
        self.build = build

    def begin(self, tokens: Tokens) -> None:
        """Go to the first token of a tag."""
        self.kinds = tokens.kinds
        self.words = tokens.words
        self.spans = tokens.spans
        self.at = self._awaits = self._depth = 0
        self.doubt = self.loose = False
        self.applied = []
        self.calls = []

    def expect(self, kind: str) -> None:
        """Pass over a token of this kind."""
        if self.kinds[self.at] != kind:
            raise Refused
        self.at += 1

    def accept(self, kind: str) -> bool:
        """Pass over the token if it is of this kind."""
        found = self.kinds[self.at] == kind
        self.at += found
        return found

    def is_word(self, word: str) -> bool:
        """Whether the token is this name."""
        return self.words[self.at] == word and self.kinds[self.at] == NAME

    @abstractmethod
    def expression(self) -> T:
        """Any expression."""

    @abstractmethod
    def disjunction(self) -> T:
        """An expression without `??` and `if` outside brackets."""

    def _operand(self) -> T:
        """A primary expression with what stands behind it, or with a sign or `await` before it."""
        first = self.at
        kind = self.kinds[first]
        if kind == PATH:
            self.at = first + 1
            term = self.path(first)
        elif kind in _SIGNS or (kind == NAME and self.words[first] == "await"):
            return self._signed(kind)
        else:
            term = self.primary()
        kind = self.kinds[self.at]
        if kind in _POSTFIX:
            term = self._postfix(first, term)
            kind = self.kinds[self.at]
        if kind == "**":
            self.at += 1
            self._deeper()
            right = self._operand()
            self._depth -= 1
            return self.build.opaque(self.spans[first][0], self.spans[self.at - 1][1], "arithmetic", (term, right))
        return term

    def path(self, at: int) -> T:
        """`a.b.c`."""
        start, end = self.spans[at]
        first, *names = self.words[at].split(".")
        if first == "await" or first in OPERATOR_WORDS:
            raise Refused
        behind = start + len(first)
        constant = CONSTANTS.get(first, "")
        term = self.build.name(start, behind, first) if constant == "" else self.build.constant(start, behind, constant)
        if len(names) > CHAIN:
            return self.build.opaque(start, end, TOO_DEEP, ())
        return self._attributes(start, behind, term, names)

    def _attributes(self, start: int, at: int, term: T, names: Iterable[str]) -> T:
        """`.b.c` from offset `at` on."""
        for name in names:
            if name in OPERATOR_WORDS:
                raise Refused
            at += 1 + len(name)
            term = self.build.attribute(start, at, term, name, False)
        return term

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise Refused

    def _signed(self, kind: str) -> T:
        first = self.at
        self.at += 1
        self._deeper()
        term = self._operand()
        self._depth -= 1
        if kind == NAME:
            self._awaits += 1
            return term
        start, end = self.spans[first][0], self.spans[self.at - 1][1]
        return (
            self.build.minus(start, end, term) if kind == "-" else self.build.opaque(start, end, "arithmetic", (term,))
        )

    def _postfix(self, first: int, term: T) -> T:
        start = self.spans[first][0]
        chain = 0
        while (kind := self.kinds[self.at]) in _POSTFIX:
            chain += 1
            if chain > CHAIN:
                term = self.build.opaque(start, self.spans[self.at - 1][1], TOO_DEEP, ())
                chain = 0
            if kind in (".", "?."):
                self.at += 1
                term = self._attribute(start, term, optional=kind == "?.")
            elif kind == "(":
                arguments = self.arguments()
                term = self.build.call(start, self.spans[self.at - 1][1], term, arguments)
                self.calls.append(term)
            elif kind in ("[", "?["):
                term = self._item(start, term, optional=kind == "?[")
            else:
                term = self._range(start, term)
        return term

    def _attribute(self, start: int, base: T, *, optional: bool) -> T:
        """The name or path behind a dot."""
        at = self.at
        if self.kinds[at] not in (NAME, PATH):
            raise Refused
        self.at = at + 1
        first, *names = self.words[at].split(".")
        if first in OPERATOR_WORDS or len(names) > CHAIN:
            raise Refused
        behind = self.spans[at][0] + len(first)
        return self._attributes(start, behind, self.build.attribute(start, behind, base, first, optional), names)

    def _item(self, start: int, base: T, *, optional: bool) -> T:
        """`base[key]` or a slice."""
        self._deeper()
        self.at += 1
        parts: list[T] = []
        if self.kinds[self.at] != ":":
            parts.append(self.expression())
        is_slice = self.accept(":")
        if is_slice:
            if self.kinds[self.at] not in (":", "]"):
                parts.append(self.expression())
            if self.accept(":") and self.kinds[self.at] != "]":
                parts.append(self.expression())
        self.expect("]")
        self._depth -= 1
        end = self.spans[self.at - 1][1]
        if is_slice:
            return self.build.opaque(start, end, "a slice", (base, *parts))
        return self.build.item(start, end, base, parts[0], optional)

    def _range(self, start: int, term: T) -> T:
        self.at += 1
        self._deeper()
        parts = [term, self._operand()]
        if self.is_word("by"):
            self.at += 1
            parts.append(self._operand())
        self._depth -= 1
        return self.build.opaque(start, self.spans[self.at - 1][1], "a range", tuple(parts))

    def arguments(self) -> Arguments[T]:
        """The arguments of a call, filter or test, from `(` to behind `)`."""
        self._deeper()
        self.at += 1
        found: list[tuple[str | None, T]] = []
        named: set[str] = set()
        while self.kinds[self.at] != ")" or found:
            name = None
            if self.kinds[self.at] == NAME and self.kinds[self.at + 1] == "=":
                name = self.words[self.at]
                self.at += 2
            if name in named or (named and name is None):
                raise Refused
            if name is not None:
                named.add(name)
            found.append((name, self.expression()))
            if not self.accept(","):
                break
        self.expect(")")
        self._depth -= 1
        return tuple(found)

    def primary(self) -> T:
        """A literal, a name, or something in brackets."""
        at = self.at
        kind = self.kinds[at]
        self.at = at + 1
        if kind not in ("(", "[", "{"):
            return self.literal(at, kind)
        self._deeper()
        term = self._group() if kind == "(" else self._list() if kind == "[" else self._mapping()
        self._depth -= 1
        return term

    def literal(self, at: int, kind: str) -> T:
        """The name, string or number that token `at` is."""
        start, end = self.spans[at]
        word = self.words[at]
        if kind == NAME:
            if word in CONSTANTS:
                return self.build.constant(start, end, CONSTANTS[word])
            return self.build.name(start, end, word)
        if kind == STRING:
            value = decoded(word)
            if value is not None:
                return self.build.constant(start, end, value)
        elif kind == NUMBER:
            return self.build.constant(start, end, number(word))
        raise Refused

    def _group(self) -> T:
        """What stands in parentheses: an expression, or a tuple."""
        first = self.at - 1
        if self.accept(")"):
            return self.build.items(self.spans[first][0], self.spans[self.at - 1][1], True, ())
        term = self.expression()
        if self.accept(")"):
            return term
        parts = self._listed(term, ")")
        return self.build.items(self.spans[first][0], self.spans[self.at - 1][1], True, parts)

    def _listed(self, first: T, closer: str) -> tuple[T, ...]:
        """`, b, c` and the closer behind the first element; a last comma is fine."""
        parts = [first]
        while self.accept(","):
            if self.kinds[self.at] == closer:
                break
            parts.append(self.expression())
        self.expect(closer)
        return tuple(parts)

    def _list(self) -> T:
        first = self.at - 1
        if self.accept("]"):
            return self.build.items(self.spans[first][0], self.spans[self.at - 1][1], False, ())
        awaits = self._awaits
        term = self.expression()
        if not self.is_word("for"):
            parts = self._listed(term, "]")
            return self.build.items(self.spans[first][0], self.spans[self.at - 1][1], False, parts)
        if self._awaits > awaits:
            raise Refused
        self.at += 1
        target = self.at
        self.target()
        bound = self.names(target, self.at)
        self.loose = self.loose or not bound.binds
        self.expect("in")
        iterable = self.disjunction()
        test = None
        if self.is_word("if"):
            self.at += 1
            test = self.disjunction()
        self.expect("]")
        start, end = self.spans[first][0], self.spans[self.at - 1][1]
        if test is not None:
            term = self.build.filtered(start, end, term, test)
        return self.build.repeated(start, end, tuple(self.words[at] for at in bound.names), iterable, term)

    def _mapping(self) -> T:
        first = self.at - 1
        entries: list[tuple[T, T]] = []
        while self.kinds[self.at] != "}":
            key = self.expression()
            self.expect(":")
            entries.append((key, self.expression()))
            if not self.accept(","):
                break
        self.expect("}")
        return self.build.mapping(self.spans[first][0], self.spans[self.at - 1][1], tuple(entries))

    def target(self) -> None:
        """Pass over what a loop binds."""
        in_parentheses = self.kinds[self.at] == "("
        self.primary()
        while not in_parentheses and self.accept(","):
            if self.kinds[self.at] == "in":
                break
            self.primary()

    def names(self, first: int, last: int) -> Target:
        """What the target `[first, last)` binds."""
        if last - first == 1:
            binds = self.kinds[first] == NAME and self.words[first] not in CONSTANTS
            return Target([first] if binds else [], binds, -1)
        commas: list[int] = []
        depth = 0
        wrapped = self.kinds[first] == "("
        for at in range(first, last):
            kind = self.kinds[at]
            if kind in OPENS:
                depth += 1
            elif kind in CLOSES:
                depth -= 1
                wrapped = wrapped and (depth > 0 or at == last - 1)
            elif kind == "," and not depth:
                commas.append(at)
        if wrapped:
            return self.names(first + 1, last - 1) if last - first > 2 else Target([], True, 0)
        if not commas:
            return Target([], False, -1)
        begins = (first, *(at + 1 for at in commas))
        pieces = [self.names(*piece) for piece in zip(begins, (*commas, last), strict=True) if piece[0] < piece[1]]
        return Target([at for one in pieces for at in one.names], all(one.binds for one in pieces), len(pieces))


def number(word: str) -> int | float:
    """The value of a number."""
    if len(word) > _DIGITS:
        raise Refused
    return float(word) if "." in word else int(word)
