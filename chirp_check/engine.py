"""The one entry point of the analyzer: a project and its configuration in, a report out.

Everything is sorted here, once. A failure of ours costs the one rule and subject, or the one file, and is reported.
"""

import os
from collections.abc import Iterable
from copy import replace
from dataclasses import dataclass, field
from hashlib import blake2b

from msgspec import structs

from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic, Level, moved
from chirp_check.host import Cache, Host, Processes
from chirp_check.inventory import Inventory, take_inventory
from chirp_check.judge import WHOLE, Failure, Verdict, judged, marked, ours, plugged, plugged_once
from chirp_check.levels import PerFile
from chirp_check.live import LiveFacts
from chirp_check.model.first_look import look_first
from chirp_check.model.hygiene import InternalFailure
from chirp_check.model.inputs import files, module_facts, python_files, template_facts, text
from chirp_check.model.lasting import LastingMemory
from chirp_check.model.memory import Answers, Memory
from chirp_check.model.model import Model
from chirp_check.model.sources import ModelSettings
from chirp_check.model.templates import template_files
from chirp_check.plugins import NO_PLUGINS, Plugins
from chirp_check.project import Project, folders_of
from chirp_check.recall import Found, remember
from chirp_check.report.outcome import INTERNAL, Report, Summary
from chirp_check.source import Span
from chirp_check.sources import AT_HAND, ProjectSources
from chirp_check.store import Store
from chirp_check.suppress import UNUSED, Suppressions

__all__ = ["Analysis", "Project", "Report", "Session", "analyze", "check"]

DEFAULTS = Config()
MANY = 2_000  # files whose facts an engine that stays keeps as they are
SELDOM = 20  # what is known is left again when one in so many questions was answered anew
AGAIN = 2  # times that a project is looked at again when its files change meanwhile


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with the model and the sources behind it."""

    model: Model
    report: Report
    sources: ProjectSources


def check(
    project: Project, config: Config = DEFAULTS, *, live: LiveFacts | None = None, plugins: Plugins = NO_PLUGINS
) -> Report:
    """Check a project. `ConfigError` when the configuration names a rule that does not exist."""
    return analyze(project, config, live=live, plugins=plugins).report


def analyze(
    project: Project, config: Config = DEFAULTS, *, live: LiveFacts | None = None, plugins: Plugins = NO_PLUGINS
) -> Analysis:
    """Check a project, and keep the model. `ConfigError` when the configuration names a rule that does not exist."""
    return Session(config, live=live, lasting=False, plugins=plugins).analyze(project)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a session keeps between two looks at the same folders of a project."""

    root: str
    folders: tuple[str, ...]
    inventory: Inventory
    sources: ProjectSources
    store: Store
    model: Model


