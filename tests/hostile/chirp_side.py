"""Chirp, as the hostile cases see it."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, override

from chirp import Action, App, AppConfig, FormAction, HTTPError, Next, Redirect, Request, Response, Template, g
from chirp import ValidationError as Invalid
from chirp.http.streaming import StreamingResponse
from chirp.http.urls import is_safe_url
from chirp.middleware import AllowedHosts, CORSConfig, CORSMiddleware, CSRFConfig, CSRFMiddleware, csrf_exempt
from chirp.middleware.csrf import csrf_token
from chirp.middleware.sessions import SessionConfig, SessionMiddleware, get_session
from chirp.realtime.events import EventStream, SSEEvent
from tests.hostile.framework import Framework, ask, noise
from tests.runtime.driver import Answer, ASGIApp

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false


SECRET = "0123456789abcdef0123456789abcdef"


def make_plain(**config: Any) -> App:
    settings: dict[str, Any] = {"static_dir": None, "skip_contract_checks": True}
    return App(AppConfig(**settings | config))


class Chirp(Framework):
    """Chirp."""

    name = "Chirp"

    def _sent(self, value: Any) -> Answer:
        app = make_plain()
        app.route("/", inline=True)(lambda: value)
        return ask(app, "GET", "/")

    @override
    def header(self, name: str, value: str) -> Answer:
        return self._sent(Response("x").with_header(name, value))

    @override
    def header_twice(self, name: str, first: str, second: str) -> Answer:
        return self._sent(Response("x").with_header(name, first).with_header(name, second))

    @override
    def header_added(self, name: str, first: str, second: str) -> Answer:
        return self._sent(Response("x").append_header(name, first).append_header(name, second))

    @override
    def content_type(self, value: str) -> Answer:
        return self._sent(Response("x", content_type=value))

    @override
    def redirect(self, url: str, status: int = 302) -> Answer:
        return self._sent(Redirect(url, status))

    @override
    def htmx(self, kind: str, value: Any) -> Answer:
        if kind == "trigger":
            return self._sent(Action(trigger=value))
        if kind == "redirect":
            app = make_plain()
            made = FormAction(value)
            app.route("/", inline=True)(lambda: made)
            return ask(app, "GET", "/", [("hx-request", "true")])
        if kind == "retarget":
            folder = Path(mkdtemp())
            (folder / "t.html").write_text("{% block b %}{% end %}")
            app = make_plain(template_dir=folder)
            made_error = Invalid("t.html", "b", retarget=value)
            app.route("/", inline=True)(lambda: made_error)
            return ask(app, "GET", "/")
        return self._sent(Response("x").with_header(kind, value))

    @override
    def cookie(self, name: str, value: str = "v", **options: Any) -> str:
        return self._sent(Response("x").with_cookie(name, value, **options))["set-cookie"]

    @override
    def deleted_cookie(self, name: str, **options: Any) -> str:
        return self._sent(Response("x").without_cookie(name, **options))["set-cookie"]

    @override
    def status(self, status: Any) -> Answer:
        return self._sent(Response("x").with_status(status))

    @override
    def returned(self, value: Any) -> Answer:
        return self._sent(value)

    @override
    def json(self, value: Any) -> Answer:
        return self._sent({"value": value})

    @override
    def registered(self, path: str, **options: Any) -> ASGIApp:
        app = make_plain()
        app.route(path, inline=True, **options)(lambda request: "found")
        app.freeze()
        return app

    @override
    def url_for(self, name: str, **params: Any) -> str:
        return self._app.url_for(name, **params)

    @override
    def app(self) -> ASGIApp:
        return self._app

    @cached_property
    def _app(self) -> App:
        app = make_plain(max_content_length=1000, max_fields=100)
        _requests(app)
        _bodies(app)
        _failures(app)
        return app

    @override
    def uploads(self) -> ASGIApp:
        app = make_plain(max_content_length=1_000_000, max_files=10, max_fields=100, max_form_memory=200_000)
        _bodies(app)
        return app

    @override
    def static(self, folder: Path) -> ASGIApp:
        return make_plain(static_dir=folder)

    @override
    def templates(self, folder: Path, name: str) -> ASGIApp:
        app = make_plain(template_dir=folder)

        @app.route("/", inline=True)
        def render(request: Request) -> Template:
            return Template(name, value=request.query.get("value", ""))

        return app

    @override
    def calling(self, function: Callable[[], Any], *, plain: bool = False) -> ASGIApp:
        app = make_plain()

        async def waiting() -> Any:
            return await function()

        app.route("/")(function if plain else waiting)
        return app

    @override
    def http_error(self, status: int, detail: str, headers: dict[str, str]) -> Exception:
        return HTTPError(status, detail, tuple(headers.items()))

    @override
    def safe_redirect(self, url: str) -> bool:
        return is_safe_url(url, {"friend.example"})

    @override
    def sessions(self, **options: Any) -> ASGIApp:
        config: dict[str, Any] = {"secret_key": SECRET} | options
        keys = {"secret_key": config.pop("secret_key"), "secret_key_fallbacks": config.pop("fallbacks", ())}
        app = make_plain(**keys)
        app.add_middleware(SessionMiddleware(SessionConfig(**config)))
        _session_routes(app)
        _failures(app)
        app.freeze()
        return app

    @override
    def cors(self, **options: Any) -> ASGIApp:
        app = make_plain()
        app.add_middleware(CORSMiddleware(CORSConfig(**options)))
        _failures(app)
        return app

    @override
    def csrf(self, **options: Any) -> ASGIApp:
        app = make_plain(secret_key=SECRET)
        app.add_middleware(SessionMiddleware())
        app.add_middleware(CSRFMiddleware(CSRFConfig(**options)))
        changed: list[str] = []

        @app.route("/form", inline=True)
        def form() -> str:
            return csrf_token()

        @app.route("/save", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], inline=True)
        def save() -> str:
            return "saved"

        @app.route("/change", methods=["GET", "POST"], inline=True)
        def change(request: Request) -> str:
            if request.method == "GET":
                return "shown"
            changed.append(request.method)
            return str(len(changed))

        @app.route("/hook", methods=["POST"], inline=True)
        @csrf_exempt
        def hook() -> str:
            return "hooked"

        return app

    @override
    def hosts(self, *allowed: str) -> ASGIApp:
        app = make_plain(allowed_hosts=allowed)
        app.add_middleware(AllowedHosts())
        _failures(app)
        return app

    @override
    def behind(self, *trusted: str) -> ASGIApp:
        app = make_plain(trusted_proxies=trusted)
        _requests(app)
        return app

    @override
    def debug(self) -> ASGIApp:
        app = make_plain(debug=True)
        _failures(app)
        return app

    @override
    def sse(self, data: Any, **options: Any) -> bytes:
        return SSEEvent(data, **options).encode().encode()

    @override
    def events(self, source: Any, **options: Any) -> ASGIApp:
        app = make_plain()
        stream = EventStream(source, heartbeat_interval=options.get("ping"))
        app.route("/", inline=True)(lambda: stream)
        return app

    @override
    def streaming(self, chunks: Any) -> ASGIApp:
        app = make_plain()
        app.route("/", inline=True)(lambda: StreamingResponse(chunks))
        return app

    @override
    def lifespan(self, start: Callable[[], Any], stop: Callable[[], Any]) -> ASGIApp:
        app = make_plain()
        app.on_shutdown(stop)
        app.on_startup(start)
        return app

    @override
    def middleware(self, *layers: str) -> ASGIApp:
        app = make_plain()
        for name in layers:

            async def layer(request: Request, next: Next, name: str = name) -> Response:
                return (await next(request)).append_header("x-layer", name)

            app.add_middleware(layer)
        _failures(app)
        return app

    @override
    def errors(self, handlers: dict[Any, Callable[..., Any]]) -> ASGIApp:
        app = make_plain()
        for key, handler in handlers.items():
            app.error(key)(lambda request, error, handler=handler: (str(handler(error)), 418))
        _failures(app)
        return app


def _session_routes(app: App) -> None:
    @app.route("/get", inline=True)
    def read() -> dict[str, Any]:
        return dict(get_session())

    @app.route("/set", inline=True)
    def write(request: Request) -> str:
        get_session().update(request.query)
        return "set"

    @app.route("/clear", inline=True)
    def clear() -> str:
        get_session().clear()
        return "cleared"

    @app.route("/untouched", inline=True)
    def untouched() -> str:
        return "untouched"

    @app.route("/half", inline=True)
    def half() -> str:
        get_session()["half"] = True
        raise RuntimeError("in the middle")

    @app.route("/large", inline=True)
    def large(request: Request) -> str:
        get_session()["k"] = noise(int(request.query["n"]))
        return "set"


def _requests(app: App) -> None:
    @app.route("/echo", inline=True, methods=["GET", "POST"])
    def echo(request: Request) -> dict[str, Any]:
        return {
            "method": request.method,
            "path": request.path,
            "headers": {name: request.headers.get_list(name) for name in request.headers},
        }

    @app.route("/cookies", inline=True)
    def cookies(request: Request) -> dict[str, Any]:
        return dict(request.cookies)

    @app.route("/query", inline=True)
    def query(request: Request) -> dict[str, Any]:
        return {name: request.query.get_list(name) for name in request.query}

    @app.route("/first", inline=True)
    def first(request: Request) -> str:
        return request.query["q"]

    @app.route("/number", inline=True)
    def number(request: Request) -> dict[str, Any]:
        return {"int": request.query.get_int("n"), "bool": request.query.get_bool("n")}

    @app.route("/header", inline=True)
    def header(request: Request) -> dict[str, Any]:
        name = request.query["name"]
        return {"first": request.headers.get(name), "in": name in request.headers}

    @app.route("/url", inline=True)
    def url(request: Request) -> dict[str, Any]:
        return {"url": request.url, "absolute": request.absolute_url, "scheme": request.scheme}

    @app.route("/where/{rest:path}", inline=True)
    def where(request: Request, rest: str) -> dict[str, Any]:
        return {"url": request.url, "absolute": request.absolute_url, "scheme": request.scheme}

    @app.route("/repr", inline=True)
    def shown(request: Request) -> str:
        return f"{request!r} {request.headers!r}"

    @app.route("/client", inline=True)
    def client(request: Request) -> dict[str, Any]:
        return {"client": request.client, "server": request.server, "version": request.http_version}

    @app.route("/hash", inline=True)
    def hashed(request: Request) -> dict[str, Any]:
        return {"same": hash(request) == hash(request) and {request: 1}[request] == 1}

    @app.route("/htmx", inline=True)
    def htmx(request: Request) -> dict[str, Any]:
        return {
            "fragment": request.is_fragment,
            "target": request.htmx_target,
            "trigger": request.htmx_trigger,
            "url": request.htmx_current_url,
        }

    for kind in ("int", "float", "str", "path"):

        def typed(value: Any) -> dict[str, Any]:
            return {"type": type(value).__name__, "value": value}

        app.route(f"/{kind}/{{value:{kind}}}", name=kind, inline=True)(typed)

    @app.route("/annotated/{value}", inline=True)
    def annotated(value: int) -> dict[str, Any]:
        return {"type": type(value).__name__, "value": value}

    @app.route("/admin", inline=True)
    def admin(request: Request) -> str:
        return f"admin {request.path}"

    @app.route("/folder/", inline=True)
    def slash() -> str:
        return "folder"

    @app.route("/both", inline=True, methods=["get", "Post"])
    def both(request: Request) -> str:
        return request.method

    @app.route("/note", inline=True)
    def note(request: Request) -> str:
        before = g.get("note", "nothing")
        g.note = request.query["q"]
        return str(before)


def _bodies(app: App) -> None:
    @app.route("/body", methods=["POST", "PUT"])
    async def body(request: Request) -> str:
        return str(len(await request.body()))

    @app.route("/twice", methods=["POST"])
    async def twice(request: Request) -> dict[str, Any]:
        first, second = await request.body(), await request.body()
        streamed = b"".join([chunk async for chunk in request.stream()])
        return {"same": first == second == streamed, "length": len(first)}

    @app.route("/streams", methods=["POST"])
    async def streams(request: Request) -> str:
        first = b"".join([chunk async for chunk in request.stream()])
        try:
            second = b"".join([chunk async for chunk in request.stream()])
        except RuntimeError:
            return f"{len(first)} and refused"
        return f"{len(first)} and {len(second)}"

    @app.route("/stream", methods=["POST"])
    async def stream(request: Request) -> str:
        return str(sum([len(chunk) async for chunk in request.stream()]))

    @app.route("/text", methods=["POST"])
    async def text(request: Request) -> str:
        return await request.text()

    @app.route("/json", methods=["POST"])
    async def json(request: Request) -> Any:
        return {"value": await request.json()}

    @app.route("/form", methods=["POST"])
    async def form(request: Request) -> dict[str, Any]:
        fields = await request.form()
        return {name: fields.get_list(name) for name in fields} | {
            name: [[upload.name, upload.size] for upload in fields.files.get_list(name)] for name in fields.files
        }

    @app.route("/shown", methods=["GET", "POST"])
    def shown(request: Request) -> str:
        return "a page" if request.method == "GET" else request.form.get("title", "no title")

    @app.route("/form-and-body", methods=["POST"])
    async def form_and_body(request: Request) -> dict[str, Any]:
        fields = await request.form()
        again = await request.form()
        return {"same": dict(fields) == dict(again), "length": len(await request.body())}

    @app.route("/ignored", methods=["POST"])
    async def ignored(request: Request) -> str:
        return "not read"


class Parent(Exception):
    """An exception with a subclass."""


class Child(Parent):
    """The subclass."""


def _failures(app: App) -> None:
    @app.route("/boom", inline=True)
    def boom(request: Request) -> str:
        secret = "hunter2"  # what a debug page may not show
        raise RuntimeError(f"<script>alert(1)</script> {len(secret)}")

    @app.route("/refuse", inline=True)
    def refuse(request: Request) -> str:
        raise HTTPError(400, request.query.get("detail", ""))

    @app.route("/raise", inline=True)
    def fail(request: Request) -> str:
        raise {"parent": Parent, "child": Child, "cancel": asyncio.CancelledError}[request.query["of"]]

    @app.route("/ok", inline=True)
    def fine() -> str:
        return "fine"
