"""The applications of a project: for each `App(…)` its files, template roots, routes and open URL prefixes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from chirp_check.live import LiveFacts
from chirp_check.model.domain import Callable, Path, Record, Scalar, Sequence, Value
from chirp_check.model.entities import HandlerRef, Route, Text, Unknown
from chirp_check.model.frame import Registration, Summary
from chirp_check.model.inputs import files, python_files
from chirp_check.model.listing import handler_ref, imports
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.middleware import DEFAULT_STATIC_URL, prefixes_of
from chirp_check.model.mounts import mounted, near, page_routes, python_below
from chirp_check.model.outlines import module_outline
from chirp_check.model.program import log, summary
from chirp_check.source import Span

DEFAULT_TEMPLATES = "templates"


class Handler(msgspec.Struct, frozen=True):
    """The function that answers a route or error, and what it gives, where only the call that registered it knows.

    `around` is what a decorator has put around the function: what is given is given by that.
    """

    function: Callable
    summary: Summary | None
    around: Callable | None = None

    @classmethod
    def of(cls, function: Callable, summary: Summary | None = None) -> Handler:
        """A function that a module binds or a call registers, told apart from what a decorator has put around it."""
        asked = function.asked
        return cls(asked, summary, None if asked is function else function)

    def gives(self, model: Queries) -> Summary:
        """What it gives on unknown arguments."""
        return self.summary if self.summary is not None else summary(model, self.around or self.function)


class AppKey(NamedTuple):
    """Which application: the file of its `App(…)` call, and the how manieth of that file it is.

    A project without such a call has one, at the empty path.
    """

    path: str
    ordinal: int


class Roots(msgspec.Struct, frozen=True):
    """The folders that templates come from. `complete`: no others; `exhaustive`: a live application said so."""

    folders: tuple[str, ...]
    complete: bool
    exhaustive: bool = False


class Application(msgspec.Struct, frozen=True):
    """One application. `span` is its `App(…)` call, None for a project without one; `files` are its Python files.

    `complete`: there are no routes but these, outside `prefixes`. What its functions give is not part of it: see
    `Handlers`.
    """

    span: Span | None
    files: frozenset[str]
    roots: Roots
    routes: tuple[Route, ...]
    prefixes: tuple[str, ...]
    complete: bool
    unknowns: tuple[Unknown, ...]


class Handlers(msgspec.Struct, frozen=True):
    """The functions that answer for an application: those of its routes, at the same place, and of errors.

    None where that of a route is not known.
    """

    of_routes: tuple[Handler | None, ...] = ()
    of_errors: tuple[tuple[HandlerRef, Handler], ...] = ()


IMPLICIT = AppKey("", 0)

type Registered = tuple[Route, Handler | None]


@gate
def application_keys(model: Queries) -> tuple[AppKey, ...]:
    """All applications that the text shows, in the order of their places; at least one."""
    keys = tuple(_places(model))
    live = model.settings.live
    if live is None or not keys:
        return keys or (IMPLICIT,)
    handled = {_relative(model.sources.root, route.handler_file) for route in live.routes}
    return (max(keys, key=lambda key: len(handled & application(model, key).files)),)


@query
def _built(model: Queries, key: AppKey) -> tuple[Application, Handlers]:
    if key == IMPLICIT:
        return _implicit(model), Handlers()
    return _Builder(model, _places(model)[key]).build()


@gate
def application(model: Queries, key: AppKey) -> Application:
    """An application; one without routes and with every file where there is no `App(…)`."""
    return _built(model, key)[0]


def handlers(model: Queries, key: AppKey) -> Handlers:
    """The functions that answer for an application."""
    return _built(model, key)[1]


@gate
def application_files(model: Queries, key: AppKey) -> frozenset[str]:
    """The Python files of an application."""
    return application(model, key).files


@table
def _routes(model: Queries, key: AppKey) -> Mapping[int, Registered]:
    return dict(enumerate(zip(application(model, key).routes, handlers(model, key).of_routes, strict=True)))


def registered_at(model: Queries, key: AppKey, index: int) -> Registered:
    """A route of an application, and its handler, by its place among the routes."""
    return _routes.entry(model, index, key) or _routes(model, key)[index]


def route_at(model: Queries, key: AppKey, index: int) -> Route:
    """A route of an application by its place among the routes."""
    return registered_at(model, key, index)[0]


@table
def _registered(model: Queries, key: AppKey) -> Mapping[str, tuple[Registered, ...]]:
    found: dict[str, list[Registered]] = {}
    for route, handler in zip(application(model, key).routes, handlers(model, key).of_routes, strict=True):
        found.setdefault(route.span.path, []).append((route, handler))
    return {path: tuple(ones) for path, ones in found.items()}


def registered_in(model: Queries, key: AppKey, path: str) -> tuple[Registered, ...]:
    """The routes that a file registers on an application, with their handlers."""
    return _registered.entry(model, path, key) or ()


@gate
def roots(model: Queries, key: AppKey) -> Roots:
    """Where the templates of an application come from."""
    return application(model, key).roots


@query
def _places(model: Queries) -> dict[AppKey, Span]:
    checked = frozenset(python_files(model))
    spans = sorted({one.span for one in log(model).of_kind("App") if one.span.path in checked})
    found: dict[AppKey, Span] = {}
    for span in spans:
        found[AppKey(span.path, sum(key.path == span.path for key in found))] = span
    return found


def _implicit(model: Queries) -> Application:
    folders = model.settings.templates or _named_templates(model) or ("",)
    checked = frozenset(python_files(model))
    return Application(None, checked, Roots(folders, complete=True), (), (), False, ())


def _named_templates(model: Queries) -> tuple[str, ...]:
    marker = f"/{DEFAULT_TEMPLATES}/"
    found = {path[: f"/{path}".index(marker) + len(marker) - 2] for path in files(model) if marker in f"/{path}"}
    return tuple(sorted(found))


def _relative(root: str, path: str | None) -> str:
    """A live file's path as the project writes it; empty outside the project."""
    if path is None or not path.startswith(root.rstrip("/") + "/"):
        return ""
    return path[len(root.rstrip("/")) + 1 :]


