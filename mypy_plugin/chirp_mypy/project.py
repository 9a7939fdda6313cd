"""The engine's side: what templates promise, and what the rules say about one call. Knows nothing of mypy."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chirp_check.locate import nearest_root

if TYPE_CHECKING:  # loaded when the first file of a project is seen
    from chirp_check.config import Config, ConfigError
    from chirp_check.diagnostic import Diagnostic, Level
    from chirp_check.engine import Analysis
    from chirp_check.levels import PerFile
    from chirp_check.model.entities import BlockUse, TemplateUse
    from chirp_check.rule import Rule
    from chirp_check.suppress import FileIgnores

    type Use = TemplateUse | BlockUse

DAEMON = "mypy.dmypy_server"
EVERYTHING = "*"
INSTALLED = f"{os.sep}site-packages{os.sep}"


class Place(NamedTuple):
    """A file of a project, relative, and a 1-based line and a 0-based column in it."""

    path: str
    line: int
    column: int


class Project:
    """One project, analysed when it is first asked.

    With a broken configuration (`complaint`) the default one holds.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._ignores: dict[str, FileIgnores | None] = {}

    @cached_property
    def _configured(self) -> tuple[Config, ConfigError | None]:
        from chirp_check.config import Config, ConfigError, read_config
        from chirp_check.host import DiskHost
        from chirp_check.plugins import installed_plugins

        try:
            config = read_config(self.root, DiskHost())
            installed_plugins().levels(config)
        except ConfigError as error:
            return Config(), error
        return config, None

    @property
    def complaint(self) -> ConfigError | None:
        """What is wrong with the configuration."""
        return self._configured[1]

    @cached_property
    def analysis(self) -> Analysis:
        """What the engine says."""
        from chirp_check import engine
        from chirp_check.host import DiskHost
        from chirp_check.plugins import installed_plugins

        project = engine.Project(self.root, DiskHost())
        return engine.analyze(project, self._configured[0], plugins=installed_plugins())

    @cached_property
    def _python(self) -> frozenset[str]:
        return frozenset(self.analysis.sources.python())

    def relative(self, path: str) -> str | None:
        """The path of one of the project's checked Python files, relative; None for another file."""
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        return relative if relative in self._python else None

    # What is known of a call.

    @cached_property
    def _sites(self) -> Mapping[tuple[str, int], tuple[Use, ...]]:
        """The uses by file and line of the call they belong to."""
        from chirp_check.model.entities import BlockUse, TemplateUse

        found: dict[tuple[str, int], list[Use]] = {}
        model = self.analysis.model
        uses: tuple[Use, ...] = (*model.subjects(TemplateUse), *model.subjects(BlockUse))
        for use in uses:
            if use.site is not None:
                line, _ = self.position(use.site.span.path, use.site.span.start)
                found.setdefault((use.site.span.path, line), []).append(use)
        return MappingProxyType({key: tuple(uses) for key, uses in found.items()})

    @cached_property
    def _by_file(self) -> Mapping[str, tuple[Use, ...]]:
        found: dict[str, tuple[Use, ...]] = {}
        for (path, _), uses in self._sites.items():
            found[path] = (*found.get(path, ()), *uses)
        return MappingProxyType(found)

    def uses_at(self, kind: str, place: Place) -> tuple[Use, ...]:
        """What the engine knows of a call; the column decides only between calls of one kind on one line."""
        found = [use for use in self._sites.get((place.path, place.line), ()) if use.site is not None]
        sites = {use.site for use in found if use.site is not None and use.site.kind == kind}
        if len(sites) > 1:
            sites = {site for site in sites if self.position(place.path, site.span.start)[1] == place.column}
        return tuple(use for use in found if use.site in sites)

    def position(self, path: str, offset: int) -> tuple[int, int]:
        """The 1-based line and 0-based column of an offset."""
        line, column = self.analysis.report.sources[path].position(offset)
        return line, column - 1

    # What the rules say about it.

    @cached_property
    def _rules(self) -> Mapping[type[Use], Rule]:
        from chirp_check.model.entities import BlockUse, TemplateUse
        from chirp_check.rules.unknown_block import unknown_block
        from chirp_check.rules.unknown_template import unknown_template

        return MappingProxyType({TemplateUse: unknown_template, BlockUse: unknown_block})

    @cached_property
    def _levels(self) -> Mapping[str, Level]:
        from chirp_check.plugins import installed_plugins

        return MappingProxyType(installed_plugins().levels(self._configured[0]))

    @cached_property
    def _per_file(self) -> PerFile:
        from chirp_check.levels import PerFile

        return PerFile(self._configured[0])

    def judge(self, uses: Iterable[Use]) -> Iterator[tuple[Use, Diagnostic]]:
        """What is wrong with uses, at the level of the project, without what is suppressed where they are written."""
        from chirp_check.diagnostic import Diagnostic, Level

        for use in uses:
            rule = self._rules[type(use)]
            level = self._levels[rule.name]
            for finding in () if level is Level.OFF else rule.check(use, self.analysis.model):
                diagnostic = Diagnostic(rule.name, level, finding)
                if not self._silenced(diagnostic):
                    yield use, diagnostic

    def _silenced(self, diagnostic: Diagnostic) -> bool:
        path = diagnostic.finding.at.path
        if path not in self._ignores:
            self._ignores[path] = self._read_ignores(path)
        ignores = self._ignores[path]
        silenced = ignores is not None and ignores.takes(diagnostic)
        return silenced or self._per_file.takes(diagnostic.rule, path)

    def _read_ignores(self, path: str) -> FileIgnores | None:
        from chirp_check.suppress import python_ignores

        facts = self.analysis.sources.module(path)
        return None if facts is None else python_ignores(self.analysis.report.sources[path], facts)

    # What a module depends on.

    def contract(self, name: str) -> str:
        """A name for what a template promises: equal promises have equal names."""
        model = self.analysis.model
        path = model.template_path(name)
        if path is None:
            return "missing"
        blocks = sorted(f"{block} {at.path}" for block, at in model.blocks(path).items())
        return _digest((path, str(model.blocks_complete(path)), *blocks))

    def contracts(self) -> str:
        """A name for what all templates promise."""
        names = sorted(self.analysis.model.templates())
        return _digest((*names, *map(self.contract, names)))

    def dependencies(self, path: str) -> dict[str, str] | None:
        """What the messages about a module depend on beside its text: contracts by template. None: nothing."""
        uses = self._by_file.get(path, ())
        found = {name: self.contract(name) for name in sorted({_template(use) for use in uses})}
        if any(one.span.path == path and one.kind in ("template", "block") for one in self.analysis.model.unknowns()):
            found[EVERYTHING] = self.contracts()
        said = [self.describe(diagnostic) for _, diagnostic in self.judge(uses)]
        if said:
            found["said"] = _digest(line for lines in said for line in lines)
        return found or None

    def describe(self, diagnostic: Diagnostic) -> tuple[str, ...]:
        """The message, then the help and the other places as further lines."""
        finding = diagnostic.finding
        others = (f"{self.where(label.span.path, label.span.start)}: {label.message}" for label in finding.related)
        return (finding.message, *(() if finding.help is None else (finding.help,)), *others)

    def where(self, path: str, offset: int) -> str:
        """A place, as the checker writes it."""
        line, column = self.position(path, offset)
        return f"{path}:{line}:{column + 1}"


