"""Our reading held against Kida's: on real templates, on edits of them, and on any string at all."""

import random
import subprocess
import sys
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kida import Environment

from benchmarks.frontend.__main__ import agrees
from benchmarks.frontend.conformance import by_facts, by_kida, kida_parse
from benchmarks.frontend.corpus import FRAGMENTS, edited, templates
from benchmarks.frontend.grammar import tag
from chirp_check.facts.expressions import TERMS
from chirp_check.facts.extract import read_template
from chirp_check.facts.templates import Fact, Ident, TemplateFacts
from chirp_check.facts.values import AnyTerm, Const, Term
from chirp_check.source import SourceFile
from chirp_check.syntax.kida_build import Refused
from chirp_check.syntax.kida_saying import Saying
from chirp_check.syntax.kida_statements import StatementParser
from chirp_check.syntax.kida_tokens import Tokens, tokenize
from chirp_check.syntax.kida_verdict import verdict

TEXTS = templates()
TAGS = (
    "{% if a %}", "{% end %}", "{% end %}", "{% end %}", "{% else %}", "{% elif b %}", "{% endif %}",
    "{% for a in b %}", "{% empty %}", "{% while a %}", "{% unless a %}", "{% endunless %}", "{% match x %}",
    "{% case a, _ if b %}", "{% match %}", "{% try %}", "{% fallback e %}", "{% endtry %}",
    "{% def f(a, b: int=1) %}", "{% region r() %}", "{% endregion %}", "{% call f(x) %}", "{% slot a %}",
    "{% slot a let:x %}", "{% slot a let:x=1 %}", "{% endslot %}", "{% yield a %}", "{% block b %}",
    "{% block c if x %}", "{% endblock %}", "{% fragment g %}", "{% embed 'x' %}", "{% with a=1 %}",
    "{% with a as b %}", "{% set a = 1 %}", "{% let a, b = c %}", "{% capture c %}", "{% push 'a' %}",
    "{% endpush %}", "{% provide a = 1 %}", "{% trans n=1 %}", "{% trans count=x %}", "{% plural %}", "{{ n }}",
    "{{ a.b }}", "{# c #}", "text", "{% raw %}", "{% endraw %}", "{% globals %}", "{% include 'x' %}",
    "{% extends 'x' %}", "{% break %}", "{% async for a in b %}", "{% template a: b %}", "{% macro x %}",
    "{{ {{}: 1} }}", "{%- set a = '%}' -%}",
)  # fmt: skip


def read(text: str) -> TemplateFacts:
    return read_template(SourceFile("t.html", text))


def accepted(text: str) -> bool:
    """Whether Kida parses and compiles a template. It lets errors of Python through, so any error is a refusal."""
    try:
        Environment().from_string(text)
    except Exception:  # noqa: BLE001
        return False
    return True


def test_there_are_templates() -> None:
    assert len(TEXTS) > 200


def test_tags_and_names_equal_kidas() -> None:
    assert [path for path, text in TEXTS.items() if not agrees(path, text)] == []


@pytest.mark.filterwarnings("ignore")
def test_faults_exactly_where_kida_refuses() -> None:
    source = random.Random(7)
    for _ in range(3000):
        parts = source.choices(TAGS, k=source.choice((1, 2, 3, 4, 6)))
        text = "".join(parts) + "{% end %}" * source.choice((0, 0, 1, 2, 3))
        assert accepted(text) == (not read(text).faults), text


def test_edits_of_real_templates() -> None:
    source = random.Random(3)
    texts = [text for text in TEXTS.values() if 0 < len(text) < 4000]
    for _ in range(300):
        text = edited(source.choice(texts), source)
        facts = read(text)
        check_spans(text, facts)
        assert kida_parse(text) is not None or facts.faults, text


