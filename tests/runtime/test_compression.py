"""Compression by an ASGI middleware around the application: Starlette's, which is maintained and tested."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware

from chirp import Response
from chirp.http.streaming import StreamingResponse
from chirp.middleware import SecurityHeaders
from tests.runtime.driver import Answer, ASGIApp, Connection, ask, body_messages, http_scope, make_app

GZIP = ("accept-encoding", "gzip")


def compressed(folder: Path) -> ASGIApp:
    app = make_app(folder)
    app.add_middleware(SecurityHeaders())
    app.route("/")(lambda: "a" * 10_000)
    app.route("/small")(lambda: "a")
    app.route("/vary")(lambda: Response("a" * 10_000).with_vary("HX-Request"))

    async def chunks() -> AsyncGenerator[str]:
        for letter in "abc":
            yield letter * 1000
            await asyncio.sleep(0)

    async def events() -> AsyncGenerator[str]:
        yield "data: 1\n\n"
        await asyncio.Event().wait()

    app.route("/stream")(lambda: StreamingResponse(chunks()))
    app.route("/events")(lambda: StreamingResponse(events(), content_type="text/event-stream"))
    return GZipMiddleware(app, minimum_size=500)


def fetch(folder: Path, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    return ask(compressed(folder), method, path, headers=headers)


def test_a_page_is_compressed_for_who_accepts_it(tmp_path: Path) -> None:
    answer = fetch(tmp_path, "/", GZIP)
    assert answer["content-encoding"] == "gzip"
    assert int(answer["content-length"]) == len(answer.body) < 200
    assert gzip.decompress(answer.body) == b"a" * 10_000
    assert answer["vary"] == "Accept-Encoding"
    assert answer["x-content-type-options"] == "nosniff"
    plain = fetch(tmp_path, "/")
    assert (plain.all("content-encoding"), len(plain.body)) == ([], 10_000)


def test_small_answers_and_answers_without_a_body_are_not(tmp_path: Path) -> None:
    assert fetch(tmp_path, "/small", GZIP).all("content-encoding") == []
    assert fetch(tmp_path, "/", GZIP, method="HEAD").body == b""


def test_what_the_answer_depends_on_stays(tmp_path: Path) -> None:
    assert fetch(tmp_path, "/vary", GZIP)["vary"] == "HX-Request, Accept-Encoding"


def test_a_stream_is_compressed_to_its_end(tmp_path: Path) -> None:
    answer = fetch(tmp_path, "/stream", GZIP)
    assert answer["content-encoding"] == "gzip"
    assert zlib.decompressobj(wbits=31).decompress(answer.body) == b"a" * 1000 + b"b" * 1000 + b"c" * 1000


def test_events_arrive_at_once_and_as_they_are(tmp_path: Path) -> None:
    async def run() -> bytes:
        client = Connection(body_messages(b""))
        scope = http_scope("GET", "/events", [GZIP])
        task = asyncio.create_task(compressed(tmp_path)(scope, client.receive, client.send))
        await client.sent_at_least(2)
        body = client.body
        client.leave()
        await task
        return body

    assert asyncio.run(run()) == b"data: 1\n\n"
