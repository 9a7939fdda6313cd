"""JSON-RPC 2.0 messages: bytes to values and back. Parsing never raises."""

import json
from enum import IntEnum
from typing import Any, NamedTuple, cast

import msgspec

type Id = int | str

LARGEST_ID = 2**53


class Code(IntEnum):
    """Error codes of JSON-RPC and of the language server protocol."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    NOT_INITIALIZED = -32002
    REQUEST_FAILED = -32803
    SERVER_CANCELLED = -32802
    CONTENT_MODIFIED = -32801
    REQUEST_CANCELLED = -32800


class Request(NamedTuple):
    """A message that wants an answer."""

    id: Id
    method: str
    params: object


class Notification(NamedTuple):
    """A message that wants none."""

    method: str
    params: object


class Response(NamedTuple):
    """The client's answer to a request of ours."""

    id: Id | None


class Malformed(NamedTuple):
    """No message. `id` is that of the request it would have been, where that can be told."""

    id: Id | None
    code: Code
    reason: str


type Message = Request | Notification | Response | Malformed


def parse(body: bytes) -> Message:
    """What a frame's body says."""
    try:
        value = _decode(body)
    except UnicodeDecodeError:
        return Malformed(None, Code.PARSE_ERROR, "the message is not UTF-8")
    except RecursionError:
        return Malformed(None, Code.PARSE_ERROR, "the message nests too deeply")
    except msgspec.DecodeError, ValueError:
        return Malformed(None, Code.PARSE_ERROR, "the message is not JSON")
    if not isinstance(value, dict):
        what = "a batch" if isinstance(value, list) else "no object"
        return Malformed(None, Code.INVALID_REQUEST, f"the message is {what}")
    return _classify(cast("dict[str, object]", value))


def _decode(body: bytes) -> Any:
    """JSON as Python values. Half a surrogate pair, which editors send and UTF-8 cannot hold, becomes U+FFFD."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        if b"\\u" not in body:
            raise
    return _mended(json.loads(body.decode("utf-8"), parse_constant=_refuse_constant))


def _refuse_constant(name: str) -> object:
    raise ValueError(f"`{name}` is not JSON")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _classify(value: dict[str, object]) -> Message:
    known = _id(value.get("id"))
    if value.get("jsonrpc") != "2.0":
        return Malformed(known, Code.INVALID_REQUEST, 'the message has no `"jsonrpc": "2.0"`')
    if "method" not in value:
        if ("result" in value) == ("error" in value):
            return Malformed(
                known, Code.INVALID_REQUEST, "the message has neither a method nor one of result and error"
            )
        return Response(known)
    method = value["method"]
    if not isinstance(method, str):
        return Malformed(known, Code.INVALID_REQUEST, "the method is not a string")
    if "id" not in value:
        return Notification(method, value.get("params"))
    if known is None:
        return Malformed(None, Code.INVALID_REQUEST, "the id is neither an integer nor a string")
    return Request(known, method, value.get("params"))


def _id(value: object) -> Id | None:
    if isinstance(value, int):
        return value if not isinstance(value, bool) and abs(value) <= LARGEST_ID else None
    return value if isinstance(value, str) else None


def reply(identity: Id, result: object) -> bytes:
    """The answer to a request."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": identity, "result": result})


def refuse(identity: Id | None, code: Code, reason: str, data: object = None) -> bytes:
    """The refusal of a request, or of something that is none (`identity` None)."""
    error: dict[str, object] = {"code": int(code), "message": reason}
    if data is not None:
        error["data"] = data
    return msgspec.json.encode({"jsonrpc": "2.0", "id": identity, "error": error})


def notification(method: str, params: object) -> bytes:
    """A message to the client that wants no answer."""
    return msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params})


def request(identity: Id, method: str, params: object = None) -> bytes:
    """A message to the client that wants an answer."""
    message: dict[str, object] = {"jsonrpc": "2.0", "id": identity, "method": method}
    if params is not None:
        message["params"] = params
    return msgspec.json.encode(message)
