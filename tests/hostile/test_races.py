"""The first request under many threads, context variables between requests, and what outlives a response.

`RACES=10000 pytest tests/hostile/test_races.py` runs that many trials of each race.
"""

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from chirp import (
    App,
    AppConfig,
    EventStream,
    HTTPError,
    Next,
    Request,
    Response,
    StreamingResponse,
    Suspense,
    Template,
    g,
    get_request,
)
from chirp.context import request_var
from tests.hostile.framework import PATIENCE
from tests.hostile.site import OPEN, SCENARIOS, site
from tests.runtime.driver import ASGIApp, Connection, answer_of, exchange, http_scope, make_app

TRIALS = int(os.environ.get("RACES", "30"))
THREADS = 32
ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def quick_switching() -> Generator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def together(work: Callable[[int], None]) -> None:
    """Run it in all threads at once; what one of them raises is raised here."""
    barrier = threading.Barrier(THREADS)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait(PATIENCE)
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def served(app: ASGIApp, path: str) -> str:
    return answer_of(asyncio.run(exchange(app, http_scope("GET", path)))).text


def bare() -> App:
    return App(AppConfig(static_dir=None, skip_contract_checks=True))


def test_the_first_request_from_many_threads() -> None:
    """All are answered by one Runtime, which has every route and every middleware."""
    with quick_switching():
        for _ in range(TRIALS):
            app = bare()
            runtimes: set[int] = set()

            async def mark(request: Request, next: Next) -> Response:
                return (await next(request)).with_header("X-Mark", "1")

            app.add_middleware(mark)
            for number in range(20):
                app.route(f"/{number}", inline=True)(lambda number=number: str(number))

            def first(number: int, app: App = app, runtimes: set[int] = runtimes) -> None:
                answer = answer_of(asyncio.run(exchange(app, http_scope("GET", f"/{number % 20}"))))
                assert (answer.text, answer["x-mark"]) == (str(number % 20), "1")
                runtimes.add(id(app.freeze()))

            together(first)
            assert len(runtimes) == 1


