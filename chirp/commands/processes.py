"""Serving with processes of their own: one that starts anew when files change, or several side by side."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from chirp.errors import ConfigurationError
from chirp.server.dev import PATIENCE, announce, bind


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve: where, with how many processes, what to watch, whether the target is a function.

    `contract`: what is answered is compared with what the checker says, and pages show it.
    """

    host: str
    port: int
    workers: int = 1
    reload: bool = False
    watched: tuple[Path, ...] = ()
    patterns: tuple[str, ...] = ()
    factory: bool = False
    contract: bool = False


def serve_processes(target: str, how: Serving) -> None:
    """Serve what `module:name` names until interrupted; ConfigurationError when that cannot begin."""
    if how.reload:
        _need_watchfiles()
    from uvicorn import Config

    bound = bind(how.host, how.port)
    config = Config(
        target,
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
        if how.reload:
            from chirp.commands.reloading import Reloader

            announce(bound, ", restarting on changes")
            Reloader(config, [bound], contract=how.contract).run()
        else:
            from uvicorn.supervisors import Multiprocess

            announce(bound, f" in {how.workers} processes")
            Multiprocess(config, sockets=[bound]).run()


def _need_watchfiles() -> None:
    try:
        import watchfiles  # noqa: F401 # pyright: ignore[reportUnusedImport]
    except ImportError:
        raise ConfigurationError("--reload needs watchfiles: install chirp-check[reload]") from None
