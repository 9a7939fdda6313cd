"""Reading a request body from ASGI messages: limits, truncation, and strict JSON."""

from collections.abc import AsyncGenerator, Iterable
from math import isfinite
from typing import Never

from chirp._internal.asgi import Receive
from chirp.errors import BadRequest, ClientDisconnect, ContentTooLarge

MAX_JSON_DEPTH = 64


def declared_length(value: bytes | None) -> int | None:
    """Content-Length as a number, None when absent; BadRequest unless it is made of ASCII digits."""
    if value is None:
        return None
    if not value.isdigit() or len(value) > 18:
        raise BadRequest("Content-Length is not a number")
    return int(value)


def check_length(value: bytes | None, limit: int) -> None:
    """Refuse a body by its declared length, before anything is read; BadRequest or ContentTooLarge."""
    length = declared_length(value)
    if length is not None and length > limit:
        raise ContentTooLarge


async def read_body(receive: Receive, limit: int) -> bytes:
    """A whole body of at most `limit` bytes: ContentTooLarge as soon as the limit is passed, or ClientDisconnect."""
    chunk, more = await _next_chunk(receive)
    if len(chunk) > limit:
        raise ContentTooLarge
    if not more:
        return chunk
    return chunk + b"".join([rest async for rest in read_chunks(receive, limit - len(chunk))])


async def read_chunks(receive: Receive, limit: int) -> AsyncGenerator[bytes]:
    """The chunks of a body of at most `limit` bytes: ContentTooLarge when the limit is passed, or ClientDisconnect."""
    received = 0
    more = True
    while more:
        chunk, more = await _next_chunk(receive)
        received += len(chunk)
        if received > limit:
            raise ContentTooLarge
        if chunk:
            yield chunk


async def _next_chunk(receive: Receive) -> tuple[bytes, bool]:
    """One chunk, and whether more follow. A client that leaves before the end sent no body, not a shorter one."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect("the client left before the end of the request body")
    return message.get("body", b""), message.get("more_body", False)


def parse_json(body: bytes) -> object:
    """Strict JSON: UTF-8, no lone surrogate, no NaN or Infinity, at most 64 levels; BadRequest otherwise.

    A number is finite and a whole one has at most 4300 digits. Of equal keys the last wins.
    """
    import json

    try:
        value: object = json.loads(body.decode(), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(value, ensure_ascii=False).encode()  # half a pair of surrogates is no text
    except ValueError, RecursionError:
        raise BadRequest("the body is not JSON") from None
    if body.count(b"[") + body.count(b"{") > MAX_JSON_DEPTH:
        _check_depth(value)
    return value


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("the number is too large")
    return number


def _check_depth(value: object) -> None:
    level = _containers([value])
    for _ in range(MAX_JSON_DEPTH):
        level = _containers(child for node in level for child in (node.values() if isinstance(node, dict) else node))
        if not level:
            return
    raise BadRequest("the JSON is nested too deeply")


def _containers(values: Iterable[object]) -> list[dict[str, object] | list[object]]:
    return [value for value in values if isinstance(value, dict | list)]
