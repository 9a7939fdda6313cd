"""Where Kida refuses a template, what is said and where."""

import pytest

from chirp_check.facts.extract import read_template
from chirp_check.source import SourceFile


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{{ a b }}", [("b", "expected `}}`, found `b`")]),
        ("{{ a + }}", [("}}", "expected a value, found `}}`")]),
        ("{{ }}", [("}}", "expected a value, found `}}`")]),
        ("é{{ 'a }}<p>", [("'", "the string is never closed")]),
        ("{{ a $ b }}", [("$", "`$` cannot stand in an expression")]),
        ("{{ a.b\n<p>{{ c }}", [("{{ a.b", "`{{` is never closed")]),
        ("{% if a <p>{{ c }}{% end %}", [("{% if a", "`{%` is never closed")]),
        ("a {# b\n{{ c }}", [("{#", "the comment is never closed")]),
        ("{%slot let:", [("{%slot let:", "`{%` is never closed")]),
        ("{% if a %}x", [("{% if a %}", "`if` is never closed")]),
        ("{% for a in b %}{% if a %}{% endfor %}", [("{% if a %}", "`if` is never closed")]),
        ("{% end %}", [("{% end %}", "`end` closes nothing")]),
        ("{% if a %}{% endfor %}{% end %}", [("{% endfor %}", "`endfor` cannot close `if`")]),
        ("{% if a %}{% else %}{% elif b %}{% end %}", [("{% elif b %}", "`elif` follows `else`")]),
        ("{% case 1 %}", [("{% case 1 %}", "`case` stands outside a `match`")]),
        ("{% break %}", [("{% break %}", "`break` stands outside a loop")]),
        ("{% match a %}x{% end %}", [("{% match a %}", "`match` has no `case`")]),
        ("{% try %}x{% end %}", [("{% try %}", "`try` has no `fallback`")]),
        ("{% embed 'a' %}{{ b }}{% end %}", [("{{ b }}", "`{{ … }}` stands directly in `embed`")]),
        ("{% trans %}{{ a }}{% end %}", [("{{ a }}", "`trans` does not declare `a`")]),
        ("{% raw %}x", [("{% raw %}", "`raw` is never closed")]),
        ("{% raw %}{{ ' }}{% endraw %}", [("{{", "`{{` is never closed inside `raw`")]),
        ("{% def f(a, a) %}{% end %}", [("{% def f(a, a) %}", "`f` has two parameters called `a`")]),
        ("{% if a %}{% def f() %}{% end %}{% end %}", [("{% def f() %}", "`def` stands in `if`")]),
        ("{% template a: b %}{% template c: d %}", [
            ("{% template c: d %}", "the file has a second `template` declaration"),
        ]),
        ("{% region r() %}{% end %}{% block r %}{% end %}", [("r", "the file has another block called `r`")]),
        ("{{ a\n+\n}}{{ b c }}{% if %}{% end %}", [
            ("}}", "expected a value, found `}}`"),
            ("c", "expected `}}`, found `c`"),
            ("%}", "expected a value, found `%}`"),
        ]),
    ],
)  # fmt: skip
def test_faults(text: str, faults: list[tuple[str, str]]) -> None:
    found = read_template(SourceFile("t.html", text)).faults
    assert [(text[one.start : one.end], one.message) for one in found] == faults


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("{% blok a %}{% end %}", "did you mean `block`?"),
        ("{% for a in b %}{% enfor %}", "did you mean `endfor`?"),
        ("{% if a %}{% endi %}", "did you mean `endif`?"),
        ("{% macro f() %}{% endmacro %}", "write `{% def name(…) %}`"),
        ("{% set a %}x{% endset %}", "write `{% capture name %}…{% end %}` to keep a text"),
        ("{{ a && b }}", "write `and`"),
        ("{% if a %}{% else if b %}{% end %}", "write `{% elif … %}`"),
        ("{% if a = b %}{% end %}", "write `==` to compare"),
        ("{{ f(a=1, a=2) }}", "remove one `a=` argument"),
        ("{% block a-b %}{% end %}", "write `{% block a_b %}`"),
        ("{% for a of b %}{% end %}", "for loops use: `{% for item in items %}`"),
    ],
)
def test_help(text: str, help_: str | None) -> None:
    found = read_template(SourceFile("t.html", text)).faults
    assert found
    if help_ is not None:
        assert found[0].help is not None
        assert found[0].help.startswith(help_)
        assert len(found) == 1


@pytest.mark.parametrize("tag", ["region r()", "push 'a'", "try"])
def test_end_tags_that_kida_skips(tag: str) -> None:
    """Kida passes over them, so they are wrong only where the block is not closed otherwise."""
    word = tag.partition(" ")[0]
    body = "{% fallback %}" if word == "try" else ""
    start = f"{{% {tag} %}}{body}x{{% end{word} %}}"
    (fault,) = read_template(SourceFile("t.html", start)).faults
    assert start[fault.start : fault.end] == f"{{% end{word} %}}"
    assert fault.message == f"Kida does not close `{word}` with `end{word}`"
    assert fault.help == "write `{% end %}`"
    assert read_template(SourceFile("t.html", start + "{% end %}")).faults == ()


def test_endslot() -> None:
    text = "{% call f() %}{% slot a %}x{% endslot %}{% end %}"
    (fault,) = read_template(SourceFile("t.html", text)).faults
    assert text[fault.start : fault.end] == "{% endslot %}"
    assert fault.message == "Kida has no `endslot`"


def test_what_survives_faults() -> None:
    text = "{% extends 'a' %}{% block main %}<p id='x'>{{ a b }}<i>{% if %}{% block inner %}{% end %}{{ c"
    facts = read_template(SourceFile("t.html", text))
    assert len(facts.faults) == 4
    assert [one.name.name for one in facts.blocks] == ["main", "inner"]
    assert [one.tag for one in facts.elements] == ["p", "i"]
    assert len(facts.references) == 1


def test_a_target_that_is_no_name_binds_nothing() -> None:
    """Kida takes it; neither `b` nor `it` has a value inside."""
    facts = read_template(SourceFile("t.html", "{% with a as b.c %}{{ it }}{% end %}"))
    assert facts.faults == ()
    assert facts.bindings == ()
