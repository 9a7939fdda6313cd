"""Which files a project has: a walk of its folder that follows no link out of it and none twice.

Hidden names, virtual environments and installed packages are not there. What the configuration excludes or `.gitignore`
names is there, because others may refer to it, but its Python is not checked. A folder that is asked for by name is
there and checked, whatever it is called and whoever ignores it.
"""

from collections.abc import Iterable
from copy import replace

import msgspec

from chirp_check.config import Config
from chirp_check.host import Entry, Host, Kind
from chirp_check.model.entities import FileProblem
from chirp_check.source import Span
from chirp_check.syntax.patterns import Patterns

SOURCES = (".py", ".html")
PRUNED = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__"})


class Inventory(msgspec.Struct, frozen=True):
    """`files`: every regular file; `python`: those to check, sorted; `notes`: what was left out and why."""

    files: frozenset[str]
    python: tuple[str, ...]
    problems: tuple[FileProblem, ...] = ()
    notes: tuple[str, ...] = ()


class _Ignore(msgspec.Struct, frozen=True):
    """A `.gitignore`; seen from its folder, a path loses its first `strip` characters and gets `prefix` in front."""

    patterns: Patterns
    strip: int = 0
    prefix: str = ""

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        return self.patterns.verdict(self.prefix + path[self.strip :], is_folder=is_folder)


class _Folder(msgspec.Struct, frozen=True):
    """A folder to list (or a link): its path below the root ("" or ending in `/`), the `.gitignore` files that hold.

    `passing`: it is only on the way to a folder that is asked for by name.
    """

    path: str
    ignores: tuple[_Ignore, ...] = ()
    unchecked: bool = False
    alias: bool = False
    passing: bool = False


class _Walk(msgspec.Struct):
    root: str
    host: Host
    exclude: Patterns
    gitignore: bool
    wanted: frozenset[str] = frozenset()
    files: set[str] = msgspec.field(default_factory=set[str])
    python: list[str] = msgspec.field(default_factory=list[str])
    links: list[_Folder] = msgspec.field(default_factory=list[_Folder])
    problems: list[FileProblem] = msgspec.field(default_factory=list[FileProblem])
    notes: list[str] = msgspec.field(default_factory=list[str])


def take_inventory(root: str, host: Host, config: Config, folders: Iterable[str] = ()) -> Inventory:
    """The files below `root`. `folders` (relative) limit the Python to be checked to what is below them."""
    real = host.real(root)
    limits = tuple("" if folder in ("", ".") else folder.rstrip("/") + "/" for folder in folders)
    patterns = Patterns((*config.exclude, *config.extend_exclude))
    walk = _Walk(real.rstrip("/"), host, patterns, config.respect_gitignore, frozenset(limits) - {""})
    above = _ignores_above(host, walk.root) if config.respect_gitignore else ()
    _tree(walk, _Folder("", above))
    for link in sorted(walk.links, key=_path):
        _follow(walk, link)
    python = (path for path in sorted(walk.python) if not limits or path.startswith(limits))
    return Inventory(frozenset(walk.files), tuple(python), tuple(walk.problems), tuple(walk.notes))


def _path(folder: _Folder) -> str:
    return folder.path


def _tree(walk: _Walk, top: _Folder) -> None:
    stack = [top]
    while stack:
        folder = stack.pop()
        entries = _list(walk, folder)
        if folder.path and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        if walk.gitignore and any(entry.name == ".gitignore" for entry in entries):
            own = _gitignore(walk.host, f"{walk.root}/{folder.path}", strip=len(folder.path))
            folder = replace(folder, ignores=(*folder.ignores, *own))
        for entry in entries:
            seen = not folder.passing and not entry.name.startswith(".") and entry.name not in PRUNED
            if seen or _leads_to_wanted(walk, folder.path + entry.name):
                _take(walk, folder if seen else replace(folder, passing=True), entry, stack)


