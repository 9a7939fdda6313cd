"""The one entry point of the analyzer: a project and its configuration in, a report out.

Everything is sorted here, once. A failure of ours costs the one rule and subject, or the one file, and is reported.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from operator import attrgetter
from typing import Any

import msgspec

from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic, Finding, Level
from chirp_check.host import Host, Kind
from chirp_check.inventory import take_inventory
from chirp_check.levels import PerFile, rule_levels
from chirp_check.live import LiveFacts
from chirp_check.model.entities import FileProblem
from chirp_check.model.hygiene import BareIgnore, InternalFailure, UnknownRule, UnusedIgnore
from chirp_check.model.model import Model
from chirp_check.model.sources import ModelSettings
from chirp_check.report.outcome import INTERNAL, Report, Summary
from chirp_check.report.visible import plain
from chirp_check.rule import Rule
from chirp_check.rules import ALL
from chirp_check.source import Span
from chirp_check.sources import ProjectSources
from chirp_check.suppress import UNUSED, Suppressions, python_ignores, template_ignores

__all__ = ["Analysis", "Project", "Report", "analyze", "check"]

WHOLE = Span(".", 0, 0)
OURS = (FileProblem, BareIgnore, UnknownRule, UnusedIgnore, InternalFailure)
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
    levels = rule_levels(config, ALL)
    root = project.host.real(os.fspath(project.root))
    folders = _folders(root, project)
    inventory = take_inventory(root, project.host, config, folders)
    sources = ProjectSources(root, project.host, inventory)
    model = Model(sources, ModelSettings(templates=config.templates, live=live))
    run = _Run(model, sources, levels, PerFile(config))
    run.judge()
    kept = tuple(one for one in run.diagnostics() if _concerns(one, project.paths))
    unknowns = tuple(sorted(model.unknowns(), key=lambda one: (one.span, one.kind, one.reason)))
    return Analysis(
        model,
        Report(
            root=root,
            diagnostics=kept,
            sources=sources.texts(),
            unknowns=unknowns,
            summary=_summary(model, sources, kept),
            notes=inventory.notes,
            tracebacks=tuple(run.tracebacks),
        ),
        sources,
        folders,
    )


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
        found = [one for rule in ALL if rule.subject not in OURS for one in self._rule(rule, self._subjects(rule))]
        found += self._made(self.sources.problems())
        self._fail(("reading the file", failure.error, Span(failure.path, 0, 0)) for failure in self.sources.failures())
        suppressions = self._suppressions()
        known = tuple(sorted(self.levels))
        found += self._made(tuple(suppressions.faults(known)))
        self._keep(found, suppressions)
        self._keep(
            self._made(tuple(suppressions.unused(lambda name: self._runs(name) and name != UNUSED))), suppressions
        )
        self._keep(
            self._made(tuple(suppressions.unused(lambda name: self._runs(name) and name == UNUSED))), suppressions
        )
        self._keep(self._made(tuple(self._failures)), suppressions)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is left, each once, in the order of reports."""
        return tuple(sorted(dict.fromkeys(self._kept), key=lambda one: one.sort_key))

    def _runs(self, name: str) -> bool:
        return self.levels.get(name, Level.OFF) is not Level.OFF

    def _subjects(self, rule: Rule) -> tuple[Any, ...]:
        if not self._runs(rule.name):
            return ()
        try:
            return self.model.subjects(rule.subject)
        except Exception as error:  # noqa: BLE001 - the boundary: a failure of ours is reported, the rest goes on
            self._fail([("resolving the project", error, WHOLE)])
            return ()

    def _made(self, subjects: tuple[object, ...]) -> list[Diagnostic]:
        """What the rules say about subjects that the engine made itself."""
        return [
            one
            for rule in ALL
            if rule.subject in OURS
            for one in self._rule(rule, tuple(made for made in subjects if isinstance(made, rule.subject)))
        ]

    def _rule(self, rule: Rule, subjects: tuple[Any, ...]) -> Iterator[Diagnostic]:
        level = self.levels[rule.name]
        if level is Level.OFF:
            return
        for subject in subjects:
            try:
                findings = tuple(rule.check(subject, self.model))
            except Exception as error:  # noqa: BLE001 - the boundary: a failure of ours is reported, the rest goes on
                self._fail([(f"rule `{rule.name}`", error, _place(subject) or WHOLE)])
                continue
            for finding in findings:
                yield Diagnostic(rule.name, level, _on_one_line(finding))

    def _fail(self, failures: Iterable[tuple[str, Exception, Span]]) -> None:
        for what, error, span in failures:
            import traceback

            self.tracebacks.append("".join(traceback.format_exception(error)))
            text = " ".join(f"{type(error).__name__}: {error}".split())
            self._failures.append(InternalFailure(what, text, span))

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


def _on_one_line(finding: Finding) -> Finding:
    """The finding with what would break its message's line escaped: names in it may hold anything."""
    message = plain(finding.message)
    return finding if message == finding.message else replace(finding, message=message)


def _place(subject: object, depth: int = 2) -> Span | None:
    """The first span in a subject, for saying where a rule failed on it."""
    if isinstance(subject, Span):
        return subject
    values: tuple[object, ...] = ()
    if isinstance(subject, msgspec.Struct):
        values = msgspec.structs.astuple(subject)
    elif is_dataclass(subject):
        values = tuple(attrgetter(one.name)(subject) for one in fields(subject))
    places = (_place(value, depth - 1) for value in values) if depth >= 0 else ()
    return next((place for place in places if place is not None), None)
