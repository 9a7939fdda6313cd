"""Frames come out of a stream whole, wherever it is cut and whatever stands between them."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chirp_lsp.messages import LARGEST_ID, Malformed, Notification, Request, Response, parse
from chirp_lsp.wire import FrameReader, Garbage, frame


def reader(pieces: Iterable[bytes]) -> FrameReader:
    """A reader of a stream that arrives in these pieces."""
    left = [piece for piece in pieces if piece]
    return FrameReader(lambda _: left.pop(0) if left else b"")


def everything(source: FrameReader) -> list[bytes | Garbage]:
    found: list[bytes | Garbage] = []
    while (one := source.next()) is not None:
        found.append(one)
    return found


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.lists(st.binary()), st.lists(st.integers(min_value=0)))
def test_frames_wherever_the_stream_is_cut(bodies: list[bytes], places: list[int]) -> None:
    data = b"".join(map(frame, bodies))
    assert everything(reader(cut(data, places))) == bodies


@given(st.binary())
def test_any_bytes_come_to_an_end(data: bytes) -> None:
    everything(reader([data]))


@given(st.text().map(lambda text: text.replace("\n", "").encode()), st.binary())
def test_the_frame_after_a_line_of_garbage(garbage: bytes, body: bytes) -> None:
    source = reader([b"?" + garbage + b"\n" + frame(body)])
    assert isinstance(source.next(), Garbage)
    assert source.next() == body


@given(st.integers(1, 40), st.text())
def test_the_message_after_a_length_that_is_too_large(excess: int, text: str) -> None:
    lost, wanted = b'{"jsonrpc":"2.0","method":"x"}', text.encode()
    source = reader([b"Content-Length: %d\r\n\r\n%b" % (len(lost) + excess, lost) + frame(wanted) + frame(b"{}")])
    body = source.next()
    assert isinstance(body, bytes)
    assert isinstance(parse(body), Malformed)
    source.recover(body)
    assert everything(source)[-1:] == [b"{}"]


def test_a_header_that_stands_in_a_broken_body_as_text() -> None:
    source = reader([frame(rb'{"text": "Content-Length: 5\r\n\r\n"') + frame(b"{}")])
    body = source.next()
    assert isinstance(body, bytes)
    source.recover(body)
    assert source.next() == b"{}"


@given(st.binary())
def test_any_bytes_are_a_message_or_malformed(body: bytes) -> None:
    assert isinstance(parse(body), Malformed | Notification | Request | Response)


def test_ids_up_to_what_every_client_can_hold() -> None:
    for identity in (0, -1, LARGEST_ID, -LARGEST_ID, "", "é😀"):
        encoded = f'"{identity}"' if isinstance(identity, str) else str(identity)
        message = parse(f'{{"jsonrpc": "2.0", "id": {encoded}, "method": "m"}}'.encode())
        assert message == Request(identity, "m", None)
