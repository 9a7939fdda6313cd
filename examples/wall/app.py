"""Wall, where what one writes appears for everybody: the application factory."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from chirp import App, AppConfig, ConfigurationError
from chirp.middleware import CSRFMiddleware, SecurityHeaders

from . import views
from .domain import Hue
from .hub import Hub
from .log import Log, MemoryLog

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


def create_app(log: Log | None = None, *, debug: bool = False) -> App:
    """The wall around a log; without one, around the Redis that WALL_REDIS names, or the memory of this process."""
    kept = log_at(os.environ.get("WALL_REDIS", "")) if log is None else log
    hub = Hub(kept)
    app = App(AppConfig(template_dir=HERE / "templates", static_dir=STATIC, secret_key=secret_key(kept), debug=debug))
    app.add_middleware(SecurityHeaders())
    app.add_middleware(CSRFMiddleware())

    @app.lifespan
    async def listen() -> AsyncGenerator[None]:
        task = asyncio.create_task(hub.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await kept.close()

    @app.template_global()
    def hues() -> tuple[Hue, ...]:
        return tuple(Hue)

    @app.template_global()
    def asset(path: str) -> str:
        return f"/static/{path}?v={int((STATIC / path).stat().st_mtime)}"

    views.register(app, kept, hub)
    return app


def secret_key(log: Log) -> str:
    """What cookies are signed with: WALL_SECRET, the same for all processes; one process alone may make it up."""
    given = os.environ.get("WALL_SECRET", "")
    if not given and not isinstance(log, MemoryLog):
        raise ConfigurationError("set WALL_SECRET: processes that share a wall have to sign with the same key")
    return given or token_hex(32)


def log_at(url: str) -> Log:
    """The log in the Redis at a URL, or one in memory without."""
    if not url:
        return MemoryLog()
    from .redis_log import RedisLog

    return RedisLog(url)
