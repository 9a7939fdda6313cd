"""Out-of-band wrapping: the target's id stands on one element, whatever the fragment looks like."""

from html.parser import HTMLParser
from typing import override

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp.templating.oob import out_of_band


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p id="x">1</p>', '<p hx-swap-oob="true" id="x">1</p>'),
        ("<p id=x>1</p>", '<p hx-swap-oob="true" id=x>1</p>'),
        ("<P ID='x' >1</P >\n", "<P hx-swap-oob=\"true\" ID='x' >1</P >\n"),
        ('\n<!-- c --> <p id="x">1</p> <!-- d -->', '\n<!-- c --> <p hx-swap-oob="true" id="x">1</p> <!-- d -->'),
        ('<div id="x"><div></div></div>', '<div hx-swap-oob="true" id="x"><div></div></div>'),
        ('<div id="x"><!-- </div> --></div>', '<div hx-swap-oob="true" id="x"><!-- </div> --></div>'),
        (
            '<div id="x"><script>"</div>"</script></div>',
            '<div hx-swap-oob="true" id="x"><script>"</div>"</script></div>',
        ),
        ('<div id="x" title="</div>">1</div>', '<div hx-swap-oob="true" id="x" title="</div>">1</div>'),
        ('<div id="x">1 < 2</div>', '<div hx-swap-oob="true" id="x">1 < 2</div>'),
        ('<input id="x" disabled>', '<input hx-swap-oob="true" id="x" disabled>'),
        ('<textarea id="x"><p></textarea>', '<textarea hx-swap-oob="true" id="x"><p></textarea>'),
        ('<p  id = "x" >1</p>', '<p hx-swap-oob="true"  id = "x" >1</p>'),
        ('<p id="x">unclosed', '<p hx-swap-oob="true" id="x">unclosed'),
        ('<p id="x" hx-swap-oob="beforeend">1</p>', '<p id="x" hx-swap-oob="beforeend">1</p>'),
    ],
)
def test_a_root_with_the_id_of_the_target_is_swapped_itself(html: str, expected: str) -> None:
    assert out_of_band(html, "x", None, htmx4=False) == expected


@pytest.mark.parametrize(
    ("html", "element"),
    [
        ("", "div"),
        ("text", "div"),
        ('text <p id="x"></p>', "div"),
        ('<p id="y">1</p>', "div"),
        ('<p id="x">1</p><p>2</p>', "div"),
        ('<p id="x">1</p> 2', "div"),
        ('<input id="x"><input>', "div"),
        ('<title id="x">1</title>2', "div"),
        ('<p title="<p id=x>">', "div"),
        ("<p id=", "div"),
        ("<3", "div"),
        ("<", "div"),
        ("<!-- open", "div"),
        ("<li>1</li><li>2</li>", "ul"),
        ("<option>1</option>", "select"),
    ],
)
def test_anything_else_is_wrapped(html: str, element: str) -> None:
    wrapped = out_of_band(html, "x", None, htmx4=False)
    assert wrapped == f'<{element} id="x" hx-swap-oob="innerHTML">{html}</{element}>'


@pytest.mark.parametrize(
    ("html", "element"), [("<tr></tr>", "tbody"), ("<td>", "tr"), ("<tbody>", "table"), ("<col>", "colgroup")]
)
def test_parts_of_tables_are_kept_by_a_template(html: str, element: str) -> None:
    wrapped = out_of_band(html, "x", "beforeend", htmx4=False)
    assert wrapped == f'<template><{element} id="x" hx-swap-oob="beforeend">{html}</{element}></template>'
    assert out_of_band(html, "x", None, htmx4=True) == (
        f'<hx-partial hx-target="#x" hx-swap="innerHTML">{html}</hx-partial>'
    )


def test_targets_and_styles_are_escaped() -> None:
    assert out_of_band("t", '"><b>', '"', htmx4=False) == ('<div id="&quot;&gt;&lt;b&gt;" hx-swap-oob="&quot;">t</div>')


class Ids(HTMLParser):
    """The ids that stand beside hx-swap-oob."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | None] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(reversed(attrs))
        if "hx-swap-oob" in attributes:
            self.found.append(attributes.get("id"))


PIECES = st.lists(
    st.sampled_from(
        ["<p", ">", ' id="x"', " id=y", "text", "</p>", "<br/>", "<!--", "-->", '"', "'", "=", " ", "<tr>", "\n"]
    ),
    max_size=14,
).map("".join)


@given(PIECES)
def test_any_fragment_has_its_target_once(html: str) -> None:
    parser = Ids()
    parser.feed(out_of_band(html, "x", None, htmx4=False))
    assert parser.found[:1] == ["x"]