def _template(use: Use) -> str:
    from chirp_check.model.entities import TemplateUse

    return use.name.value if isinstance(use, TemplateUse) else use.template.value


def _digest(parts: Iterable[str]) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Projects:
    """The projects that files belong to, by root; only of files below the folders that are of interest."""

    def __init__(self) -> None:
        self._folders: set[str] = set()
        self._roots: dict[str, str | None] = {}
        self._projects: dict[str, Project] = {}

    def look_at(self, folder: str) -> None:
        """Take interest in the project around a folder, and all projects below."""
        real = os.path.realpath(folder)
        self._folders.add((nearest_root(real) or real).rstrip(os.sep) + os.sep)

    def of(self, path: str) -> tuple[Project, str] | None:
        """The project of a Python file, and its path there; None when no project checks it."""
        full = os.path.realpath(path)
        if not full.startswith(tuple(self._folders)) or INSTALLED in full:
            return None
        folder = str(Path(full).parent)
        if folder not in self._roots:
            self._roots[folder] = nearest_root(folder)
        root = self._roots[folder]
        if root is None:
            return None
        project = self._projects.setdefault(root, Project(root))
        relative = project.relative(full)
        return None if relative is None else (project, relative)

    def in_daemon(self) -> bool:
        """Whether this is the process of a daemon."""
        return DAEMON in sys.modules

    def refresh(self) -> None:
        """Forget what files said; they may have changed."""
        self._roots.clear()
        self._projects.clear()

    def contracts(self) -> str:
        """A name for what all templates of the project around the current folder promise."""
        root = nearest_root(str(Path.cwd()))
        return "" if root is None else self._projects.setdefault(root, Project(root)).contracts()


PROJECTS = Projects()
