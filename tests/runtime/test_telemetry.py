"""Observers: what they are told of every request, and that they can break none."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Self

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from chirp import App, HTTPError, NotFound, Request
from chirp.http.streaming import StreamingResponse
from chirp.telemetry import Outcome
from tests.runtime.driver import Connection, ask, body_messages, exchange, get, http_scope, make_app


class Recorder:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.outcomes: list[Outcome] = []

    def __call__(self, request: Request, route: str | None) -> Generator[None, Outcome]:
        self.said.append((request.method, request.path, route))
        ready = yield
        self.said.append((ready.status, type(ready.error).__name__, ready.streaming))
        self.outcomes.append(ready)
        ended = yield
        self.said.append(("end", ended.status, type(ended.error).__name__))
        self.outcomes.append(ended)


def show_user(id: int) -> str:
    return f"user {id}"


def observed(folder: Path, *observers: Any) -> App:
    app = make_app(folder, observers=observers)
    app.route("/users/{id:int}", methods=["GET", "POST"])(show_user)
    app.route("/boom")(lambda: 1 // 0)
    app.route("/gone")(lambda: raise_(NotFound("gone")))
    return app


def raise_(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("method", "path", "route", "status", "error"),
    [
        ("GET", "/users/7", "/users/{id:int}", 200, "NoneType"),
        ("POST", "/users/7", "/users/{id:int}", 200, "NoneType"),
        ("HEAD", "/users/7", "/users/{id:int}", 200, "NoneType"),
        ("PUT", "/users/7", None, 405, "NoneType"),
        ("GET", "/nope", None, 404, "NoneType"),
        ("GET", "/gone", "/gone", 404, "NoneType"),
        ("GET", "/boom", "/boom", 500, "ZeroDivisionError"),
    ],
)
def test_what_an_observer_is_told(
    tmp_path: Path, method: str, path: str, route: str | None, status: int, error: str
) -> None:
    recorder = Recorder()
    assert ask(observed(tmp_path, recorder), method, path).status == status
    assert recorder.said == [(method, path, route), (status, error, False), ("end", status, error)]
    first, last = recorder.outcomes
    assert 0 < first.seconds <= last.seconds


def test_an_exception_that_is_answered_is_told_too(tmp_path: Path) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)
    app.error(ZeroDivisionError)(lambda: ("handled", 422))

    @app.add_middleware
    async def broken(request: Request, next: Any) -> Any:
        if request.path == "/broken":
            raise LookupError("broken")
        return await next(request)

    assert get(app, "/boom").status == 422
    assert recorder.outcomes[0].error is not None
    assert str(recorder.outcomes[0].error) in {"integer division or modulo by zero", "division by zero"}
    assert get(app, "/broken").status == 500
    assert isinstance(recorder.outcomes[-1].error, LookupError)


def test_the_end_of_a_stream(tmp_path: Path) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)

    async def chunks() -> AsyncGenerator[str]:
        yield "a"
        recorder.said.append("b")
        yield "b"

    def plain() -> Iterator[str]:
        recorder.said.append("plain")
        yield "c"

    app.route("/stream")(lambda: StreamingResponse(chunks()))
    app.route("/plain")(lambda: StreamingResponse(plain()))
    assert get(app, "/stream").text == "ab"
    assert recorder.said[1:] == [(200, "NoneType", True), "b", ("end", 200, "NoneType")]
    recorder.said.clear()
    assert get(app, "/plain").text == "c"
    assert recorder.said[1:] == [(200, "NoneType", True), "plain", ("end", 200, "NoneType")]
    recorder.said.clear()
    assert ask(app, "HEAD", "/stream").status == 200
    assert recorder.said[1:] == [(200, "NoneType", True), ("end", 200, "NoneType")]


class Letters:
    """Chunks that cannot be closed."""

    def __init__(self) -> None:
        self.left = ["a", "b"]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop(0)


def test_a_stream_that_cannot_be_closed(tmp_path: Path) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)
    app.route("/stream")(lambda: StreamingResponse(Letters()))
    app.route("/plain")(lambda: StreamingResponse(["a", "b"]))
    for path in ("/stream", "/plain"):
        assert get(app, path).text == "ab"
        assert recorder.said[-1] == ("end", 200, "NoneType")
        assert ask(app, "HEAD", path).status == 200


@pytest.mark.parametrize("kind", ["async", "plain"])
def test_a_stream_that_fails(tmp_path: Path, kind: str) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)

    async def chunks() -> AsyncGenerator[str]:
        yield "a"
        raise ValueError("half")

    def plain() -> Iterator[str]:
        yield "a"
        raise ValueError("half")

    app.route("/stream")(lambda: StreamingResponse(chunks() if kind == "async" else plain()))
    with pytest.raises(ValueError, match="half"):
        get(app, "/stream")
    assert recorder.said[1:] == [(200, "NoneType", True), ("end", 200, "ValueError")]


def test_a_stream_whose_client_leaves(tmp_path: Path) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)

    async def chunks() -> AsyncGenerator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            recorder.said.append("closed")

    app.route("/stream")(lambda: StreamingResponse(chunks()))

    async def run() -> None:
        client = Connection(body_messages(b""))
        task = asyncio.create_task(app(http_scope("GET", "/stream"), client.receive, client.send))
        await client.sent_at_least(2)
        client.leave()
        await task

    asyncio.run(run())
    assert recorder.said[1:] == [(200, "NoneType", True), "closed", ("end", 200, "NoneType")]


def test_a_client_that_leaves_before_there_is_an_answer(tmp_path: Path) -> None:
    recorder = Recorder()
    app = observed(tmp_path, recorder)
    messages = [{"type": "http.request", "body": b"x", "more_body": True}]
    assert asyncio.run(exchange(app, http_scope("POST", "/users/1"), messages)) == []
    assert recorder.said[1:] == [(None, "NoneType", False)]


def test_several_observers_are_nested(tmp_path: Path) -> None:
    said: list[str] = []

    def observer(name: str) -> Any:
        def observe(request: Request, route: str | None) -> Generator[None, Outcome]:
            said.append(f">{name}")
            yield
            said.append(f"<{name}")

        return observe

    get(observed(tmp_path, observer("a"), observer("b")), "/users/1")
    assert said == [">a", ">b", "<b", "<a"]


def nothing(request: Request, route: str | None) -> Generator[None, Outcome]:
    return
    yield


def fails_at_once(request: Request, route: str | None) -> Generator[None, Outcome]:
    raise ValueError("at once")
    yield


def fails_ready(request: Request, route: str | None) -> Generator[None, Outcome]:
    yield
    raise ValueError("ready")


def fails_at_the_end(request: Request, route: str | None) -> Generator[None, Outcome]:
    yield
    yield
    raise ValueError("end")


def yields_too_often(request: Request, route: str | None) -> Generator[None, Outcome]:
    while True:
        yield


def no_generator(request: Request, route: str | None) -> None:
    return None


@pytest.mark.parametrize(
    ("observer", "complaints"),
    [
        (nothing, 0),
        (fails_at_once, 1),
        (fails_ready, 1),
        (fails_at_the_end, 1),
        (yields_too_often, 0),
        (no_generator, 1),
        (lambda: None, 1),
    ],
)
def test_an_observer_breaks_no_request(
    tmp_path: Path, observer: Any, complaints: int, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder()
    app = observed(tmp_path, observer, recorder)
    app.route("/stream")(lambda: StreamingResponse(["a", "b"]))
    assert get(app, "/users/7").text == "user 7"
    assert [record.getMessage() for record in caplog.records] == ["an observer failed"] * complaints
    assert get(app, "/stream").text == "ab"
    assert len(recorder.said) == 6


def test_what_an_observer_sets_handlers_see(tmp_path: Path) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="nothing")

    def observe(request: Request, route: str | None) -> Generator[None, Outcome]:
        token = variable.set(request.path)
        yield
        variable.reset(token)

    app = observed(tmp_path, observe)
    app.route("/plain")(lambda: variable.get())

    @app.route("/async")
    async def coroutine() -> str:
        return variable.get()

    assert (get(app, "/plain").text, get(app, "/async").text) == ("/plain", "/async")
    assert variable.get() == "nothing"


# OpenTelemetry


def tracing(tracer: trace.Tracer) -> Any:
    """The observer of the documentation."""

    def observe(request: Request, route: str | None) -> Generator[None, Outcome]:
        name = f"{request.method} {route}" if route else request.method
        span = tracer.start_span(name, kind=SpanKind.SERVER, attributes={"http.request.method": request.method})
        with trace.use_span(span):
            ready = yield
        if route is not None:
            span.set_attribute("http.route", route)
        if ready.status is not None:
            span.set_attribute("http.response.status_code", ready.status)
        ended = yield
        if ended.error is not None:
            span.record_exception(ended.error)
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    return observe


def test_spans_of_opentelemetry(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")
    app = observed(tmp_path, tracing(tracer))

    @app.route("/jobs/{n:int}")
    def work(n: int) -> str:
        with tracer.start_as_current_span("query"):
            return str(n)

    async def chunks() -> AsyncGenerator[str]:
        yield "a"
        raise HTTPError(503, "half")

    app.route("/stream")(lambda: StreamingResponse(chunks()))
    get(app, "/jobs/3")
    get(app, "/boom")
    get(app, "/nope")
    with pytest.raises(HTTPError):
        get(app, "/stream")
    query, work_span, boom, missing, stream = exporter.get_finished_spans()
    assert (query.name, work_span.name) == ("query", "GET /jobs/{n:int}")
    assert query.parent is not None
    assert work_span.context is not None
    assert query.parent.span_id == work_span.context.span_id
    assert work_span.attributes == {
        "http.request.method": "GET",
        "http.route": "/jobs/{n:int}",
        "http.response.status_code": 200,
    }
    assert boom.status.status_code is StatusCode.ERROR
    assert boom.events[0].name == "exception"
    assert missing.name == "GET"
    assert missing.status.status_code is StatusCode.UNSET
    assert stream.status.status_code is StatusCode.ERROR
    assert not trace.get_current_span().is_recording()
    assert isinstance(trace.get_current_span(), Span)
