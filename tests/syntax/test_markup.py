"""Elements and attributes: what counts as one, where it stands, what its values are made of."""

import pytest

from chirp_check.facts.extract import read_template
from chirp_check.facts.templates import Attribute, Element
from chirp_check.facts.values import Choice, Const, Either, Join, Name, Opaque
from chirp_check.grammar.htmx import HTMX_2, value_faults
from chirp_check.source import SourceFile


def elements(text: str) -> tuple[Element, ...]:
    return read_template(SourceFile("t.html", text)).elements


def only(text: str) -> Element:
    (element,) = elements(text)
    return element


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<p><B/><x-y>", ["p", "b", "x-y"]),
        ("a < b <3 <", []),
        ("<!-- <p> --><i>", ["i"]),
        ("<!--><p>", ["p"]),
        ("<!DOCTYPE html><?xml <p> ?><i>", ["i"]),
        ("<script>if (a < b) '<p>'</script><i>", ["script", "i"]),
        ("<style><p></style><textarea><p></textarea><title><p></title><i>", ["style", "textarea", "title", "i"]),
        ("<noscript><p></noscript><i>", ["noscript", "i"]),
        ("<script src=x></SCRIPT ><i>", ["script", "i"]),
        ("<pre><code>&lt;p&gt;</code></pre>", ["pre", "code"]),
        ("{% raw %}<p>{% endraw %}{# <p> #}{{ '<p>' }}<i>", ["i"]),
        ("<h{{ level }} id=a></h{{ level }}>", [""]),
        ("<div{{ attrs }} id=a>", ["div"]),
        ("<div{% if a %} id=a{% end %}>", ["div"]),
        ("<p", ["p"]),
    ],
)
def test_what_is_an_element(text: str, tags: list[str]) -> None:
    assert [one.tag for one in elements(text)] == tags


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ('<p id="é" CLASS=\'b\' c=d e>', [("id", "é", '"'), ("class", "b", "'"), ("c", "d", ""), ("e", None, "")]),
        ("<p a = 'b'c=\"d\"/>", [("a", "b", "'"), ("c", "d", '"')]),
        ("<p\r\n a='1'\r\n b>", [("a", "1", "'"), ("b", None, "")]),
        ('<p title="a > b" x>', [("title", "a > b", '"'), ("x", None, "")]),
        ("<p data-hx-get=/x @click.prevent='a' :b=c hx-on::after-swap='d'>", [
            ("data-hx-get", "/x", ""), ("@click.prevent", "a", "'"), (":b", "c", ""), ("hx-on::after-swap", "d", "'"),
        ]),
        ('<p a="&amp;">', [("a", "&amp;", '"')]),
        ('<p a="">', [("a", "", '"')]),
        ("<p {# x='1' #} {% if a %}b{% end %}>", [("b", None, "")]),
        ("<p a={{ x }}{% if y %} b{% end %}>", [("a", "{{ x }}{% if y %}", ""), ("b", None, "")]),
    ],
)  # fmt: skip
def test_attributes(text: str, attributes: list[tuple[str, str | None, str]]) -> None:
    found = only(text).attributes
    assert [(one.name, written(text, one), one.quote) for one in found] == attributes
    for one in found:
        assert text[one.name_start : one.name_end].lower() == one.name
        assert text[one.start : one.end].startswith(text[one.name_start : one.name_end])


def written(text: str, attribute: Attribute) -> str | None:
    return None if attribute.value is None else text[attribute.value.start : attribute.value.end]


@pytest.mark.parametrize(
    ("text", "dynamic"),
    [
        ("<p {{ attrs }}>", True),
        ("<p on{{ event }}=a>", True),
        ("<p {% if a %}{{ attrs }}{% end %}>", True),
        ("<p id={{ a }}>", False),
        ("<p {% include 'x' %}>", False),
        ("<p {# {{ a }} #}>", False),
    ],
)
def test_unseen_attributes(text: str, dynamic: bool) -> None:
    assert only(text).dynamic is dynamic


def test_a_value_of_pieces() -> None:
    text = '<p id="row-{{ \'">\' ~ item }}-{# no #}x">'
    (attribute,) = only(text).attributes
    assert isinstance(attribute.value, Join)
    assert [text[one.start : one.end] for one in attribute.value.parts] == ["row-", "'\">' ~ item", "-", "x"]


