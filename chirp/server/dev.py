"""Serving with uvicorn in this process; imported when it is asked for.

The socket is bound here, before anything starts: an address that is taken is one line, and what is printed is true.
"""

import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable

from chirp._internal.asgi import Receive, Scope, Send
from chirp.errors import ConfigurationError

type ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

PATIENCE = 5
"""Seconds that requests under way get when the server stops."""


def serve(app: ASGI, host: str, port: int) -> None:
    """Serve an application until interrupted. What keeps it from listening there is one line, and the exit code 1."""
    from uvicorn import Config, Server

    try:
        bound = bind(host, port)
    except ConfigurationError as error:
        sys.exit(f"chirp: {error}")
    server = Server(Config(app, host=host, port=bound.getsockname()[1], timeout_graceful_shutdown=PATIENCE))
    with bound, contextlib.suppress(KeyboardInterrupt):
        announce(bound)
        server.run(sockets=[bound])
    if not server.started:
        sys.exit(1)


def announce(bound: socket.socket, how: str = "") -> None:
    """Say where: uvicorn does not, since the socket is not its own."""
    sys.stderr.write(f"Chirp serves {address(bound)}{how}; Ctrl+C stops it\n")
    sys.stderr.flush()


def address(bound: socket.socket) -> str:
    """The URL of a listening socket, as a browser on this machine can use it."""
    host, port = str(bound.getsockname()[0]), bound.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bind(host: str, port: int) -> socket.socket:
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
        return f"port {port} of {host} is taken by another program; choose another port, or 0 for any that is free"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} needs more rights; choose a port from 1024 on"
    return f"cannot listen on port {port} of {host}: {error.strerror or error}"