def _take(walk: _Walk, folder: _Folder, entry: Entry, stack: list[_Folder]) -> None:
    """Put one entry where it belongs."""
    path = folder.path + entry.name
    is_folder = entry.kind is Kind.FOLDER
    unchecked = folder.unchecked or bool(walk.exclude.verdict(path, is_folder=is_folder))
    unchecked = unchecked or _is_ignored(folder.ignores, path, is_folder=is_folder)
    if is_folder:
        below = replace(folder, path=path + "/", unchecked=unchecked)
        stack.append(_Folder(path + "/") if path + "/" in walk.wanted else below)
    elif entry.kind is Kind.LINK:
        if not folder.alias:
            walk.links.append(_Folder(path, folder.ignores, unchecked))
    elif entry.kind is Kind.FILE:
        walk.files.add(path)
        if path.endswith(".py") and not unchecked and not folder.alias:
            walk.python.append(path)


def _leads_to_wanted(walk: _Walk, path: str) -> bool:
    """Whether a folder is asked for by name, or one below it."""
    return any(one.startswith(path + "/") for one in walk.wanted)


def _is_ignored(ignores: tuple[_Ignore, ...], path: str, *, is_folder: bool) -> bool:
    """The verdict of the nearest `.gitignore` that has one."""
    for ignore in reversed(ignores):
        verdict = ignore.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def _list(walk: _Walk, folder: _Folder) -> tuple[Entry, ...]:
    try:
        return walk.host.entries(f"{walk.root}/{folder.path}".rstrip("/") or "/")
    except OSError as error:
        if not folder.unchecked:
            message = f"the folder cannot be listed: {(error.strerror or str(error)).lower()}"
            walk.problems.append(FileProblem("unreadable-file", message, Span(folder.path.rstrip("/") or ".", 0, 0)))
        return ()


def _gitignore(host: Host, folder: str, *, strip: int = 0, prefix: str = "") -> tuple[_Ignore, ...]:
    """The `.gitignore` of a folder (its path ends in `/`), if there is one that can be read."""
    try:
        data = host.read(folder + ".gitignore")
    except OSError:
        return ()
    text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return (_Ignore(Patterns(text.split("\n")), strip, prefix),)


def _ignores_above(host: Host, root: str) -> tuple[_Ignore, ...]:
    """The `.gitignore` files above the root up to the top of its repository, outermost first; else none."""
    found: list[_Ignore] = []
    folder, prefix = root, ""
    while not _holds(host, f"{folder}/.git"):
        folder, _, name = folder.rpartition("/")
        if not name:
            return ()
        prefix = f"{name}/{prefix}"
        found[:0] = _gitignore(host, f"{folder}/", prefix=prefix)
    return tuple(found)


def _holds(host: Host, path: str) -> bool:
    try:
        host.stat(path)
    except OSError:
        return False
    return True


def _follow(walk: _Walk, link: _Folder) -> None:
    """Add what a link leads to in the project: names that can be referred to; Python is checked where it really is."""
    real = walk.host.real(f"{walk.root}/{link.path}")
    if not (real + "/").startswith(walk.root + "/"):
        walk.notes.append(f"{link.path}: the link leads out of the project and was not followed")
        return
    try:
        kind = walk.host.stat(real).kind
    except OSError as error:
        if link.path.endswith(SOURCES) and not link.unchecked:
            message = f"the link leads nowhere: {(error.strerror or str(error)).lower()}"
            walk.problems.append(FileProblem("unreadable-file", message, Span(link.path, 0, 0)))
        return
    if kind is Kind.FILE:
        walk.files.add(link.path)
    elif kind is Kind.FOLDER:
        if f"{walk.root}/{link.path}/".startswith(real.rstrip("/") + "/"):
            walk.notes.append(f"{link.path}: the link leads back to a folder above it and was not followed")
            return
        _tree(walk, replace(link, path=link.path + "/", alias=True))
