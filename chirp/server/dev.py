"""The development server: uvicorn, imported when it is asked for."""

from typing import Protocol

from chirp._internal.asgi import Receive, Scope, Send


class ASGIApp(Protocol):
    async def __call__(self, scope: Scope, receive: Receive, send: Send, /) -> None: ...


def serve(app: ASGIApp | str, host: str, port: int, *, reload: bool = False) -> None:
    """Serve an application, or the one an import string `module:app` names, until interrupted."""
    import uvicorn

    uvicorn.run(app, host=host, port=port, reload=reload)
