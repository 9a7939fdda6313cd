"""Applications on real sockets for a real browser: uvicorn in a thread, on a port of its own choosing."""

import socket
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

type ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
type Serve = Callable[[ASGIApp], str]
"""Serves until the test is over, and returns the origin."""


@contextmanager
def serving(app: ASGIApp) -> Generator[str]:
    """The origin of the application, which is served until the block is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none"))
    thread = threading.Thread(target=server.run, args=[[listener]], name="uvicorn")
    thread.start()
    try:
        # The socket listens already: a browser that comes before the application has started waits.
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
