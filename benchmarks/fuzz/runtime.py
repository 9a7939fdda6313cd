"""Random input for the runtime, guided by the lines it reaches: requests, and what its parsers read.

`asgi` sends requests to a site that uses every feature: each has to be answered, without an unexpected 5xx, in valid
messages without line breaks in headers, and nothing may be left of it. `parsers` calls the parsers of headers, cookies,
queries, ranges, events, URLs and paths: none may raise what it does not document, and what is written is read back.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import chirp
from chirp.app import App
from chirp.context import request_var
from tests.hostile.site import FORM, HOST, OPEN, SCENARIOS, UPLOAD, part, site
from tests.runtime.driver import Connection, Message, answer_of, http_scope

PACKAGE = str(Path(chirp.__file__).parent)
SLOW = 2.0  # seconds of processor time


class Lines:
    """Which lines of the framework were reached; asking costs nothing once a line has been seen."""

    def __init__(self) -> None:
        self.seen = 0
        self._tool = sys.monitoring.OPTIMIZER_ID

    def start(self) -> None:
        sys.monitoring.use_tool_id(self._tool, "fuzz")
        sys.monitoring.register_callback(self._tool, sys.monitoring.events.LINE, self._line)
        sys.monitoring.set_events(self._tool, sys.monitoring.events.LINE)

    def stop(self) -> None:
        sys.monitoring.set_events(self._tool, 0)
        sys.monitoring.free_tool_id(self._tool)

    def _line(self, code: Any, line: int) -> Any:
        if code.co_filename.startswith(PACKAGE):
            self.seen += 1
        return sys.monitoring.DISABLE


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


class Failed(Exception):
    """An invariant does not hold."""


async def send(app: App, one: Input) -> int:
    """The status of the answer, 0 for none that was due; Failed when an invariant breaks."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in one.chunks]
    if one.cut_off:
        messages.append({"type": "http.disconnect"})
    else:
        messages.append({"type": "http.request", "body": b"", "more_body": False})
    connection = Connection(messages)
    scope = http_scope(one.method, one.path) | {"query_string": one.query, "headers": list(one.headers)}
    watcher: asyncio.Task[None] | None = None
    if one.leaves_after:
        watcher = asyncio.ensure_future(_leave(connection, one.leaves_after))
    started = time.process_time()
    try:
        async with asyncio.timeout(60):
            await app(scope, connection.receive, connection.send)
    except Exception as error:
        raise Failed(f"{type(error).__name__}: {error}") from error
    finally:
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher])
    if time.process_time() - started > SLOW:
        raise Failed(f"{time.process_time() - started:.1f} seconds of processor time")
    if request_var.get(None) is not None:
        raise Failed("the request is left in its task")
    if one.cut_off or one.leaves_after:
        return 0
    answer = answer_of(connection.sent)
    if not 200 <= answer.status < 500:
        raise Failed(f"status {answer.status}")
    if one.method == "HEAD" and answer.body:
        raise Failed("a body for HEAD")
    lengths = answer.all("content-length")
    if lengths and one.method != "HEAD" and answer.status != 304 and lengths != [str(len(answer.body))]:
        raise Failed(f"content-length {lengths} of {len(answer.body)} bytes")
    return answer.status


async def _leave(connection: Connection, after: int) -> None:
    await connection.sent_at_least(after)
    connection.leave(send_fails=after % 2 == 0)