class _Builder:
    """Builds the application constructed at one place."""

    def __init__(self, model: Queries, span: Span) -> None:
        self.model = model
        self.settings = model.settings
        self.log = log(model)
        self.span = span
        self.records = [record for record in self.log.of_kind("App") if record.span == span]
        self.configs = [record.argument(0, "config") for record in self.records]
        self.mounts = mounted(model, span)
        self.unknowns: list[Unknown] = []

    def build(self) -> tuple[Application, Handlers]:
        registrations = list(self._registrations())
        folders, complete = self._roots()
        reached = self._files(registrations)
        registered = tuple(self._routes(registrations, reached))
        routes, prefixes, closed = self._urls([route for route, _ in registered], reached)
        answering = dict(registered)
        built = Application(
            self.span,
            reached,
            Roots(folders, complete, exhaustive=self.settings.live is not None),
            routes,
            prefixes,
            closed,
            tuple(self.unknowns),
        )
        return built, Handlers(tuple(answering.get(route) for route in routes), tuple(self._error_handlers()))

    def _registrations(self, kind: str = "@route") -> Iterator[Registration]:
        return (one for one in self.log.registrations if one.application == self.span and one.route.kind == kind)

    def _error_handlers(self) -> Iterator[tuple[HandlerRef, Handler]]:
        found: dict[Span, Registration] = {}
        for one in self._registrations("@error"):
            place = one.handler.asked.span if isinstance(one.handler, Callable) else one.handler.span
            known = found.get(place)
            if known is None or known.summary is None:
                found[place] = one
        for one in found.values():
            if isinstance(one.handler, Callable):
                yield handler_ref(self.model, one.handler.asked), Handler.of(one.handler, one.summary)

    def _files(self, registrations: list[Registration]) -> frozenset[str]:
        seen: set[str] = set()
        pending = [self.span.path, *(one.span.path for one in registrations)]
        pending += [path for root in self.mounts if root is not None for path in python_below(self.model, root)]
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                pending += imports(self.model, path)
        return frozenset(seen)

    # Template roots.

    def _roots(self) -> tuple[tuple[str, ...], bool]:
        live = self.settings.live
        if live is not None:
            inside = [_relative(self.model.sources.root, root) for root in live.template_roots]
            return tuple(root for root in inside if root), all(inside)
        pages = tuple(root for root in self.mounts if root is not None)
        complete = len(pages) == len(self.mounts)
        if self.settings.templates:
            return (*self.settings.templates, *pages), complete
        found = [self._root(config) for config in self.configs]
        known = tuple(dict.fromkeys(root for root in found if root is not None))
        if known:
            loaders = any(self._has_loader(record) for record in self.records)
            return tuple(dict.fromkeys((*known, *pages))), complete and not loaders
        self.unknowns.append(Unknown("the template folder is computed", self.span, "template_dir"))
        return (near(self.model, self.span.path, DEFAULT_TEMPLATES), *pages), False

    def _root(self, config: Value | None) -> str | None:
        """The template folder that a configuration names; None when the text does not tell."""
        setting = _setting(config, "template_dir")
        match setting:
            case None:
                return near(self.model, self.span.path, DEFAULT_TEMPLATES)
            case Path(text):
                return text
            case Text(text):
                return None if text.startswith("/") else near(self.model, self.span.path, text)
            case _:
                return None

    def _has_loader(self, record: Record) -> bool:
        config = record.argument(0, "config")
        names = [name for name, _ in record.kwargs]
        names += [name for name, _ in config.kwargs] if isinstance(config, Record) else []
        return record.open or any("loader" in name or "env" in name for name in names)

    # Routes.

    def _routes(
        self, registrations: list[Registration], files: frozenset[str]
    ) -> Iterator[tuple[Route, Handler | None]]:
        """The routes that are registered on this application, or on one that the text does not tell."""
        seen: set[tuple[str, Span]] = set()
        places = {one.span for one in registrations}
        loose = (
            one
            for one in self.log.registrations
            if one.application is None and one.route.kind == "@route"
            if one.span.path in files and one.span not in places
        )
        for one in (*registrations, *loose):
            path = one.route.argument(0, "path")
            text = path if isinstance(path, Text) else None
            handler = one.handler if isinstance(one.handler, Callable) else None
            key = (text.value if text is not None else "", handler.asked.span if handler is not None else one.span)
            if key in seen:
                continue
            seen.add(key)
            if text is None:
                self.unknowns.append(Unknown("a route's path is computed", one.span, "route"))
            name = one.route.argument(None, "name")
            named = name if isinstance(name, (Text, Unknown)) or name is None else Unknown("a computed name", one.span)
            methods = _methods(one.route.argument(None, "methods"))
            reference = handler_ref(self.model, handler.asked) if handler is not None else None
            answered = Handler.of(handler, one.summary) if handler is not None else None
            yield Route(text, methods, named, reference, one.route.span), answered
        for root in self.mounts:
            for route, answers in page_routes(self.model, root) if root is not None else ():
                yield route, Handler.of(answers) if answers is not None else None

    def _urls(self, routes: list[Route], reached: frozenset[str]) -> tuple[tuple[Route, ...], tuple[str, ...], bool]:
        """The routes, the prefixes that something else answers, and whether these are all."""
        live = self.settings.live
        if live is not None:
            return tuple(_live_routes(live, routes, self.span)), live.open_prefixes, True
        escaped = [place for application, place in self.log.escapes if application == self.span]
        self.unknowns += [Unknown("the application is handed to code not seen", place, "route") for place in escaped]
        faulty = [path for path in sorted(reached) if _faulty(self.model, path)]
        self.unknowns += [Unknown("a file that does not parse", Span(path, 0, 0), "route") for path in faulty]
        computed = None in self.mounts
        self.unknowns += [Unknown("a folder of pages is computed", self.span, "route")] if computed else []
        prefixes, answered = self._prefixes()
        complete = (
            not computed and not escaped and not faulty and answered and all(route.path is not None for route in routes)
        )
        return tuple(routes), prefixes, complete

    def _prefixes(self) -> tuple[tuple[str, ...], bool]:
        """URL prefixes that something else than a route answers, and whether all such things are understood."""
        prefixes: list[str] = []
        for config in self.configs:
            url = _setting(config, "static_url")
            if not isinstance(_setting(config, "static_dir"), Scalar):
                prefixes.append(url.value if isinstance(url, Text) else DEFAULT_STATIC_URL)
        understood = True
        for record in self.log.of_kind("App.add_middleware"):
            if record.args[0].span == self.span:
                middleware = record.argument(1, "middleware")
                answered = prefixes_of(self.model, middleware)
                understood = understood and answered is not None
                prefixes += answered or ()
        return tuple(dict.fromkeys(prefixes)), understood


def _setting(config: Value | None, name: str) -> Value | None:
    """A field of an `AppConfig`: None when it has its default, Unknown when the text does not tell."""
    match config:
        case None | Scalar(None):
            return None
        case Record(kind="AppConfig", open=is_open):
            given = config.argument(None, name)
            return Unknown("passed through `**`", config.span) if given is None and is_open else given
        case _:
            return Unknown("a computed configuration", config.span)


def _methods(value: Value | None) -> frozenset[str] | None:
    if value is None:
        return frozenset({"GET"})
    if isinstance(value, Sequence) and not value.open:
        texts = [item.value.upper() for item in value.items if isinstance(item, Text)]
        return frozenset(texts) if len(texts) == len(value.items) else None
    return None


def _live_routes(live: LiveFacts, static: list[Route], application: Span) -> Iterable[Route]:
    """The live routes, each as the text has it where it has it: then its handler is known."""
    known = {(route.path.value, route.methods): route for route in static if route.path is not None}
    for one in live.routes:
        named = Text(one.name, application) if one.name is not None else None
        unseen = Route(Text(one.path, application), one.methods, named, None, application)
        yield known.get((one.path, one.methods), unseen)


def _faulty(model: Queries, path: str) -> bool:
    return not module_outline(model, path).parses
