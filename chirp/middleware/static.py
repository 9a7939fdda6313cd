"""Static files: one folder under one URL prefix, and nothing outside of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chirp.errors import MethodNotAllowed
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import InThread, Middleware, Next, Place
from chirp.routing.route import Route

_HASH_LENGTH = 8
_HEX = frozenset("0123456789abcdef")
_FOREVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """Serves the regular files below `directory` for GET and HEAD of `prefix/…`; every other request goes on.

    Symbolic links are followed only to files below the folder. Whatever cannot be served is a 404. Browsers ask each
    time whether a file has changed. With `immutable` they keep for a year, without asking, those whose names carry a
    hash of the content (`app.3f2a9c1b.css`), or those for whose names a function of yours says so.
    """

    def __init__(
        self,
        directory: str | Path,
        prefix: str = "/static",
        *,
        immutable: bool | Callable[[str], bool] = False,
    ) -> None:
        self.directory: Path = Path(directory).resolve()
        self.prefix: str = "/" + prefix.strip("/")
        self._lasts: Callable[[str], bool] = immutable if callable(immutable) else has_hash if immutable else _never

    def at_freeze(self, place: Place, /) -> Middleware | None:
        """Stand only before routes whose paths may be below the prefix, and read in the threads of the application."""
        if place.route is not None and not self._may_meet(place.route):
            return None
        return _Standing(self, place.in_thread)

    def _may_meet(self, route: Route) -> bool:
        """Whether a path of the route may be below the prefix; of those below `/`, every route goes first."""
        if self.prefix == "/":
            return False
        segments, wanted = route.pattern.segments, self.prefix[1:].split("/")
        if segments[-1].param_type != "path" and len(segments) <= len(wanted):
            return False
        return all(one.is_param or one.value == part for one, part in zip(segments, wanted, strict=False))

    async def __call__(self, request: Request, next: Next, /) -> Response:
        return await _Standing(self, _aside)(request, next)

    def serve(self, request: Request, path: str) -> Response:
        """The route handler: `path` is relative to the folder, percent-decoded. The file, a part of it, or 304."""
        from chirp.http.files import FileResponse, find_below, respond_with_file

        file = find_below(self.directory, path)
        caching = _FOREVER if self._lasts(file.name) else "no-cache"
        return respond_with_file(FileResponse(file, headers=(("Cache-Control", caching),)), request, follow=False)


class _Standing:
    """The files in the chain of a route."""

    __slots__ = ("_files", "_in_thread", "_start")

    def __init__(self, files: StaticFiles, in_thread: InThread) -> None:
        self._files = files
        self._in_thread = in_thread
        self._start = files.prefix.rstrip("/") + "/"

    async def __call__(self, request: Request, next: Next, /) -> Response:
        if not request.path.startswith(self._start):
            return await next(request)
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(("GET", "HEAD"))
        response: Response = await self._in_thread(self._serve, request)
        return response

    def _serve(self, request: Request) -> Response:
        return self._files.serve(request, request.path[len(self._start) :])


async def _aside(function: Callable[[Any], Any], argument: object) -> object:
    import asyncio

    return await asyncio.to_thread(function, argument)


def has_hash(name: str) -> bool:
    """Whether a piece of a name looks like a hash: at least eight hexadecimal digits, one of them a number."""
    pieces = name.lower().replace("-", ".").replace("_", ".").split(".")
    return any(
        len(piece) >= _HASH_LENGTH and _HEX.issuperset(piece) and any(char.isdigit() for char in piece)
        for piece in pieces
    )


def _never(_: str) -> bool:
    return False