async def fuzz_asgi(seconds: float, seed: int, count: int = sys.maxsize) -> int:
    lines, mutator = Lines(), Mutator(seed)
    statuses: dict[int, int] = {}
    failures: list[str] = []
    requests = 0
    with tempfile.TemporaryDirectory() as folder:
        apps = [site(Path(folder)), site(Path(folder), guarded=True)]
        corpus = seeds()
        files = open_files()
        lines.start()
        started = time.monotonic()
        end = started + seconds
        queue = list(corpus)
        before = asyncio.all_tasks()
        while time.monotonic() < end and requests < count:
            rng = mutator.random
            one = queue.pop() if queue else mutator.change(rng.choice(corpus), rng.choice(corpus))
            reached = lines.seen
            try:
                status = await send(apps[rng.random() < 0.1], one)
            except Failed as error:
                failures.append(f"{error}: {one}")
                if len(failures) > 20:
                    break
                continue
            requests += 1
            statuses[status] = statuses.get(status, 0) + 1
            if lines.seen > reached:
                corpus.append(one)
        await asyncio.sleep(0.1)
        if left := asyncio.all_tasks() - before:
            failures.append(f"tasks are left: {left}")
        if OPEN:
            failures.append(f"generators are open: {OPEN}")
        if stray := [name for name in open_files() - files if folder in name or "(deleted)" in name]:
            failures.append(f"files are open: {stray}")
        lines.stop()
        for app in apps:
            app.freeze().services.workers.close()
    for failure in failures:
        print(failure)
    shown = ", ".join(f"{status or 'gone'}: {count}" for status, count in sorted(statuses.items()))
    print(f"{requests} requests in {time.monotonic() - started:.0f} s, {lines.seen} lines; {shown}")
    print(f"{len(failures)} failures (seed {seed})")
    return int(bool(failures))


def open_files() -> set[str]:
    """What the descriptors of this process are."""
    found: set[str] = set()
    for entry in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            found.add(str(entry.readlink()))
    return found


# Parsers


def _cookies(data: bytes, rng: random.Random) -> None:
    from chirp.http.cookies import MAX_COOKIES, parse_cookies, quote_value

    text = data.decode("latin-1")
    assert len(parse_cookies([text])) <= MAX_COOKIES
    value = data.decode("utf-8", "ignore")[:500]
    quoted = quote_value(value)
    assert not set(quoted) & set(";,\r\n\0")
    assert parse_cookies([f"a={quoted}"]) == {"a": value}


def _query(data: bytes, rng: random.Random) -> None:
    from urllib.parse import urlencode

    from chirp.http.query import QueryParams

    try:
        query = QueryParams(data, 50)
    except ValueError:
        return
    for name in query:
        assert query.get_list(name)
        query.get_int(name)
        query.get_bool(name)
    value = data.decode("utf-8", "ignore")
    assert QueryParams(urlencode({"k": value}).encode())["k"] == value


def _headers(data: bytes, rng: random.Random) -> None:
    from chirp.http.headers import Headers, check_header_name, check_header_value

    pairs = [tuple(line.partition(b":")[::2]) for line in data.split(b"\n")]
    headers = Headers(pairs)
    assert len(list(headers)) == len(headers)
    for name in headers:
        assert headers[name.upper() if name.isascii() else name] == headers.get_list(name)[0]
    text = data.decode("latin-1")
    for check in (check_header_name, check_header_value):
        try:
            checked = check(text)
        except ValueError:
            continue
        assert not set(checked) & set("\r\n\0")


def _urls(data: bytes, rng: random.Random) -> None:
    from urllib.parse import urljoin, urlsplit

    from chirp.http.response import check_location
    from chirp.http.urls import is_safe_url

    text = data.decode("utf-8", "replace")
    try:
        location = check_location(text)
    except ValueError:
        return
    assert location.isascii()
    assert location.isprintable()
    if is_safe_url(text):
        # As a browser does it: without tabs and line breaks, and with backslashes as slashes.
        seen = text.translate({9: None, 10: None, 13: None}).strip().replace("\\", "/")
        assert urlsplit(urljoin("https://here.example/", seen)).netloc == "here.example", text


def _ranges(data: bytes, rng: random.Random) -> None:
    from chirp.http.headers import Headers
    from chirp.http.ranges import is_known, wanted_span

    size = rng.randrange(2000)
    headers = Headers([(b"range", b"bytes=" + data if rng.random() < 0.8 else data), (b"if-none-match", data)])
    span = wanted_span(headers, size, '"tag"', 0)
    assert (
        span is None or (span.start >= 0 and span.length >= 0 and span.start + span.length <= size) or not span.length
    )
    is_known(headers, '"tag"', 0)
    is_known(Headers([(b"if-modified-since", data)]), '"tag"', 0)


