"""Hostile cases of many topics: clauses that the other modules do not have, most of them about this framework alone."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import FrozenInstanceError
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from unittest.mock import patch

from chirp import (
    App,
    AppConfig,
    ConfigurationError,
    EventStream,
    FileResponse,
    Fragment,
    Page,
    Redirect,
    Request,
    Response,
    Stream,
    StreamingResponse,
    Template,
)
from chirp.http.headers import Headers
from chirp.middleware import CSRFMiddleware, SessionMiddleware, get_session
from chirp.middleware.csrf import csrf_token
from tests.hostile.case import Topic, refused
from tests.hostile.cases_guards import HERE, KEY, Browser, signed_in, unsafe
from tests.hostile.framework import PATIENCE, Framework, NotThere, ask, cut_off, get
from tests.hostile.reading import open_files, parsed, status
from tests.runtime.driver import Connection, http_scope

JSON = ("content-type", "application/json")


def ours(framework: Framework) -> None:
    if framework.name != "Chirp":
        raise NotThere


def make(folder: Path | None = None, **config: Any) -> App:
    settings: dict[str, Any] = {"static_dir": None, "skip_contract_checks": True, "template_dir": folder or "templates"}
    return App(AppConfig(**settings | config))


def written(folder: str, **templates: str) -> Path:
    for name, text in templates.items():
        Path(folder, f"{name}.html").write_text(text, encoding="utf-8")
    return Path(folder)


headers = Topic(600, "Request headers")


@headers.case(20, "headers cannot be changed")
def _(framework: Framework) -> None:
    ours(framework)
    try:
        Headers([(b"a", b"1")]).extra = 1  # pyright: ignore[reportAttributeAccessIssue]
    except AttributeError:
        return
    raise AssertionError("changed")


@headers.case(21, "headers that differ in the second value of a name differ")
def _(framework: Framework) -> None:
    ours(framework)
    one, two = Headers([(b"a", b"1"), (b"a", b"2")]), Headers([(b"a", b"1")])
    assert one != two
    assert hash(one) == hash(Headers([(b"a", b"1"), (b"a", b"2")]))


query = Topic(500, "Query")


def flag(framework: Framework, row: tuple[str, bool]) -> None:
    ours(framework)
    text, expected = row
    assert parsed(get(framework.app(), "/number", query=f"n={text}"))["bool"] is expected


query.table(
    60,
    {
        "get_bool of `maybe` is the default": ("maybe", False),
        "get_bool of `true`": ("true", True),
        "get_bool of `on`, as a checkbox sends it": ("on", True),
        "get_bool of `off`": ("off", False),
        "get_bool of nothing is the default": ("", False),
        "get_bool of a fullwidth `1` is the default": ("%EF%BC%91", False),
    },
    flag,
)

bodies = Topic(800, "Body limits")


@bodies.case(10, "text(): the chunks are counted")
def _(framework: Framework) -> None:
    ours(framework)
    status(ask(framework.app(), "POST", "/text", body=[b"x" * 600, b"x" * 600]), 413)


@bodies.case(15, "a route may take less than the others, or more")
def _(framework: Framework) -> None:
    ours(framework)
    app = make(max_content_length=100)

    async def length(request: Request) -> str:
        return str(len(await request.body()))

    for path, limit in (("/less", 10), ("/more", 1000), ("/none", 0)):
        app.route(path, methods=["POST"], max_content_length=limit, name=path)(length)
    for path, size, expected in (("/less", 11, 413), ("/less", 10, 200), ("/more", 1000, 200), ("/more", 1001, 413)):
        status(ask(app, "POST", path, body=[b"x" * size]), expected)
    status(ask(app, "POST", "/none", body=b"x"), 413)
    status(ask(app, "POST", "/none"), 200)


@bodies.case(46, "text() of a client that left half-way")
def _(framework: Framework) -> None:
    ours(framework)
    sent = cut_off(framework.app(), "/text", (), b"half")
    assert not any(b"half" in message.get("body", b"") for message in sent)


@bodies.case(54, "text() of bytes that are not UTF-8 is a 400")
def _(framework: Framework) -> None:
    ours(framework)
    status(ask(framework.app(), "POST", "/text", body=b"\xff"), 400)


documents = Topic(900, "JSON from clients")


@documents.case(50, "64 levels are taken, 65 are a 400")
def _(framework: Framework) -> None:
    for levels, expected in ((64, 200), (65, 400)):
        status(ask(framework.app(), "POST", "/json", [JSON], b"[" * levels + b"]" * levels), expected)


@documents.case(51, "a number that is finite is taken, 1e999 is a 400")
def _(framework: Framework) -> None:
    status(ask(framework.app(), "POST", "/json", [JSON], b"1e300"), 200)
    status(ask(framework.app(), "POST", "/json", [JSON], b"1e999"), 400)


multipart = Topic(1100, "Multipart forms")
UPLOAD = ("content-type", "multipart/form-data; boundary=B")
FILE = b'--B\r\nContent-Disposition: form-data; name="f"; filename="a/b.txt"\r\n\r\n'


def spooled(*chunks: bytes, whole: bool) -> tuple[list[str], list[str]]:
    """What an upload is called, and what files it leaves open."""
    app = make(upload_memory=10)
    names: list[str] = []
    before = open_files()

    @app.route("/", methods=["POST"])
    async def upload(request: Request) -> str:
        file = (await request.form()).files["f"]
        names.extend((file.filename, file.raw_name))
        if not whole:
            raise RuntimeError("in the handler")
        return "kept"

    if chunks[-1].endswith(b"--B--\r\n"):
        status(ask(app, "POST", "/", [UPLOAD], chunks), 200 if whole else 500)
    else:
        cut_off(app, "/", [UPLOAD], *chunks)
    return names, [name for name in open_files() - before if "(deleted)" in name]


@multipart.case(62, "the name of a file is its last part, and what was sent is there too")
def _(framework: Framework) -> None:
    ours(framework)
    assert spooled(FILE + b"x" * 100 + b"\r\n--B--\r\n", whole=True) == (["b.txt", "a/b.txt"], [])


@multipart.case(63, "an upload that is broken off leaves no file open")
def _(framework: Framework) -> None:
    ours(framework)
    assert spooled(FILE + b"x" * 100, b"x" * 100, whole=True) == ([], [])


@multipart.case(64, "an upload whose handler fails leaves no file open")
def _(framework: Framework) -> None:
    ours(framework)
    assert spooled(FILE + b"x" * 100 + b"\r\n--B--\r\n", whole=False) == (["b.txt", "a/b.txt"], [])


asked = Topic(1500, "What htmx asks")


def varies(framework: Framework, *sent: tuple[str, str]) -> None:
    ours(framework)
    with TemporaryDirectory() as folder:
        app = make(written(folder, t="{% block b %}part{% end %} whole"))
        app.route("/", inline=True)(lambda: Page("t.html", "b"))
        names = [name.strip().lower() for name in get(app, "/", *sent)["vary"].split(",")]
        assert "hx-request" in names
        assert "hx-history-restore-request" in names


@asked.case(20, "a page that htmx gets in part says Vary: HX-Request to htmx")
def _(framework: Framework) -> None:
    varies(framework, ("hx-request", "true"))


@asked.case(21, "and to a browser, whose cache would give it to htmx")
def _(framework: Framework) -> None:
    varies(framework)


told = Topic(1600, "What htmx is told")


def leads_to_code(framework: Framework, row: tuple[str, str]) -> None:
    ours(framework)
    refused(lambda: Response("x").with_header(*row))


told.table(
    10,
    {
        "HX-Redirect set by hand to javascript: is refused": ("HX-Redirect", "javascript:alert(1)"),
        "HX-Location to javascript: is refused": ("HX-Location", "javascript:alert(1)"),
        "HX-Location to javascript: in JSON": ("HX-Location", '{"path": "javascript:alert(1)", "target": "#a"}'),
        "HX-Push-Url to javascript: is refused": ("HX-Push-Url", "JavaScript:alert(1)"),
        "HX-Replace-Url to data: is refused": ("hx-replace-url", " data:text/html,x"),
        "Location to javascript: with a tab in it is refused": ("Location", "java\tscript:alert(1)"),
    },
    leads_to_code,
)


@told.case(20, "HX-Location to a place is kept as it is")
def _(framework: Framework) -> None:
    ours(framework)
    for value in ("/x", '{"path": "/x", "target": "#a"}', '{"target": "#a"}', "{ no JSON", '{"path": 1}'):
        assert Response("x").with_header("HX-Location", value).header("hx-location") == value


files = Topic(1900, "Static files")


@files.case(50, "a client that leaves in the middle of a file stops it, and the file is closed")
def _(framework: Framework) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made).resolve()
        (folder / "large.bin").write_bytes(b"x" * 10_000_000)

        async def leave() -> int:
            connection = Connection()
            scope = http_scope("GET", "/static/large.bin")
            task = asyncio.ensure_future(framework.static(folder)(scope, connection.receive, connection.send))
            await connection.sent_at_least(2)
            connection.leave(send_fails=True)
            await asyncio.wait([task], timeout=30)
            assert task.done()
            return len(connection.body)

        assert asyncio.run(leave()) < 10_000_000
        # A thread that is reading meanwhile closes it when it is done.
        end = time.monotonic() + PATIENCE
        while is_open(folder / "large.bin") and time.monotonic() < end:
            time.sleep(0.01)
        assert not is_open(folder / "large.bin")


def is_open(file: Path) -> bool:
    return str(file) in open_files()


ranges = Topic(2000, "Conditional requests and ranges")


@ranges.case(58, "a range of a file that is sent with another status is not cut")
def _(framework: Framework) -> None:
    ours(framework)
    with TemporaryDirectory() as folder:
        file = written(folder, lost="not here") / "lost.html"
        app = make()
        app.route("/", inline=True)(lambda: (FileResponse(file), 404))
        answer = status(get(app, "/", ("range", "bytes=0-1")), 404)
        assert answer.body == b"not here"


sessions = Topic(2100, "Sessions")


def later(framework: Framework, seconds: float, **options: Any) -> dict[str, str]:
    browser = signed_in(framework, **options)
    now = time.time()
    with patch("time.time", lambda: now + seconds):
        found: dict[str, str] = parsed(browser.get("/get"))
        return found


@sessions.case(40, "a session that is too old is empty")
def _(framework: Framework) -> None:
    assert later(framework, 90, max_age=100) == {"user": "ada"}
    assert later(framework, 110, max_age=100) == {}


@sessions.case(41, "one from the future, when a clock was turned back, is no error")
def _(framework: Framework) -> None:
    assert later(framework, -1000, max_age=100) in ({}, {"user": "ada"})


@sessions.case(42, "rotated, as at a login, it keeps its content, and tokens from before are void")
def _(framework: Framework) -> None:
    ours(framework)
    app = make(secret_key=KEY)
    app.add_middleware(SessionMiddleware())
    app.add_middleware(CSRFMiddleware())
    app.route("/form", inline=True)(csrf_token)

    @app.route("/login", methods=["POST"], inline=True)
    def rotate() -> dict[str, object]:
        session = get_session()
        session["logins"] = session.get("logins", 0) + 1
        session.rotate()
        return dict(session)

    browser = Browser(app)
    token = ("x-csrf-token", browser.ask("GET", "/form", HERE).text)
    assert parsed(browser.ask("POST", "/login", HERE, token)) == {"logins": 1}
    status(browser.ask("POST", "/login", HERE, token), 403)
    token = ("x-csrf-token", browser.ask("GET", "/form", HERE).text)
    assert parsed(browser.ask("POST", "/login", HERE, token)) == {"logins": 2}


forgery = Topic(2300, "Requests from other sites")


forgery.table(
    62,
    {
        "OPTIONS needs no token": ("OPTIONS", 204),
        "PATCH needs one": ("PATCH", 403),
        "TRACE is not answered": ("TRACE", 405),
        "a method that does not exist reaches nothing": ("BREW", 405),
        "`get` is not GET, and reaches nothing": ("get", 405),
    },
    unsafe,
)

wire = Topic(2900, "Server-sent events over time")


@wire.case(9, "no event is called `error` or `open` by the framework, as EventSource calls its own")
def _(framework: Framework) -> None:
    ours(framework)
    with TemporaryDirectory() as folder:
        app = make(written(folder, t="{% block b %}part{% end %}"))

        async def source() -> AsyncGenerator[object]:
            for value in ("text", {"n": 1}, Fragment("t.html", "b")):
                yield value

        app.route("/", inline=True)(lambda: EventStream(source()))
        lines = get(app, "/").text.splitlines()
        assert "data: text" in lines
        assert not {"event: error", "event: open"} & set(lines)


@wire.case(10, "a heartbeat of no time is refused where it is set")
def _(framework: Framework) -> None:
    ours(framework)
    for seconds in (0, -1, float("nan")):
        refused(partial(EventStream, iter(()), heartbeat_interval=seconds))


@wire.case(11, "what has no `aclose` can be streamed, and left")
def _(framework: Framework) -> None:
    class Plain:
        left = 3

        def __aiter__(self) -> Self:
            return self

        async def __anext__(self) -> str:
            self.left -= 1
            if self.left < 0:
                raise StopAsyncIteration
            return str(self.left)

    assert get(framework.streaming(Plain()), "/").text == "210"


streams = Topic(2800, "Streams")


@streams.case(21, "a stream keeps the status and the headers that it is given")
def _(framework: Framework) -> None:
    ours(framework)
    app = make()

    def chunks() -> Iterator[str]:
        yield "x"

    app.route("/", inline=True)(lambda: (StreamingResponse(chunks()), 203, {"X-A": "1"}))
    answer = status(get(app, "/"), 203)
    assert (answer["x-a"], answer.text) == ("1", "x")


@streams.case(22, "what a Stream waits for is awaited at once, not one after the other")
def _(framework: Framework) -> None:
    ours(framework)
    with TemporaryDirectory() as folder:
        app = make(written(folder, t="{{ a }}{{ b }}"))

        @app.route("/", inline=True)
        def both() -> Stream:
            first, second = asyncio.Event(), asyncio.Event()

            async def meet(own: asyncio.Event, other: asyncio.Event) -> str:
                own.set()
                await other.wait()
                return "met"

            return Stream("t.html", a=meet(first, second), b=meet(second, first))

        assert get(app, "/").text == "metmet"


frozen = Topic(3200, "Threads, and what one request leaves to the next")


@frozen.case(6, "a freeze that fails leaves an application that can be mended")
def _(framework: Framework) -> None:
    ours(framework)
    app = make(worker_threads=2)
    app.route("/twice", name="one")(lambda: "1")
    app.route("/twice", name="two")(lambda: "2")
    for _ in range(2):
        refused_with(ConfigurationError, app.freeze)
    app.route("/other")(lambda: "still open")


@frozen.case(7, "what is registered after the first request is refused, and says so")
def _(framework: Framework) -> None:
    ours(framework)
    app = make()
    app.route("/", inline=True)(lambda: "x")
    get(app, "/")
    refused_with(RuntimeError, lambda: app.route("/late")(lambda: "late"))
    status(get(app, "/late"), 404)


def refused_with(kind: type[Exception], call: Callable[[], object]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError("taken as it was")


answers = Topic(3300, "Values that handlers return")


@answers.case(20, "a redirect keeps its headers")
def _(framework: Framework) -> None:
    ours(framework)
    answer = framework.returned(Redirect("/x", headers=(("X-A", "1"),)))
    assert (answer["location"], answer["x-a"]) == ("/x", "1")


@answers.case(21, "a value that is returned cannot be changed, and has a hash")
def _(framework: Framework) -> None:
    ours(framework)
    value = Template("a.html", rows=[1])
    assert hash(value) == hash(Template("a.html", rows=[1]))
    refused_with(FrozenInstanceError, lambda: setattr(value, "name", "b.html"))
