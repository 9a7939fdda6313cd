"""Random requests and texts: what they are made of, and how they change."""

import random
from dataclasses import dataclass, replace

from tests.hostile.site import FORM, HOST, SCENARIOS, UPLOAD, part


@dataclass(frozen=True, slots=True)
class Input:
    """One request."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    chunks: tuple[bytes, ...]
    cut_off: bool = False
    leaves_after: int = 0

    def __str__(self) -> str:
        return repr((self.method, self.path, self.query, self.headers, self.chunks, self.cut_off, self.leaves_after))


METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "get", "", "B\x00")
PATHS = (
    "/", "/form", "/entry", "/upload", "/session", "/body", "/echo", "/text", "/count", "/chunks", "/plain", "/events",
    "/stream", "/suspense", "/download", "/static/a.css", "/static/large.bin", "/static/", "/async/7", "/price/2.5",
    "/shelf", "/shelf/7", "/shelf/x", "/shelf/",
    "/files/a/b", "/who/é", "/go", "/json", "/done", "/nowhere", "//", "*", "/static/../templates/base.html",
)  # fmt: skip
NAMES = (
    b"host", b"cookie", b"content-type", b"content-length", b"hx-request", b"hx-target", b"hx-boosted", b"hx-source",
    b"hx-history-restore-request", b"hx-current-url", b"hx-target-uri-autoencoded", b"hx-request-type", b"origin",
    b"access-control-request-method", b"access-control-request-headers", b"range", b"if-range", b"if-none-match",
    b"if-modified-since", b"accept", b"referer", b"sec-fetch-site", b"last-event-id", b"x-forwarded-host", b"x",
)  # fmt: skip
VALUES = (
    b"true", b"localhost", b"a.example:80", b"evil.test", b"a=1; b=2", b'a="\\101\\', b"chirp_session=x.y.z",
    FORM[1].encode(),
    UPLOAD[1].encode(), b"multipart/form-data; boundary=", b"application/json", b"5", b"0", b"999999", b"-1",
    b"div#x%", b"main", b"https://friend.example", b"null", b"POST", b"x-a, x-b", b"bytes=0-9", b"bytes=-5",
    b"bytes=5-",
    b"bytes=99999999-", b"bytes=0-1,5-9", b"*", b'W/"x"', b"Mon, 01 Jan 2024 00:00:00 GMT", b"text/html", b"partial",
    b"\xff\xfe", b"", b"http://localhost/x?y#z",
)  # fmt: skip
QUERIES = (
    b"",
    b"q=1",
    b"name=a.css",
    b"name=../x",
    b"name=%00",
    b"n=5&b=yes",
    b"q=%ff",
    b"q=%C3%A9",
    b"&" * 60,
    b"q=<b>",
)
CHUNKS = (
    b"_action=say&title=x", b"_action=nope",
    b"title=x", b"title=&count=x", b"title=x&count=2", b'{"a": [1, null]}', b"[" * 70, b"NaN", b'"\\ud800"', b"\xff",
    part("a", b"1"), part("f", b"x" * 600, "a.txt"), b"--B--\r\n", b"--B\r\n", b"\r\n", b"x" * 3000, b"", b"&" * 60,
)  # fmt: skip


class Mutator:
    """Makes inputs out of inputs."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self, text: bytes) -> bytes:
        """The text with one small change."""
        rng, where = self.random, self.random.randrange(len(text) + 1)
        match rng.randrange(5):
            case 0:
                return text[:where] + bytes([rng.randrange(256)]) + text[where:]
            case 1:
                return text[:where] + text[where + 1 :]
            case 2:
                return text[:where] + rng.choice((b"%", b"\x00", b"\r\n", b"/", b"..", b'"', b"=", b";")) + text[where:]
            case 3:
                return text[:where] + text[where : where + 8] * rng.randrange(1, 30) + text[where:]
            case _:
                return text[:where]

    def _path(self, path: str) -> str:
        if self.random.random() < 0.5:
            return self.random.choice(PATHS)
        return self.text(path.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")

    def _headers(self, headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
        rng, changed = self.random, list(headers)
        if changed and rng.random() < 0.4:
            where = rng.randrange(len(changed))
            name, value = changed[where]
            changed[where] = (name, self.text(value))
        elif changed and rng.random() < 0.2:
            del changed[rng.randrange(len(changed))]
        else:
            changed.append((rng.choice(NAMES), rng.choice(VALUES)))
        return tuple(changed[:20])

    def _chunks(self, chunks: tuple[bytes, ...]) -> tuple[bytes, ...]:
        rng, changed = self.random, list(chunks) or [b""]
        where = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed.insert(where, rng.choice(CHUNKS))
            case 1:
                changed[where] = self.text(changed[where])
            case 2:
                cut = rng.randrange(len(changed[where]) + 1)
                changed[where : where + 1] = [changed[where][:cut], changed[where][cut:]]
            case _:
                del changed[where]
        return tuple(chunk[:20_000] for chunk in changed[:8])

    def change(self, one: Input, other: Input) -> Input:
        """The first with something changed, sometimes with parts of the other."""
        rng = self.random
        for _ in range(rng.randrange(1, 4)):
            match rng.randrange(8):
                case 0:
                    one = replace(one, method=rng.choice(METHODS))
                case 1:
                    one = replace(one, path=self._path(one.path))
                case 2:
                    one = replace(one, query=rng.choice(QUERIES) if rng.random() < 0.4 else self.text(one.query)[:5000])
                case 3 | 4:
                    one = replace(one, headers=self._headers(one.headers))
                case 5:
                    one = replace(one, chunks=self._chunks(one.chunks))
                case 6:
                    one = replace(one, headers=other.headers, chunks=other.chunks)
                case _:
                    cut, leaves = rng.random() < 0.1, rng.randrange(6) if rng.random() < 0.1 else 0
                    one = replace(one, cut_off=cut, leaves_after=leaves)
        return one


def seeds() -> list[Input]:
    made: list[Input] = []
    for scope, incoming in SCENARIOS.values():
        chunks = tuple(message["body"] for message in incoming)
        made.append(
            Input(scope["method"], scope["path"], scope["query_string"], tuple(scope["headers"]), chunks),
        )
    host = (HOST[0].encode(), HOST[1].encode())
    made += [Input("GET", path, query, (host,), ()) for path in PATHS for query in QUERIES[:2]]
    return made
