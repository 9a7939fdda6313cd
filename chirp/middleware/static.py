"""Static files: one folder under one URL prefix, and nothing outside of it."""

import stat
from pathlib import Path

from chirp.errors import MethodNotAllowed, NotFound
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Next
from chirp_check.grammar.path import CONVERTERS

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


class StaticFiles:
    """Serves the regular files below `directory` for GET and HEAD of `prefix/…`; every other request goes on.

    Symbolic links are followed only to files below the folder. Whatever cannot be served is a 404.
    """

    def __init__(self, directory: str | Path, prefix: str = "/static") -> None:
        self.directory = Path(directory).resolve()
        self.prefix = "/" + prefix.strip("/")

    async def __call__(self, request: Request, next: Next, /) -> Response:
        if not request.path.startswith(self.prefix + "/"):
            return await next(request)
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(("GET", "HEAD"))
        return await self.respond(request, request.path[len(self.prefix) + 1 :])

    async def serve(self, request: Request, path: str) -> Response:
        """The route handler: `path` is relative to the folder, percent-decoded."""
        return await self.respond(request, path)

    async def respond(self, request: Request, path: str) -> Response:
        """The file, or 304 when the client has it; NotFound otherwise."""
        import asyncio

        return await asyncio.to_thread(self._respond, request, path)

    def _respond(self, request: Request, path: str) -> Response:
        from email.utils import formatdate

        file = self._find(path)
        try:
            info = file.stat()
            if not stat.S_ISREG(info.st_mode):
                raise NotFound
            tag = f'"{info.st_mtime_ns:x}-{info.st_size:x}"'
            headers = (
                ("ETag", tag),
                ("Last-Modified", formatdate(info.st_mtime, usegmt=True)),
                ("X-Content-Type-Options", "nosniff"),
            )
            if _has(request, tag):
                return Response("", 304, headers=headers)
            return Response(file.read_bytes(), 200, _content_type(file.name), headers)
        except OSError:
            raise NotFound from None

    def _find(self, path: str) -> Path:
        """The real path of a file below the folder."""
        if path.endswith("/") or "\\" in path:
            raise NotFound
        try:
            file = (self.directory / str(CONVERTERS["path"].convert(path))).resolve(strict=True)
        except OSError, ValueError, RuntimeError:
            raise NotFound from None
        if not file.is_relative_to(self.directory):
            raise NotFound
        return file


def _has(request: Request, tag: str) -> bool:
    """If-None-Match names this tag."""
    sent = request.headers.get("if-none-match", "")
    tags = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return tag in tags or "*" in tags


def _content_type(name: str) -> str:
    from mimetypes import guess_type

    kind = guess_type(name, strict=False)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind
