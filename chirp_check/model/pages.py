"""What the files around a page add to what it answers: names for its templates, layouts, the actions of its forms."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chirp_check.facts.values import Call, Name
from chirp_check.grammar.pages import CONTEXT, LAYOUT, META
from chirp_check.model.applications import AppKey, Handler, application
from chirp_check.model.domain import Callable, Dict, External, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Route, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.mounts import Page, actions_file, beside, mounted, pages
from chirp_check.model.program import names_of, records, summary
from chirp_check.model.templates import template_path
from chirp_check.source import Span

# Files of the released framework that add names which are not read here.
VIEW_MODEL = "_viewmodel.py"


@dataclass(frozen=True, slots=True)
class Cascade:
    """Names that reach everything a page renders, below what it passes itself.

    `entries` are there for sure, `maybe` on some paths; `open`: there may be others.
    """

    entries: tuple[tuple[str, Value], ...] = ()
    maybe: frozenset[str] = frozenset()
    open: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names that are there for sure."""
        return frozenset(name for name, _ in self.entries)

    def below(self, other: Cascade) -> Cascade:
        """This with what `other` adds or replaces."""
        entries = dict(self.entries) | dict(other.entries)
        return Cascade(tuple(entries.items()), (self.maybe | other.maybe) - entries.keys(), self.open or other.open)

    def either(self, other: Cascade) -> Cascade:
        """What is there when it is one of the two and nobody knows which."""
        both = tuple((name, value) for name, value in self.entries if name in other.names)
        sure = frozenset(name for name, _ in both)
        maybe = (self.names | other.names | self.maybe | other.maybe) - sure
        return Cascade(both, maybe, self.open or other.open)


NOTHING = Cascade()
_UNSEEN = Cascade(open=True)


@query
def mounted_pages(model: Queries, app: AppKey) -> tuple[Page, ...]:
    """The pages of an application."""
    span = application(model, app).span
    roots = mounted(model, span) if span is not None else ()
    return tuple(page for root in roots if root is not None for page in pages(model, root))


@query
def mounted_folders(model: Queries, app: AppKey) -> frozenset[str]:
    """The folders that the pages of an application stand in."""
    return frozenset(where for page in mounted_pages(model, app) for where in page.folders)


@query
def page_at(model: Queries, app: AppKey, path: str) -> Page | None:
    """The page that a file is."""
    return next((page for page in mounted_pages(model, app) if page.file == path), None)


@query
def cascaded(model: Queries, app: AppKey, path: str) -> Cascade | None:
    """The names that the files around the page at `path` provide; None for a file that is no page."""
    page = page_at(model, app, path)
    return None if page is None else _cascade(model, page)


def _contexts(model: Queries, folders: tuple[str, ...]) -> Cascade:
    """What the `_context.py` of some folders provide, the outermost first."""
    found = Cascade((("current_path", Unknown("the path of the request", Span(folders[0] if folders else "", 0, 0))),))
    for where in folders:
        provider = beside(model, where, CONTEXT)
        if provider is not None:
            found = found.below(_provided(model, names_of(model, provider).get("context")))
    return found


def _cascade(model: Queries, page: Page) -> Cascade:
    found = _contexts(model, page.folders)
    meta = beside(model, page.folders[-1], META)
    if meta is not None:
        found = found.below(_meta(model, names_of(model, meta)))
    if beside(model, page.folders[-1], VIEW_MODEL) is not None:
        found = found.below(_UNSEEN)
    return found


def served(model: Queries, app: AppKey, path: str) -> Iterator[tuple[Route, Callable, Cascade]]:
    """The routes that a `_context.py` or `_meta.py` serves, each with its function and what is provided before it."""
    where, _, name = path.rpartition("/")
    provider = names_of(model, path).get(_PROVIDERS[name]) if name in _PROVIDERS else None
    if not isinstance(provider, Callable) or (name == META and "META" in names_of(model, path)):
        return
    for route in application(model, app).routes:
        page = page_at(model, app, route.span.path)
        if page is None or where not in page.folders or (name == META and page.folders[-1] != where):
            continue
        depth = page.folders.index(where) + (name == META)
        yield route, provider, _contexts(model, page.folders[:depth])


_PROVIDERS = {CONTEXT: "context", META: "meta"}


