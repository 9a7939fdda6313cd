"""The development server: uvicorn, imported when it is asked for."""

from collections.abc import Awaitable, Callable

from chirp._internal.asgi import Receive, Scope, Send


def serve(
    app: Callable[[Scope, Receive, Send], Awaitable[None]] | str,
    host: str,
    port: int,
    *,
    reload: bool = False,
    factory: bool = False,
) -> None:
    """Serve an application, or the one (or its factory) an import string names, until interrupted."""
    import uvicorn

    uvicorn.run(app, host=host, port=port, reload=reload, factory=factory)
