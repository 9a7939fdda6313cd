"""What templates say, case by case: every fact with the text it stands at."""

import pytest

from chirp_check.facts import values
from chirp_check.facts.extract import read_template
from chirp_check.facts.templates import Fact, TemplateFacts
from chirp_check.facts.values import (
    AnyTerm,
    Attr,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Filter,
    Index,
    Join,
    Name,
    Not,
    Opaque,
)
from chirp_check.source import SourceFile


def read(text: str) -> TemplateFacts:
    facts = read_template(SourceFile("t.html", text))
    assert facts.faults == ()
    return facts


def shown(term: AnyTerm | None) -> object:
    """A term without places, in short."""
    match term:
        case Const(value=value):
            return value
        case Name(id=name):
            return f"${name}"
        case Attr(base=base, name=name, optional=optional):
            return f"{shown(base)}{'?' * optional}.{name}"
        case Index(base=base, key=key, optional=optional):
            return f"{shown(base)}{'?' * optional}[{shown(key)}]"
        case values.Test(value=value, name=name, negated=negated, arguments=arguments):
            return (shown(value), "is not" if negated else "is", name, *(shown(one.value) for one in arguments))
        case Compare(left=left, operator=operator, right=right):
            return (shown(left), operator, shown(right))
        case Not(value=value):
            return ("not", shown(value))
        case Join(parts=parts):
            return [shown(part) for part in parts]
        case Choice(test=test, then=then, other=other):
            return {test: (shown(then), shown(other))}
        case Either(operands=operands, operator=operator):
            return {operator: tuple(shown(one) for one in operands)}
        case Filter(base=base, name=name, optional=optional):
            return f"{shown(base)}{'?' * optional}|{name}"
        case Call(function=function, arguments=arguments):
            return (shown(function), *(shown(one.value) for one in arguments))
        case Opaque(reason=reason):
            return f"?{reason}"
        case None:
            return None
        case _:
            return type(term).__name__


def at(text: str, fact: Fact) -> str:
    return text[fact.start : fact.end]


@pytest.mark.parametrize(
    ("text", "kind", "target", "names"),
    [
        ('{% extends "base.html" %}', "extends", '"base.html"', []),
        ("{%- include 'é.html' ignore missing -%}", "include", "'é.html'", []),
        ('😀{% import "a.html" as m with context %}', "import", '"a.html"', [("m", "m")]),
        ('{% from "a.html" import a, b as c, import %}', "from", '"a.html"', [("a", "a"), ("b", "c"), ("import",) * 2]),
        ("{% embed\r\n  'card.html' without context %}{% end %}", "embed", "'card.html'", []),
        ("{% include (a ~ '.html') %}", "include", "a ~ '.html'", []),
    ],
)
def test_references(text: str, kind: str, target: str, names: list[tuple[str, str]]) -> None:
    (reference,) = read(text).references
    assert reference.kind == kind
    assert at(text, reference) == target == text[reference.target.start : reference.target.end]
    assert [(at(text, one), at(text, other)) for one, other in reference.names] == names
    assert text[reference.tag_start : reference.tag_end].startswith("{%")
    assert text[reference.tag_start : reference.tag_end].endswith("%}")


def test_flags_of_references() -> None:
    first, second, third = read(
        "{% include 'a' ignore missing without context %}{% include 'a' %}{% from 'a' import b %}"
    ).references
    assert (first.ignore_missing, first.with_context) == (True, False)
    assert (second.ignore_missing, second.with_context) == (False, True)
    assert (third.ignore_missing, third.with_context) == (False, False)


def test_blocks_and_regions() -> None:
    text = (
        "{% block a if x %}1{% fragment b k='v' %}2{% end %}{% endblock %}"
        "{% region c(d: str | None = 'e', *f) %}3{% end %}"
    )
    blocks = read(text).blocks
    assert [(one.kind, one.name.name, at(text, one.name)) for one in blocks] == [
        ("block", "a", "a"),
        ("fragment", "b", "b"),
        ("region", "c", "c"),
    ]
    assert [text[one.body_start : one.body_end] for one in blocks] == ["1{% fragment b k='v' %}2{% end %}", "2", "3"]
    d, f = blocks[2].parameters
    assert (d.name, d.kind, d.annotation, shown(d.default)) == ("d", "normal", "str | None", "e")
    assert (f.name, f.kind, at(text, f)) == ("f", "star", "f")


