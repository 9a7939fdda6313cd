"""The project, resolved: the queries that rules, reports and editors ask."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from chirp_check.diagnostic import nearest
from chirp_check.grammar.selectors import stripped, tag_of
from chirp_check.model import markup_uses, python_uses
from chirp_check.model.applications import Application, applications
from chirp_check.model.domain import Record
from chirp_check.model.entities import (
    BlockAt,
    BlockUse,
    Pattern,
    Route,
    SyntaxProblem,
    TargetUse,
    TemplateUse,
    Text,
    Unknown,
    UrlUse,
)
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.imports import Modules
from chirp_check.model.interpreter import Interpreter
from chirp_check.model.markup import Markup, attribute, pieces, wanted_id
from chirp_check.model.responses import Response, response
from chirp_check.model.routes import Reach, is_local, path_pieces, with_holes
from chirp_check.model.screens import Screens
from chirp_check.model.segments import fill_one_segment
from chirp_check.model.sources import ModelSettings, Sources
from chirp_check.source import Span

NO_SETTINGS = ModelSettings()
_SITED = (TemplateUse, BlockUse, UrlUse)
_KINDS = {TemplateUse: "template", BlockUse: "block", UrlUse: "url"}
REFERENCES = (TemplateUse, BlockUse, UrlUse, TargetUse)


class _Part:
    """One application with everything derived from it."""

    def __init__(self, application: Application, sources: Sources, interpreter: Interpreter) -> None:
        self.application = application
        self.interpreter = interpreter
        self.markup = Markup(sources, application.templates, application.routes)
        self._handlers = dict(application.handlers)
        self._answers: dict[Route, Response | None] = {}

    def answer(self, route: Route) -> Response | None:
        """What the handler of a route can answer."""
        if route not in self._answers:
            handler = self._handlers.get(route)
            self._answers[route] = response(handler, self.interpreter) if handler is not None else None
        return self._answers[route]

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The return types that the application's files construct."""
        files = self.application.files
        return tuple(record for record in self.interpreter.log.records if record.span.path in files)

    @cached_property
    def screens(self) -> Screens:
        """The screens that start with a template some handler renders in full."""
        names = (record.argument(*RETURN_TYPES[record.kind].template or (None, "")) for record in self._full())
        paths = (self.application.templates.path(name.value) for name in names if isinstance(name, Text))
        return Screens(self.application, self.markup, frozenset(path for path in paths if path), self.answer)

    def _full(self) -> Iterator[Record]:
        return (record for record in self.records if record.kind in RETURN_TYPES and RETURN_TYPES[record.kind].full)

    @cached_property
    def uses(self) -> tuple[object, ...]:
        """Every reference of the application, each once."""
        found: dict[object, None] = {}
        for record in self.records:
            found.update(dict.fromkeys(python_uses.uses(record, self.application)))
        for facts in self.application.templates.all():
            found.update(dict.fromkeys(markup_uses.uses(facts)))
        return tuple(_settled(found))


def _settled(found: Mapping[object, None]) -> Iterator[object]:
    """The uses; an argument of a site that is Unknown on its own but known from some call is not unknown."""
    sites = {(_KINDS[type(use)], use.site.span) for use in found if isinstance(use, _SITED) and use.site is not None}
    for use in found:
        if not (isinstance(use, Unknown) and (use.kind, use.span) in sites):
            yield use


