"""The same six routes three times: the limit (a bare callable), this runtime, and Starlette.

Every application gives the same bodies; `python -m benchmarks.runtime` asserts it before it measures.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from kida import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from chirp import App, AppConfig, Fragment, Request, Template

type Message = MutableMapping[str, Any]
type ASGIApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

TEMPLATES = Path(__file__).parent / "templates"
ROUTES = 200
PAYLOAD: dict[str, object] = {"contacts": [{"id": n, "name": f"Name {n}", "active": n % 2 == 0} for n in range(10)]}


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    email: str
    active: bool


CONTACTS = [Contact(n, f"Name <{n}>", f"name{n}@example.com", n % 3 == 0) for n in range(50)]


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), auto_reload=False, bytecode_cache=False)


def bare() -> ASGIApp:
    """What no framework can undercut: look at the path, build the body, send it."""
    page = _environment().get_template("contacts.html")

    async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
        path: str = scope["path"]
        kind = b"text/html; charset=utf-8"
        if path == "/plain":
            body = b"Hello, World!"
        elif path == "/json":
            body = json.dumps(PAYLOAD, separators=(",", ":"), ensure_ascii=False).encode()
            kind = b"application/json; charset=utf-8"
        elif path.startswith("/item"):
            body = f"item {int(path.rpartition('/')[2])}".encode()
        elif path == "/page":
            body = page.render({"title": "Contacts", "contacts": CONTACTS}).encode()
        elif path == "/fragment":
            body = page.render_block("rows", {"contacts": CONTACTS}).encode()
        else:
            message = await receive()
            fields = parse_qs(message["body"].decode())
            body = f"{fields['name'][0]} {fields['email'][0]}".encode()
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def chirp() -> ASGIApp:
    app = App(AppConfig(template_dir=TEMPLATES, static_dir=None))

    @app.route("/plain")
    async def plain() -> str:
        return "Hello, World!"

    @app.route("/json")
    async def data() -> dict[str, object]:
        return PAYLOAD

    @app.route("/page")
    async def page() -> Template:
        return Template("contacts.html", title="Contacts", contacts=CONTACTS)

    @app.route("/fragment")
    async def fragment() -> Fragment:
        return Fragment("contacts.html", "rows", contacts=CONTACTS)

    @app.route("/form", methods=["POST"])
    async def form(request: Request) -> str:
        fields = await request.form()
        return f"{fields['name']} {fields['email']}"

    async def item(id: int) -> str:
        return f"item {id}"

    for number in range(ROUTES):
        app.route(f"/item{number}/{{id:int}}", name=f"item{number}")(item)
    return app


def starlette() -> ASGIApp:
    template = _environment().get_template("contacts.html")

    async def plain(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse("Hello, World!")

    async def data(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(PAYLOAD)

    async def page(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(template.render({"title": "Contacts", "contacts": CONTACTS}))

    async def fragment(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(template.render_block("rows", {"contacts": CONTACTS}))

    async def form(request: StarletteRequest) -> HTMLResponse:
        fields = await request.form()
        return HTMLResponse(f"{fields['name']} {fields['email']}")

    async def item(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(f"item {request.path_params['id']}")

    routes = [
        Route("/plain", plain),
        Route("/json", data),
        Route("/page", page),
        Route("/fragment", fragment),
        Route("/form", form, methods=["POST"]),
        *(Route(f"/item{number}/{{id:int}}", item) for number in range(ROUTES)),
    ]
    return Starlette(routes=routes)
