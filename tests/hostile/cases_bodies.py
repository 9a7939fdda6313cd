"""Hostile cases: request bodies, their limits, and what JSON and forms may hold."""

import json
from collections.abc import Iterable
from typing import Any

from tests.hostile.case import Topic
from tests.hostile.framework import Framework, NotThere, ask, cut_off, talk
from tests.hostile.reading import parsed, status
from tests.runtime.driver import Answer, Message, answer_of, http_scope

URLENCODED = ("content-type", "application/x-www-form-urlencoded")

limits = Topic(800, "Body limits")


def length(value: str) -> tuple[str, str]:
    return ("content-length", value)


@limits.case(1, "a Content-Length over the limit is a 413 before anything is read")
def _(framework: Framework) -> None:
    read: list[int] = []
    scope = http_scope("POST", "/body", [length("1001")])

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        async def counted() -> Message:
            read.append(1)
            message: Message = await receive()
            return message

        await framework.app()(scope, counted, send)

    answer = answer_of(talk(guarded, scope, [{"type": "http.request", "body": b"x" * 1001, "more_body": False}]))
    status(answer, 413)
    assert read == []


def too_large(framework: Framework, row: tuple[str, list[tuple[str, str]], list[bytes]]) -> None:
    path, headers, chunks = row
    status(ask(framework.app(), "POST", path, headers, chunks), 413)


limits.table(
    2,
    {
        "body(): no Content-Length, the chunks are counted": ("/body", [], [b"x" * 500] * 3),
        "body(): a Content-Length that lies, the chunks are counted": ("/body", [length("5")], [b"x" * 500] * 3),
        "body(): one chunk over the limit": ("/body", [], [b"x" * 1001]),
        "stream(): the chunks are counted": ("/stream", [], [b"x" * 500] * 3),
        "json(): the chunks are counted": ("/json", [("content-type", "application/json")], [b" " * 500] * 3),
        "form(): the chunks are counted": ("/form", [URLENCODED], [b"a=" + b"x" * 500, b"x" * 500]),
        "a form of a def handler is counted": ("/twice", [URLENCODED], [b"a=" + b"x" * 500, b"x" * 500]),
        "many empty chunks, then too much": ("/body", [], [b""] * 50 + [b"x" * 1001]),
    },
    too_large,
)


@limits.case(12, "reading stops at the limit, whatever else would come")
def _(framework: Framework) -> None:
    read: list[int] = []

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        async def more() -> Message:
            read.append(1)
            return {"type": "http.request", "body": b"x" * 500, "more_body": len(read) < 100}

        await framework.app()(scope, more, send)

    status(answer_of(talk(endless, http_scope("POST", "/body"), [])), 413)
    assert len(read) <= 4, len(read)


@limits.case(13, "a body exactly at the limit is taken")
def _(framework: Framework) -> None:
    answer = ask(framework.app(), "POST", "/body", [length("1000")], b"x" * 1000)
    assert (answer.status, answer.text) == (200, "1000")


@limits.case(14, "a Content-Length over the limit is refused even when the handler reads nothing")
def _(framework: Framework) -> None:
    status(ask(framework.app(), "POST", "/ignored", [length("1001")], b"x" * 1001), 413)


def odd_length(framework: Framework, value: str) -> None:
    answer = ask(framework.app(), "POST", "/body", [length(value)], b"x" * 5)
    status(answer, 400, 413)


limits.table(
    20,
    {
        "Content-Length -1": "-1",
        "Content-Length 5_0": "5_0",
        "Content-Length +5": "+5",
        "Content-Length with a no-break space": "5\xa0",
        "Content-Length `5, 5`": "5, 5",
        "Content-Length in hexadecimal": "0x5",
        "Content-Length with 5,000 digits": "9" * 5000,
        "Content-Length as superscript": "\xb2",
        "an empty Content-Length": "",
    },
    odd_length,
)


