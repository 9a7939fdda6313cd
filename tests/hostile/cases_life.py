"""Hostile cases: lifespan, odd scopes, freezing under threads, and what one request leaves to the next."""

import asyncio
import sys
import threading
from typing import Any

from tests.hostile.case import Topic
from tests.hostile.framework import Broken, Framework, NotThere, get, silence, talk
from tests.hostile.reading import parsed, status
from tests.runtime.driver import Answer, ASGIApp, Message, answer_of, http_scope

life = Topic(3100, "Lifespan and scopes")
BOTH: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def spoken(app: ASGIApp, *incoming: Message) -> list[str]:
    sent: list[str] = []
    queue = list(incoming or BOTH)

    async def receive() -> Message:
        return queue.pop(0)

    async def send(message: Message) -> None:
        sent.append(message["type"].removeprefix("lifespan."))

    with silence():
        try:
            asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send))
        except Exception as error:  # noqa: BLE001 - whatever it is
            sent.append(f"raised {type(error).__name__}")
    return sent


def nothing() -> None:
    return


def fail() -> None:
    raise OSError("no database")


@life.case(1, "startup and shutdown are confirmed")
def _(framework: Framework) -> None:
    assert spoken(framework.lifespan(nothing, nothing)) == ["startup.complete", "shutdown.complete"]


@life.case(2, "a failing startup is reported as such")
def _(framework: Framework) -> None:
    assert spoken(framework.lifespan(fail, nothing))[0] == "startup.failed"


@life.case(3, "a failing shutdown is reported as such, and not raised")
def _(framework: Framework) -> None:
    assert spoken(framework.lifespan(nothing, fail)) == ["startup.complete", "shutdown.failed"]


@life.case(4, "a failing startup stops what had started")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    stopped: list[int] = []
    spoken(framework.lifespan(fail, lambda: stopped.append(1)))
    assert stopped == [1]


@life.case(5, "a scope of unknown type is refused loudly")
def _(framework: Framework) -> None:
    async def unused(*_: Any) -> Any:
        raise Broken("used")

    try:
        asyncio.run(framework.app()({"type": "telepathy", "asgi": {"version": "3.0"}}, unused, unused))
    except Broken:
        raise
    except Exception:  # noqa: BLE001 - loudly, in whatever way
        return
    raise AssertionError("silence")


@life.case(6, "a WebSocket is closed, not left hanging")
def _(framework: Framework) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    protocols: list[str] = []
    scope: Message = http_scope("GET", "/ok") | {"type": "websocket", "subprotocols": protocols}
    asyncio.run(framework.app()(scope, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


@life.case(7, "a request before the startup is answered")
def _(framework: Framework) -> None:
    status(get(framework.lifespan(nothing, nothing), "/nowhere"), 404)


frozen = Topic(3200, "Threads, and what one request leaves to the next")


@frozen.case(1, "32 threads send the first request at once: all are answered, by one application")
def _(framework: Framework) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            answers = at_once(32, framework.registered("/"))
            assert [answer.status for answer in answers] == [200] * 32
    finally:
        sys.setswitchinterval(before)


def at_once(count: int, app: ASGIApp) -> list[Answer]:
    barrier = threading.Barrier(count)
    answers: list[Answer] = []

    def work() -> None:
        barrier.wait()
        answers.append(get(app, "/"))

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count, "a thread died"
    return answers


@frozen.case(2, "what a request notes is gone in the next, in the same task")
def _(framework: Framework) -> None:
    app = framework.app()
    found: list[str] = []

    async def both() -> None:
        for name in ("first", "second"):
            sent: list[Message] = []

            async def send(message: Message, sent: list[Message] = sent) -> None:
                sent.append(message)

            async def receive() -> Message:
                return {"type": "http.request", "body": b"", "more_body": False}

            await app(http_scope("GET", "/note", query=f"q={name}"), receive, send)
            found.append(answer_of(sent).text)

    asyncio.run(both())
    assert found == ["nothing", "nothing"]


@frozen.case(3, "a hundred requests at once do not mix")
def _(framework: Framework) -> None:
    app = framework.app()

    async def one(number: int) -> bool:
        sent: list[Message] = []
        body = [{"type": "http.request", "body": b"x", "more_body": True}] * number
        body.append({"type": "http.request", "body": b"", "more_body": False})

        async def receive() -> Message:
            await asyncio.sleep(0)
            return body.pop(0)

        async def send(message: Message) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        await app(http_scope("POST", "/body"), receive, send)
        return answer_of(sent).text == str(number)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(one(number) for number in range(100)))

    assert all(asyncio.run(all_of_them()))


@frozen.case(4, "the parts of a request are read once")
def _(framework: Framework) -> None:
    reads: list[int] = []

    class Headers(list[Any]):
        def __iter__(self) -> Any:
            reads.append(1)
            return super().__iter__()

    scope: dict[str, Any] = {**http_scope("GET", "/cookies"), "headers": Headers([(b"cookie", b"a=1")])}
    assert parsed(answer_of(talk(framework.app(), scope, []))) == {"a": "1"}
    assert len(reads) <= 3, len(reads)


@frozen.case(5, "the scope of the server is left as it was")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    scope = http_scope("GET", "/echo", [("x-a", "1")])
    before = dict(scope)
    talk(framework.app(), scope, [])
    assert scope == before
