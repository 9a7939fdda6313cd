"""The rules under the names that applications know."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp.forms.bound import read_form
from chirp.http.query import QueryParams
from chirp.validation import Rule, email, integer, max_length, min_length, number, one_of, required, url


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (required, ["a", "0", 0], ["", None]),
        (min_length(2), ["ab", "abc"], ["", "a"]),
        (max_length(2), ["", "ab"], ["abc"]),
        (
            email,
            ["a@b.de", "a.b+c@sub.example.org", "ü@bücher.example", "a" * 240 + "@example.org"],
            ["", "a", "@b.de", "a@", "a@b", "a@b.", "a@.de", "a@b..de", "a@@b.de", "a@b@c.de", "a b@c.de", "a@b.de\n",
             "a" * 250 + "@b.de"],
        ),
        (
            url,
            ["http://a", "https://example.org:8443/x?y#z", "HTTP://EXAMPLE.ORG", "http://[::1]/"],
            ["", "example.org", "//a", "http://", "http:///x", "ftp://a", "javascript:alert(1)", "http://a b",
             "http://a\n", "http://a:x", "http://a:0", "http://a:99999", "http://[", "http://a/" + "x" * 2048],
        ),
        (one_of("a", "b"), ["a", "b"], ["", "c", "ab"]),
        (integer, ["1", " -2 ", "+3"], ["", "1.5", "x", "1_0"]),
        (number, ["1", "-2.5", "1e3"], ["", "nan", "1e999", "x"]),
    ],
)  # fmt: skip
def test_rules(rule: Rule, right: list[object], wrong: list[object]) -> None:
    assert [value for value in right if rule(value) is not None] == []
    assert [value for value in wrong if not rule(value)] == []


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for rule in (required, email, url, integer, number):
        assert rule(text) is None or rule(text)


def test_in_a_form() -> None:
    @dataclass
    class Contact:
        name: Annotated[str, required, max_length(5)]
        address: Annotated[str, email] = ""

    form = read_form(Contact, QueryParams(b"name=abcdef&address=x"))
    assert dict(form.errors) == {"name": ("Use at most 5 characters.",), "address": ("Enter an e-mail address.",)}