def not_taken(framework: Framework, row: tuple[str, list[tuple[str, str]], list[bytes]]) -> None:
    path, headers, chunks = row
    sent = cut_off(framework.app(), path, headers, *chunks)
    assert not sent or sent[0]["status"] >= 400, f"{sent[0]['status']}: a part was taken for the whole"


limits.table(
    40,
    {
        "body() of a client that left half-way reaches no handler": ("/body", [length("10")], [b"x" * 5]),
        "stream() of a client that left half-way ends in an exception": ("/stream", [], [b"x" * 5]),
        "json() of a client that left after whole JSON": ("/json", [("content-type", "application/json")], [b"1"]),
        "form() of a client that left half-way": ("/form", [URLENCODED], [b"a=1&b="]),
        "a client that left before its body": ("/body", [length("10")], []),
        "body() and stream() of a client that left": ("/twice", [], [b"x" * 5]),
    },
    not_taken,
)


@limits.case(50, "body() twice gives the same, and stream() replays it")
def _(framework: Framework) -> None:
    assert parsed(ask(framework.app(), "POST", "/twice", (), [b"ab", b"", b"cd"])) == {"same": True, "length": 4}


@limits.case(51, "stream() twice is an error, not an empty body")
def _(framework: Framework) -> None:
    assert ask(framework.app(), "POST", "/streams", (), [b"ab", b"cd"]).text == "4 and refused"


@limits.case(52, "the form and the body can both be read")
def _(framework: Framework) -> None:
    answer = ask(framework.app(), "POST", "/form-and-body", [URLENCODED], b"a=1&b=2")
    assert parsed(answer) == {"same": True, "length": 7}


@limits.case(53, "messages without `body` and `more_body` are an empty end")
def _(framework: Framework) -> None:
    answer = answer_of(talk(framework.app(), http_scope("POST", "/body"), [{"type": "http.request"}]))
    assert (answer.status, answer.text) == (200, "0")


data = Topic(900, "JSON from clients")
JSON = ("content-type", "application/json")


def post_json(framework: Framework, body: bytes, content_type: str = "application/json") -> Answer:
    return ask(framework.app(), "POST", "/json", [("content-type", content_type)], body)


def bad_json(framework: Framework, body: bytes) -> None:
    status(post_json(framework, body), 400)


data.table(
    1,
    {
        "broken JSON is a 400": b"{",
        "an empty body is a 400": b"",
        "UTF-16 is a 400, and is not guessed": '{"a": 1}'.encode("utf-16"),
        "UTF-32 is a 400": '{"a": 1}'.encode("utf-32"),
        "latin-1 is a 400": '{"é": 1}'.encode("latin-1"),
        "NaN is a 400": b"[NaN]",
        "Infinity is a 400": b"-Infinity",
        "450 levels are a 400": b"[" * 450 + b"]" * 450,
        "a hundred levels are a 400": b'{"a":' * 100 + b"1" + b"}" * 100,
        "two values are a 400": b"1 2",
        "a trailing comma is a 400": b"[1,]",
        "single quotes are a 400": b"{'a': 1}",
        "a byte order mark is a 400": b"\xef\xbb\xbf1",
        "a comment is a 400": b"// a\n1",
    },
    bad_json,
)


@data.case(20, "an integer of 5,000 digits is a 400, not a ValueError")
def _(framework: Framework) -> None:
    app = framework.uploads()
    status(ask(app, "POST", "/json", [JSON], b"9" * 5000), 400)


@data.case(21, "100,000 brackets are a 400, not a RecursionError")
def _(framework: Framework) -> None:
    status(ask(framework.uploads(), "POST", "/json", [JSON], b"[" * 100_000), 400)


def undeclared(framework: Framework, content_type: str) -> None:
    status(post_json(framework, b'{"a": 1}', content_type), 400, 415)


