"""Random tags over the whole grammar of Kida: most are right, some are nearly right."""

from collections.abc import Callable
from random import Random

_ATOMS = (
    "a", "b", "foo", "x_1", "none", "True", "'s'", '"t u"', "1", "2.5", "0", "loop", "if_", "await_", "'it\\'s'",
    "'\\u00e9\\n'", "1.", "[]", "{}", "()", "false", "'{{'", "by", "else_", "'%}'", "a.b", "foo.bar.baz", "if.x",
    "true.x", "a.none", "await.x", "a.in", "a .b", "a. b",
)  # fmt: skip
_TARGETS = (
    "x", "x, y", "(x, y)", "(x)", "x,", "(x, (y, z))", "x, (y, z)", "((x, y))", "x.y", "1", "true", "[x]", "x, 1",
    "(x,)", "()",
)  # fmt: skip
_WORDS = ("name", "a", "title", "if", "let", "with", "in", "b2", "as", "x-y", "é", "a.b")
_PARAMETERS = (
    "a", "b: str", "c: list[int] | None = 1", "*d", "**k", "e=f(1)", "g: dict[str, a|b]", "h = [1, 2]", "i: x[y[z]]",
    "True", "a.b", "j: a.b",
)  # fmt: skip
_COMPARISONS = ("==", "!=", " < ", " <= ", ">", ">=", " in ", " not in ", " is ", " is not ")
_TESTS = ("defined", "none", "mapping", "divisibleby(3)", "sameas none", "eq('x')", "odd", "test(a, k=b)", "sameas a")
_SLICES = ("1:2", ":", ":2", "::2", "1:", "a:b", "a:b:c", "a:b:")
_NEARLY = ("(", ")", "[", "]", "{", "}", "|", ".", ",", "=", "~", "?", "'", '"', "<", "%", "-", "é", "!", " ", "")


def expression(random: Random, depth: int = 3) -> str:
    """An expression of at most that depth."""
    if depth <= 0 or random.random() < 0.28:
        return random.choice(_ATOMS)
    return random.choice(_EXPRESSIONS)(random, lambda: expression(random, depth - 1))


type _Part = Callable[[], str]


def _listed(random: Random, part: _Part) -> str:
    return ", ".join(part() for _ in range(random.randrange(4)))


def _arguments(random: Random, part: _Part) -> str:
    words = ("k=", "m=", "class=", "", "", "", "", "")
    return ", ".join(random.choice(words) + part() for _ in range(random.randrange(4))) + random.choice(
        ("",) * 30 + (",",)
    )


def _condition(random: Random, part: _Part) -> str:
    return random.choice(("", " if " + part()))


_EXPRESSIONS: tuple[Callable[[Random, _Part], str], ...] = (
    lambda random, part: part() + random.choice((".b", ".items", "?.b", "?.c.d", ".b.c")),
    lambda random, part: part() + random.choice(("[", "?[")) + part() + "]",
    lambda random, part: f"{part()}[{random.choice(_SLICES)}]",
    lambda random, part: f"{part()}({_arguments(random, part)})",
    lambda random, part: part() + random.choice((" | upper", "|default", f"| join({_arguments(random, part)})")),
    lambda random, part: part() + " ?| upper" + random.choice(("", " | f(1)", " |> g")),
    lambda random, part: f"{part()} |> f |> g({_arguments(random, part)})",
    lambda random, part: part() + " ?|> f" + random.choice(("", " ?|> g", " | h")),
    lambda random, part: part() + random.choice(("+", " - ", "*", "/", "//", " % ", "**", " ~ ", " + ")) + part(),
    lambda random, part: part() + random.choice((" and ", " or ", " ?? ")) + part(),
    lambda random, part: "not " + part(),
    lambda random, part: part() + random.choice(_COMPARISONS) + part(),
    lambda random, part: part() + random.choice((" is ", " is not ")) + random.choice(_TESTS),
    lambda random, part: part() + " if " + part() + random.choice(("", " else " + part())),
    lambda random, part: f"({part()})",
    lambda random, part: f"[{_listed(random, part)}{random.choice(('', '', ' ,'))}]",
    lambda random, part: f"({_listed(random, part)}{random.choice(('', ','))})",
    lambda random, part: "{" + ", ".join(f"{part()}: {part()}" for _ in range(random.randrange(3))) + "}",
    lambda random, part: f"[{part()} for {random.choice(_TARGETS)} in {part()}{_condition(random, part)}]",
    lambda random, part: random.choice(("-", "+", "await ", "- -")) + part(),
    lambda random, part: part() + random.choice(("..", "...")) + part() + random.choice(("", " by 2")),
)


