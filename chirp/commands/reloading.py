"""`chirp run --reload`: a process that serves, and is started anew when a file changes that it has read once.

While the application does not load, or its contracts do not hold, browsers are told why, and any change starts it.
"""

import contextlib
import sys
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, override

from uvicorn import Config, Server
from uvicorn.supervisors.watchfilesreload import FileFilter, WatchFilesReload

from chirp.app import App
from chirp.commands.loading import LoadError, find_app
from chirp.commands.waiting import Overheard, waiting
from chirp.errors import ConfigurationError

if TYPE_CHECKING:
    from chirp.contract.live import ContractApp


class Reloader(WatchFilesReload):
    """The supervisor, with eyes for more while nothing runs."""

    def __init__(self, config: Config, sockets: list[socket], *, contract: bool = False) -> None:
        self._broken = get_context("spawn").Event()
        super().__init__(config, Child(config, self._broken, contract), sockets)
        self._filter = _Filter(config)
        self.watch_filter: FileFilter = self._filter

    @override
    def should_restart(self) -> list[Path] | None:
        changed = super().should_restart()
        if not changed and self._filter.others and (self._broken.is_set() or not self.process.is_alive()):
            changed = sorted(self._filter.others)
        if changed:
            self._filter.others.clear()
            self._broken.clear()
        return changed


class _Filter(FileFilter):
    """Takes the changes that need a restart; `others` need one only if it turns out that the process was to end."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.others: set[Path] = set()

    @override
    def __call__(self, path: Path) -> bool:
        chosen = super().__call__(path)
        if not chosen and _is_visible(path):
            self.others.add(path)
        return chosen


def _is_visible(path: Path) -> bool:
    """A file of the project: no cache, and nothing hidden."""
    here = Path.cwd()
    parts = path.relative_to(here).parts if path.is_relative_to(here) else path.parts[-1:]
    return not any(part.startswith((".", "__pycache__")) for part in parts)


@dataclass(frozen=True, slots=True)
class Child:
    """What runs in the process: what is wrong is said, here and in browsers, until there is a change.

    `broken` is set then.
    """

    config: Config
    broken: Event
    contract: bool = False

    def __call__(self, sockets: list[socket] | None = None) -> None:
        said = Overheard(sys.stderr)
        with contextlib.suppress(KeyboardInterrupt):
            with contextlib.redirect_stderr(said):
                started = self._serve(sockets)
            if not started:
                sys.stderr.write("chirp: waiting for a change\n")
                self.broken.set()
                config = Config(waiting(said.text), lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
                Server(config).run(sockets=sockets)

    def _serve(self, sockets: list[socket] | None) -> bool:
        """Serve the application until there is a change; whether it started."""
        target = self.config.app
        assert isinstance(target, str), "a process of its own imports the application"
        try:
            app = find_app(target, factory=self.config.factory).app
            app.freeze()
            served = _watched(app) if self.contract else app
        except (LoadError, ConfigurationError) as error:
            sys.stderr.write(f"chirp: {error}\n")
            return False
        self.config.app, self.config.factory = served, False
        server = Server(self.config)
        with contextlib.suppress(SystemExit):  # so uvicorn says that it did not start
            server.run(sockets=sockets)
        return server.started


def _watched(app: App) -> ContractApp:
    """The application with its contract watched."""
    from chirp.contract.live import ContractApp

    return ContractApp(app)