def test_where_blocks_cannot_be_rendered() -> None:
    facts = read(
        "{% match a %}{% case 1 %}{% block m %}{% end %}{% end %}"
        "{% try %}{% block t %}{% end %}{% fallback %}{% end %}"
        "{% embed 'x' %}{% block o %}{% block p %}{% end %}{% end %}{% end %}"
    )
    assert [(one.name.name, one.inside_match, one.inside_try) for one in facts.blocks] == [
        ("m", True, False),
        ("t", False, True),
    ]
    assert [one.name.name for one in facts.overrides] == ["o", "p"]


def test_components() -> None:
    text = (
        "{% def card(title, items: dict[str, int] = {'a': [1, 2]}, **rest) %}"
        "{% slot %}{% slot head let:x=title %}d{% end %}{% yield foot %}{% end %}"
    )
    (card,) = read(text).components
    assert [(one.name, one.kind, one.annotation) for one in card.parameters] == [
        ("title", "normal", None),
        ("items", "normal", "dict[str, int]"),
        ("rest", "double-star", None),
    ]
    assert [(one.name, at(text, one)) for one in card.slots] == [
        ("default", "slot"),
        ("head", "head"),
        ("foot", "foot"),
    ]


def test_calls() -> None:
    text = (
        "{{ card('é', hx_target='#main', attrs={'hx-get': '/x'}) | safe }}"
        "{% call m.panel(id=f()) %}{% slot head let:row %}{{ row }}{% end %}rest{% end %}"
    )
    facts = read(text)
    card, panel, inner = facts.calls
    assert [(one.name, at_term(text, one.value)) for one in card.arguments if isinstance(one.value, Const)] == [
        (None, "'é'"),
        ("hx_target", "'#main'"),
    ]
    assert (panel.is_tag, shown(panel.function)) == (True, "$m.panel")
    assert at(text, panel) == text[text.index("{% call") :]
    assert [(one.name.name, text[one.body_start : one.body_end]) for one in panel.slots] == [("head", "{{ row }}")]
    assert (shown(inner.function), inner.is_tag) == ("$f", False)
    assert [(one.kind, one.name.name) for one in facts.bindings] == [("slot", "row")]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("{% set a = 1, b = x %}", [("set", "a", 1), ("set", "b", "$x")]),
        ("{% set a, (b, c) = x %}", [("set", "a", None), ("set", "b", None), ("set", "c", None)]),
        ("{% let a ??= 'x' %}", [("let", "a", "x")]),
        ("{% export a = b.c %}", [("export", "a", "$b.c")]),
        ("{% promote a = 1 %}", [("promote", "a", 1)]),
        ("{% capture a | upper %}x{% end %}", [("capture", "a", None)]),
        ("{% with a = (1), b = f(2, 3) %}{% end %}", [("with", "a", 1), ("with", "b", ("$f", 2, 3))]),
        ("{% with x as a %}{% end %}", [("with", "a", "$x")]),
        ("{% with x %}{% end %}", [("with", "it", "$x")]),
        ("{% for a, b in c if d %}{% end %}", [("for", "a", None), ("for", "b", None)]),
        ("{% match x %}{% case a, _ if b %}{% end %}", [("case", "a", None)]),
        ("{% try %}{% fallback a %}{% end %}", [("fallback", "a", None)]),
        (
            "{% trans a=1, count=b %}{{ a }}{% plural %}{{ count }}{% end %}",
            [("trans", "a", 1), ("trans", "count", "$b")],
        ),
        ("{% globals %}{% set a = 1 %}{% end %}", [("global", "a", 1)]),
    ],
)
def test_bindings(text: str, bound: list[tuple[str, str, object]]) -> None:
    facts = read(text)
    assert [(one.kind, one.name.name, shown(one.value)) for one in facts.bindings] == bound
    for one in facts.bindings:
        assert at(text, one.name) == ("" if one.name.name == "it" else one.name.name)