def _events(data: bytes, rng: random.Random) -> None:
    from chirp.realtime.events import SSEEvent
    from tests.hostile.cases_events import received

    text = data.decode("utf-8", "replace")
    event = SSEEvent(text, id="1")
    (found,) = received(event.encode().encode())
    assert found["data"] == text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        named = SSEEvent("x", event=text, id=text)
    except ValueError:
        return
    (found,) = received(named.encode().encode())
    assert found["data"] == "x"


def _paths(data: bytes, rng: random.Random) -> None:
    from chirp_check.grammar.path import PathError, parse_path

    text = "/" + data.decode("utf-8", "replace")
    try:
        pattern = parse_path(text[:200])
    except PathError:
        pattern = parse_path("/a/{n:int}/{x:float}/{rest:path}")
    values = pattern.match_decoded(text)
    if values is not None:
        assert pattern.match(pattern.fill(**values)) == values


def _hosts(data: bytes, rng: random.Random) -> None:
    from chirp.middleware.hosts import split_host

    split = split_host(data.decode("latin-1"))
    if split is not None:
        assert not set("".join(split)) & set("/@?#\\ \r\n\0<>\"'")


def _multipart(data: bytes, rng: random.Random) -> None:
    from chirp.config import AppConfig
    from chirp.errors import HTTPError
    from chirp.http.multipart import read_multipart

    body = part("a", data[:50]) + data + part("f", data, "x") + b"--B--\r\n"
    cuts = sorted(rng.randrange(len(body)) for _ in range(3))

    async def read(pieces: Iterable[bytes]) -> object:
        async def chunks() -> AsyncGenerator[bytes]:
            for piece in pieces:
                yield piece

        try:
            form = await read_multipart(chunks(), UPLOAD[1].encode(), AppConfig())
        except HTTPError as error:
            return error.status
        found = [(name, form.get_list(name)) for name in form], {n: f.read_sync() for n, f in form.files.items()}
        form.files.close()
        return found

    def drive(pieces: Iterable[bytes]) -> object:
        reading = read(pieces)
        try:
            reading.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("it waits")

    one = drive([body])
    other = drive([body[: cuts[0]], body[cuts[0] : cuts[1]], body[cuts[1] : cuts[2]], body[cuts[2] :]])
    assert one == other, (one, other)


PARSERS: dict[str, Callable[[bytes, random.Random], None]] = {
    "cookies": _cookies,
    "query": _query,
    "headers": _headers,
    "urls": _urls,
    "ranges": _ranges,
    "events": _events,
    "paths": _paths,
    "hosts": _hosts,
    "multipart": _multipart,
}


def fuzz_parsers(seconds: float, seed: int, count: int = sys.maxsize) -> int:
    mutator, lines = Mutator(seed), Lines()
    lines.start()
    try:
        failed = sum(_fuzz_one(name, mutator, lines, seconds / len(PARSERS), count) for name in PARSERS)
    finally:
        lines.stop()
    print(f"{failed} failures (seed {seed})")
    return int(bool(failed))


def _fuzz_one(name: str, mutator: Mutator, lines: Lines, seconds: float, count: int) -> int:
    """How often it failed; it stops at twenty."""
    run, rng = PARSERS[name], mutator.random
    sys.monitoring.restart_events()
    lines.seen = runs = failed = 0
    corpus = [*VALUES, *QUERIES, *CHUNKS, *(path.encode() for path in PATHS)]
    end = time.monotonic() + seconds
    while time.monotonic() < end and failed < 20 and runs < count:
        data = mutator.text(rng.choice(corpus))[:2000]
        reached = lines.seen
        try:
            run(data, rng)
        except Exception as error:  # noqa: BLE001 - it is the finding
            print(f"{name}: {type(error).__name__}: {error}: {data!r}")
            failed += 1
        runs += 1
        if lines.seen > reached or rng.random() < 0.0005:
            corpus.append(data)
            del corpus[: max(0, len(corpus) - 5000)]
    print(f"{name}: {runs} runs, {lines.seen} lines")
    return failed
