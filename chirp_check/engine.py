"""The one entry point of the analyzer: a project and its configuration in, a report out.

Everything is sorted here, once. A failure of ours costs the one rule and subject, or the one file, and is reported.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.host import Host, Kind
from chirp_check.inventory import Inventory, take_inventory
from chirp_check.judge import Failure, Verdict, judged, ours
from chirp_check.levels import PerFile, rule_levels
from chirp_check.live import LiveFacts
from chirp_check.model.hygiene import InternalFailure
from chirp_check.model.inputs import files, module_facts, python_files, template_facts, text
from chirp_check.model.model import Model
from chirp_check.model.sources import ModelSettings
from chirp_check.report.outcome import INTERNAL, Report, Summary
from chirp_check.rules import ALL
from chirp_check.source import Span
from chirp_check.sources import ProjectSources
from chirp_check.suppress import UNUSED, Suppressions, python_ignores, template_ignores

__all__ = ["Analysis", "Project", "Report", "Session", "analyze", "check"]

DEFAULTS = Config()


@dataclass(frozen=True, slots=True)
class Project:
    """What is checked: an absolute root, where its files come from, and the paths below it that are meant (with `/`).

    Folders limit which Python is checked; files among the paths limit nothing, because any file can break any other.
    Either way only findings that concern one of the paths are reported. No paths: everything.
    """

    root: str | os.PathLike[str]
    host: Host
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with the model and the sources behind it; `folders` are those the Python to check was limited to."""

    model: Model
    report: Report
    sources: ProjectSources
    folders: tuple[str, ...]


def check(project: Project, config: Config = DEFAULTS, *, live: LiveFacts | None = None) -> Report:
    """Check a project. `ConfigError` when the configuration names a rule that does not exist."""
    return analyze(project, config, live=live).report