def _provided(model: Queries, provider: Value | None) -> Cascade:
    """What a `context` function returns on every path that returns."""
    if not isinstance(provider, Callable):
        return _UNSEEN
    given = summary(model, provider)
    if given.falls_off or not given.returned:
        return _UNSEEN
    return _any_of(_mapping(value) for value in given.returned)


def _any_of(cascades: Iterable[Cascade]) -> Cascade:
    found: Cascade | None = None
    for one in cascades:
        found = one if found is None else found.either(one)
    return found or NOTHING


def _mapping(value: Value) -> Cascade:
    return Cascade(value.entries, open=value.open) if isinstance(value, Dict) else _UNSEEN


def _meta(model: Queries, names: Mapping[str, Value]) -> Cascade:
    """What the names of a `_meta.py` give to templates."""
    fixed, made = names.get("META"), names.get("meta")
    if fixed is not None and not (isinstance(fixed, Scalar) and fixed.value is None):
        return _described(fixed)
    if not isinstance(made, Callable):
        return _UNSEEN
    given = summary(model, made)
    return _any_of(_described(value) for value in given.returned) if given.returned else _UNSEEN


def _described(meta: Value) -> Cascade:
    match meta:
        case Record(kind="RouteMeta"):
            given = dict(zip(("title", "section", "breadcrumb_label"), meta.args, strict=False)) | dict(meta.kwargs)
            is_open = meta.open or len(meta.args) > 1  # by position the two frameworks differ
        case Dict():
            given, is_open = dict(meta.entries), meta.open
        case _:
            return _UNSEEN
    entries: list[tuple[str, Value]] = []
    if (title := given.get("title")) is not None and not _is_none(title):
        entries.append(("page_title", title))
    if (label := given.get("breadcrumb_label")) is not None and not _is_none(label):
        items = Sequence((), False, True, label.span)
        entries += [("breadcrumb_label", label), ("breadcrumb_items", items)]
    maybe = frozenset({"breadcrumb_prefix"} if entries else ())
    return Cascade(tuple(entries), maybe, is_open or "section" in given)


def _is_none(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None


# What pages render.


@query
def actions(model: Queries, path: str) -> tuple[Callable, ...] | None:
    """The functions of an `_actions.py` that may be form actions: those with a decorator. None when there are none."""
    found = (value for value in names_of(model, path).values() if isinstance(value, Callable))
    return tuple(one for one in found if _is_decorated(model, one)) or None


def _is_decorated(model: Queries, one: Callable) -> bool:
    written = function(model, one.module, one.qualname)
    return written is not None and bool(written.decorators)


@query
def form_actions(model: Queries, app: AppKey) -> tuple[Callable, ...]:
    """The form actions of all pages."""
    files = dict.fromkeys(actions_file(model, page) for page in mounted_pages(model, app))
    found = (action for path in files if path is not None for action in actions(model, path) or ())
    return tuple(one for one in found if is_action(model, one))


def is_action(model: Queries, one: Callable) -> bool:
    """Whether the text says that a function is a form action: it is decorated with the framework's `action`."""
    written = function(model, one.module, one.qualname)
    called = (decorator.function for decorator in written.decorators if isinstance(decorator, Call)) if written else ()
    values = (names_of(model, one.module).get(name.id) for name in called if isinstance(name, Name))
    return any(isinstance(value, External) and value.name.startswith("chirp.") for value in values)


def answering(model: Queries, app: AppKey, route: int) -> tuple[Handler, ...] | None:
    """The functions that can answer a route: its handler and form actions; None where one is not seen."""
    known = application(model, app)
    handler = known.handlers[route]
    methods = known.routes[route].methods
    page = page_at(model, app, known.routes[route].span.path)
    beside_it = actions_file(model, page) if page is not None and methods == frozenset({"POST"}) else None
    if beside_it is None:
        return None if handler is None else (handler,)
    acting = actions(model, beside_it)
    if acting is None or (handler is None and known.routes[route].handler is not None):
        return None
    return tuple(one for one in (handler, *(Handler(one, None) for one in acting)) if one is not None)


def given_by(model: Queries, handler: Handler) -> tuple[Value, ...]:
    """What a function gives on unknown arguments."""
    return (handler.summary or summary(model, handler.function)).returned


@query
def _rendered_by(model: Queries, app: AppKey) -> Mapping[Record, tuple[str, ...]]:
    """The pages whose functions give a return type, by how it is constructed."""
    found: dict[Record, dict[str, None]] = {}
    if not _mounts(model, app):
        return {}
    known = application(model, app)
    for index, route in enumerate(known.routes):
        page = page_at(model, app, route.span.path)
        for one in (answering(model, app, index) or ()) if page is not None else ():
            for record in records_in(given_by(model, one)):
                found.setdefault(record, {})[route.span.path] = None
    return {record: tuple(paths) for record, paths in found.items()}


@query
def _places(model: Queries, app: AppKey) -> frozenset[Span]:
    return frozenset(record.span for record in _rendered_by(model, app))


def cascade_of(model: Queries, app: AppKey, record: Record) -> Cascade | None:
    """What the pages that render this add to its context; None where no page does."""
    known = _rendered_by(model, app).get(record)
    if known is not None:
        return _any_of(found for path in known if (found := cascaded(model, app, path)) is not None)
    if record.span in _places(model, app) or _below_pages(model, app, record.span.path):
        return _UNSEEN
    return None


def _below_pages(model: Queries, app: AppKey, path: str) -> bool:
    return any(root is not None and path.startswith(f"{root}/") for root in _mounts(model, app))


@gate
def _mounts(model: Queries, app: AppKey) -> tuple[str | None, ...]:
    span = application(model, app).span
    return mounted(model, span) if span is not None else ()


def layouts_of(model: Queries, app: AppKey, record: Record) -> tuple[str, ...]:
    """The layouts that go around this when it is rendered in full, outermost first, of any page that renders it."""
    if record.kind not in _LAID_OUT or record.argument(None, "layout_chain") is not None:
        return ()
    known = _rendered_by(model, app).get(record, ())
    return tuple(dict.fromkeys(layout for path in known for layout in page_layouts(model, app, path)))


def renders_whole(model: Queries, app: AppKey, record: Record) -> bool:
    """Whether a full render is the whole template, and not a block of it inside layouts."""
    if record.kind not in _LAID_OUT:
        return True
    if record.argument(None, "layout_chain") is not None:
        return False
    known = _rendered_by(model, app).get(record, ())
    given = (record.argument(*block) for block in RETURN_TYPES[record.kind].blocks)
    in_part = any(value is not None and not _is_none(value) for value in given)
    return not (known and in_part) or any(not page_layouts(model, app, path) for path in known)


_LAID_OUT = frozenset({"Page", "LayoutPage", "PageComposition"})


@query
def page_layouts(model: Queries, app: AppKey, path: str) -> tuple[str, ...]:
    """The layouts around the page at `path`, outermost first."""
    page = page_at(model, app, path)
    above = (beside(model, where, LAYOUT) for where in page.folders) if page is not None else ()
    return tuple(layout for layout in above if layout is not None)


@query
def layouts_around(model: Queries, app: AppKey) -> Mapping[str, frozenset[str]]:
    """The layouts that can be around a template, by its path."""
    found: dict[str, frozenset[str]] = {}
    for record in _rendered_by(model, app):
        signature = RETURN_TYPES[record.kind]
        name = record.argument(*signature.template) if signature.template is not None else None
        path = template_path(model, app, name.value) if isinstance(name, Text) else None
        layouts = frozenset(layouts_of(model, app, record))
        if path is not None and layouts:
            found[path] = found.get(path, frozenset()) | layouts
    return found


@query
def all_layouts(model: Queries, app: AppKey) -> tuple[str, ...]:
    """The layouts of all pages, sorted."""
    return tuple(sorted({one for page in mounted_pages(model, app) for one in page_layouts(model, app, page.file)}))


@query
def loosely_rendered(model: Queries, app: AppKey) -> frozenset[str]:
    """The templates that are rendered as pages at a place of which it is not known which pages come by."""
    known = _rendered_by(model, app)
    files = application(model, app).files if all_layouts(model, app) else ()
    loose = (
        record
        for file in sorted(files)
        for record in records(model, file)
        if record.kind in _LAID_OUT and record not in known
    )
    named = (record.argument(*RETURN_TYPES[record.kind].template or (None, "")) for record in loose)
    paths = (template_path(model, app, name.value) for name in named if isinstance(name, Text))
    return frozenset(path for path in paths if path is not None)


def records_in(values: Iterable[Value]) -> Iterator[Record]:
    """The return types among values, with those that they carry."""
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, Sequence):
            pending += value.items
        elif isinstance(value, Record) and value.kind in RETURN_TYPES:
            yield value
            pending += value.args
            pending += [given for name, given in value.kwargs if name in ("fragments", "regions")]
