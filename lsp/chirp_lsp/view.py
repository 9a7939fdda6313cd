"""What the engine says about the folders of a client, and the way between its spans and the client's locations."""

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from chirp_check.config import Config, ConfigError, read_config
from chirp_check.engine import Analysis, Session
from chirp_check.host import DiskHost, Entry, Host, OverlayHost, Stat
from chirp_check.locate import nearest_root
from chirp_check.plugins import installed_plugins
from chirp_check.project import Project
from chirp_check.source import SourceFile, Span
from chirp_lsp.convert import Converter, Encoding
from chirp_lsp.documents import Document, Snapshot
from chirp_lsp.protocol import Location, Position, Range
from chirp_lsp.uri import from_path, to_path

type Stamp = tuple[int, int] | None


class WatchedHost:
    """Another host, read only while somebody still wants to know; `stamps` tells which state of the disk was read."""

    def __init__(self, below: Host, check: Callable[[], None]) -> None:
        self.stamps: dict[str, Stamp] = {}
        self._below = below
        self._check = check

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What a folder holds."""
        self._check()
        self.stamps[folder] = stamp(folder)
        return self._below.entries(folder)

    def stat(self, path: str) -> Stat:
        """What a path leads to."""
        return self._below.stat(path)

    def real(self, path: str) -> str:
        """The path without symbolic links."""
        return self._below.real(path)

    def read(self, path: str) -> bytes | str:
        """The content of a file."""
        self._check()
        self.stamps[path] = stamp(path)
        return self._below.read(path)

    def stamp(self, path: str) -> object:
        """What is another when the content of a file may be another."""
        self._check()
        self.stamps[path] = stamp(path)
        return self._below.stamp(path)


def stamp(path: str) -> Stamp:
    """Size and time of change of a file or folder; None when it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class View:
    """One analysed folder, spelled as the client spells it.

    `complaint` is what is wrong with its configuration, which is then the default one. `documents` are by real path.
    """

    folder: str
    analysis: Analysis
    complaint: ConfigError | None
    documents: Mapping[str, Document]
    encoding: Encoding

    def path(self, uri: str) -> str | None:
        """The path of a document relative to the folder, or None when it is outside."""
        full = to_path(uri)
        above = self.analysis.report.root.rstrip("/") + "/"
        real = "" if full is None else os.path.realpath(full)
        return real.removeprefix(above) if real.startswith(above) else None

    def uri(self, path: str) -> str:
        """The URI of a file, spelled as the client spells it while it has it open."""
        document = self.documents.get(f"{self.analysis.report.root.rstrip('/')}/{path}")
        return from_path(f"{self.folder.rstrip('/')}/{path}") if document is None else document.uri

    def converter(self, path: str) -> Converter:
        """Places in a file, as it was when it was analysed."""
        file = self.analysis.report.sources.get(path)
        return Converter(SourceFile(path, "") if file is None else file, self.encoding)

    def range(self, span: Span) -> Range:
        """The range of a span in its document."""
        return self.converter(span.path).range(span)

    def location(self, span: Span) -> Location:
        """The location of a span."""
        return Location(uri=self.uri(span.path), range=self.range(span))

    def place(self, path: str, position: Position) -> int:
        """Where the model has what is at a position of a file."""
        return self.analysis.sources.place(path, self.converter(path).offset(position))

    def written(self, span: Span) -> Span:
        """Where what the model has at a place is written."""
        return self.analysis.sources.written(span)


@dataclass(frozen=True)
class Views:
    """Everything that is known about a snapshot. `stamps`: which state of the disk was read, by absolute path."""

    snapshot: Snapshot
    views: tuple[View, ...]
    stamps: Mapping[str, Stamp]

    def of(self, uri: str) -> tuple[View, str] | None:
        """The view of the innermost folder that holds a document, and its path there."""
        found = [(view, path) for view in self.views if (path := view.path(uri)) is not None]
        return min(found, key=lambda one: len(one[1]), default=None)

    def is_current(self) -> bool:
        """Whether nothing that was read has changed on the disk since."""
        return all(stamp(path) == known for path, known in self.stamps.items())


class Engines:
    """The engines of the folders that a client has open: each analyses anew only what has changed."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[Config, Session]] = {}

    def analysed(self, snapshot: Snapshot, check: Callable[[], None]) -> Views:
        """Analyse every folder of a snapshot; `check` raises when nobody wants to know any more."""
        documents = {os.path.realpath(path): document for path, document in snapshot.documents.items()}
        texts = {path: document.text for path, document in documents.items()}
        host = WatchedHost(OverlayHost(DiskHost(), texts), check)
        folders = tuple(_folders(snapshot))
        before = frozenset(self._sessions)
        for gone in before - set(folders):
            del self._sessions[gone]
            gc.unfreeze()
        views = tuple(self._view(folder, host, documents, snapshot.encoding) for folder in folders)
        if self._sessions.keys() - before:
            gc.freeze()  # what is worked out stays: looking through it for garbage would cost a pause at many an edit
        return Views(snapshot, views, MappingProxyType(host.stamps))

    def _view(self, folder: str, host: Host, documents: Mapping[str, Document], encoding: Encoding) -> View:
        project = Project(folder, host)
        try:
            analysis, complaint = self._session(folder, read_config(host.real(folder), host)).analyze(project), None
        except ConfigError as error:
            analysis, complaint = self._session(folder, Config()).analyze(project), error
        return View(folder, analysis, complaint, documents, encoding)

    def _session(self, folder: str, config: Config) -> Session:
        """The engine of a folder; another one when the configuration is another."""
        known = self._sessions.get(folder)
        if known is None or known[0] != config:
            known = self._sessions[folder] = (config, Session(config, edited=True, plugins=installed_plugins()))
        return known[1]


def _folders(snapshot: Snapshot) -> Iterator[str]:
    """The client's folders; for a client without any, the projects of its documents."""
    if snapshot.folders:
        yield from dict.fromkeys(snapshot.folders)
        return
    yield from dict.fromkeys(_project_of(path) for path in sorted(snapshot.documents))


def _project_of(path: str) -> str:
    """The nearest folder above a file that looks like a project's, or else the file's own."""
    folder = str(Path(path).parent)
    return nearest_root(folder) or folder
