"""Whatever a client sends: an error where one is due, and the server goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import APP, Raw, frame, server, write_project

PARSE, INVALID, UNKNOWN, PARAMS, EARLY = -32700, -32600, -32601, -32602, -32002


def body(**members: object) -> bytes:
    return frame(json.dumps({"jsonrpc": "2.0", **members}).encode())


def about(uri: str, line: float = 0, character: float = 0) -> dict[str, object]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


HOVER = "textDocument/hover"
BEYOND = 10**12
MAIN = (12, 36)  # in `"main"` of the handler
VALID = b'{"jsonrpc":"2.0","id":77,"method":"nothing"}'

# What is sent, and the errors that are due: pairs of id and code.
CASES: dict[str, tuple[bytes, list[tuple[object, int]]]] = {
    "not JSON": (frame(b"{nonsense"), [(None, PARSE)]),
    "JSON that ends early": (frame(b'{"jsonrpc":"2.0","id":'), [(None, PARSE)]),
    "JSON and more": (frame(VALID + b"x"), [(None, PARSE)]),
    "an empty body": (frame(b""), [(None, PARSE)]),
    "not UTF-8": (frame(b'{"jsonrpc":"2.0","id":1,"method":"\xff"}'), [(None, PARSE)]),
    "UTF-16": (frame('{"jsonrpc":"2.0"}'.encode("utf-16")), [(None, PARSE)]),
    "a byte order mark": (frame(b"\xef\xbb\xbf" + VALID), [(None, PARSE)]),
    "NaN": (frame(b'{"jsonrpc":"2.0","id":1,"method":"x","params":NaN}'), [(None, PARSE)]),
    "NaN beside half a surrogate pair": (frame(rb'{"jsonrpc":"2.0","id":"\ud800","params":NaN}'), [(None, PARSE)]),
    "a raw NUL in a string": (frame(b'{"jsonrpc":"2.0","id":1,"method":"\0"}'), [(None, PARSE)]),
    "deep nesting": (frame(b"[" * 200_000 + b"]" * 200_000), [(None, PARSE)]),
    "deep nesting beside half a surrogate pair": (frame(rb'["\ud800",' + b"[" * 200_000), [(None, PARSE)]),
    "a batch": (frame(b"[" + VALID + b"]"), [(None, INVALID)]),
    "an empty batch": (frame(b"[]"), [(None, INVALID)]),
    "a number": (frame(b"5"), [(None, INVALID)]),
    "a string": (frame(b'"x"'), [(None, INVALID)]),
    "null": (frame(b"null"), [(None, INVALID)]),
    "an empty object": (frame(b"{}"), [(None, INVALID)]),
    "no version": (frame(b'{"id":7,"method":"shutdown"}'), [(7, INVALID)]),
    "another version": (frame(b'{"jsonrpc":"1.0","id":7,"method":"shutdown"}'), [(7, INVALID)]),
    "a method that is a number": (body(id=7, method=5), [(7, INVALID)]),
    "neither method nor result": (body(id=7), [(7, INVALID)]),
    "result and error": (body(id=7, result=1, error={}), [(7, INVALID)]),
    "an id that is an object": (body(id={}, method=HOVER), [(None, INVALID)]),
    "an id that is null": (body(id=None, method=HOVER), [(None, INVALID)]),
    "an id that is true": (body(id=True, method=HOVER), [(None, INVALID)]),
    "an id that is a fraction": (body(id=1.5, method=HOVER), [(None, INVALID)]),
    "an id beyond all integers": (body(id=10**40, method=HOVER), [(None, INVALID)]),
    "a number beyond all numbers": (frame(b'{"jsonrpc":"2.0","id":1e999,"method":"x"}'), [(None, PARSE)]),
    "an unknown method": (body(id=7, method="textDocument/nonsense"), [(7, UNKNOWN)]),
    "an unknown method of the protocol itself": (body(id=7, method="$/nonsense"), [(7, UNKNOWN)]),
    "a method with half a surrogate pair": (frame(rb'{"jsonrpc":"2.0","id":7,"method":"\ud800"}'), [(7, UNKNOWN)]),
    "an unknown notification": (body(method="nonsense"), []),
    "an unknown notification of the protocol itself": (body(method="$/nonsense", params=[1]), []),
    "an answer to nothing": (body(id=999, result=None), []),
    "an error to nothing": (body(id=None, error={"code": 1, "message": "x"}), []),
    "a request without parameters": (body(id=7, method=HOVER), [(7, PARAMS)]),
    "parameters that are a string": (body(id=7, method=HOVER, params="x"), [(7, PARAMS)]),
    "parameters that are a list": (body(id=7, method=HOVER, params=[]), [(7, PARAMS)]),
    "parameters of other types": (body(id=7, method=HOVER, params={"textDocument": 5, "position": []}), [(7, PARAMS)]),
    "a line that is a fraction": (body(id=7, method=HOVER, params=about("file:///x", 0.5)), [(7, PARAMS)]),
    "a notification without parameters": (body(method="textDocument/didOpen"), []),
    "a notification with wrong parameters": (body(method="textDocument/didChange", params={"textDocument": "x"}), []),
    "a notification sent as a request": (body(id=7, method="textDocument/didOpen", params={}), [(7, UNKNOWN)]),
    "a request sent as a notification": (body(method=HOVER, params=about("file:///x")), []),
    "a cancellation of nothing": (body(method="$/cancelRequest", params={"id": 12345}), []),
    "a cancellation without id": (body(method="$/cancelRequest", params={}), []),
    "initialized again": (body(method="initialized", params={}), []),
    "initialize again": (body(id=7, method="initialize", params={"capabilities": {}}), [(7, INVALID)]),
    "text between messages": (b"hello\r\nworld\r\n", [(None, PARSE)]),
    "a head without length": (b"Content-Type: x\r\n\r\n" + VALID + b"\n", [(None, PARSE)]),
    "a negative length": (b"Content-Length: -5\r\n\r\n", [(None, PARSE)]),
    "a length that is no number": (b"Content-Length: many\r\n\r\n" + VALID, [(None, PARSE)]),
    "a length with an underscore": (b"Content-Length: 4_4\r\n\r\n" + VALID, [(None, PARSE)]),
    "a length beyond reason": (b"Content-Length: 99999999999999\r\n\r\n" + VALID, [(None, PARSE)]),
    "two lengths": (b"Content-Length: 44\r\nContent-Length: 43\r\n\r\n" + VALID, [(None, PARSE)]),
    "a length that is too small": (b"Content-Length: 20\r\n\r\n" + VALID, [(None, PARSE)]),
    "a length that is too large": (b"Content-Length: 60\r\n\r\n" + VALID, [(None, PARSE)]),
    "an endless header": (b"X-Long: " + b"x" * 100_000 + b"\r\n", [(None, PARSE)]),
    "endless headers": (b"X: y\r\n" * 1000, [(None, PARSE)]),
    "bytes of all kinds": (bytes(range(256)) * 100 + b"\n", [(None, PARSE)]),
    "a false header in garbage": (b"xx Content-Length: 5\\r\\n\r\n", [(None, PARSE)]),
    "only line feeds": (b"Content-Length: %d\n\n%b" % (len(VALID), VALID), [(77, UNKNOWN)]),
    "a header in lower case": (b"content-length:%d\r\n\r\n%b" % (len(VALID), VALID), [(77, UNKNOWN)]),
    "a content type first": (
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n%b" % (len(VALID), VALID),
        [(77, UNKNOWN)],
    ),
    "blank lines before": (b"\r\n\r\n" + frame(VALID), [(77, UNKNOWN)]),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("garbage")
    write_project(root)
    return root


@pytest.fixture(scope="module")
def shared(project: Path) -> Iterator[Raw]:
    with server() as raw:
        raw.initialize(project)
        raw.open(project / "app.py")
        yield raw


def serves(raw: Raw, project: Path) -> bool:
    """Whether the server still answers what it should."""
    answer = raw.request(HOVER, about((project / "app.py").as_uri(), *MAIN))
    return "block" in answer["result"]["contents"]["value"]


def errors(raw: Raw, count: int) -> list[tuple[object, int]]:
    found: list[tuple[object, int]] = []
    while len(found) < count:
        message: dict[str, Any] = raw.next()
        if "error" in message:
            found.append((message["id"], message["error"]["code"]))
            assert message["error"]["message"]
    return found


@pytest.mark.parametrize("case", CASES)
def test_garbage(case: str, shared: Raw, project: Path) -> None:
    data, due = CASES[case]
    shared.write(data)
    if case != "a length that is too large":  # nobody can tell before more arrives
        assert errors(shared, len(due)) == due
        assert serves(shared, project)
        return
    identity = shared.ask(HOVER, about((project / "app.py").as_uri(), *MAIN))
    assert errors(shared, len(due)) == due
    assert "block" in shared.answer(identity)["result"]["contents"]["value"]


def test_documents_nobody_opened(shared: Raw, project: Path) -> None:
    shared.change(project / "nowhere.py", [{"text": "x"}], 2)
    shared.notify("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere.py"}})
    shared.notify("textDocument/didSave", {"textDocument": {"uri": "file:///nowhere.py"}})
    assert serves(shared, project)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "x",
        "untitled:1",
        "http://host/app.py",
        "file:",
        "file:///",
        "file://host/x",
        "file:///%00",
        "file:///%ff%fe",
    ],
)
def test_odd_uris(uri: str, shared: Raw, project: Path) -> None:
    item = {"uri": uri, "version": 1, "languageId": "python", "text": "x"}
    shared.notify("textDocument/didOpen", {"textDocument": item})
    assert shared.request(HOVER, about(uri))["result"] is None
    assert shared.request("textDocument/definition", about(uri))["result"] == []
    shared.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert serves(shared, project)


@pytest.mark.parametrize(("line", "character"), [(-1, -1), (BEYOND, 0), (0, BEYOND), (BEYOND, BEYOND), (12, BEYOND)])
def test_positions_outside(line: int, character: int, shared: Raw, project: Path) -> None:
    assert shared.request(HOVER, about((project / "app.py").as_uri(), line, character))["result"] is None


@pytest.mark.parametrize(
    ("start", "end"), [((12, 38), (12, 34)), ((BEYOND, 0), (0, 0)), ((-5, -5), (-1, 0)), ((99, 99), (99, 99))]
)
def test_odd_changes(start: tuple[int, int], end: tuple[int, int], shared: Raw, project: Path) -> None:
    place = {name: {"line": at[0], "character": at[1]} for name, at in (("start", start), ("end", end))}
    shared.change(project / "app.py", [{"range": place, "text": "é😀"}], 2)
    shared.change(project / "app.py", [{"text": APP}], 3)
    assert serves(shared, project)


def test_half_a_surrogate_pair(shared: Raw, project: Path) -> None:
    text = '# "\ud800"\n' + APP
    shared.change(project / "app.py", [{"text": text}], 4)
    answer = shared.request(HOVER, about((project / "app.py").as_uri(), MAIN[0] + 1, MAIN[1]))
    assert "block" in answer["result"]["contents"]["value"]
    shared.change(project / "app.py", [{"text": APP}], 5)
    assert serves(shared, project)


def test_ten_megabytes(shared: Raw, project: Path) -> None:
    shared.open(project / "large.py", "x = 1\n" * 1_700_000)
    assert serves(shared, project)
    shared.notify("textDocument/didClose", {"textDocument": {"uri": (project / "large.py").as_uri()}})
    assert serves(shared, project)


def test_a_document_opened_twice(shared: Raw, project: Path) -> None:
    shared.open(project / "app.py", "nonsense")
    shared.open(project / "app.py", version=7)
    assert serves(shared, project)


def test_one_id_twice(shared: Raw, project: Path) -> None:
    place = about((project / "app.py").as_uri(), *MAIN)
    for _ in range(2):
        shared.send({"jsonrpc": "2.0", "id": "same", "method": HOVER, "params": place})
    answers = [shared.answer("same"), shared.answer("same")]
    assert sum("result" in one for one in answers) >= 1
    assert all(one["error"]["code"] == INVALID for one in answers if "error" in one)
    assert serves(shared, project)


def test_bytes_one_by_one(shared: Raw, project: Path) -> None:
    for byte in frame(VALID):
        shared.write(bytes([byte]))
    assert errors(shared, 1) == [(77, UNKNOWN)]


def test_several_messages_at_once(shared: Raw, project: Path) -> None:
    shared.write(frame(VALID) * 3)
    assert errors(shared, 3) == [(77, UNKNOWN)] * 3


class TestLifeCycle:
    def test_requests_before_initialize(self, project: Path) -> None:
        with server() as raw:
            assert raw.request(HOVER, about("file:///x"))["error"]["code"] == EARLY
            assert raw.request("nonsense")["error"]["code"] == EARLY
            assert raw.request("shutdown")["error"]["code"] == EARLY
            raw.open(project / "app.py")
            raw.notify("initialized", {})
            raw.initialize(project)
            raw.open(project / "app.py")
            assert serves(raw, project)

    def test_initialize_without_parameters(self) -> None:
        with server() as raw:
            assert "capabilities" in raw.request("initialize")["result"]

    def test_initialize_with_wrong_parameters(self, project: Path) -> None:
        with server() as raw:
            assert raw.request("initialize", {"capabilities": 5})["error"]["code"] == PARAMS
            raw.initialize(project)
            raw.open(project / "app.py")
            assert serves(raw, project)

    def test_requests_after_shutdown(self, project: Path) -> None:
        with server() as raw:
            raw.initialize(project)
            assert raw.request("shutdown")["result"] is None
            assert raw.request(HOVER, about("file:///x"))["error"]["code"] == INVALID
            assert raw.request("shutdown")["error"]["code"] == INVALID
            raw.open(project / "app.py")
            raw.notify("exit")
            assert raw.process.wait(10) == 0

    def test_exit_without_shutdown(self, project: Path) -> None:
        with server() as raw:
            raw.initialize(project)
            raw.notify("exit")
            assert raw.process.wait(10) == 1

    def test_exit_first(self) -> None:
        with server() as raw:
            raw.notify("exit")
            assert raw.process.wait(10) == 1

    def test_the_stream_ends(self, project: Path) -> None:
        with server() as raw:
            raw.initialize(project)
            assert raw.leave() == 1

    def test_the_stream_ends_after_shutdown(self, project: Path) -> None:
        with server() as raw:
            raw.initialize(project)
            raw.request("shutdown")
            assert raw.leave() == 0

    @pytest.mark.parametrize(
        "data", [b"Content-Le", b"Content-Length: 50\r\n\r\n{", b"garbage", b"Content-Length: x\n"]
    )
    def test_the_stream_ends_in_the_middle(self, data: bytes) -> None:
        with server() as raw:
            raw.write(data)
            assert raw.leave() == 1
