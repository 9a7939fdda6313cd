"""What the model says of a running application's answers, for whoever compares the two while it runs.

Nothing is said where the text does not tell: a handler that is not seen, a value that is Unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic, Finding, Label, Level
from chirp_check.engine import Project, Session
from chirp_check.explaining import Difference, differences, explains
from chirp_check.grammar.selectors import overlap
from chirp_check.live import LiveFacts, LiveRoute
from chirp_check.model.applications import Handler, application, application_keys
from chirp_check.model.domain import Callable, Record, Value
from chirp_check.model.entities import HandlerRef, TargetUse, Text, UrlUse
from chirp_check.model.listing import function, handler_ref
from chirp_check.model.markup import ids, in_scripts, pieces
from chirp_check.model.pages import answering, given_by
from chirp_check.model.program import log
from chirp_check.model.screens import bears
from chirp_check.model.templates import blocks, paths, template_path
from chirp_check.observed import Seen, SeenValue, described
from chirp_check.plugins import NO_PLUGINS
from chirp_check.report.full import render
from chirp_check.report.outcome import Report, Summary
from chirp_check.source import Span
from chirp_check.suppress import Suppressions

RULE = "unexpected-answer"
_SHOWN = frozenset({"block", "context", "template"})  # what is given otherwise is shown with the block that is given

type Places = tuple[tuple[Span, str], ...]
"""Places with what is said of each."""


@dataclass(frozen=True, slots=True)
class Told:
    """A disagreement: the name of what is wrong, one sentence, help, and its places with what is said of each.

    Without a place it is only told.
    """

    rule: str
    message: str
    places: Places = ()
    help: str | None = None


@dataclass(frozen=True, slots=True)
class _Site:
    """A value of the text that a handler gives."""

    handler: HandlerRef
    value: Value


class Contract:
    """The model of one application. It follows the files when it is renewed."""

    def __init__(self, project: Project, config: Config, live: LiveFacts) -> None:
        self._project = project
        self._session = Session(config, live=live)
        self._levels = NO_PLUGINS.levels(config)
        self._model, self._sources = self._session.look(project)
        self._code = self._texts()

    def renew(self) -> None:
        """Take in what has changed on the disk."""
        self._model, self._sources = self._session.look(self._project)

    @property
    def is_outdated(self) -> bool:
        """Whether the code is not what it was at first, so that what runs may be something else."""
        return self._texts() != self._code

    def _texts(self) -> frozenset[tuple[str, str]]:
        return frozenset((path, self._sources.text(path) or "") for path in self._sources.python())

    def unexplained(self, route: LiveRoute, seen: Seen) -> Told | None:
        """Why what a route's handler gave is nothing that the text says it gives; None where it may be."""
        sites = tuple(self._sites(route))
        found = [(one, tuple(differences(one.value, seen))) for one in sites]
        if not found or any(not faults for _, faults in found):
            return None
        if seen is None:
            at = found[0][0].handler
            return Told("unnegotiable-return", f"`{at.name}` gives nothing to answer with", ((at.span, "its name"),))
        nearest, faults = max(found, key=lambda one: (one[1][0].nearness, -len(one[1])))
        return self._told(nearest, faults[0], seen)

    def places(self, route: LiveRoute, seen: Seen) -> Places:
        """Where a handler gives what was seen, as far as that is one place; else the handler."""
        sites = tuple(self._sites(route))
        fitting = {one.value.span: one for one in sites if explains(one.value, seen)}
        if len(fitting) == 1 and isinstance(seen, SeenValue):
            return ((next(iter(fitting)), "it is given here"),)
        return tuple((one.handler.span, f"`{one.handler.name}` answers") for one in sites[:1])

    def elements(self, *attributes: tuple[str, str]) -> Places:
        """Where templates write attributes with such values: of each the first."""
        found: list[tuple[Span, str]] = []
        for name, value in attributes:
            at = next(self._written(name, value), None)
            found += [] if at is None else [(at, f"`{name}` is written here")]
        return tuple(found)

    def block(self, template: str, block: str) -> Places:
        """Where a block of a template is defined."""
        for app in application_keys(self._model):
            path = template_path(self._model, app, template)
            known = blocks(self._model, app, path).get(block) if path is not None else None
            if known is not None:
                return ((known.span, f"the block `{block}`"),)
        return ()

    def line(self, template: str, number: int) -> Places:
        """A line of a template."""
        for app in application_keys(self._model):
            path = template_path(self._model, app, template)
            file = self._sources.source(path) if path is not None else None
            if file is not None and 0 < number <= len(file.lines):
                text = file.line_text(number)
                start = file.lines[number - 1] + len(text) - len(text.lstrip())
                return ((Span(file.path, start, start + len(text.strip())), "this line"),)
        return ()

    def in_scripts(self, words: Iterable[str]) -> bool:
        """Whether a script of the application has one of some words in it."""
        return any(in_scripts(self._model, app, one) for app in application_keys(self._model) for one in words)

    def may_hold(self, template: str | None, name: str) -> bool:
        """Whether some screen that shows a template may have an element with an id; without one any template."""
        model, app = self._model, application_keys(self._model)[0]
        path = template_path(model, app, template) if template is not None else None
        if path is not None:
            return not name or bears(model, app, path, (name,))
        return not name or any(ids(model, app, path).may_have((name,)) for path in paths(model, app))

    def is_silenced(self, told: Told) -> bool:
        """Whether the project does not want to hear it: its rule is off, or a comment at one of its places says so."""
        if self._levels.get(told.rule) is Level.OFF:
            return True
        spans = [span for span, _ in told.places]
        suppressions = Suppressions({span.path for span in spans}, self._sources)
        found = (Diagnostic(told.rule, Level.ERROR, Finding(told.message, span)) for span in spans)
        return any(suppressions.takes(one) for one in found)

    def shown(self, told: Told) -> str:
        """A disagreement as the checker shows what it finds, with the lines of its places."""
        if not told.places:
            return f"error[{told.rule}]: {told.message}" + (f"\nhelp: {told.help}" if told.help else "")
        (at, _), *others = told.places  # the first is what the message is about
        finding = Finding(told.message, at, tuple(Label(said, span) for span, said in others), told.help)
        report = self._report((Diagnostic(told.rule, Level.ERROR, finding),))
        return render(report, color=False, conclude=False).rstrip("\n")

    def lines(self, told: Told) -> tuple[tuple[str, str], ...]:
        """The places of a disagreement: `path:line:column`, and what is said of each."""
        report = self._report(())
        found: list[tuple[str, str]] = []
        for span, said in told.places:
            start, _ = report.range(span)
            found.append((f"{span.path}:{start.line}:{start.column}", said))
        return tuple(found)

    # Inside.

    def _sites(self, route: LiveRoute) -> Iterator[_Site]:
        """All that the handler of a route can give; nothing where one of its functions is not seen."""
        for handler in self._answering(route):
            at = handler_ref(self._model, handler.function)
            yield from (_Site(at, value) for value in given_by(self._model, handler))

    def _answering(self, route: LiveRoute) -> tuple[Handler, ...]:
        """The functions that answer, wherever the text registers the handler; it may be in several places."""
        app = application_keys(self._model)[0]
        for index, one in enumerate(application(self._model, app).routes):
            if one.path is not None and one.path.value == route.path and one.methods == route.methods:
                found = answering(self._model, app, index) or ()
                if found and self._is_at(found[0].function, route):
                    return found
        registered = (one for one in log(self._model).registrations if one.route.kind == "@route")
        handlers = (
            Handler.of(one.handler, one.summary)
            for one in registered
            if isinstance(one.handler, Callable) and self._is_at(one.handler.asked, route)
        )
        return tuple(handlers)

    def _is_at(self, one: Callable, route: LiveRoute) -> bool:
        """Whether a function of the text is the handler."""
        written = function(self._model, one.module, one.qualname)
        file = self._sources.source(one.module)
        if written is None or file is None or f"{self._model.sources.root}/{one.module}" != route.handler_file:
            return False
        starts = (written.start, *(decorator.start for decorator in written.decorators[:1]))
        return route.handler_line in [file.position(start).line for start in starts]

    def _told(self, site: _Site, fault: Difference, seen: Seen) -> Told:
        name = site.handler.name
        if fault.what == "answer":
            message = f"`{name}` answers with {described(seen)}, which the text does not say"
        else:
            message = f"in the answer of `{name}`, {fault.message}"
        places = [(site.value.span, "this is the nearest that the text gives")]
        if isinstance(site.value, Record) and isinstance(seen, SeenValue) and fault.what in _SHOWN:
            template, block = seen.get("template_name"), seen.get("block_name")
            if isinstance(template, str) and isinstance(block, str):
                places += self.block(template, block)
        return Told(RULE, message, tuple(places))

    def _written(self, name: str, value: str) -> Iterator[Span]:
        uses: list[TargetUse | UrlUse] = [*self._model.subjects(TargetUse), *self._model.subjects(UrlUse)]
        fitting: list[tuple[bool, Span]] = []
        for one in uses:
            written = one.selector if isinstance(one, TargetUse) else one.url
            if one.via == name and one.element is not None and overlap((value,), pieces(written)):
                fitting.append((not isinstance(written, Text), written.span))
        yield from (span for _, span in sorted(fitting, key=lambda one: one[0]))

    def _report(self, diagnostics: tuple[Diagnostic, ...]) -> Report:
        return Report(self._model.sources.root, diagnostics, self._sources.texts(), (), Summary())