data.table(
    30,
    {
        "JSON as text/plain, which a form of another site can send, is a 400": "text/plain",
        "JSON as a form is a 400": "application/x-www-form-urlencoded",
        "JSON without a content type is a 400": "",
        "application/jsonp is not JSON": "application/jsonp",
        "text/html+jsonx is not JSON": "text/html+jsonx",
    },
    undeclared,
)


def declared(framework: Framework, content_type: str) -> None:
    assert parsed(post_json(framework, b'{"a": "\xc3\xa9"}', content_type)) == {"value": {"a": "é"}}


data.table(
    40,
    {
        "application/problem+json is JSON": "application/problem+json",
        "a charset parameter is allowed": "application/json; charset=utf-8",
        "upper case is allowed": "Application/JSON",
    },
    declared,
)


@data.case(45, "of equal keys the last wins")
def _(framework: Framework) -> None:
    assert parsed(post_json(framework, b'{"a": 1, "a": 2}')) == {"value": {"a": 2}}


@data.case(46, "an escaped lone surrogate, which no UTF-8 can hold, is a 400")
def _(framework: Framework) -> None:
    status(post_json(framework, b'[{"a": "\\ud800"}]'), 400)
    status(post_json(framework, b'"\\uDFFF\\uD800"'), 400)


@data.case(47, "an escaped pair of surrogates is one character")
def _(framework: Framework) -> None:
    assert parsed(post_json(framework, b'"\\ud83d\\uDE00"')) == {"value": "😀"}


forms = Topic(1000, "Forms")


def post_form(framework: Framework, body: bytes, content_type: str = URLENCODED[1]) -> Answer:
    return ask(framework.app(), "POST", "/form", [("content-type", content_type)], body)


def fields(framework: Framework, row: tuple[bytes, dict[str, list[str]]]) -> None:
    body, expected = row
    assert parsed(post_form(framework, body)) == expected


forms.table(
    1,
    {
        "fields are decoded as UTF-8": (b"a=%C3%A9&b=1+2", {"a": ["é"], "b": ["1 2"]}),
        "repeated fields keep all values": (b"a=1&a=2", {"a": ["1", "2"]}),
        "blank values are kept": (b"a=&b=", {"a": [""], "b": [""]}),
        "an empty form has no fields": (b"", {}),
        "NUL is a character": (b"a=%00", {"a": ["\0"]}),
    },
    fields,
)


def bad_form(framework: Framework, body: bytes) -> None:
    status(post_form(framework, body), 400)


forms.table(
    10,
    {
        "more fields than allowed are a 400": b"&".join(b"a=1" for _ in range(101)),
        "text that is not UTF-8 is a 400": b"a=%ff",
        "raw bytes that are not UTF-8 are a 400": b"a=\xff",
    },
    bad_form,
)


@forms.case(20, "a form of another content type is a 415, not an empty form")
def _(framework: Framework) -> None:
    status(post_form(framework, b"a=1", "text/plain"), 400, 415)


@forms.case(21, "the content type of a form is compared in any case")
def _(framework: Framework) -> None:
    assert parsed(post_form(framework, b"a=1", "Application/X-WWW-Form-Urlencoded; charset=utf-8")) == {"a": ["1"]}


@forms.case(22, "HEAD of a page with a form is its GET, not its POST without a form or a token")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    app = framework.uploads()
    whole, head = ask(app, "GET", "/shown"), ask(app, "HEAD", "/shown")
    assert (head.status, head.body, head["content-length"]) == (200, b"", whole["content-length"])


multipart = Topic(1100, "Multipart forms")


def part(headers: str, body: bytes, boundary: str = "BOUND") -> bytes:
    return f"--{boundary}\r\n{headers}\r\n\r\n".encode("utf-8", "surrogateescape") + body + b"\r\n"


def field(name: str, value: bytes = b"1") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', value)


def file(name: str, filename: str, body: bytes = b"data") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: text/x', body)


END = b"--BOUND--\r\n"


def upload(framework: Framework, body: bytes | Iterable[bytes], boundary: str = "boundary=BOUND") -> Answer:
    return ask(framework.uploads(), "POST", "/form", [("content-type", f"multipart/form-data; {boundary}")], body)


