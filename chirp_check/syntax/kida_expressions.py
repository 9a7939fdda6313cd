"""Kida's operators over the tokens of one tag, as tightly as they bind. The law of `kida_operands` holds here, too."""

from collections.abc import Callable

from chirp_check.syntax.kida_build import TOO_DEEP, Applied, Arguments, Refused
from chirp_check.syntax.kida_operands import CHAIN, DEPTH, OperandParser
from chirp_check.syntax.kida_tokens import CONSTANTS, END, NAME, NUMBER, PATH, STRING

DOUBTFUL = 20  # `not` or `??` in a row, for each of which Kida's parser calls itself
_FILTER_CHAIN = 200  # Kida's own limit

# An expression of one token, and what ends it.
_SINGLE = frozenset({NAME, PATH, STRING, NUMBER})
_ENDINGS = frozenset({END, ")", ",", "]", "}", ":"})

# How tightly the operators bind. `not` stands here as the first word of `not in`.
_OR, _AND, _NOT, _COMPARE, _ADD, _FILTER, _MULTIPLY, _TIGHTER = range(1, 9)
_LEVELS: dict[str, int] = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "is", "not"), _COMPARE),
    **dict.fromkeys(("+", "-", "~"), _ADD),
    **dict.fromkeys(("|", "?|", "|>", "?|>"), _FILTER),
    **dict.fromkeys(("*", "/", "//", "%"), _MULTIPLY),
}
_FILTERS = {"|": ("|", "?|"), "?|": ("|", "?|"), "|>": ("|>",), "?|>": ("?|>",)}


