"""The files of a project: which there are, what they say, and why some could not be read.

Everything is read at most once, and kept as stored facts; those used last are kept as they are, too. Paths are relative
to the root, with `/`.

Of a project that is being edited, what Python files say is told by places in texts with room between functions, so that
those which are not edited stay the same: `written` leads from there to the files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import msgspec

from chirp_check import extraction
from chirp_check.extraction import MAX_BYTES, Request, extract, store
from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.facts.walk import functions_of
from chirp_check.host import Host, Kind, Processes
from chirp_check.inventory import Inventory
from chirp_check.model.entities import FileProblem
from chirp_check.source import SourceFile, Span
from chirp_check.store import Entry, Store, digest, is_racy, stamp_of
from chirp_check.syntax.decode import decode
from chirp_check.syntax.limits import TooLargeError

if TYPE_CHECKING:
    from chirp_check.syntax.spacing import Spaced

TOO_DEEP = "what is nested so deeply is not read"
AT_HAND = 128  # files whose facts are kept as they are
NO_FUNCTIONS: Mapping[str, Function] = MappingProxyType({})


class Failure(msgspec.Struct, frozen=True):
    """A file on which reading facts failed: a bug of ours, reported as such."""

    path: str
    error: Exception


class Reading(msgspec.Struct, frozen=True):
    """What was read of files: what each was known by, those with facts (and whether as Python), and what went wrong."""

    stamps: Mapping[str, object]
    read: tuple[tuple[str, bool], ...]
    problems: Mapping[str, FileProblem]
    cuts: Mapping[str, FileProblem]


class ProjectSources:
    """The `Sources` that the model reads from."""

    def __init__(
        self,
        root: str,
        host: Host,
        inventory: Inventory,
        store: Store | None = None,
        *,
        at_hand: int = AT_HAND,
        edited: bool = False,
    ) -> None:
        self.root = root
        self._at_hand = at_hand
        self._edited = edited
        self._spaced: dict[str, Spaced] = {}  # Python texts with room, as last read
        self._host = host
        self._inventory = inventory
        self._store = Store() if store is None else store
        self._facts: dict[tuple[str, bool], bytes | None] = {}  # by path, and whether it is read as Python
        self._texts: dict[str, SourceFile | None] = {}
        self._modules: dict[str, ModuleFacts] = {}
        self._functions: dict[str, Mapping[str, Function]] = {}
        self._templates: dict[str, TemplateFacts] = {}
        self._problems: dict[str, FileProblem] = {}
        self._cuts: dict[str, FileProblem] = {}  # in files that are read but for a part
        self._failures: dict[str, Failure] = {}
        self._stamps: dict[str, object] = {}
        self._meant: frozenset[str] | None = None
        self._new: ModuleFacts | TemplateFacts | None = None  # just extracted, so that it need not be decoded

    # What there is.

    def outdated(self, host: Host) -> frozenset[str]:
        """The files read so far whose content may be another by now."""
        return frozenset(path for path, known in self._stamps.items() if _stamp(host, self._full(path)) != known)

    def renew(self, host: Host, inventory: Inventory, outdated: frozenset[str]) -> None:
        """Go on with another state of the project: forget what was read of the files that are outdated."""
        self._host = host
        self._inventory = inventory
        for path in outdated:
            self._facts.pop((path, True), None)
            self._facts.pop((path, False), None)
            self._texts.pop(path, None)
            self._modules.pop(path, None)
            self._functions.pop(path, None)
            self._templates.pop(path, None)
            self._problems.pop(path, None)
            self._cuts.pop(path, None)
            self._failures.pop(path, None)
            self._stamps.pop(path, None)

    def state(self, began: int) -> Reading:
        """What was read, for other sources of the same files to go on from.

        What was changed when the run began may be changed again and look the same: it is not known by anything then.
        """
        read = tuple(key for key, facts in self._facts.items() if facts is not None)
        stamps = {path: None if is_racy(stamp_of(known), began) else known for path, known in self._stamps.items()}
        return Reading(stamps, read, dict(self._problems), dict(self._cuts))

    def go_on(self, known: Reading) -> None:
        """Take what other sources have read as read. A file whose facts are not stored is outdated."""
        self._stamps.update(known.stamps)
        self._problems.update(known.problems)
        self._cuts.update(known.cuts)
        for path, python in known.read:
            entry = self._store.get(path, known.stamps.get(path), python=python)
            if entry is None:
                self._stamps[path] = None
            else:
                self._facts[path, python] = entry.facts

    def mean(self, paths: Iterable[str]) -> None:
        """Speak of these files alone: others that were read are no longer part of the project."""
        self._meant = frozenset(paths)

    def files(self) -> frozenset[str]:
        """Every regular file below the root that is not excluded."""
        return self._inventory.files

    def python(self) -> tuple[str, ...]:
        """The Python files to check, sorted."""
        return self._inventory.python

    def read(self) -> tuple[str, ...]:
        """The source files looked at so far, sorted; those that could not be decoded are among them."""
        odd = {path for path, problem in self._problems.items() if problem.rule == "bad-encoding"}
        read = {path for (path, _), facts in self._facts.items() if facts is not None}
        return tuple(sorted(filter(self._is_meant, odd | read)))

    def stamps(self) -> Mapping[str, object]:
        """What each file looked at so far was known by."""
        return MappingProxyType(self._stamps)

    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read so far, sorted by path."""
        of_files = [*self._cuts.items(), *self._problems.items()]
        around = [(problem.span.path, problem) for problem in self._inventory.problems]
        return tuple(
            found for _, found in sorted([one for one in of_files if self._is_meant(one[0])] + around, key=_path)
        )

    def failures(self) -> tuple[Failure, ...]:
        """The files on which we failed so far, sorted by path."""
        return tuple(self._failures[path] for path in sorted(filter(self._is_meant, self._failures)))

    def _is_meant(self, path: str) -> bool:
        return self._meant is None or path in self._meant

    # What it says.

    def module(self, path: str) -> ModuleFacts | None:
        """The facts of a Python file; None when it cannot be read, for which there is a problem then."""
        known = self._modules.get(path)
        if known is None:
            known = self._read(path, extraction.module_facts, python=True)
            if known is not None:
                _make_room(self._modules, 4 * self._at_hand)
                self._modules[path] = known
                if known.too_deep is not None:
                    at = self.written(Span(path, *known.too_deep))
                    self._cuts[path] = FileProblem("too-large", TOO_DEEP, at)
        return known

    def functions(self, path: str) -> Mapping[str, Function]:
        """The functions of a Python file by qualified name, inner ones included."""
        known = self._functions.get(path)
        if known is None:
            facts = self.module(path)
            if facts is None:
                return NO_FUNCTIONS
            _make_room(self._functions, 4 * self._at_hand)
            known = self._functions[path] = functions_of(facts)
        return known

    def template(self, path: str) -> TemplateFacts | None:
        """The facts of a template; None when it cannot be read, for which there is a problem then."""
        known = self._templates.get(path)
        if known is None:
            known = self._read(path, extraction.template_facts, python=False)
            if known is not None:
                _make_room(self._templates, self._at_hand)
                self._templates[path] = known
        return known

    def _read[Facts](self, path: str, read: Callable[[bytes, str], Facts], *, python: bool) -> Facts | None:
        """The facts of a file from what is stored of it."""
        key = (path, python)
        if key not in self._facts:
            self._facts[key] = self._extract(path, python=python)
            if self._new is not None:
                facts, self._new = self._new, None
                return cast("Facts", facts)
        stored = self._facts[key]
        return None if stored is None else read(stored, path)

    def source(self, path: str) -> SourceFile | None:
        """The text of any file with its lines; None when it cannot be read, which is no problem of the project."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def text(self, path: str) -> str | None:
        """The text of any file; None when it cannot be read, which is no problem of the project."""
        file = self.source(path)
        if file is None or path in self._problems:
            return None
        return self._with_room(file).text if path.endswith(".py") else file.text

    def written(self, span: Span) -> Span:
        """Where what the facts have at a place is written in the file."""
        spaced = self._spaced.get(span.path)
        return span if spaced is None else Span(span.path, spaced.offset(span.start), spaced.offset(span.end))

    def place(self, path: str, offset: int) -> int:
        """Where the facts have what is written at an offset of a file."""
        spaced = self._spaced.get(path)
        return offset if spaced is None else spaced.place(offset)

    def _with_room(self, file: SourceFile) -> SourceFile:
        """A Python file as its facts are read."""
        if not self._edited:
            return file
        known = self._spaced.get(file.path)
        if known is None or known.written != file.text:
            from chirp_check.syntax.spacing import spaced

            known = self._spaced[file.path] = spaced(file, known)
        return SourceFile(file.path, known.text)

    def texts(self) -> Mapping[str, SourceFile]:
        """The source files looked at, by path; each is read when it is asked for."""
        return _Texts(self)

    def prepare(self, paths: Iterable[str], processes: Processes | None, *, python: bool) -> None:
        """Extract what is not stored of many files at once, in several processes where that is worth it."""
        if processes is None or processes.count < 2:
            return
        missing = [
            path for path in paths if (path, python) not in self._facts and self._fresh(path, python=python) is None
        ]
        requests = [Request(self._full(path), path, python) for path in missing if self._is_small(path)]
        stamps = {one.path: _stamp(self._host, one.full) for one in requests}
        for path, (data, stored) in extraction.extract_all(requests, self._host, processes).items():
            self._keep(path, stamps[path], python=python, told=digest(data), stored=stored)

    def _is_small(self, path: str) -> bool:
        try:
            found = self._host.stat(self._full(path))
        except OSError:
            return False
        return found.kind is Kind.FILE and found.size <= MAX_BYTES

    def _fresh(self, path: str, *, python: bool) -> bytes | None:
        """The facts that are stored of a file in the state it has."""
        stamp = _stamp(self._host, self._full(path))
        known = self._store.get(path, stamp, python=python)
        if known is not None:
            self._stamps[path] = stamp
            self._facts[path, python] = known.facts
            return known.facts
        return None

    def _extract(self, path: str, *, python: bool) -> bytes | None:
        known = self._fresh(path, python=python)
        if known is not None:
            return known
        stamp = self._stamps[path] = _stamp(self._host, self._full(path))
        content = self._content(path)
        if content is None:
            return None
        told = digest(content)
        same = self._store.same(path, told, python=python)
        if same is not None:
            return self._keep(path, stamp, python=python, told=told, stored=same.facts)
        file = self._decoded(path, content, python=python)
        if path in self._problems:
            return None
        try:
            self._new = extract(self._with_room(file) if python else file, python=python)
            stored = store(self._new)
        except TooLargeError as error:
            self._note(path, "too-large", str(error))
            return None
        except Exception as error:  # noqa: BLE001 - the boundary: one file must not cost the others
            self._failures[path] = Failure(path, error)
            return None
        return self._keep(path, stamp, python=python, told=told, stored=stored)

    def _keep(self, path: str, stamp: object, *, python: bool, told: bytes, stored: bytes) -> bytes:
        self._stamps[path] = stamp
        self._facts[path, python] = stored
        self._store.put(path, Entry(stamp_of(stamp), told, python, stored))
        return stored

    def _content(self, path: str) -> bytes | str | None:
        """What a source file holds; None, with a problem noted, when it cannot be read."""
        try:
            found = self._host.stat(self._full(path))
            if found.kind is not Kind.FILE:
                return None
            if found.size > MAX_BYTES:
                self._note(path, "too-large", f"{found.size:,} bytes: not read, the limit is {MAX_BYTES:,}")
                return None
            return self._host.read(self._full(path))
        except OSError as error:
            if path in self._inventory.files:  # and not asked for because it was there a moment ago
                reason = (error.strerror or str(error)).lower()
                self._note(path, "unreadable-file", f"the file cannot be read: {reason}")
            return None

    def _decoded(self, path: str, content: bytes | str, *, python: bool) -> SourceFile:
        decoded = decode(content, python=python)
        file = SourceFile(path, decoded.text)
        fault = decoded.fault
        if fault is not None:
            self._texts[path] = file
            span = Span(path, fault.at, min(fault.at + 1, len(decoded.text)))
            self._problems[path] = FileProblem("bad-encoding", fault.message, span, fault.help)
        return file

    def _text(self, path: str) -> SourceFile | None:
        self._stamps.setdefault(path, _stamp(self._host, self._full(path)))
        try:
            found = self._host.stat(self._full(path))
            if found.kind is not Kind.FILE or found.size > MAX_BYTES:
                return None
            data = self._host.read(self._full(path))
        except OSError:
            return None
        decoded = decode(data, python=path.endswith(".py"))
        known = path in self._problems or decoded.fault is None
        return SourceFile(path, decoded.text) if known else None

    def _full(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"

    def _note(self, path: str, rule: str, message: str) -> None:
        self._problems[path] = FileProblem(rule, message, Span(path, 0, 0))


class _Texts(Mapping[str, SourceFile]):
    """The source files that were looked at."""

    def __init__(self, sources: ProjectSources) -> None:
        self._sources = sources

    def __getitem__(self, path: str) -> SourceFile:
        found = self._sources.source(path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources.read())

    def __len__(self) -> int:
        return len(self._sources.read())


def _make_room[Kept](kept: dict[str, Kept], most: int) -> None:
    """Forget what was decoded first, when there is much."""
    if len(kept) >= most:
        for path in list(kept)[: most // 2]:
            del kept[path]


def _path(one: tuple[str, FileProblem]) -> str:
    return one[0]


def _stamp(host: Host, path: str) -> object:
    try:
        return host.stamp(path)
    except OSError as error:
        return type(error)