def statement(random: Random) -> str:
    """What stands between `{%` and `%}`."""

    def one(depth: int = 2) -> str:
        return expression(random, depth)

    def any_of(*choices: str) -> str:
        return random.choice(choices)

    target, word = random.choice(_TARGETS), random.choice(_WORDS)
    assigned = any_of(" = ", " ??= ") + one()
    more = any_of("", "", "", ", " + one(1), ", z = " + one(1), ", z ??= 1", ",")
    parameters = ", ".join(random.choice(_PARAMETERS) for _ in range(random.randrange(4)))
    return any_of(
        any_of("if ", "elif ", "unless ", "while ", "extends ", "call ") + one(),
        any_of("for ", "async for ") + target + " in " + one() + any_of("", " if " + one()),
        any_of("set ", "let ", "export ", "promote ") + target + assigned + more,
        f"block {word}"
        + any_of("", "", " if " + one(), ' m="x"', " m=-1 if a", " m=a", " m=1 m=2", " if=1", " m=none"),
        f"fragment {word}" + any_of("", "", " if a", " m=1", " if=1"),
        any_of("region ", "def ") + f"{word}({parameters})",
        "include " + one(1) + any_of("", "", " with context", " without context ignore missing", " with a=1"),
        "embed " + one(1) + any_of("", "", " with context", " without context", " ignore missing"),
        "import " + one(1) + any_of(f" as {word}", "") + any_of("", "", " with context", " with"),
        "from " + one(1) + " import " + any_of("a", "a, b as c", "a,", "with", "a with", "a with context", "a.b"),
        "slot " + any_of("", "a", "let:x", "a let:x, let:y", "let:x=" + one(1), "a let:x=1, let:y=b.c", "let"),
        "yield " + any_of("", "a", "a b"),
        "match " + any_of("", one(), one(1) + ", " + one(1), "a,"),
        "case " + any_of("_", "a", "_ if " + one(1), one(1), "1, 2", "a, _ if b", "(a, b)", "'x', y", "a,", "a ?? b"),
        any_of("try", "spaceless", "globals", "imports", "flush", "break", "raw", "plural", "else", "empty", "foo"),
        any_of("end", "endif", "endraw x", "end x", "endregion q", "endtry", "endfoo", "endslot", "end.x"),
        "fallback " + any_of("", "error", "a b"),
        "with "
        + any_of("a = " + one(1), "a = 1, b = c.d", one(), one(1) + " as b", "a, b as x, y", "a as b.c", "a = 1,"),
        "trans " + any_of("", "n=1", "n=" + one(1) + ", m=2", "n=1 m=2", "n=1,", "n"),
        "provide " + any_of("k = " + one(1), "k", "= 1"),
        "template " + any_of("a: b", "a: b, c: d", "a: b,", "", "a", "a: b c", "a: b.c"),
        "capture " + any_of("a", "a | f", f"a | f({one(1)})", "", "a b"),
        "filter " + any_of("f", f"f({one(1)})", "", "f | g"),
        "cache " + any_of(one(1), one(1) + ", ttl=" + one(1), "a, ttl=1, depends=b.c", "a,", "a, b"),
        any_of("push ", "stack ") + any_of("'a'", "a", "'a' b"),
    )


def tag(random: Random) -> str:
    """A whole tag; one in six is spoilt."""
    output = random.random() < 0.4
    inside = expression(random) if output else statement(random)
    opener, closer = ("{{", "}}") if output else ("{%", "%}")
    space = random.choice((" ", "", "\n"))
    text = (
        f"{opener}{random.choice(('', '-'))}{space}{inside}{random.choice((' ', ''))}{random.choice(('', '-'))}{closer}"
    )
    if random.random() < 0.15:
        at = random.randrange(len(text))
        text = text[:at] + random.choice((*_NEARLY, text[at] * 2)) + text[at + random.choice((0, 1)) :]
    return text
