"""Positions are right in every encoding, whatever the text, and never outside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp_check.source import SourceFile, Span
from chirp_lsp.convert import Converter, Encoding, negotiated
from chirp_lsp.documents import Documents
from chirp_lsp.protocol import Change, Position, Range, TextDocumentItem

ODD = st.sampled_from("aé😀\n\r\t\f\x85\u2028ß€")
TEXTS = st.text(alphabet=ODD | st.characters(exclude_categories=["Cs"]))
ENCODINGS = st.sampled_from(list(Encoding))
NUMBERS = st.integers(-3, 40) | st.integers()


def at(line: int, character: int) -> Position:
    return Position(line=line, character=character)


def between(start: Position, end: Position) -> Range:
    return Range(start=start, end=end)


def units(text: str, encoding: Encoding) -> int:
    """How many units a text has: the encoding itself says."""
    return (
        len(text.encode(f"{encoding}-le" if encoding is not Encoding.UTF8 else encoding))
        // ({Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}[encoding])
    )


@given(TEXTS, ENCODINGS, st.data())
def test_offset_to_position_and_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    converter = Converter(SourceFile("f", text), encoding)
    found = converter.offset(converter.position(offset))
    if offset and text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1  # inside a line end there is no position
    assert found == offset


@given(TEXTS, ENCODINGS, st.data())
def test_a_position_counts_units(text: str, encoding: Encoding, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if offset and text[offset - 1 : offset + 1] == "\r\n":
        lines = lines[:-1]
    position = Converter(SourceFile("f", text), encoding).position(offset)
    assert position == at(len(lines) - 1, units(lines[-1], encoding))


@given(TEXTS, ENCODINGS, st.data())
def test_range_to_span_and_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    converter = Converter(SourceFile("f", text), encoding)
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    place = converter.range(Span("f", start, end))
    assert converter.range(converter.span(place)) == place


@given(TEXTS, ENCODINGS, NUMBERS, NUMBERS)
def test_every_position_has_an_offset_inside(text: str, encoding: Encoding, line: int, character: int) -> None:
    assert 0 <= Converter(SourceFile("f", text), encoding).offset(at(line, character)) <= len(text)


@given(TEXTS, ENCODINGS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_an_inverted_range_is_turned(text: str, encoding: Encoding, a: int, b: int, c: int, d: int) -> None:
    converter = Converter(SourceFile("f", text), encoding)
    there = converter.span(between(at(a, b), at(c, d)))
    back = converter.span(between(at(c, d), at(a, b)))
    assert there == back
    assert there.start <= there.end


@pytest.mark.parametrize(
    ("encoding", "character", "offset"),
    [
        ("utf-16", 1, 1),
        ("utf-16", 2, 1),
        ("utf-16", 3, 2),
        ("utf-8", 1, 0),
        ("utf-8", 2, 1),
        ("utf-8", 5, 1),
        ("utf-8", 6, 2),
        ("utf-32", 2, 2),
    ],
)
def test_inside_a_character_is_its_beginning(encoding: str, character: int, offset: int) -> None:
    assert Converter(SourceFile("f", "é😀x"), Encoding(encoding)).offset(at(0, character)) == offset


def test_the_end_of_a_line_is_before_its_line_end() -> None:
    converter = Converter(SourceFile("f", "ab\r\ncd\re\nf"), Encoding.UTF16)
    assert [converter.offset(at(line, 99)) for line in range(5)] == [2, 6, 8, 10, 10]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32"], "utf-32"),
        (["x", "utf-8"], "utf-8"),
        (["x"], "utf-16"),
    ],
)
def test_the_first_known_encoding_is_taken(offered: list[str], chosen: str) -> None:
    assert negotiated(offered) == chosen


@given(TEXTS, TEXTS, ENCODINGS, st.data())
def test_an_incremental_change(text: str, new: str, encoding: Encoding, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    converter = Converter(SourceFile("f", text), encoding)
    place = converter.range(Span("f", start, end))
    start, end = converter.offset(place.start), converter.offset(place.end)
    documents = Documents()
    documents.open(TextDocumentItem(uri="file:///f", version=1, text=text))
    assert documents.change("file:///f", 2, (Change(text=new, range=place),), encoding)
    document = documents.get("file:///f")
    assert document is not None
    assert document.text == text[:start] + new + text[end:]
    assert document.version == 2
