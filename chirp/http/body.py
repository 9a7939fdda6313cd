"""Reading a request body from ASGI messages: limits, truncation, and strict JSON."""

from collections.abc import AsyncGenerator
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


async def read_chunks(receive: Receive, length: int | None, limit: int) -> AsyncGenerator[bytes]:
    """The chunks of a body of at most `limit` bytes.

    Raises ContentTooLarge before anything is read when the declared length says so, else as soon as the limit is
    passed; ClientDisconnect when the client leaves before the end, so that half a body is never taken for a whole one.
    """
    if length is not None and length > limit:
        raise ContentTooLarge
    received = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect("the client left before the end of the request body")
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        received += len(chunk)
        if received > limit:
            raise ContentTooLarge
        if chunk:
            yield chunk


def parse_json(body: bytes) -> object:
    """Strict JSON: UTF-8, no NaN or Infinity, at most 64 levels. Of equal keys the last wins. BadRequest otherwise."""
    import json

    try:
        value: object = json.loads(body.decode(), parse_constant=_refuse_constant)
    except ValueError, RecursionError:
        raise BadRequest("the body is not JSON") from None
    if body.count(b"[") + body.count(b"{") > MAX_JSON_DEPTH:
        _check_depth(value)
    return value


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_JSON_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise BadRequest("the JSON is nested too deeply")


def _children(node: object) -> list[object]:
    match node:
        case dict():
            return list[object](node.values())  # pyright: ignore[reportUnknownArgumentType]
        case list():
            return list[object](node)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return []
