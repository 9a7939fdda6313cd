"""A small site that uses every feature, for faults, fuzzing and soaking: whatever is asked of it, it should not break.

`OPEN` counts generators that are running: after each request there is none.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chirp import (
    OOB,
    Action,
    App,
    AppConfig,
    EventStream,
    FileResponse,
    FormAction,
    Fragment,
    HTTPError,
    Next,
    Page,
    Redirect,
    Request,
    Response,
    SSEEvent,
    Stream,
    StreamingResponse,
    Suspense,
    Template,
    ValidationError,
    form_or_errors,
    g,
)
from chirp.middleware import (
    AllowedHosts,
    CORSConfig,
    CORSMiddleware,
    CSRFMiddleware,
    SecurityHeaders,
    SessionMiddleware,
    get_session,
)
from chirp.telemetry import Outcome
from tests.runtime.driver import Message, Pairs, body_messages, http_scope

TEMPLATES = {
    "base.html": (
        "<!doctype html><title>{{ title | default('site') }}</title><main>{% block main %}{% end %}{{ tick() }}</main>"
    ),
    "list.html": (
        '{% extends "base.html" %}{% block main %}{% block rows %}<ul id="rows">{{ tick() }}'
        '{% for n in items %}<li>{{ n }}</li>{% end %}</ul>{% end %}<p id="count">{{ items | length }}</p>{% end %}'
        '{% block count %}<p id="count">{{ items | length }}</p>{% end %}'
    ),
    "form.html": (
        '{% extends "base.html" %}{% block main %}{% block form %}<form method="post">'
        '<input name="title" value="{{ title | default("") }}"><b>{{ problem | default("") }}</b></form>'
        "{% end %}{% end %}"
    ),
    "slow.html": (
        '{% extends "base.html" %}{% block main %}<h1>now</h1>'
        '{% block late %}<p id="late">{{ late }}{{ tick() }}</p>{% end %}{% end %}'
    ),
}
PAGES = {
    "_layout.html": (
        "{# target: body #}{# outlet: main #}<body><main id='main'>{% block content %}{% end %}</main></body>"
    ),
    "_context.py": 'def context():\n    return {"shop": "Quire"}\n',
    "shelf/page.html": (
        "{% block all %}<h1>{{ shop }}</h1>{% block rows %}<p id='rows'>{{ q }}{{ tick() }}</p>{% end %}{% end %}"
    ),
    "shelf/page.py": (
        "from chirp import Page, Request\n\n\n"
        "def get(request: Request, shop: str) -> Page:\n"
        '    return Page("shelf/page.html", "rows", page_block_name="all", q=request.query.get("q", shop))\n'
    ),
    "shelf/{n:int}/page.html": "{% block form %}<form method='post'>{{ n }} {{ said }}</form>{% end %}",
    "shelf/{n:int}/page.py": (
        "from chirp import Page, Request\n\n\n"
        'def get(n: int) -> Page:\n    return Page("shelf/{n:int}/page.html", "form", n=n, said="")\n'
    ),
    "shelf/{n:int}/_actions.py": (
        "from chirp import Fragment, Request\nfrom chirp.pages import action\n\n\n"
        '@action("say")\nasync def say(request: Request, n: int) -> Fragment:\n    form = await request.form()\n'
        '    return Fragment("shelf/{n:int}/page.html", "form", n=n, said=form.get("title", ""))\n'
    ),
}
OPEN: list[str] = []
FORM = ("content-type", "application/x-www-form-urlencoded")
UPLOAD = ("content-type", "multipart/form-data; boundary=B")
HOST = ("host", "localhost")


@dataclass(frozen=True, slots=True)
class Entry:
    """A form."""

    title: str
    count: int = 1


def write_files(folder: Path) -> None:
    templates, static = folder / "templates", folder / "static"
    for root in (templates, static):
        root.mkdir(exist_ok=True)
    for name, text in TEMPLATES.items():
        (templates / name).write_text(text, encoding="utf-8")
    for name, text in PAGES.items():
        file = folder / "pages" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (static / "a.css").write_text("body {}")
    (static / "large.bin").write_bytes(bytes(range(256)) * 1024)


def site(folder: Path, *, guarded: bool = False) -> App:
    """The application; `guarded` refuses forms without a token."""
    write_files(folder)
    config = AppConfig(
        template_dir=folder / "templates",
        static_dir=folder / "static",
        secret_key="0123456789abcdef0123456789abcdef",
        allowed_hosts=("localhost", "*.example"),
        max_content_length=20_000,
        max_fields=50,
        max_files=5,
        upload_memory=500,
        worker_threads=4,
        skip_contract_checks=True,
        observers=(follow,),
        trusted_proxies=("10.0.0.0/8",),
    )
    app = App(config)
    app.mount_pages(folder / "pages")
    app.add_middleware(CORSMiddleware(CORSConfig(allow_origins=("https://friend.example",))))
    app.add_middleware(SecurityHeaders())
    app.add_middleware(AllowedHosts())
    app.add_middleware(SessionMiddleware())
    if guarded:
        app.add_middleware(CSRFMiddleware())

    app.template_global("tick")(TICKS)

    @app.add_middleware
    async def mark(request: Request, next: Next) -> Response:
        g.mark = request.path
        response = await next(request)
        assert g.mark == request.path, "another request's"
        return response.with_header("X-Mark", "1")

    _pages(app)
    _forms(app)
    _bodies(app)
    _streams(app, folder)
    return app


class Ticks:
    """Counts what templates call; the call at `fails_at` raises."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails_at = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("in a template")
        return ""