def test_our_parser_accepts_what_kida_accepts() -> None:
    """Tag by tag, over the whole grammar; what ours accepts says what Kida's tree says."""
    source = random.Random(11)
    ours_alone: list[str] = []
    kidas_alone: list[str] = []
    others: list[str] = []
    for text in (tag(source) for _ in range(4_000)):
        if not text.startswith(("{{", "{%")):
            continue
        tokens = tokenize(text, 0)
        if not tokens.whole or tokens.spans[-1][1] != len(text) or tokens.keyword == "slot":
            continue
        said = spoken(text, tokens)
        refused = verdict(text) is not None
        if said is not None and not said.doubt and refused:
            ours_alone.append(text)
        elif said is None and not refused:
            kidas_alone.append(text)
        elif said is not None and said.value is not None and text.startswith("{{"):
            tree, facts = kida_parse(text), read(text)
            if tree is not None and not facts.faults and by_kida(tree) != by_facts(facts):
                others.append(text)
    assert (ours_alone, kidas_alone, others) == ([], [], [])


def spoken(text: str, tokens: Tokens) -> Saying[AnyTerm] | None:
    """What our parser makes of a tag, Kida not asked."""
    parser = StatementParser(text, TERMS)
    parser.begin(tokens)
    try:
        return parser.output() if text.startswith("{{") else parser.statement()
    except Refused:
        return None


def test_kida_is_not_asked_about_good_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    good = [text for text in TEXTS.values() if not read(text).faults]
    assert len(good) > 0.9 * len(TEXTS)

    def asked(text: str, **_: object) -> None:
        raise AssertionError(text)

    monkeypatch.setattr("chirp_check.syntax.kida_verdict.verdict", asked)
    for text in good:
        read(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from((*FRAGMENTS, *TAGS)), st.text(max_size=8))).map("".join))
def test_any_string_has_facts(text: str) -> None:
    check_spans(text, read(text))


def test_spans_of_real_templates() -> None:
    for text in TEXTS.values():
        check_spans(text, read(text))


def check_spans(text: str, facts: TemplateFacts) -> None:
    """Every range lies in the file, names and literals stand where they say, the stored form gives the facts back."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=TemplateFacts) == facts
    text = text.replace("\ud800", "\ufffd")
    pending: list[object] = [getattr(facts, field) for field in facts.__struct_fields__ if field != "path"]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += one  # pyright: ignore[reportUnknownArgumentType]
            continue
        if isinstance(one, (Fact, Term)):
            assert 0 <= one.start <= one.end <= len(text)
            pending += [getattr(one, field) for field in one.__struct_fields__]
        if isinstance(one, Ident) and one.name not in {"default", "it"}:
            assert text[one.start : one.end] == one.name
        if isinstance(one, Const) and isinstance(one.value, str) and one.value and "\\" not in one.value:
            written = text[one.start : one.end]
            assert one.value in {written, written[1:-1]} or "\\" in written


@pytest.mark.parametrize(
    "text",
    [
        "{{ " * 100_000,
        "{% if a %}" * 30_000,
        "{% if a %}" * 20_000 + "{% endfor %}" * 20_000,
        "{{ '{{ \"" * 40_000,
        '<a b="' + "{% if a %}" * 20_000 + "{% end %}" * 20_000 + '">',
        '<a b="{% if a %}' + "{% elif b %}" * 10_000 + '{% end %}">',
        '<a b="' + "{# a #}" * 40_000 + '">',
        "<div></p>" * 40_000,
        "<a b=" * 60_000,
        "{{ " + "(" * 50_000 + " }}",
        "{{ a" + ".b" * 20_000 + " }}",
        "{{ " + "a ~ " * 20_000 + "a }}",
        "{{ " + "a + " * 20_000 + "a }}",
        "{{ " + "not " * 50_000 + "a }}",
        "{% raw %}" + "{{ '" * 60_000,
    ],
    ids=lambda text: text[:16],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    check_spans(text, read(text))
    assert time.process_time() - start < 5


def test_kida_is_not_even_imported_for_good_templates() -> None:
    code = """
import sys
from chirp_check.facts.extract import read_template
from chirp_check.source import SourceFile
text = '{% extends "a" %}{% block b %}{% for x in y.z | sort if x %}{{ f(x, k=1) ?? "c" }}{% end %}{% end %}'
facts = read_template(SourceFile("t.html", text))
assert not facts.faults and facts.blocks and facts.calls
print(sorted(name for name in sys.modules if name.partition(".")[0] == "kida"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[]"