def test_registration_that_races_with_the_first_request_is_served_or_refused() -> None:
    with quick_switching():
        for _ in range(max(TRIALS // 3, 5)):
            app = bare()
            taken: set[str] = set()

            def work(number: int, app: App = app, taken: set[str] = taken) -> None:
                if number % 8 == 0:
                    app.freeze()
                    return
                path = f"/{number}"
                try:
                    app.route(path, inline=True)(lambda: path)
                    app.template_global(f"g{number}")(lambda: 1)
                    app.add_middleware(_pass)
                except RuntimeError:
                    return
                taken.add(path)

            together(work)
            for path in taken:
                assert served(app, path) == path


async def _pass(request: Request, next: Next) -> Response:
    return await next(request)


def test_a_freeze_that_fails_fails_in_every_thread_and_leaves_the_app_open() -> None:
    with quick_switching():
        for _ in range(max(TRIALS // 3, 5)):
            app = bare()
            app.route("/", inline=True)(lambda: "1")
            app.route("/", inline=True)(lambda: "2")
            refused: list[str] = []

            def first(number: int, app: App = app, refused: list[str] = refused) -> None:
                with pytest.raises(RuntimeError, match="registered already"):
                    app.freeze()
                refused.append("x")

            together(first)
            assert len(refused) == THREADS
            app.route("/later", inline=True)(lambda: "still open")


def test_freezing_inside_of_a_running_freeze_is_no_deadlock(tmp_path: Path) -> None:
    """A handler of the lifespan, a template global, or a middleware may ask the application while it freezes."""
    app = make_app(tmp_path, {"t.html": "{{ where }}"})
    app.template_global("where")(lambda: app.url_for("page"))
    app.route("/page", name="page")(lambda: Template("t.html"))

    class Asks:
        def at_freeze(self, place: object) -> Asks:
            app.describe()
            return self

        async def __call__(self, request: Request, next: Next) -> Response:
            return await next(request)

    app.add_middleware(Asks())
    assert served(app, "/page") == "/page"


@pytest.mark.timeout(300)
def test_the_races_again_where_threads_inherit_the_context() -> None:
    """As free-threaded Python does by default."""
    names = "first_request_from_many or context_variable or at_the_same_time"
    options = ["-X", "thread_inherit_context=1", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", names]
    done = subprocess.run(
        [sys.executable, *options, "tests/hostile/test_races.py"],
        cwd=ROOT,
        env={**os.environ, "RACES": "3"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout


# Context variables

user: ContextVar[str] = ContextVar("user", default="nobody")


def context_app(folder: Path) -> App:
    app = make_app(
        folder, {"t.html": "{{ get_request().query['n'] }} {% block slow %}{{ late }}{% end %}"}, worker_threads=4
    )

    def seen() -> str:
        return f"{get_request().query['n']} {g.n} {user.get()}"

    @app.add_middleware
    async def note(request: Request, next: Next) -> Response:
        assert "n" not in g, "left by another request"
        g.n = request.query["n"]
        user.set(request.query["n"])
        response = await next(request)
        assert get_request() is request
        return response

    @app.route("/plain")
    def plain() -> str:
        return seen()

    @app.route("/async")
    async def coroutine() -> str:
        await asyncio.sleep(0)
        return seen()

    @app.route("/task")
    async def task() -> str:
        async def later() -> str:
            await asyncio.sleep(0)
            return seen()

        return await asyncio.create_task(later())

    @app.route("/thread")
    async def thread() -> str:
        return await asyncio.to_thread(seen)

    @app.route("/chunks")
    async def chunks() -> StreamingResponse:
        async def made() -> AsyncGenerator[str]:
            await asyncio.sleep(0)
            yield seen()

        return StreamingResponse(made())

    @app.route("/plain-chunks")
    def plain_chunks() -> StreamingResponse:
        def made() -> Generator[str]:
            yield seen()

        return StreamingResponse(made())

    @app.route("/events")
    async def events() -> EventStream:
        async def made() -> AsyncGenerator[str]:
            await asyncio.sleep(0)
            yield seen()

        return EventStream(made())

    @app.route("/suspense")
    async def suspense() -> Suspense:
        async def late() -> str:
            await asyncio.sleep(0)
            return seen()

        return Suspense("t.html", late=late())

    return app


PATHS = ("/plain", "/async", "/task", "/thread", "/chunks", "/plain-chunks", "/events", "/suspense")


def test_context_variables_of_requests_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    app = context_app(tmp_path)

    async def one(path: str, number: int) -> None:
        connection = Connection([{"type": "http.request", "body": b"", "more_body": False}])
        async with asyncio.timeout(PATIENCE):
            await app(http_scope("GET", path, query=f"n={number}"), connection.receive, connection.send)
        assert connection.complete
        assert f"{number} {number} {number}" in connection.body.decode(), (path, number, connection.body)

    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                for path in PATHS:
                    group.create_task(one(path, number))

    asyncio.run(all_at_once())


@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
def test_a_context_variable_of_the_framework_does_not_outlive_its_request(tmp_path: Path, path: str) -> None:
    app = context_app(tmp_path)

    async def in_one_task() -> None:
        for number in range(3):
            connection = Connection([{"type": "http.request", "body": b"", "more_body": False}])
            await app(http_scope("GET", path, query=f"n={number}"), connection.receive, connection.send)
            assert request_var.get(None) is None
            with pytest.raises(RuntimeError, match="there is no request"):
                g.get("n")

    asyncio.run(in_one_task())


def test_a_task_that_a_handler_leaves_behind_keeps_its_own_request(tmp_path: Path) -> None:
    """It was started by that request, so that is the one it sees; the next request sees nothing of it."""
    app = make_app(tmp_path)
    tasks: list[asyncio.Task[str]] = []
    release: list[asyncio.Event] = []

    @app.route("/start/{n:int}")
    async def start(n: int) -> str:
        async def later() -> str:
            await release[0].wait()
            return get_request().path

        g.n = n
        tasks.append(asyncio.create_task(later()))
        return "started"

    @app.route("/look")
    async def look() -> str:
        return str(g.get("n"))

    async def conversation() -> None:
        release.append(asyncio.Event())
        for path in ("/start/1", "/start/2"):
            await exchange(app, http_scope("GET", path))
        assert answer_of(await exchange(app, http_scope("GET", "/look"))).text == "None"
        release[0].set()
        assert await asyncio.gather(*tasks) == ["/start/1", "/start/2"]

    asyncio.run(conversation())


# What outlives a response


def test_no_request_of_any_feature_outlives_its_response(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "chirp")  # a kept log record keeps the frames of an exception
    app = site(tmp_path)
    seen: list[weakref.ref[Any]] = []

    @app.add_middleware
    async def watch(request: Request, next: Next) -> Response:
        trace = _Trace()
        seen.append(weakref.ref(trace))
        request.state["trace"] = trace
        return await next(request)

    async def run(name: str) -> None:
        scope, incoming = SCENARIOS[name]
        connection = Connection(incoming)
        await app(dict(scope), connection.receive, connection.send)
        for _ in range(6000):
            gc.collect()
            if all(one() is None for one in seen) and not OPEN:
                return
            await asyncio.sleep(0.005)  # a worker thread lets go of its job after it has answered
        raise AssertionError(f"the request of {name!r} lives on")

    gc.collect()
    gc.freeze()  # what is there already does not have to be looked through each time
    try:
        for name in SCENARIOS:
            asyncio.run(run(name))
    finally:
        gc.unfreeze()
    assert len(seen) > len(SCENARIOS) - 5, "the hosts and origins that are refused come no further"
    app.freeze().services.workers.close()


class _Trace:
    """Something that lives as long as its request."""


@pytest.mark.parametrize("status", [400, 404, 500])
def test_nor_does_one_that_failed(tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "chirp")
    app = make_app(tmp_path)
    seen: list[weakref.ref[Any]] = []

    @app.route("/")
    async def fail(request: Request) -> str:
        trace = _Trace()
        seen.append(weakref.ref(trace))
        request.state["trace"] = trace
        if status == 500:
            raise ValueError("with a frame that holds the request")
        raise HTTPError(status)

    for _ in range(3):
        assert answer_of(asyncio.run(exchange(app, http_scope("GET", "/")))).status == status
    gc.collect()
    assert [one() for one in seen if one() is not None] == []
    assert len(seen) == 3
