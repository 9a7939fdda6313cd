"""Faults at every point: whatever fails, and wherever a request is cut off, what was sent is a valid beginning.

Each scenario runs once undisturbed to count its steps, then once per step with the fault there.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chirp import OOB, App, FormAction, Fragment, Next, Page, Redirect, Request, Response, Template, ValidationError
from tests.runtime.driver import Message, answer_of, body_messages, check_order, exchange, http_scope, make_app

TEMPLATES = {"t.html": "<html>{% block list %}<p id='list'>{{ n }}</p>{% end %}{{ extra }}</html>"}
FORM = ("content-type", "application/x-www-form-urlencoded")


def full_app(folder: Path) -> App:
    """Every kind of handler and answer, behind a middleware and an error handler."""
    app = make_app(folder, TEMPLATES, max_content_length=200, max_fields=20, worker_threads=2)

    @app.add_middleware
    async def mark(request: Request, next: Next) -> Response:
        return (await next(request)).with_header("X-Mark", "1")

    @app.route("/async")
    async def coroutine(request: Request) -> Page:
        return Page("t.html", "list", n=request.query.get("q", ""), extra="")

    @app.route("/plain/{id:int}")
    def plain(id: int) -> Template:
        return Template("t.html", n=id, extra="")

    @app.route("/form", methods=["POST"])
    def form(request: Request) -> object:
        if not request.form.get("title"):
            return ValidationError("t.html", "list", n="missing")
        return FormAction("/async", Fragment("t.html", "list", n=request.form["title"]))

    @app.route("/read", methods=["POST", "PUT"])
    async def read(request: Request) -> object:
        fields = await request.form()
        return OOB(dict(fields), Fragment("t.html", "list", n=len(fields))), 201, {"X-A": "1"}

    @app.route("/json", methods=["POST"])
    async def json(request: Request) -> object:
        return [await request.json(), dict(request.cookies)]

    @app.route("/{rest:path}")
    def rest(rest: str) -> object:
        return Redirect(f"/async?q={rest}")

    @app.error(404)
    def missing(request: Request) -> Template:
        return Template("t.html", n=request.path, extra="")

    return app


SCENARIOS: dict[str, tuple[Message, list[Message]]] = {
    "async": (http_scope("GET", "/async"), body_messages(b"")),
    "plain": (http_scope("GET", "/plain/1"), body_messages(b"")),
    "form": (http_scope("POST", "/form", [FORM]), body_messages([b"title", b"=x"])),
    "read": (http_scope("POST", "/read", [FORM]), body_messages([b"title", b"=x"])),
    "missing": (http_scope("GET", "/form/"), body_messages(b"")),
    "disallowed": (http_scope("DELETE", "/form"), body_messages(b"")),
}


class Faulty:
    """A connection whose nth call of `send` or `receive` fails."""

    def __init__(self, incoming: list[Message], fails_at: int, error: type[Exception]) -> None:
        self.incoming = list(incoming)
        self.sent: list[Message] = []
        self.calls = 0
        self.fails_at = fails_at
        self.error = error

    def step(self) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            raise self.error("injected")

    async def receive(self) -> Message:
        self.step()
        return self.incoming.pop(0) if self.incoming else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.step()
        check_order(self.sent, message)
        self.sent.append(message)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_a_fault_in_the_connection(tmp_path: Path, name: str, error: type[Exception]) -> None:
    app = full_app(tmp_path)
    scope, incoming = SCENARIOS[name]
    undisturbed = Faulty(incoming, 0, error)
    asyncio.run(app(scope, undisturbed.receive, undisturbed.send))
    assert answer_of(undisturbed.sent).status < 500
    for step in range(1, undisturbed.calls + 1):
        faulty = Faulty(incoming, step, error)
        run_through(app, scope, faulty)
        assert len([message for message in faulty.sent if message["type"] == "http.response.start"]) <= 1
    again = Faulty(incoming, 0, error)
    asyncio.run(app(scope, again.receive, again.send))
    assert answer_of(again.sent) == answer_of(undisturbed.sent), "nothing of the faults is left"


def run_through(app: App, scope: Message, connection: Faulty) -> None:
    """A failing server may see its own exception again; nothing else comes out."""
    try:
        asyncio.run(app(scope, connection.receive, connection.send))
    except RuntimeError as error:
        if str(error) != "injected":
            raise


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_request_that_is_cancelled(tmp_path: Path, name: str) -> None:
    app = full_app(tmp_path)
    scope, incoming = SCENARIOS[name]

    async def cancel_after(turns: int) -> bool:
        """Whether the request was over by then."""
        connection = Faulty(incoming, 0, OSError)
        task = asyncio.ensure_future(app(scope, connection.receive, connection.send))
        for _ in range(turns):
            await asyncio.sleep(0)
        done = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert answer_of(await exchange(app, scope, incoming)).status < 500
        return done

    turns = 0
    while not asyncio.run(cancel_after(turns)) and turns < 20:
        turns += 1


METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "get", "", "B\x00"])
PATHS = st.one_of(
    st.sampled_from(
        ["/async", "/plain/7", "/plain/x", "/form", "/read", "/json", "/", "//", "/a/b", "/static/x", "*", ""]
    ),
    st.text(max_size=15).map("/".__add__),
)
NAMES = st.sampled_from(
    ["cookie", "content-type", "content-length", "hx-request", "hx-target", "hx-boosted", "host", "x", "hx-source"]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "true",
            "a=1; b=2",
            "application/json",
            "application/x-www-form-urlencoded",
            "5",
            "999",
            "-1",
            'a="\\',
            "div#x%",
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=12),
)
BODIES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"title=x&b=%C3%A9", b'{"a": [1, {}]}', b"x" * 300, b"&" * 50, b"[" * 100, b"NaN", b"%ff=1"]),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return full_app(tmp_path_factory.mktemp("fuzzed"))


@settings(max_examples=500, deadline=None)
@given(
    METHODS, PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=5), st.binary(max_size=20), st.lists(BODIES, max_size=3)
)
def test_every_request_has_an_answer_and_none_is_a_server_error(
    app: App, method: str, path: str, headers: list[tuple[str, str]], query: bytes, body: list[bytes]
) -> None:
    scope = http_scope(method, path, headers) | {"query_string": query}
    messages = asyncio.run(exchange(app, scope, body_messages(body or b"")))
    answer = answer_of(messages)
    assert 200 <= answer.status < 500
    assert answer["x-mark"] == "1"
    for _, value in answer.headers:
        assert not set(value) & {"\r", "\n", "\0"}
    if method == "HEAD":
        assert answer.body == b""


def test_faults_are_found_by_these_tests() -> None:
    """The driver itself notices a second start, a late body, and a missing response."""
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}
    body: Message = {"type": "http.response.body", "body": b""}
    wrong: list[Callable[[], Any]] = [
        lambda: check_order([start], start),
        lambda: check_order([], body),
        lambda: check_order([start, body], body),
        lambda: answer_of([]),
        lambda: answer_of([start]),
    ]
    for check in wrong:
        with pytest.raises(AssertionError):
            check()