def test_scopes_of_bindings() -> None:
    text = "{% if x %}{% set a = 1 %}A{% let b = 1 %}{% else %}{% end %}{% for c in d %}C{% empty %}{% end %}E"
    a, b, c = read(text).bindings
    assert text[a.scope_start : a.scope_end] == "A{% let b = 1 %}"
    assert text[b.scope_start : b.scope_end].endswith("E")
    assert text[c.scope_start : c.scope_end] == "C"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("{{ a }}", "$a"),
        ("{{- (a) -}}", "$a"),
        ("{{ 'it\\'s' }}", "it's"),
        ("{{ -1 }}", -1),
        ("{{ a ~ 'b' ~ (c ~ d) }}", ["$a", "b", ["$c", "$d"]]),
        ("{{ a ?? b or c }}", {"??": ("$a", {"or": ("$b", "$c")})}),
        ("{{ a if b.c == 1 else d }}", {"b.c == 1": ("$a", "$d")}),
        ("{{ a if (b) }}", {"(b)": ("$a", "")}),
        ("{{ a?.b | upper |> nope }}", None),
        ("{{ a?.b |> upper |> join('x') }}", "$a?.b|upper|join"),
        ("{{ a ?| upper ?|> join('x') }}", None),
        ("{{ a ?| upper }}", "$a?|upper"),
        ("{{ f(a)(b) }}", (("$f", "$a"), "$b")),
        ("{{ a[1:2] }}", "?a slice"),
        ("{{ a is not defined }}", ("$a", "is not", "defined")),
        ("{{ a is divisibleby(b) }}", ("$a", "is", "divisibleby", "$b")),
        ("{{ not a }}", ("not", "$a")),
        ("{{ a not in b }}", ("$a", "not in", "$b")),
        ("{{ a < b < c }}", "?a comparison"),
        ("{{ a?[b] and c }}", {"and": ("$a?[$b]", "$c")}),
        ("{{ 1..3 by 2 }}", "?a range"),
        ("{{ await a }}", "$a"),
        ("{{ 99999999999999999999 }}", "?an unusual literal"),
    ],
)
def test_expressions(text: str, term: object) -> None:
    facts = read_template(SourceFile("t.html", text))
    if term is None:
        assert facts.expressions == ()
        assert facts.faults
    else:
        assert [shown(one) for one in facts.expressions] == [term]


def test_spans_of_nested_expressions() -> None:
    text = "{{ ((a.b)(c, d=[e, {'f': g}])) | h(1) ~ \"😀\" }}"
    (joined,) = read(text).expressions
    assert isinstance(joined, Join)
    first, last = joined.parts
    assert at_term(text, joined) == "((a.b)(c, d=[e, {'f': g}])) | h(1) ~ \"😀\""
    assert at_term(text, last) == '"😀"'
    assert isinstance(first, Filter)
    assert isinstance(first.base, Call)
    assert at_term(text, first) == "((a.b)(c, d=[e, {'f': g}])) | h(1)"
    assert at_term(text, first.base) == "(a.b)(c, d=[e, {'f': g}])"
    assert [at_term(text, one.value) for one in first.base.arguments] == ["c", "[e, {'f': g}]"]


def at_term(text: str, term: AnyTerm) -> str:
    return text[term.start : term.end]


def test_conditionals() -> None:
    text = (
        "{% if a %}1{% elif b.c %}2{% else %}3{% end %}{% unless d %}4{% end %}{% for e in f %}5{% empty %}6{% end %}"
    )
    found = read(text).conditionals
    assert [(one.kind, [(shown(arm.condition), at(text, arm)) for arm in one.arms]) for one in found] == [
        ("if", [("$a", "1"), ("$b.c", "2"), (None, "3")]),
        ("unless", [("$d", "4")]),
        ("for", [(None, "5"), (None, "6")]),
    ]


def test_comments_and_raw() -> None:
    text = "{# chirp: ignore[x] #}{% raw %}<p id='x'>{{ a }}{% if %}{% endraw %}{#a#}"
    facts = read(text)
    assert [one.name for one in facts.comments] == [" chirp: ignore[x] ", "a"]
    assert all(at(text, one) == one.name for one in facts.comments)
    assert facts.elements == ()
    assert facts.expressions == ()


def test_a_file_without_tags_needs_no_kida() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from chirp_check.facts.extract import read_template; from chirp_check.source import SourceFile;"
        "read_template(SourceFile('t', '<p id=a>{# x #}')); sys.exit('kida' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