TICKS = Ticks()


def follow(request: Any, route: str | None) -> Generator[None, Outcome]:
    """An observer; it counts as open until the body is at its end."""
    OPEN.append("observer")
    try:
        first = yield
        last = yield
        assert last.seconds >= first.seconds
    finally:
        OPEN.remove("observer")


def _pages(app: App) -> None:
    @app.route("/")
    def index(request: Request) -> Page:
        return Page("list.html", "rows", page_block_name="main", items=[request.query.get("q", "x")])

    @app.route("/async/{n:int}")
    async def numbered(n: int) -> Page:
        await asyncio.sleep(0)
        return Page("list.html", "rows", items=range(n % 50))

    @app.route("/price/{value:float}", inline=True)
    def price(value: float) -> dict[str, float]:
        return {"price": value}

    @app.route("/files/{rest:path}", inline=True)
    def rest(rest: str, request: Request) -> dict[str, Any]:
        return {"rest": rest, "url": request.url, "cookies": dict(request.cookies)}

    @app.route("/who/{name}", inline=True)
    async def who(name: str, request: Request) -> object:
        return Response(name).with_cookie("who", name[:100]), 200, {"X-Length": str(len(name))}

    @app.route("/go", inline=True)
    def go(request: Request) -> Redirect:
        try:
            return Redirect(app.url_for("who", name=request.query.get("name") or "nobody"))
        except ValueError:
            raise HTTPError(400) from None

    @app.route("/json", inline=True)
    def data(request: Request) -> list[Any]:
        return [request.query.get_int("n", 0), request.query.get_bool("b"), sorted(request.headers)]

    @app.route("/done", methods=["POST", "DELETE"])
    def done() -> Action:
        return Action(trigger={"saved": {"n": 1}})

    @app.error(404)
    def missing(request: Request) -> Template:
        return Template("base.html", title=request.path)


def _forms(app: App) -> None:
    @app.route("/form", methods=["GET", "POST"])
    def form(request: Request) -> object:
        if request.method == "GET":
            return Page("form.html", "form")
        if not request.form.get("title"):
            return ValidationError("form.html", "form", problem="missing")
        return FormAction("/", Fragment("list.html", "rows", items=[request.form["title"]]))

    @app.route("/entry", methods=["POST"])
    async def entry(request: Request) -> object:
        entered = await form_or_errors(request, Entry, "form.html", "form", problem="", title="")
        if not isinstance(entered, Entry):
            return entered
        rows = Fragment("list.html", "rows", items=[entered.title] * min(entered.count, 5))
        return OOB(rows, Fragment("list.html", "count", items=[1]))

    @app.route("/upload", methods=["POST"])
    async def upload(request: Request) -> dict[str, Any]:
        fields = await request.form()
        sizes = {name: len(await file.read()) for name, file in fields.files.items()}
        return {"fields": len(fields), "sizes": sizes}

    @app.route("/session", inline=True)
    def session(request: Request) -> dict[str, Any]:
        get_session().update({name[:20]: value[:20] for name, value in list(request.query.items())[:5]})
        return dict(get_session())


def _bodies(app: App) -> None:
    @app.route("/body", methods=["POST", "PUT"], inline=True)
    async def body(request: Request) -> str:
        return str(len(await request.body()))

    @app.route("/echo", methods=["POST"], inline=True)
    async def echo(request: Request) -> Any:
        return {"value": await request.json()}

    @app.route("/text", methods=["POST"], inline=True)
    async def text(request: Request) -> str:
        return await request.text()

    @app.route("/count", methods=["POST"], inline=True)
    async def count(request: Request) -> str:
        return str(sum([len(chunk) async for chunk in request.stream()]))