class ExpressionParser[T](OperandParser[T]):
    """Reads whole expressions from token `at` on."""

    __slots__ = ()

    def expression(self) -> T:
        """Any expression."""
        first = self.at
        kind = self.kinds[first]
        if kind in _SINGLE and self.kinds[first + 1] in _ENDINGS and self.words[first] != "await":
            self.at = first + 1
            return self.path(first) if kind == PATH else self.literal(first, kind)
        left = self._choice()
        return self._coalesced(first, left, self._choice) if self.kinds[self.at] == "??" else left

    def without_choice(self) -> T:
        """An expression in which an `if` outside brackets ends it."""
        first = self.at
        left = self.disjunction()
        return self._coalesced(first, left, self.disjunction) if self.kinds[self.at] == "??" else left

    def _coalesced(self, first: int, left: T, operand: Callable[[], T]) -> T:
        """`a ?? b ?? c`, which associates to the right."""
        operands = [(first, left)]
        while self.accept("??"):
            operands.append((self.at, operand()))
        end = self.spans[self.at - 1][1]
        self.doubt = self.doubt or len(operands) > DOUBTFUL
        if len(operands) > CHAIN:
            return self.build.opaque(self.spans[first][0], end, TOO_DEEP, ())
        _, term = operands.pop()
        while operands:
            first, left = operands.pop()
            term = self.build.either(self.spans[first][0], end, (left, term), "??")
        return term

    def _choice(self) -> T:
        """`then if test else other`, with as many more behind the `else`."""
        first = self.at
        then = self.disjunction()
        arms: list[tuple[int, T, int, int, T]] = []
        while self.is_word("if"):
            self.at += 1
            test = self.at
            condition = self.disjunction()
            arms.append((first, then, self.spans[test][0], self.spans[self.at - 1][1], condition))
            if not self.is_word("else"):
                then = self.build.constant(self.spans[self.at - 1][1], self.spans[self.at - 1][1], "")
                break
            self.at += 1
            first = self.at
            then = self.disjunction()
        if len(arms) > CHAIN:
            return self.build.opaque(self.spans[arms[0][0]][0], self.spans[self.at - 1][1], TOO_DEEP, ())
        while arms:
            first, chosen, start, end, condition = arms.pop()
            whole = self.spans[first][0], self.spans[self.at - 1][1]
            then = self.build.choice(*whole, self.text[start:end], condition, chosen, then)
        return then

    def disjunction(self) -> T:
        """Operators from `or` on."""
        return self._operators(_OR)

    def _operators(self, floor: int) -> T:
        """An operand with all operators behind it that bind at least as tightly as `floor`."""
        first = self.at
        negated = floor <= _NOT and self.kinds[first] == "not"
        left = self._negation() if negated else self._operand()
        ceiling = _NOT if negated else _TIGHTER
        chain = 0
        joined: list[T] = []  # the operands of `~` so far, when that was the last operator
        while floor <= (level := _LEVELS.get(self.kinds[self.at], 0)) <= ceiling:
            chain += 1
            if chain > CHAIN and level not in (_FILTER, _COMPARE):
                left = self.build.opaque(self.spans[first][0], self.spans[self.at - 1][1], TOO_DEEP, ())
                chain, joined = 0, []
            ceiling = level
            if level == _FILTER:
                left = self._filters(first, left)
                ceiling = _ADD
            elif level == _COMPARE:
                left = self._comparison(first, left)
            else:
                left, joined = self._binary(first, left, level, joined)
        return left

    def _binary(self, first: int, left: T, level: int, joined: list[T]) -> tuple[T, list[T]]:
        operator = self.kinds[self.at]
        self.at += 1
        right = self._operators(level + 1)
        start, end = self.spans[first][0], self.spans[self.at - 1][1]
        if level <= _AND:
            return self.build.either(start, end, (left, right), operator), []
        if operator == "~":
            joined = [*(joined or (left,)), right]
            return self.build.join(start, end, tuple(joined)), joined
        if operator == "+":
            return self.build.add(start, end, left, right), []
        return self.build.opaque(start, end, "arithmetic", (left, right)), []

    def _negation(self) -> T:
        first = self.at
        while self.kinds[self.at] == "not":
            self.at += 1
        count = self.at - first
        if count > DEPTH:
            raise Refused
        self.doubt = self.doubt or count > DOUBTFUL
        term = self._operators(_NOT)
        for index in range(count - 1, -1, -1):
            term = self.build.negation(self.spans[first + index][0], self.spans[self.at - 1][1], term)
        return term

    def _comparison(self, first: int, left: T) -> T:
        """Comparisons and tests in a row. A test speaks of what is on the very left, as it does in Kida."""
        start = self.spans[first][0]
        operators: list[str] = []
        operands: list[T] = []
        while _LEVELS.get(self.kinds[self.at]) == _COMPARE:
            operator = self.kinds[self.at]
            self.at += 1
            if operator == "not":
                self.expect("in")
                operator = "not in"
            elif operator == "is":
                negated = self.accept("not")
                kind = self.kinds[self.at]
                if kind == PATH and self.words[self.at].partition(".")[0] not in CONSTANTS:
                    raise Refused  # to Kida, the first word names a test
                if kind == NAME and self.words[self.at] not in CONSTANTS:
                    left = self._test(start, left, negated=negated)
                    continue
                operator = "is not" if negated else "is"
            operators.append(operator)
            operands.append(self._operators(_ADD))
        end = self.spans[self.at - 1][1]
        if not operands:
            return left
        if len(operands) == 1:
            return self.build.compare(start, end, left, operators[0], operands[0])
        return self.build.opaque(start, end, "a comparison", (left, *operands))

    def _test(self, start: int, value: T, *, negated: bool) -> T:
        name = self.words[self.at]
        self.applied.append(("is", *self.spans[self.at], name))
        self.at += 1
        arguments: Arguments[T] = ()
        kind = self.kinds[self.at]
        if kind == "(":
            arguments = self.arguments()
        elif kind in (NUMBER, STRING) or (kind == NAME and self.words[self.at] in CONSTANTS):
            arguments = ((None, self.primary()),)
        return self.build.test(start, self.spans[self.at - 1][1], value, Applied(name, arguments, negated))

    def _filters(self, first: int, base: T) -> T:
        """A chain of filters in one style."""
        style = _FILTERS[self.kinds[self.at]]
        count = 0
        while (kind := self.kinds[self.at]) in style:
            count += 1
            if count > _FILTER_CHAIN:
                raise Refused
            if not count % CHAIN:
                base = self.build.opaque(self.spans[first][0], self.spans[self.at - 1][1], TOO_DEEP, ())
            self.at += 1
            name = self.words[self.at]
            self.applied.append(("|", *self.spans[self.at], name))
            self.expect(NAME)
            arguments = self.arguments() if self.kinds[self.at] == "(" else ()
            start, end = self.spans[first][0], self.spans[self.at - 1][1]
            base = self.build.filter(start, end, base, Applied(name, arguments, kind[0] == "?"))
        return base
