"""Python files that are written in unusual ways: nothing fails, and names stand where they say."""

import pytest

from chirp_check.facts.handlers import Define, DefineClass, Function
from chirp_check.facts.module import read_module
from chirp_check.source import SourceFile
from chirp_check.syntax.decode import decode_python


def functions(text: str) -> list[Function]:
    body = read_module(SourceFile("m.py", text)).body
    inner = [one for made in body if isinstance(made, DefineClass) for one in made.definition.body]
    return [one.function for one in (*body, *inner) if isinstance(one, Define)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("def home(): pass", "home"),
        ("async   def  f(): pass", "f"),
        ("async \\\n def \\\r\n e[T](): pass", "e"),
        ("def \ufb01nd(): pass", "\ufb01nd"),  # Python calls it `find`
        ("@a\ndef e\u0301f (): pass", "e\u0301f"),
        ("class d:\n\tdef\td(self): pass", "d"),
    ],
)
def test_where_the_name_of_a_function_stands(text: str, written: str) -> None:
    (function,) = functions(text)
    assert text[function.name_start : function.name_end] == written
    assert text[: function.name_start].rstrip(" \t\\\r\n").endswith("def")


def test_half_a_pair_of_surrogates() -> None:
    for text in ("x = '\ud800'  # chirp: ignore\n", "\u0430pp\ud800 = 1\n"):
        assert len(read_module(SourceFile("m.py", text)).faults) == 1


@pytest.mark.parametrize("head", [b"# coding: utf-7\n+2AA-", b"# coding: raw_unicode_escape\n'\\ud800'"])
def test_an_encoding_that_makes_half_a_pair(head: bytes) -> None:
    fault = decode_python(head).fault
    assert fault is not None
    assert fault.message == "a lone surrogate: the text is not Unicode"