class Session:
    """An engine that stays: each look at a project reads and works out again only what has changed since the last.

    One that is not `lasting` is for one look, and spares itself the notes that this takes. One of a project that is
    being `edited` leaves room between functions, so that an edit of one is none of the others: its reports speak of the
    files, its model of places that `ProjectSources.written` leads from.
    `cache` is where it leaves what spares another session work, `processes` those that may read files at once.
    `plugins` are the rules of other distributions; a report with such is never left for another session.
    """

    def __init__(
        self,
        config: Config = DEFAULTS,
        *,
        lasting: bool = True,
        edited: bool = False,
        live: LiveFacts | None = None,
        cache: Cache | None = None,
        processes: Processes | None = None,
        plugins: Plugins = NO_PLUGINS,
    ) -> None:
        self._config = config
        self._lasting = lasting
        self._edited = edited and lasting and cache is None  # what is left for another session has no room
        self._live = live
        self._cache = cache
        self._processes = processes
        self._plugins = plugins
        self._levels = plugins.levels(config)
        self._known: _Known | None = None

    def report(self, project: Project) -> Report:
        """Check a project, and leave the answer for the next time. What changes meanwhile is looked at once more."""
        report = self.analyze(project).report
        for _ in range(AGAIN):
            if self._known is None or not self._known.sources.outdated(project.host):
                break
            report = self.analyze(project).report
        else:
            report = replace(report, notes=(*report.notes, "files were changed while they were checked"))
        known = self._known
        if self._cache is not None and known is not None:
            known.store.save(self._cache.began)
            if self._keeps:
                if not report.tracebacks:
                    self._leave(self._cache, known)
                found = Found(known.inventory, known.sources.stamps(), self._cache.began)
                remember(project, self._config, self._cache, report, found)
        return report

    def look(self, project: Project) -> tuple[Model, ProjectSources]:
        """The model of a project as it is now, and its sources: nothing is judged."""
        known = self._known = self._look(project)
        return known.model, known.sources

    def analyze(self, project: Project) -> Analysis:
        """Check a project as it is now."""
        known = self._known = self._look(project)
        is_new = not len(known.model.memory)
        known.sources.prepare(known.sources.python(), self._processes, python=True)
        templates = template_files(known.model)
        known.sources.prepare(templates, self._processes, python=False)
        known.sources.mean((*known.sources.python(), *templates))
        if is_new:
            look_first(known.model)
        run = _Run(known.model, known.sources, self._levels, PerFile(self._config), self._plugins)
        run.judge()
        kept = tuple(one for one in run.diagnostics() if _concerns(one, project.paths))
        found = (structs.replace(one, span=known.sources.written(one.span)) for one in known.model.unknowns())
        unknowns = tuple(sorted(found, key=lambda one: (one.span, one.kind, one.reason)))
        report = Report(
            root=known.root,
            diagnostics=kept,
            sources=known.sources.texts(),
            unknowns=unknowns,
            summary=_summary(known.model, known.sources, kept),
            notes=known.inventory.notes,
            tracebacks=tuple(run.tracebacks),
            folders=known.folders,
        )
        return Analysis(known.model, report, known.sources)

    def _look(self, project: Project) -> _Known:
        """The project as it is now, with the answers of the last look that still hold."""
        host = project.host
        root = host.real(os.fspath(project.root))
        folders = folders_of(root, project)
        inventory = take_inventory(root, host, self._config, folders)
        last = self._known
        if last is None or not self._lasting or (last.root, last.folders) != (root, folders):
            lasting = self._lasting and (self._cache is None or len(inventory.files) <= MANY)
            last = self._restored(root, folders, host) if lasting else None
            if last is None:
                return self._new(root, folders, host, inventory, LastingMemory() if lasting else Answers())
        outdated = last.sources.outdated(host)
        last.sources.renew(host, inventory, outdated)
        if inventory != last.inventory:
            last.model.memory.changed(files)
            last.model.memory.changed(python_files)
        for path in outdated:
            for question in (module_facts, template_facts, text):
                last.model.memory.changed(question, path)
        return replace(last, inventory=inventory)

    def _new(self, root: str, folders: tuple[str, ...], host: Host, inventory: Inventory, memory: Memory) -> _Known:
        store = Store(self._cache)
        at_hand = MANY if self._lasting or len(inventory.files) <= MANY else AT_HAND
        sources = ProjectSources(root, host, inventory, store, at_hand=at_hand, edited=self._edited)
        settings = ModelSettings(templates=self._config.templates, htmx=self._config.htmx, live=self._live)
        return _Known(root, folders, inventory, sources, store, Model(sources, settings, memory))

    @property
    def _keeps(self) -> bool:
        """Whether reports and answers depend on nothing but the files and the configuration, so that they can stay."""
        return self._cache is not None and self._live is None and self._plugins == NO_PLUGINS

    def _restored(self, root: str, folders: tuple[str, ...], host: Host) -> _Known | None:
        """What another session has left of these folders."""
        data = self._cache.read(self._answers(root, folders)) if self._cache is not None and self._keeps else None
        if data is None:
            return None
        from chirp_check.keeping import question_of, restored

        kept = restored(data)
        questions = [one for one in map(question_of, kept.questions) if one is not None] if kept is not None else []
        if kept is None or len(questions) < len(kept.questions):
            return None
        memory = LastingMemory()
        known = self._new(root, folders, host, kept.inventory, memory)
        try:
            memory.take(questions, kept.notes)
            known.sources.go_on(kept.reading)
        except AttributeError, IndexError, TypeError, ValueError:
            return None  # not what was left there
        return known

    def _leave(self, cache: Cache, known: _Known) -> None:
        """Leave what is known for another session."""
        memory = known.model.memory
        if not isinstance(memory, LastingMemory) or known.sources.failures() or memory.answered * SELDOM < len(memory):
            return
        from chirp_check.keeping import Kept, name_of, stored

        questions, notes = memory.notes()
        names = tuple(name_of(one) for one in questions)
        data = stored(Kept(known.inventory, known.sources.state(cache.began), names, notes))
        if data is not None:
            cache.write(self._answers(known.root, known.folders), data)

    def _answers(self, root: str, folders: tuple[str, ...]) -> str:
        """What the answers for some folders are called in the cache."""
        asked = repr((root, folders, self._config)).encode("utf-8", "surrogatepass")
        return f"answers-{blake2b(asked, digest_size=8).hexdigest()}"


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
    plugins: Plugins
    tracebacks: list[str] = field(default_factory=list[str])
    _failures: list[InternalFailure] = field(default_factory=list[InternalFailure])
    _kept: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def judge(self) -> None:
        """Run every rule: first over the model, then over what the first part of the work has shown."""
        names = frozenset(name for name in self.levels if self._runs(name))
        found = [one for path in self.model.files() for one in self._placed(judged(self.model, path, names))]
        found += self._said(ours(self.model, self.sources.problems(), names))
        found += self._plugged()
        self._fail(Failure("reading the file", one.error, Span(one.path, 0, 0)) for one in self.sources.failures())
        suppressions = Suppressions((path for path in self.model.files() if marked(self.model, path)), self.sources)
        faults = tuple(suppressions.faults(tuple(sorted(self.levels))))
        self._keep([*found, *self._said(ours(self.model, faults, names))], suppressions)
        for chosen in (names - {UNUSED}, names & {UNUSED}):
            unused = tuple(suppressions.unused(chosen.__contains__))
            self._keep(self._said(ours(self.model, unused, names)), suppressions)
        self._keep(self._said(ours(self.model, tuple(self._failures), names)), suppressions)

    def _plugged(self) -> list[Diagnostic]:
        """What the rules of other distributions find."""
        for one in self.plugins.broken:
            self._fail((Failure("loading the rules", one.error, WHOLE),), one.plugin)
        rules = tuple(one for one in self.plugins.rules if self._runs(one.name))
        if not rules:
            return []
        found = [one for path in self.model.files() for one in self._placed(plugged(self.model, path, rules))]
        return [*found, *self._placed(plugged_once(self.model, rules))]

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is left, each once, in the order of reports."""
        return tuple(sorted(dict.fromkeys(self._kept), key=lambda one: one.sort_key))

    def _runs(self, name: str) -> bool:
        return self.levels.get(name, Level.OFF) is not Level.OFF

    def _placed(self, verdict: Verdict) -> list[Diagnostic]:
        """What was found in the model, where it is written."""
        written = self.sources.written
        failures = tuple(replace(one, span=written(one.span)) for one in verdict.failures)
        return self._said(Verdict(tuple((name, moved(one, written)) for name, one in verdict.found), failures))

    def _said(self, verdict: Verdict) -> list[Diagnostic]:
        self._fail(verdict.failures)
        return [Diagnostic(name, self.levels[name], finding) for name, finding in verdict.found]

    def _fail(self, failures: Iterable[Failure], plugin: str | None = None) -> None:
        for one in failures:
            import traceback

            self.tracebacks.append("".join(traceback.format_exception(one.error)))
            text = " ".join(f"{type(one.error).__name__}: {one.error}".split())
            at_fault = plugin if one.rule is None else self.plugins.origins.get(one.rule)
            self._failures.append(InternalFailure(one.what, text, one.span, at_fault))

    def _keep(self, found: Iterable[Diagnostic], suppressions: Suppressions) -> None:
        for one in found:
            ours = one.rule == INTERNAL
            if ours or not (suppressions.takes(one) or self.per_file.takes(one.rule, one.finding.at.path)):
                self._kept.append(one)