def analyze(project: Project, config: Config = DEFAULTS, *, live: LiveFacts | None = None) -> Analysis:
    """Check a project, and keep the model. `ConfigError` when the configuration names a rule that does not exist."""
    return Session(config, live=live).analyze(project)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a session keeps between two looks at the same folders of a project."""

    root: str
    folders: tuple[str, ...]
    inventory: Inventory
    sources: ProjectSources
    model: Model


class Session:
    """An engine that stays: each look at a project reads and works out again only what has changed since the last."""

    def __init__(self, config: Config = DEFAULTS, *, live: LiveFacts | None = None) -> None:
        self._config = config
        self._live = live
        self._levels = rule_levels(config, ALL)
        self._known: _Known | None = None

    def analyze(self, project: Project) -> Analysis:
        """Check a project as it is now."""
        known = self._known = self._look(project)
        run = _Run(known.model, known.sources, self._levels, PerFile(self._config))
        run.judge()
        kept = tuple(one for one in run.diagnostics() if _concerns(one, project.paths))
        unknowns = tuple(sorted(known.model.unknowns(), key=lambda one: (one.span, one.kind, one.reason)))
        report = Report(
            root=known.root,
            diagnostics=kept,
            sources=known.sources.texts(),
            unknowns=unknowns,
            summary=_summary(known.model, known.sources, kept),
            notes=known.inventory.notes,
            tracebacks=tuple(run.tracebacks),
        )
        return Analysis(known.model, report, known.sources, known.folders)

    def _look(self, project: Project) -> _Known:
        """The project as it is now, with the answers of the last look that still hold."""
        host = project.host
        root = host.real(os.fspath(project.root))
        folders = _folders(root, project)
        inventory = take_inventory(root, host, self._config, folders)
        last = self._known
        if last is None or (last.root, last.folders) != (root, folders):
            sources = ProjectSources(root, host, inventory)
            settings = ModelSettings(templates=self._config.templates, live=self._live)
            return _Known(root, folders, inventory, sources, Model(sources, settings))
        outdated = last.sources.outdated(host)
        last.sources.renew(host, inventory, outdated)
        if inventory != last.inventory:
            last.model.memory.changed(files)
            last.model.memory.changed(python_files)
        for path in outdated:
            for question in (module_facts, template_facts, text):
                last.model.memory.changed(question, path)
        return replace(last, inventory=inventory)


def _folders(root: str, project: Project) -> tuple[str, ...]:
    """The folders that limit the Python to be checked: the paths, unless there is a file among them."""
    for path in project.paths:
        try:
            if project.host.stat(f"{root}/{path}").kind is not Kind.FOLDER:
                return ()
        except OSError:
            return ()
    return project.paths


def _concerns(diagnostic: Diagnostic, paths: tuple[str, ...]) -> bool:
    """Whether a place of the diagnostic is one of the paths or below it; what concerns the whole project always is."""
    if not paths or "." in paths:
        return True
    spans = (diagnostic.finding.at, *(label.span for label in diagnostic.finding.related))
    places = [span.path + "/" for span in spans]
    return places[0] == "./" or any(place.startswith(path.rstrip("/") + "/") for place in places for path in paths)


def _summary(model: Model, sources: ProjectSources, diagnostics: tuple[Diagnostic, ...]) -> Summary:
    resolved, references = model.references()
    errors = sum(one.level is Level.ERROR for one in diagnostics)
    return Summary(
        files=len(sources.texts()),
        routes=len(model.routes()),
        templates=len(set(model.templates().values())),
        references=references,
        resolved=resolved,
        errors=errors,
        warnings=len(diagnostics) - errors,
    )


@dataclass(slots=True)
class _Run:
    """One run of all rules over one model."""

    model: Model
    sources: ProjectSources
    levels: dict[str, Level]
    per_file: PerFile
    tracebacks: list[str] = field(default_factory=list[str])
    _failures: list[InternalFailure] = field(default_factory=list[InternalFailure])
    _kept: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def judge(self) -> None:
        """Run every rule: first over the model, then over what the first part of the work has shown."""
        names = frozenset(name for name in self.levels if self._runs(name))
        found = [one for path in self.model.files() for one in self._said(judged(self.model, path, names))]
        found += self._said(ours(self.model, self.sources.problems(), names))
        self._fail(Failure("reading the file", one.error, Span(one.path, 0, 0)) for one in self.sources.failures())
        suppressions = self._suppressions()
        faults = tuple(suppressions.faults(tuple(sorted(self.levels))))
        self._keep([*found, *self._said(ours(self.model, faults, names))], suppressions)
        for chosen in (names - {UNUSED}, names & {UNUSED}):
            unused = tuple(suppressions.unused(chosen.__contains__))
            self._keep(self._said(ours(self.model, unused, names)), suppressions)
        self._keep(self._said(ours(self.model, tuple(self._failures), names)), suppressions)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is left, each once, in the order of reports."""
        return tuple(sorted(dict.fromkeys(self._kept), key=lambda one: one.sort_key))

    def _runs(self, name: str) -> bool:
        return self.levels.get(name, Level.OFF) is not Level.OFF

    def _said(self, verdict: Verdict) -> list[Diagnostic]:
        self._fail(verdict.failures)
        return [Diagnostic(name, self.levels[name], finding) for name, finding in verdict.found]

    def _fail(self, failures: Iterable[Failure]) -> None:
        for one in failures:
            import traceback

            self.tracebacks.append("".join(traceback.format_exception(one.error)))
            text = " ".join(f"{type(one.error).__name__}: {one.error}".split())
            self._failures.append(InternalFailure(one.what, text, one.span))

    def _suppressions(self) -> Suppressions:
        texts = self.sources.texts()
        python = (python_ignores(texts[facts.path], facts) for facts in self.sources.modules())
        templates = (template_ignores(texts[facts.path], facts) for facts in self.sources.parsed_templates())
        return Suppressions((*python, *templates))

    def _keep(self, found: Iterable[Diagnostic], suppressions: Suppressions) -> None:
        for one in found:
            ours = one.rule == INTERNAL
            if ours or not (suppressions.takes(one) or self.per_file.takes(one.rule, one.finding.at.path)):
                self._kept.append(one)
