"""`chirp run --reload`: a process that serves, and is started anew when a file changes that it has read once.

While it is down, because the application does not load or its contracts do not hold, any change starts it again.
"""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, override

from uvicorn import Config, Server
from uvicorn.supervisors.watchfilesreload import FileFilter, WatchFilesReload

from chirp.app import App
from chirp.commands.loading import LoadError, find_app
from chirp.errors import ConfigurationError

if TYPE_CHECKING:
    from chirp.contract.live import ContractApp


class Reloader(WatchFilesReload):
    """The supervisor, with eyes for more while nothing runs."""

    def __init__(self, config: Config, sockets: list[socket], *, contract: bool = False) -> None:
        super().__init__(config, Child(config, contract), sockets)
        self._filter = self.watch_filter = _Filter(config)

    @override
    def should_restart(self) -> list[Path] | None:
        changed = super().should_restart()
        if not changed and self._filter.others and not self.process.is_alive():
            changed = sorted(self._filter.others)
        if changed:
            self._filter.others.clear()
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
    """What runs in the process: what is wrong is said in a line, and then the next change is waited for."""

    config: Config
    contract: bool = False

    def __call__(self, sockets: list[socket] | None = None) -> None:
        target = self.config.app
        assert isinstance(target, str), "a process of its own imports the application"
        try:
            app = find_app(target, factory=self.config.factory).app
            app.freeze()
            served = _watched(app) if self.contract else app
        except (LoadError, ConfigurationError) as error:
            sys.stderr.write(f"chirp: {error}\nchirp: waiting for a change\n")
            return
        self.config.app, self.config.factory = served, False
        server = Server(self.config)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                server.run(sockets=sockets)
        finally:
            if not server.started:
                sys.stderr.write("chirp: waiting for a change\n")


def _watched(app: App) -> ContractApp:
    """The application with its contract watched."""
    from chirp.contract.live import ContractApp

    return ContractApp(app)
