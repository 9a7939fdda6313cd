"""The project, resolved: the queries that rules, reports and editors ask."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from chirp_check.grammar.htmx import NO_TAGS
from chirp_check.grammar.selectors import stripped, tag_of
from chirp_check.model import routes as urls
from chirp_check.model import templates
from chirp_check.model.addresses import Seen, seen
from chirp_check.model.applications import AppKey, Application, application, application_keys, route_at
from chirp_check.model.entities import (
    BlockAt,
    LinkUse,
    Pattern,
    Route,
    RouteNameUse,
    SelectorUse,
    TargetUse,
    TemplateUse,
    Text,
    Unknown,
    UrlUse,
)
from chirp_check.model.events import heard
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, counts, has_tag, ids, only_an_id, pieces, scripted, wanted_id
from chirp_check.model.memory import Memory, Queries
from chirp_check.model.relative import is_relative
from chirp_check.model.route_checks import route_names
from chirp_check.model.routes import Reach, RouteShape, is_local, path_pieces, with_holes
from chirp_check.model.screens import holds
from chirp_check.model.segments import fill_one_segment
from chirp_check.model.sources import ModelSettings, Sources
from chirp_check.model.subjects import checked_files, subjects_of, tally

NO_SETTINGS = ModelSettings()


class Model(Queries):
    """All facts of a project, resolved by name. Reads what it needs through `sources`, and remembers every answer."""

    def __init__(self, sources: Sources, settings: ModelSettings = NO_SETTINGS, memory: Memory | None = None) -> None:
        super().__init__(sources, settings, memory)

    @property
    def applications(self) -> tuple[Application, ...]:
        """The applications of the project, in the order of their places."""
        return tuple(application(self, app) for app in application_keys(self))

    def files(self) -> tuple[str, ...]:
        """The files that can have subjects, sorted."""
        return checked_files(self)

    def subjects[S](self, kind: type[S]) -> tuple[S, ...]:
        """Everything of one kind that rules judge, each once, in the order of files."""
        found = (one for path in self.files() for one in self.subjects_in(path, kind))
        return tuple(dict.fromkeys(found))

    def subjects_in[S](self, path: str, kind: type[S]) -> tuple[S, ...]:
        """Everything of one kind that rules judge in one file."""
        return cast("tuple[S, ...]", subjects_of(self, path).get(kind, ()))

    def unknowns(self) -> tuple[Unknown, ...]:
        """What the text does not determine."""
        return tuple(dict.fromkeys(one for path in self.files() for one in tally(self, path).unknowns))

    def references(self) -> tuple[int, int]:
        """How many references are verified, and how many there are."""
        tallies = [tally(self, path) for path in self.files()]
        return sum(one.verified for one in tallies), sum(one.references for one in tallies)

    def routes(self) -> tuple[Route, ...]:
        """The routes of all applications."""
        return tuple(dict.fromkeys(route for known in self.applications for route in known.routes))

    # Templates.

    def templates(self) -> Mapping[str, str]:
        """Every template of every application, name to path."""
        found: dict[str, str] = {}
        for app in reversed(application_keys(self)):
            found.update(templates.names(self, app))
        return MappingProxyType(found)

    def template_path(self, name: str, base: str | None = None) -> str | None:
        """The file of a template name; one with `./` or `../` is seen from the template at `base`."""
        found = (templates.template_path(self, app, name, base) for app in self.applications_of(base))
        return next((path for path in found if path is not None), None)

    def template_missing(self, use: TemplateUse) -> bool:
        """Whether no application that the reference belongs to can load the name, all their loaders being known."""
        owners = self.applications_of(use.name.span.path)
        name, base = use.name.value, None if use.site is not None else use.name.span.path
        return bool(owners) and all(
            templates.judged(self, app, name) and templates.template_path(self, app, name, base) is None
            for app in owners
        )

    def blocks(self, path: str) -> Mapping[str, BlockAt]:
        """The blocks of a template, inherited ones included."""
        return templates.blocks(self, self._application_of(path), path)

    def blocks_complete(self, path: str) -> bool:
        """Whether the blocks of a template are all known."""
        return templates.chain(self, self._application_of(path), path).complete

    def chain(self, path: str) -> tuple[str, ...]:
        """A template and those it extends, nearest first."""
        return templates.chain(self, self._application_of(path), path).paths

    def included_blocks(self, path: str) -> Mapping[str, BlockAt]:
        """The blocks of files that come in otherwise than by `extends`, which cannot be rendered alone."""
        return templates.included_blocks(self, self._application_of(path), path)

    def applications_of(self, path: str | None) -> tuple[AppKey, ...]:
        """The applications that a file belongs to; all of them without a file."""
        return templates.owners(self, path) if path is not None else application_keys(self)

    def _application_of(self, path: str) -> AppKey:
        keys = application_keys(self)
        return next((app for app in keys if path in templates.paths(self, app)), keys[0])

    # URLs and targets.

    def reach(self, use: UrlUse | LinkUse) -> Reach | None:
        """The routes a URL can reach; None for a URL that does not lead into the application."""
        owners = self.applications_of(use.url.span.path)
        if is_local(use.url):
            return self._reach(use, [urls.reach(self, app, use.url) for app in owners])
        led = self.seen(use)
        return self._reach(use, [urls.reach(self, app, one.url) for app, one in led]) if led is not None else None

    def _reach(self, use: UrlUse | LinkUse, found: list[Reach]) -> Reach:
        if any(one.spanned for one in found) and self._fills_segments(use):
            found = [Reach((), one.open) if one.spanned else one for one in found]
        if len(found) == 1:
            return found[0]
        routes = tuple(route for one in found for route in one.routes)
        likely = tuple(route for one in found for route in one.likely)
        return Reach(routes, not found or any(one.open for one in found), likely)

    def seen(self, use: UrlUse | LinkUse) -> tuple[tuple[AppKey, Seen], ...] | None:
        """What a relative URL is from the pages that show it; None where it is none, or these are not all known."""
        owners = self.applications_of(use.url.span.path) if is_relative(use.url) else ()
        led = [(app, seen(self, app, use)) for app in owners]
        if any(ones is None for _, ones in led):
            return None
        return tuple((app, one) for app, ones in led for one in ones or ()) or None

    def route(self, shape: RouteShape) -> Route:
        """The route that a URL has been found to reach, with its place in the text."""
        return route_at(self, shape.app, shape.index)

    def methods(self, use: UrlUse, reach: Reach) -> frozenset[str] | None:
        """The methods of the routes that a URL can reach; None when those of one are not known."""
        return reach.methods(by_segments=self._fills_segments(use))

    def _fills_segments(self, use: UrlUse | LinkUse) -> bool:
        """Whether every expression of a URL fills one segment of it, as far as names tell."""
        via = use.via if isinstance(use, UrlUse) else "href"
        named = attribute(use.element.element, via) if use.element is not None else None
        return named is not None and fill_one_segment(named.value)

    def route_names(self, use: RouteNameUse) -> Mapping[str, tuple[frozenset[str], ...]] | None:
        """The parameters of the routes of each name that a file can ask for; None when there may be others."""
        tables = [route_names(self, app) for app in self.applications_of(use.name.span.path)]
        if len(tables) < 2:
            return tables[0] if tables else None
        found: dict[str, tuple[frozenset[str], ...]] = {}
        for table in tables:
            if table is None:
                return None
            for name, parameters in table.items():
                found[name] = (*found.get(name, ()), *parameters)
        return found

    def nearest_route(self, url: Text | Pattern) -> str | None:
        """The path, as a route writes it, that a URL most likely meant. Holes compare with parameters.

        None for a relative one.
        """
        if not is_local(url):
            return None
        return urls.nearest_path(self, self.applications_of(url.span.path), with_holes(path_pieces(url)))

    def target_missing(self, use: TargetUse) -> bool:
        """Whether no screen on which the target is asked for can hold its element."""
        if use.element is not None or use.site is None:
            return self._missing(use, self._asking(use))
        path = self._fragment_path(use)
        return self._missing(use, path) and not self._is_event(use, path or "")

    def _is_event(self, use: TargetUse, path: str) -> bool:
        """Whether elements wait for the target of a fragment as for an event: in a stream it is the name of one."""
        name = str(use.selector)[1:]  # the text of an id's selector
        return any(name in heard(self, app) for app in templates.showing(self, path))

    def selector_missing(self, use: SelectorUse) -> bool:
        """Whether no screen can hold the element that an attribute refers to."""
        return self._missing(use, use.element.path)

    def _missing(self, use: TargetUse | SelectorUse, at: str | None) -> bool:
        wanted = wanted_id(use.selector)
        literal = max((piece for piece in wanted or () if piece is not None), key=len, default="")
        if wanted is None or at is None or not literal:
            return False
        owners = templates.showing(self, at)
        return bool(owners) and not any(
            holds(self, app, at, wanted, is_numbered=self._is_numbered(use, app)) or scripted(self, app, literal)
            for app in owners
        )

    def _asking(self, use: TargetUse) -> str:
        """The template that asks for a target: where it is written, or else that of the element it is given to."""
        path = use.selector.span.path
        return use.element.path if use.element is not None and path.endswith(".py") else path

    def _is_numbered(self, use: TargetUse | SelectorUse, app: AppKey) -> bool:
        """Whether the expressions in a target that an attribute names are whole numbers."""
        facts = template_facts(self, use.element.path) if use.element is not None else None
        named = attribute(use.element.element, use.via) if use.element is not None else None
        return facts is not None and named is not None and counts(self, app, named.value, facts)

    def is_no_tag(self, use: TargetUse) -> bool:
        """Whether a target is a word of another attribute, and so no tag of any element."""
        word = str(use.selector).strip().lower()
        owners = templates.showing(self, self._asking(use)) if word in NO_TAGS and use.element is not None else ()
        return bool(owners) and not any(has_tag(self, app, word) for app in owners)

    def hash_forgotten(self, use: TargetUse) -> bool:
        """Whether a target names the id of an element as if it were a tag, and there is no such tag."""
        tag = tag_of(stripped(pieces(use.selector))) if use.element is not None else None
        owners = templates.showing(self, self._asking(use)) if tag is not None else ()
        return tag is not None and bool(owners) and all(only_an_id(self, app, tag) for app in owners)

    def _fragment_path(self, use: TargetUse) -> str | None:
        """The template whose fragment a target of the Python side belongs to."""
        site = use.site
        if site is None:
            return None
        known = self.subjects_in(site.span.path, TemplateUse)
        paths = (self.template_path(one.name.value, site.span.path) for one in known if one.site == site)
        return next((path for path in paths if path is not None), None)

    def known_ids(self, use: TargetUse | SelectorUse) -> frozenset[str]:
        """Ids that elements of the application have, for suggestions."""
        return frozenset(
            name
            for app in self.applications_of(use.selector.span.path)
            for path in templates.paths(self, app)
            for name in ids(self, app, path).exact
        )
