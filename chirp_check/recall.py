"""The report of a run in which nothing had changed since: told by what every file is known by, without reading any.

Light on purpose: an unchanged project is answered without loading the rest of the analyzer.
"""

import os
from collections.abc import Iterator, Mapping
from hashlib import blake2b

import msgspec

from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic
from chirp_check.host import Cache, Host
from chirp_check.inventory import Inventory, take_inventory
from chirp_check.model.entities import Unknown
from chirp_check.project import Project, folders_of
from chirp_check.report.outcome import Report, Summary
from chirp_check.source import SourceFile
from chirp_check.store import Stamp, is_racy, stamp_of
from chirp_check.syntax.decode import decode


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    listing: bytes
    stamps: Mapping[str, Stamp]
    read: tuple[str, ...]
    folders: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    unknowns: tuple[Unknown, ...]
    summary: Summary
    notes: tuple[str, ...]


def recall(project: Project, config: Config, cache: Cache) -> Report | None:
    """The report of the last run, if everything is as it was then."""
    data = cache.read(_name(project, config))
    if data is None:
        return None
    try:
        kept = msgspec.msgpack.decode(data, type=_Kept)
    except msgspec.DecodeError:
        return None  # damaged, or written by something else: as good as none
    host = project.host
    root = host.real(os.fspath(project.root))
    folders = folders_of(root, project)
    inventory = take_inventory(root, host, config, folders)
    if kept.folders != folders or kept.listing != _listing(inventory):
        return None
    base = root.rstrip("/")
    for path, known in kept.stamps.items():
        try:
            found = host.stamp(f"{base}/{path}")
        except OSError:
            found = None
        if found != known:
            return None
    texts = Texts(root, host, kept.read)
    return Report(root, kept.diagnostics, texts, kept.unknowns, kept.summary, kept.notes, (), folders)


def remember(project: Project, config: Config, cache: Cache, report: Report, found: Found) -> None:
    """Keep a report, unless a file was changed so shortly before that it may be changed again and look the same."""
    stamps: dict[str, Stamp] = {}
    for path, stamp in found.stamps.items():
        known = stamp_of(stamp)
        if is_racy(known, found.began):
            return
        stamps[path] = known
    if report.tracebacks or not all(path.isprintable() for path in stamps):
        return
    kept = _Kept(
        listing=_listing(found.inventory),
        stamps=stamps,
        read=tuple(report.sources),
        folders=report.folders,
        diagnostics=report.diagnostics,
        unknowns=report.unknowns,
        summary=report.summary,
        notes=report.notes,
    )
    cache.write(_name(project, config), msgspec.msgpack.encode(kept))


class Found(msgspec.Struct, frozen=True):
    """What a run has found there: the files, what each one that it looked at was known by, and when it began."""

    inventory: Inventory
    stamps: Mapping[str, object]
    began: int


class Texts(Mapping[str, SourceFile]):
    """Source files, each read when it is asked for."""

    def __init__(self, root: str, host: Host, paths: tuple[str, ...]) -> None:
        self._root = root.rstrip("/")
        self._host = host
        self._paths = frozenset(paths)
        self._files: dict[str, SourceFile] = {}

    def __getitem__(self, path: str) -> SourceFile:
        known = self._files.get(path)
        if known is None:
            if path not in self._paths:
                raise KeyError(path)
            try:
                text = decode(self._host.read(f"{self._root}/{path}"), python=path.endswith(".py")).text
            except OSError as error:
                raise KeyError(path) from error
            known = self._files[path] = SourceFile(path, text)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._paths))

    def __len__(self) -> int:
        return len(self._paths)


def _name(project: Project, config: Config) -> str:
    asked = repr((os.fspath(project.root), project.paths, config))
    return "report-" + blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _listing(inventory: Inventory) -> bytes:
    """What tells two inventories apart."""
    parts = (sorted(inventory.files), inventory.python, inventory.problems, inventory.notes)
    made = blake2b(digest_size=16)
    for part in parts:
        made.update("\0".join(map(str, part)).encode("utf-8", "surrogatepass"))
        made.update(b"\1")
    return made.digest()
