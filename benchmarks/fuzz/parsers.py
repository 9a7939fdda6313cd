"""Random texts for the parsers of the runtime: none may raise but as documented; what is written is read."""

import random
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterable

from benchmarks.fuzz.inputs import CHUNKS, PATHS, QUERIES, VALUES, Mutator
from benchmarks.fuzz.lines import RUNTIME, Lines
from tests.hostile.site import UPLOAD, part


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
    mutator, lines = Mutator(seed), Lines(RUNTIME)
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
    lines.seen.clear()
    runs = failed = 0
    corpus = [*VALUES, *QUERIES, *CHUNKS, *(path.encode() for path in PATHS)]
    end = time.monotonic() + seconds
    while time.monotonic() < end and failed < 20 and runs < count:
        data = mutator.text(rng.choice(corpus))[:2000]
        reached = len(lines.seen)
        try:
            run(data, rng)
        except Exception as error:  # noqa: BLE001 - it is the finding
            print(f"{name}: {type(error).__name__}: {error}: {data!r}")
            failed += 1
        runs += 1
        if len(lines.seen) > reached or rng.random() < 0.0005:
            corpus.append(data)
            del corpus[: max(0, len(corpus) - 5000)]
    print(f"{name}: {runs} runs, {len(lines.seen)} lines")
    return failed