class Model:
    """All facts of a project, resolved by name. Reads what it needs through `sources`, and remembers every answer."""

    def __init__(self, sources: Sources, settings: ModelSettings = NO_SETTINGS) -> None:
        self.sources = sources
        interpreter = Interpreter(Modules(sources.files()), sources.module)
        interpreter.run(sources.python())
        parts = (_Part(one, sources, interpreter) for one in applications(sources, settings, interpreter.log))
        self._parts = tuple(parts)
        self._facts = interpreter.facts

    @property
    def applications(self) -> tuple[Application, ...]:
        """The applications of the project, in the order of their places."""
        return tuple(part.application for part in self._parts)

    def subjects[S](self, kind: type[S]) -> tuple[S, ...]:
        """Everything of one kind that rules judge, each once."""
        return self._subjects.get(kind, ())

    @cached_property
    def _subjects(self) -> Mapping[type[Any], tuple[Any, ...]]:
        found: dict[type[Any], dict[object, None]] = {}
        for one in self._everything():
            found.setdefault(type(one), {}).setdefault(one)
        return MappingProxyType({kind: tuple(ones) for kind, ones in found.items()})

    def _everything(self) -> Iterator[object]:
        for part in self._parts:
            yield from part.uses
            yield from part.application.unknowns
            yield from part.application.routes.routes
            yield from part.application.templates.cycles()
            routed = ((route.handler, handler) for route, handler in part.application.handlers)
            for reference, handler in (*routed, *part.application.error_handlers):
                use = python_uses.annotation(handler, reference) if reference is not None else None
                yield from () if use is None else (use,)
        yield from self._syntax_problems()

    def _syntax_problems(self) -> Iterator[SyntaxProblem]:
        for path, facts in sorted(self._facts.items()):
            for one in facts.faults:
                yield SyntaxProblem("python", one.message, Span(path, one.start, one.end))
        seen: set[str] = set()
        for part in self._parts:
            for template in part.application.templates.all():
                if template.path in seen:
                    continue
                seen.add(template.path)
                for fault in template.faults:
                    yield SyntaxProblem("kida", fault.message, Span(template.path, fault.start, fault.end), fault.help)

    def unknowns(self) -> tuple[Unknown, ...]:
        """What the text does not determine."""
        return self.subjects(Unknown)

    def references(self) -> tuple[int, int]:
        """How many references are resolved, and how many there are."""
        resolved = sum(len(self.subjects(kind)) for kind in REFERENCES)
        return resolved, resolved + sum(one.kind in ("template", "block", "url", "target") for one in self.unknowns())

    def routes(self) -> tuple[Route, ...]:
        """The routes of all applications."""
        return self.subjects(Route)

    # Templates.

    def templates(self) -> Mapping[str, str]:
        """Every template of every application, name to path."""
        found: dict[str, str] = {}
        for part in reversed(self._parts):
            found.update(part.application.templates.names)
        return MappingProxyType(found)

    def template_path(self, name: str, base: str | None = None) -> str | None:
        """The file of a template name; one with `./` or `../` is seen from the template at `base`."""
        found = (part.application.templates.path(name, base) for part in self._parts_of(base))
        return next((path for path in found if path is not None), None)

    def template_missing(self, use: TemplateUse) -> bool:
        """Whether no application that the reference belongs to can load the name, all their loaders being known."""
        owners = self._parts_of(use.name.span.path)
        name, base = use.name.value, None if use.site is not None else use.name.span.path
        templates = [part.application.templates for part in owners]
        return bool(templates) and all(one.judged(name) and one.path(name, base) is None for one in templates)

    def blocks(self, path: str) -> Mapping[str, BlockAt]:
        """The blocks of a template, inherited ones included."""
        return self._templates_of(path).application.templates.blocks(path)

    def blocks_complete(self, path: str) -> bool:
        """Whether the blocks of a template are all known."""
        return self._templates_of(path).application.templates.blocks_complete(path)

    def chain(self, path: str) -> tuple[str, ...]:
        """A template and those it extends, nearest first."""
        return self._templates_of(path).application.templates.chain(path)

    def included_blocks(self, path: str) -> Mapping[str, BlockAt]:
        """The blocks of files that come in otherwise than by `extends`, which cannot be rendered alone."""
        templates = self._templates_of(path).application.templates
        found: dict[str, BlockAt] = {}
        for one in sorted(templates.composed(path).files - set(templates.chain(path))):
            for name, block in templates.blocks(one).items():
                found.setdefault(name, block)
        return MappingProxyType(found)

    def _templates_of(self, path: str) -> _Part:
        return next((part for part in self._parts if path in part.application.templates.paths), self._parts[0])

    def _parts_of(self, path: str | None) -> list[_Part]:
        """The applications that a file belongs to; all of them when none claims it."""
        owners = [
            part for part in self._parts if path in part.application.files or path in part.application.templates.paths
        ]
        return owners if owners or path is not None else list(self._parts)

    # URLs and targets.

    def reach(self, use: UrlUse) -> Reach | None:
        """The routes a URL can reach; None for a URL that does not lead into the application."""
        if not is_local(use.url):
            return None
        owners = [part.application.routes for part in self._parts_of(use.url.span.path)]
        found = [table.reach(use.url) for table in owners]
        routes = tuple(route for one in found for route in one.routes)
        likely = tuple(route for one in found for route in one.likely)
        return Reach(routes, not found or any(one.open for one in found), likely)

    def target_missing(self, use: TargetUse) -> bool:
        """Whether no screen on which the target is asked for can hold its element."""
        wanted = wanted_id(use.selector)
        if wanted is None:
            return False
        at = use.selector.span.path if use.element is not None else self._fragment_path(use)
        owners = [part for part in self._parts if at in part.application.templates.paths]
        literal = max((piece for piece in wanted if piece is not None), key=len)
        return bool(owners) and not any(
            part.screens.holds(at, wanted, is_numbered=self._is_numbered(use, part)) or part.markup.scripted(literal)
            for part in owners
            if at is not None
        )

    def _is_numbered(self, use: TargetUse, part: _Part) -> bool:
        """Whether the expressions in a target that an attribute names are whole numbers."""
        facts = part.application.templates.facts(use.element.path) if use.element is not None else None
        named = attribute(use.element.element, use.via) if use.element is not None else None
        return facts is not None and named is not None and part.markup.is_numbered(named.value, facts)

    def methods(self, use: UrlUse, reach: Reach) -> frozenset[str] | None:
        """The methods of the routes that a URL can reach; None when those of one are not known."""
        named = attribute(use.element.element, use.via) if use.element is not None else None
        return reach.methods(by_segments=named is not None and fill_one_segment(named.value))

    def hash_forgotten(self, use: TargetUse) -> bool:
        """Whether a target names the id of an element as if it were a tag, and there is no such tag."""
        tag = tag_of(stripped(pieces(use.selector))) if use.element is not None else None
        owners = [part for part in self._parts if use.selector.span.path in part.application.templates.paths]
        return tag is not None and bool(owners) and all(part.markup.only_an_id(tag) for part in owners)

    def _fragment_path(self, use: TargetUse) -> str | None:
        """The template whose fragment a target of the Python side belongs to."""
        site = use.site
        named = (one for one in self.subjects(TemplateUse) if site is not None and one.site == site)
        paths = (self.template_path(one.name.value) for one in named)
        return next((path for path in paths if path is not None), None)

    def known_ids(self, use: TargetUse) -> frozenset[str]:
        """Ids that elements of the application have, for suggestions."""
        at = use.selector.span.path
        return frozenset(
            name
            for part in self._parts_of(at)
            for path in part.application.templates.paths
            for name in part.markup.ids(path).exact
        )

    def nearest_route(self, url: Text | Pattern) -> str | None:
        """The path, as a route writes it, that a URL most likely meant. Holes compare with parameters."""
        tables = (part.application.routes for part in self._parts_of(url.span.path))
        shapes = {shape: path for table in tables for shape, path in table.shapes.items()}
        found = nearest(with_holes(path_pieces(url)), shapes)
        return shapes[found] if found is not None else None
