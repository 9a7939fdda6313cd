"""What has to hold of the grammars of attributes, selectors, patterns, configurations, and of what an editor sends."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import msgspec

from chirp_check import baseline
from chirp_check.config import ConfigError, parse_config
from chirp_check.grammar.htmx import ATTRIBUTES, HTMX_2, HTMX_4, each_spec, each_word, value_faults
from chirp_check.grammar.migration import event_name, reread
from chirp_check.grammar.names import did_you_mean
from chirp_check.grammar.pages import layout_notes
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.grammar.selectors import id_of, numbered, overlap, stripped, tag_of
from chirp_check.source import SourceFile, line_starts
from chirp_check.syntax.decode import decode, encode
from chirp_check.syntax.patterns import Patterns
from chirp_lsp.convert import Converter, Encoding
from chirp_lsp.documents import Documents
from chirp_lsp.messages import Malformed, Request, Response, parse
from chirp_lsp.protocol import Change, DidChange, Initialize, Range, TextDocumentItem
from chirp_lsp.uri import from_path, to_path
from chirp_lsp.wire import FrameReader, Garbage, frame

NAMES = (*sorted(ATTRIBUTES), "data-hx-swap", "hx-on::after-swap", "hx-on--after-swap", "hx-target-404")
MOST = 20_000  # bytes of a frame that what follows has to fill first
SHAPES = (Initialize, DidChange, TextDocumentItem)


def attribute(text: str) -> None:
    """`name=value`: what htmx refuses, or reads in another way, stands in the value where it is said to stand."""
    name, found, value = text.partition("=")
    if name not in NAMES:
        name = NAMES[sum(map(ord, name)) % len(NAMES)]
    for version in (HTMX_2, HTMX_4):
        for fault in value_faults(name, value, version):
            assert value.startswith(fault.text, fault.offset), fault
            assert fault.message, fault
            assert "\n" not in fault.message or "\n" in value, fault
    for quote in ('"', "'", ""):
        parts = list(reread(name, value, quote))
        assert all(value.startswith(one.part, one.offset) for one in parts), parts
        assert all(one.offset + len(one.part) <= two.offset for one, two in pairwise(parts)), parts
        assert not quote or not any(quote in (one.text or "") for one in parts if quote not in value), parts
    for at, word in (*each_word(value), *each_word(value, ",")):
        assert word, at
        assert value.startswith(word, at), (at, word)
    for at, spec in each_spec(value):
        assert at + len(spec) <= len(value), (at, spec)
    event_name(name + (value if found else ""))


def selector(text: str) -> None:
    """Patterns with holes, divided by a bar: what fits both does so from both sides; what a pattern makes fits it."""
    one, _, other = text[:200].partition("|")
    left, right = _pieces(one), _pieces(other)
    for pieces in (left, right):
        named, tag = id_of(pieces), tag_of(pieces)
        assert named is None or tag is None, pieces
        assert stripped(stripped(pieces)) == stripped(pieces), pieces
        assert not pieces or overlap(pieces, pieces), pieces
        assert named is None or "" not in named, named
    assert overlap(left, right) == overlap(right, left)
    assert overlap(left, (None,))
    filled = "".join("42" if piece is None else piece for piece in left)
    assert numbered(filled, left)
    assert overlap((filled,), left)


def _pieces(text: str) -> tuple[str | None, ...]:
    """A `*` is a hole."""
    parts = text.split("*")
    found: list[str | None] = []
    for part in parts:
        found += (part, None) if part else (None,)
    return tuple(found[:-1])


def path(text: str) -> None:
    """Paths of routes and URLs: a path that is filled matches and gives the values back."""
    pattern, _, url = text[:400].encode("utf-8", "replace").decode().partition("|")
    try:
        parsed = parse_path(pattern)
    except PathError:
        return
    values = parsed.match_decoded(url)
    if values is not None:
        assert parsed.match(parsed.fill(**values)) == values, values


def patterns(text: str) -> None:
    """Lines of a `.gitignore`, the last of which is a path."""
    *lines, name = text[:300].split("\n")
    Patterns(lines).covers(name)


def names(text: str) -> None:
    """What is offered for a misspelt name is one of those that there are."""
    name, *known = text[:600].split()[:40] or [""]
    meant = did_you_mean(name, known)
    assert meant is None or any(f"`{one}`" in meant for one in known), meant
    layout_notes(text)


def configuration(text: str) -> None:
    """A configuration is read, or refused with one line that says where."""
    for name in ("chirp-check.toml", "pyproject.toml"):
        refused = _refused(partial(parse_config, text, name))
        assert refused is None or refused.place == name
    if _refused(lambda: baseline.parse(text, "b.json")) is None:
        known = baseline.parse(text, "b.json")
        assert baseline.parse(baseline.render(known), "b.json") == known


def _refused(read: Callable[[], object]) -> ConfigError | None:
    """The one line that is said of what is not read."""
    try:
        read()
    except ConfigError as error:
        assert error.message, error.place  # noqa: PT017
        assert "\n" not in error.message, error.message  # noqa: PT017
        return error
    return None


def encoded(text: str) -> None:
    """Bytes as a file may hold them, here in Latin-1 letters: what decodes comes back as it was."""
    data = text.encode("latin-1", "replace")
    for python in (False, True):
        found = decode(data, python=python)
        if found.fault is not None:
            assert 0 <= found.fault.at <= len(found.text), found.fault
            continue
        found.text.encode()
        if not python:
            assert encode(found.text, data, python=python) == data


def wire(text: str) -> None:
    """What an editor sends, in Latin-1 letters: read in any pieces it is the same, and what follows is found."""
    data = text.encode("latin-1", "replace")
    whole = _frames([data])
    cuts = sorted((len(data) * part // 7 for part in range(1, 7)), key=int)
    pieces = [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]
    assert _frames(pieces) == whole
    for body in whole:
        found = parse(body)
        assert not isinstance(found, Request | Response) or not isinstance(found.id, bool)
        for shape in SHAPES:
            try:
                msgspec.json.decode(body, type=shape)
            except msgspec.DecodeError, RecursionError:
                continue
    announced = max((int(run) for run in "".join(c if c.isdigit() else " " for c in text).split()), default=0)
    if announced < MOST:
        last = b'{"jsonrpc":"2.0","id":1,"method":"last"}'
        follows = frame(last) * (announced // len(last) + 2)
        assert _frames([data, b"\n", follows])[-1:] == [last], "what follows is not found"


def _frames(pieces: list[bytes]) -> list[bytes]:
    left = [piece for piece in pieces if piece][::-1]
    reader = FrameReader(lambda _: left.pop() if left else b"")
    found: list[bytes] = []
    for _ in range(10_000):
        one = reader.next()
        if one is None:
            return found
        if not isinstance(one, Garbage):
            if isinstance(parse(one), Malformed):
                reader.recover(one)
            found.append(one)
    raise AssertionError("it does not end")


def positions(text: str) -> None:
    """Lines and columns of a text, and edits of an editor: the same in every encoding of columns."""
    file = SourceFile("t", text)
    assert "".join(file.text[start:end] for start, end in pairwise([*line_starts(text), len(text)])) == text
    for encoding in Encoding:
        converter = Converter(file, encoding)
        for offset in range(0, len(text) + 1, max(1, len(text) // 40)):
            place = converter.position(offset)
            back = converter.offset(place)
            inside_end = text[offset - 1 : offset + 1] == "\r\n"
            assert back == offset or inside_end, (encoding, offset, place, back)
            assert file.offset(file.position(offset)) in (offset, offset - 1)
        documents = Documents()
        documents.open(TextDocumentItem(uri="file:///t", version=1, text=text))
        part = Range(start=converter.position(len(text) // 3), end=converter.position(len(text) // 2))
        documents.change("file:///t", 2, (Change(text="é😀", range=part),), encoding)
        now = documents.get("file:///t")
        span = converter.span(part)
        assert now is not None
        assert now.text == text[: span.start] + "é😀" + text[span.end :]
    for uri in (text, f"file://{text}"):
        found = to_path(uri)
        assert found is None or to_path(from_path(found)) == found, (uri, found)