def stored_name(framework: Framework, row: tuple[str, str]) -> None:
    raw, expected = row
    ((name, _),) = parsed(upload(framework, file("f", raw) + END))["f"]
    assert name == expected, name


multipart.table(
    1,
    {
        "a file name with `../` is reduced to its last part": ("../../etc/passwd", "passwd"),
        "an absolute file name is reduced to its last part": ("/etc/passwd", "passwd"),
        "a Windows path is reduced to its last part": ("C:\\\\Windows\\\\x.txt", "x.txt"),
        "a file name with NUL loses it": ("a\0.txt", "a.txt"),
        "a file name `..` is no name": ("..", "unnamed"),
        "a file name `.` is no name": (".", "unnamed"),
        "a file name that is not ASCII stays": ("é😀.txt", "é😀.txt"),
    },
    stored_name,
)


def bad_multipart(framework: Framework, body: bytes) -> None:
    status(upload(framework, body), 400, 413)


multipart.table(
    20,
    {
        "a body without its last boundary is a 400": field("a"),
        "a body that ends inside a part is a 400": field("a")[:-4],
        "a body that ends inside the headers of a part": b'--BOUND\r\nContent-Disposition: form-data; name="a"',
        "an empty body is a 400": b"",
        "a body that never comes to its boundary": b"x" * 1000,
        "more fields than allowed are a 400": field("a") * 101 + END,
        "more files than allowed are a 400": file("a", "a.txt") * 11 + END,
        "a part with 100 headers": part(
            'Content-Disposition: form-data; name="a"\r\n' + "\r\n".join(f"X-{n}: 1" for n in range(100)), b"1"
        )
        + END,
        "a part with a header of 100 kB": part('Content-Disposition: form-data; name="a"\r\nX: ' + "y" * 100_000, b"1")
        + END,
        "text parts larger than the limit are a 413": field("a", b"x" * 300_000) + END,
        "a part without Content-Disposition": part("X-A: 1", b"1") + END,
        "a part without a name": part("Content-Disposition: form-data", b"1") + END,
        "a part with a header line that has no colon": part("Content-Disposition", b"1") + END,
        "text that is not UTF-8 is a 400": field("a", b"\xff") + END,
        "a header name with a control character": part('Content-Disposition: form-data; name="a"\r\nX\0Y: 1', b"1")
        + END,
    },
    bad_multipart,
)


def bad_boundary(framework: Framework, parameter: str) -> None:
    status(upload(framework, field("a") + END, parameter), 400, 415)


multipart.table(
    40,
    {
        "a multipart form without a boundary is a 400": "",
        "an empty boundary is a 400": "boundary=",
        "a boundary of 71 characters is a 400": "boundary=" + "x" * 71,
        "a boundary of 100 kB is a 400": "boundary=" + "x" * 100_000,
        "a boundary with a control character is a 400": 'boundary="a\x01b"',
        "a boundary that is not ASCII is a 400": "boundary=\xe9",
    },
    bad_boundary,
)


@multipart.case(50, "what is found does not depend on how the body is cut")
def _(framework: Framework) -> None:
    body = field("a", b"--BOUND is no boundary\r\n--BOUN") + file("f", "x.txt", b"\r\n--BOUND" * 3) + END
    expected = upload(framework, body).text
    app = framework.uploads()
    headers = [("content-type", "multipart/form-data; boundary=BOUND")]
    for cut in range(1, len(body)):
        assert ask(app, "POST", "/form", headers, [body[:cut], body[cut:]]).text == expected, cut


@multipart.case(51, "byte by byte is the same")
def _(framework: Framework) -> None:
    body = field("a", b"1") + file("f", "x.txt", b"\r\n--BOUNX") + END
    assert upload(framework, [bytes([byte]) for byte in body]).text == upload(framework, body).text


