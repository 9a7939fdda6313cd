"""The files of a project: which there are, what they say, and why some could not be read.

Everything is read at most once. Paths are relative to the root, with `/`; texts have their facts read on demand.
"""

from dataclasses import dataclass
from typing import Any

from chirp_check.facts.handlers import ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.host import Host, Kind
from chirp_check.inventory import Inventory
from chirp_check.model.entities import FileProblem
from chirp_check.source import SourceFile, Span
from chirp_check.syntax.decode import Decoded, decode_python, decode_template, decode_text

MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Failure:
    """A file on which reading facts failed: a bug of ours, reported as such."""

    path: str
    error: Exception


class ProjectSources:
    """The `Sources` that the model reads from."""

    def __init__(self, root: str, host: Host, inventory: Inventory) -> None:
        self.root = root
        self._host = host
        self._inventory = inventory
        self._texts: dict[str, SourceFile] = {}
        self._others: dict[str, str | None] = {}
        self._modules: dict[str, ModuleFacts | None] = {}
        self._templates: dict[str, TemplateFacts | None] = {}
        self._problems: dict[str, FileProblem] = {problem.span.path: problem for problem in inventory.problems}
        self._failures: dict[str, Failure] = {}
        self._stamps: dict[str, object] = {}

    def outdated(self, host: Host) -> frozenset[str]:
        """The files read so far whose content may be another by now."""
        return frozenset(path for path, known in self._stamps.items() if _stamp(host, self._full(path)) != known)

    def renew(self, host: Host, inventory: Inventory, outdated: frozenset[str]) -> None:
        """Go on with another state of the project: forget what was read of the files that are outdated."""
        self._host = host
        self._inventory = inventory
        tables: tuple[dict[str, Any], ...] = (
            *(self._texts, self._others, self._modules, self._templates),
            *(self._problems, self._failures, self._stamps),
        )
        for table in tables:
            for path in outdated:
                table.pop(path, None)
        self._problems.update((problem.span.path, problem) for problem in inventory.problems)

    def files(self) -> frozenset[str]:
        """Every regular file below the root that is not excluded."""
        return self._inventory.files

    def python(self) -> tuple[str, ...]:
        """The Python files to check, sorted."""
        return self._inventory.python

    def module(self, path: str) -> ModuleFacts | None:
        """The facts of a Python file; None when it cannot be read, for which there is a problem then."""
        if path not in self._modules:
            self._modules[path] = self._read_module(path)
        return self._modules[path]

    def template(self, path: str) -> TemplateFacts | None:
        """The facts of a template; None when it cannot be read, for which there is a problem then."""
        if path not in self._templates:
            self._templates[path] = self._read_template(path)
        return self._templates[path]

    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read so far, sorted by path."""
        return tuple(self._problems[path] for path in sorted(self._problems))

    def failures(self) -> tuple[Failure, ...]:
        """The files on which we failed so far, sorted by path."""
        return tuple(self._failures[path] for path in sorted(self._failures))

    def texts(self) -> dict[str, SourceFile]:
        """The files read so far, by path; those that could not be decoded are there for showing the place."""
        return dict(self._texts)

    def text(self, path: str) -> str | None:
        """The text of any file; None when it cannot be read, which is no problem of the project."""
        if path not in self._texts:
            if path not in self._others:
                self._others[path] = self._other(path)
            return self._others[path]
        return self._texts[path].text

    def modules(self) -> tuple[ModuleFacts, ...]:
        """The facts of the Python files read so far, sorted by path."""
        return tuple(facts for path in sorted(self._modules) if (facts := self._modules[path]) is not None)

    def parsed_templates(self) -> tuple[TemplateFacts, ...]:
        """The facts of the templates read so far, sorted by path."""
        return tuple(facts for path in sorted(self._templates) if (facts := self._templates[path]) is not None)

    def _other(self, path: str) -> str | None:
        self._stamps[path] = _stamp(self._host, self._full(path))
        try:
            found = self._host.stat(self._full(path))
            if found.kind is not Kind.FILE or found.size > MAX_BYTES:
                return None
            data = self._host.read(self._full(path))
        except OSError:
            return None
        decoded = _decode(data, python=False)
        return decoded.text if decoded.fault is None else None

    def _read_module(self, path: str) -> ModuleFacts | None:
        file = self._read(path, python=True)
        if file is None:
            return None
        from chirp_check.facts.module import read_module

        try:
            return read_module(file)
        except Exception as error:  # noqa: BLE001 - the boundary: one file must not cost the others
            self._failures[path] = Failure(path, error)
            return None

    def _read_template(self, path: str) -> TemplateFacts | None:
        file = self._read(path, python=False)
        if file is None:
            return None
        from chirp_check.facts.extract import read_template
        from chirp_check.syntax.kida_light import defer_package

        defer_package("kida")
        try:
            return read_template(file)
        except Exception as error:  # noqa: BLE001 - the boundary: one file must not cost the others
            self._failures[path] = Failure(path, error)
            return None

    def _read(self, path: str, *, python: bool) -> SourceFile | None:
        """The text of a source file; None, with a problem noted, when it has none."""
        self._stamps[path] = _stamp(self._host, self._full(path))
        try:
            found = self._host.stat(self._full(path))
            if found.kind is not Kind.FILE:
                return None
            if found.size > MAX_BYTES:
                self._note(path, "too-large", f"{found.size:,} bytes: not read, the limit is {MAX_BYTES:,}")
                return None
            data = self._host.read(self._full(path))
        except OSError as error:
            self._note(path, "unreadable-file", f"the file cannot be read: {(error.strerror or str(error)).lower()}")
            return None
        decoded = _decode(data, python=python)
        file = self._texts[path] = SourceFile(path, decoded.text)
        fault = decoded.fault
        if fault is None:
            return file
        span = Span(path, fault.at, min(fault.at + 1, len(decoded.text)))
        self._problems[path] = FileProblem("bad-encoding", fault.message, span, fault.help)
        return None

    def _full(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"

    def _note(self, path: str, rule: str, message: str) -> None:
        self._problems[path] = FileProblem(rule, message, Span(path, 0, 0))


def _stamp(host: Host, path: str) -> object:
    try:
        return host.stamp(path)
    except OSError as error:
        return type(error)


def _decode(data: bytes | str, *, python: bool) -> Decoded:
    if isinstance(data, str):
        return decode_text(data)
    return decode_python(data) if python else decode_template(data)
