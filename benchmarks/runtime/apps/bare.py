"""What no framework can undercut: look at the path, build the body, send it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from kida import Environment, FileSystemLoader

from benchmarks.runtime.cases import CONTACTS, PAYLOAD, TEMPLATES, ASGIApp, Message


def make() -> ASGIApp:
    """The application."""
    loader = FileSystemLoader(TEMPLATES)
    page = Environment(loader=loader, auto_reload=False, bytecode_cache=False).get_template("contacts.html")

    async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
        path: str = scope["path"]
        kind = b"text/html; charset=utf-8"
        if path.startswith("/plain"):
            body = b"Hello, World!"
        elif path == "/json":
            body = json.dumps(PAYLOAD, separators=(",", ":"), ensure_ascii=False).encode()
            kind = b"application/json; charset=utf-8"
        elif path.startswith("/item"):
            body = f"item {int(path.rpartition('/')[2])}".encode()
        elif path.startswith("/page"):
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