def _streams(app: App, folder: Path) -> None:
    async def chunks() -> AsyncGenerator[str]:
        OPEN.append("chunks")
        try:
            for n in range(5):
                await asyncio.sleep(0)
                yield f"{n}\n"
        finally:
            OPEN.remove("chunks")

    def plain() -> Generator[bytes]:
        OPEN.append("plain")
        try:
            for n in range(3):
                yield b"%d\n" % n
        finally:
            OPEN.remove("plain")

    async def events() -> AsyncGenerator[object]:
        OPEN.append("events")
        try:
            yield "one"
            await asyncio.sleep(0)
            yield {"n": 2}
            yield Fragment("list.html", "rows", items=[3])
            yield SSEEvent("four", event="last", id="4")
        finally:
            OPEN.remove("events")

    async def late() -> str:
        await asyncio.sleep(0)
        return "later"

    @app.route("/chunks", inline=True)
    def chunked() -> StreamingResponse:
        return StreamingResponse(chunks())

    @app.route("/plain")
    def plain_chunks() -> StreamingResponse:
        return StreamingResponse(plain(), content_type="text/plain; charset=utf-8")

    @app.route("/events", inline=True)
    def stream() -> EventStream:
        return EventStream(events())

    @app.route("/stream", inline=True)
    def streamed() -> Stream:
        return Stream("slow.html", late=late())

    @app.route("/suspense", inline=True)
    def suspended() -> Suspense:
        return Suspense("slow.html", late=late())

    @app.route("/download", inline=True)
    def download(request: Request) -> FileResponse:
        return FileResponse.below(folder / "static", request.query.get("name", "large.bin"), filename="a b.bin")


def part(name: str, body: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + body + b"\r\n"


def _get(path: str, *headers: tuple[str, str], query: str = "") -> tuple[Message, list[Message]]:
    return http_scope("GET", path, [HOST, *headers], query), body_messages(b"")


def _post(path: str, body: list[bytes], *headers: tuple[str, str]) -> tuple[Message, list[Message]]:
    return http_scope("POST", path, [HOST, *headers]), body_messages(body)


HTMX: Pairs = (("hx-request", "true"),)
SCENARIOS: dict[str, tuple[Message, list[Message]]] = {
    "page": _get("/", query="q=1"),
    "block": _get("/", *HTMX),
    "coroutine": _get("/async/3"),
    "inline": _get("/price/1.5"),
    "path": _get("/files/a/b", ("cookie", "a=1")),
    "cookie": _get("/who/ada"),
    "redirect": _get("/go", query="name=ada"),
    "missing": _get("/nowhere"),
    "disallowed": (http_scope("DELETE", "/form", [HOST]), body_messages(b"")),
    "options": (http_scope("OPTIONS", "/form", [HOST]), body_messages(b"")),
    "head": (http_scope("HEAD", "/chunks", [HOST]), body_messages(b"")),
    "form": _post("/form", [b"title", b"=x"], FORM),
    "wrong form": _post("/form", [b"title="], FORM),
    "htmx form": _post("/form", [b"title=x"], FORM, *HTMX),
    "bound form": _post("/entry", [b"title=x&count=2"], FORM, *HTMX),
    "wrong bound form": _post("/entry", [b"title=&count=x"], FORM),
    "upload": _post("/upload", [part("a", b"1") + part("f", b"x" * 100, "f.txt"), b"--B--\r\n"], UPLOAD),
    "large upload": _post("/upload", [part("f", b"x" * 2000, "f.txt")[:-2], b"y" * 2000, b"\r\n--B--\r\n"], UPLOAD),
    "session": _get("/session", query="a=1"),
    "body": _post("/body", [b"ab", b"cd"]),
    "json": _post("/echo", [b'{"a":', b"[1]}"], ("content-type", "application/json")),
    "bad json": _post("/echo", [b"{"], ("content-type", "application/json")),
    "stream in": _post("/count", [b"ab", b"cd"]),
    "action": _post("/done", [b""]),
    "chunks": _get("/chunks"),
    "plain chunks": _get("/plain"),
    "events": _get("/events"),
    "stream": _get("/stream"),
    "suspense": _get("/suspense"),
    "suspense for htmx": _get("/suspense", *HTMX),
    "file": _get("/static/large.bin"),
    "small file": _get("/static/a.css"),
    "range": _get("/static/large.bin", ("range", "bytes=5-200000")),
    "download": _get("/download"),
    "shelf": _get("/shelf", query="q=1"),
    "shelf for htmx": _get("/shelf", ("hx-boosted", "true"), ("hx-target", "main"), *HTMX),
    "book": _get("/shelf/3"),
    "book action": _post("/shelf/3", [b"_action=say&title=x"], FORM),
    "preflight": (
        http_scope(
            "OPTIONS",
            "/form",
            [HOST, ("origin", "https://friend.example"), ("access-control-request-method", "POST")],
        ),
        body_messages(b""),
    ),
    "wrong host": (http_scope("GET", "/", [("host", "evil.test")]), body_messages(b"")),
}