def test_conditionals_inside_a_value_are_choices() -> None:
    text = '<p class="a{% if x %}b{% elif y.z %}{{ c }}{% end %}{% unless w %}d{% else %}e{% end %}">'
    value = only(text).attributes[0].value
    assert isinstance(value, Join)
    literal, first, second = value.parts
    assert isinstance(literal, Const)
    assert isinstance(first, Choice)
    assert isinstance(first.other, Choice)
    assert isinstance(first.other.then, Join)
    assert (first.test, first.other.test) == ("x", "y.z")
    assert isinstance(first.other.then.parts[0], Name)
    assert first.other.other == Const(text.index("{% unless"), text.index("{% unless"), "")
    assert isinstance(second, Choice)
    assert isinstance(second.then, Join)
    assert isinstance(second.then.parts[0], Const)
    assert second.then.parts[0].value == "e"


def test_other_blocks_inside_a_value() -> None:
    text = "<p a='{% for b in c %}d{% end %}' e='{% match f %}{% case 1 %}g{% end %}' h='{% spaceless %}i{% end %}'>"
    loop, match, plain = (one.value for one in only(text).attributes)
    assert isinstance(loop, Join)
    assert isinstance(loop.parts[0], Opaque)
    assert isinstance(match, Join)
    assert isinstance(match.parts[0], Either)
    assert isinstance(plain, Join)
    assert isinstance(plain.parts[0], Const)


@pytest.mark.parametrize(
    "text",
    ["<p {% if a %}b='c{% else %}b='d{% end %}'>", "{% if a %}<p b='{% else %}c'>{% end %}", "<p b='{% end %}'>"],
)
def test_a_value_that_crosses_branches_is_not_known(text: str) -> None:
    assert isinstance(elements(text)[0].attributes[0].value, Opaque)


def test_branches() -> None:
    text = "{% if a %}<a {% for b in c %}x{% else %}y{% end %} z>{% else %}<b>{% end %}{% with d as e %}<c>{% end %}<d>"
    a, b, c, d = elements(text)
    assert [(one.tag, one.arm) for one in a.branches] == [(0, 0)]
    assert [(one.tag, one.arm) for one in b.branches] == [(0, 1)]
    assert [(one.tag, one.arm) for one in c.branches] == [(text.index("{% with"), 0)]
    assert d.branches == ()
    loop = text.index("{% for")
    assert [[(one.tag, one.arm) for one in attribute.branches] for attribute in a.attributes] == [
        [(loop, 0)],
        [(loop, 1)],
        [],
    ]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("<div><p>a</div>b", ["<div><p>a</div>", "<p>a"]),
        ("<br><img/>", ["<br>", "<img/>"]),
        ("<ul><li>a<li>b</ul>", ["<ul><li>a<li>b</ul>", "<li>a", "<li>b"]),
        ("<svg><path/></svg>", ["<svg><path/></svg>", "<path/>"]),
        ("{% if a %}<div>{% else %}</div>{% end %}", [None]),
        ("<a>{% if b %}<i></i></a>{% end %}</a>", ["<a>{% if b %}<i></i></a>{% end %}</a>", "<i></i>"]),
        ("<b></i></b>", ["<b></i></b>"]),
        ("<table><tr><td>1<td>2<tr></table>", ["<table><tr><td>1<td>2<tr></table>", "<tr><td>1<td>2", "<td>1", "<td>2",
                                               "<tr>"]),
    ],
)  # fmt: skip
def test_where_elements_end(text: str, closed: list[str | None]) -> None:
    assert [one.close and text[one.start : one.close] for one in elements(text)] == closed


def test_scripts() -> None:
    text = "<p onclick='a()' hx-on:click=\"b()\" data-hx-on:x='c()' title='d'><script>let {{ e }} = 1</script>"
    scripts = read_template(SourceFile("t.html", text)).scripts
    assert [text[start:end] for start, end in scripts] == ["a()", "b()", "c()", "let {{ e }} = 1"]


def test_json_with_a_number_of_thousands_of_digits() -> None:
    assert not list(value_faults("hx-vals", f'{{"a": {"9" * 5_000}}}', HTMX_2))
