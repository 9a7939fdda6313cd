"""Serving with uvicorn: one process, one that starts anew when files change, or several. Imported when it is asked for.

The socket is bound here, before anything starts: an address that is taken is one line, and what is printed is true.
"""

import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chirp._internal.asgi import Receive, Scope, Send
from chirp.errors import ConfigurationError

if TYPE_CHECKING:
    from uvicorn import Config

type ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

PATIENCE = 5
"""Seconds that requests under way get when the server stops."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve: where, with how many processes, and what to watch for changes."""

    host: str
    port: int
    workers: int = 1
    reload: bool = False
    watched: tuple[Path, ...] = ()
    patterns: tuple[str, ...] = ()
    factory: bool = False


def serve(app: ASGI, host: str, port: int) -> None:
    """Serve an application in this process until interrupted; ConfigurationError when it cannot listen there."""
    serve_with(app, Serving(host, port))


def serve_with(app: ASGI | str, how: Serving) -> None:
    """Serve an application, or what an import string names where processes are started, until interrupted."""
    from uvicorn import Config, Server

    if how.reload:
        _need_watchfiles()
    bound = _bind(how.host, how.port)
    config = Config(
        app,
        factory=how.factory,
        host=how.host,
        port=bound.getsockname()[1],
        workers=how.workers,
        reload=how.reload,
        reload_dirs=[str(folder) for folder in how.watched] or None,
        reload_includes=list(how.patterns) if how.reload else None,
        timeout_graceful_shutdown=1 if how.reload else PATIENCE,
    )
    with bound, contextlib.suppress(KeyboardInterrupt):
        _announce(bound, how)
        if how.reload or how.workers > 1:
            _supervise(config, bound, how)
            return
        server = Server(config)
        server.run(sockets=[bound])
        if not server.started:
            sys.exit(1)


def _supervise(config: Config, bound: socket.socket, how: Serving) -> None:
    if how.reload:
        from chirp.server.reloading import Reloader

        Reloader(config, [bound]).run()
    else:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[bound]).run()


def _announce(bound: socket.socket, how: Serving) -> None:
    """Say where: uvicorn does not, since the socket is not its own."""
    what = ", restarting on changes" if how.reload else f" in {how.workers} processes" if how.workers > 1 else ""
    sys.stderr.write(f"Chirp serves {address(bound)}{what}; Ctrl+C stops it\n")
    sys.stderr.flush()


def address(bound: socket.socket) -> str:
    """The URL of a listening socket, as a browser on this machine can use it."""
    host, port = str(bound.getsockname()[0]), bound.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    """A listening address; ConfigurationError when it cannot be had."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}: {error.strerror or error}") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise ConfigurationError(_refused(host, port, error)) from None
    bound.set_inheritable(True)
    return bound


def _refused(host: str, port: int, error: OSError) -> str:
    import errno

    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; choose one with --port, or 0 for any that is free"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} needs more rights; choose one from 1024 on with --port"
    return f"cannot listen on port {port} of {host}: {error.strerror or error}"


def _need_watchfiles() -> None:
    try:
        import watchfiles  # noqa: F401 # pyright: ignore[reportUnusedImport]
    except ImportError:
        raise ConfigurationError("--reload needs watchfiles: install chirp-check[reload]") from None