@multipart.case(52, "several files under one name are all kept")
def _(framework: Framework) -> None:
    found = parsed(upload(framework, file("f", "a.txt", b"1") + file("f", "b.txt", b"22") + END))
    assert found == {"f": [["a.txt", 1], ["b.txt", 2]]}


@multipart.case(53, "a preamble is skipped or a 400, an epilogue is skipped")
def _(framework: Framework) -> None:
    status(upload(framework, b"preamble\r\n" + field("a") + END), 200, 400)
    assert parsed(upload(framework, field("a") + END + b"epilogue")) == {"a": ["1"]}


@multipart.case(54, "a quoted boundary with a space works")
def _(framework: Framework) -> None:
    body = field("a").replace(b"BOUND", b"B D") + END.replace(b"BOUND", b"B D")
    assert parsed(upload(framework, body, 'boundary="B D"')) == {"a": ["1"]}


@multipart.case(55, "a client that leaves in the middle of an upload reaches no handler")
def _(framework: Framework) -> None:
    headers = [("content-type", "multipart/form-data; boundary=BOUND")]
    sent = cut_off(framework.uploads(), "/form", headers, file("f", "x.txt", b"x" * 5000)[:-100])
    assert not sent or sent[0]["status"] >= 400


@multipart.case(56, "a client that leaves after the last boundary, but before the end, reaches no handler")
def _(framework: Framework) -> None:
    headers = [("content-type", "multipart/form-data; boundary=BOUND")]
    sent = cut_off(framework.uploads(), "/form", headers, field("a") + END)
    assert not sent or sent[0]["status"] >= 400


@multipart.case(57, "a body over the limit of the whole is a 413")
def _(framework: Framework) -> None:
    status(upload(framework, [file("f", "x", b"x" * 600_000)[:-2], b"x" * 600_000, b"\r\n" + END]), 413)


@multipart.case(58, "a megabyte of dashes and line breaks takes no quadratic time")
def _(framework: Framework) -> None:
    status(upload(framework, file("f", "x", b"\r\n--BOUN" * 100_000) + END), 200)


@multipart.case(59, "base64 in a part is refused or left alone, never a slow decoder")
def _(framework: Framework) -> None:
    headers = 'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64'
    answer = upload(framework, part(headers, b"YQ==" + b" " * 100_000) + END)
    assert answer.status == 400 or parsed(answer)["a"][0].startswith("YQ==")


@multipart.case(60, "a header of a part with a thousand quotes takes no time")
def _(framework: Framework) -> None:
    status(upload(framework, part("Content-Disposition: form-data; " + 'a="' * 2000, b"1") + END), 400)


@multipart.case(61, "the field name may hold what HTML lets it: quotes as %22, and any UTF-8")
def _(framework: Framework) -> None:
    assert "é%22" in parsed(upload(framework, field("é%22") + END))


answers = Topic(3300, "Values that handlers return")


def bad_value(framework: Framework, value: Any) -> None:
    answer = framework.json(value)
    status(answer, 500)
    assert b"hunter2" not in answer.body


class Secret:
    def __repr__(self) -> str:
        return "hunter2"


answers.table(
    1,
    {
        "NaN is a 500, not JSON that nobody can read": float("nan"),
        "an infinity is a 500": float("inf"),
        "an object that JSON does not know is a 500, and its repr stays inside": Secret(),
        "such an object in a list": [Secret()],
        "such an object as a key": {Secret(): 1},
    },
    bad_value,
)


@answers.case(10, "a cycle is a 500")
def _(framework: Framework) -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    status(framework.json(cycle), 500)


@answers.case(11, "a lone surrogate is a 500, not a broken response")
def _(framework: Framework) -> None:
    status(framework.json("\ud800"), 200, 500)


@answers.case(12, "JSON says its content type")
def _(framework: Framework) -> None:
    answer = framework.json("</script>")
    assert answer["content-type"].startswith("application/json")
    assert json.loads(answer.body) == {"value": "</script>"}
