"""What the files around a page add to what it answers: names for its templates, layouts, the actions of its forms."""

from collections.abc import Iterable, Iterator, Mapping

from chirp_check.facts.values import Call, Const, Name
from chirp_check.grammar.pages import CONTEXT, LAYOUT, META
from chirp_check.model.applications import AppKey, Handler, application, application_files, registered_at
from chirp_check.model.cascades import UNSEEN, Cascade, any_of, contexts, page_cascade
from chirp_check.model.domain import Callable, External, Record, Sequence, Value
from chirp_check.model.entities import Route, Text
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.mounts import Page, actions_file, beside, mounted, pages, routes_of
from chirp_check.model.program import name_of, names_of, records, summary
from chirp_check.model.signatures import renders_whole
from chirp_check.model.templates import template_path


@gate
def _mounts(model: Queries, app: AppKey) -> tuple[str | None, ...]:
    span = application(model, app).span
    return mounted(model, span) if span is not None else ()


@query
def mounted_pages(model: Queries, app: AppKey) -> tuple[Page, ...]:
    """The pages of an application."""
    return tuple(page for root in _mounts(model, app) if root is not None for page in pages(model, root))


@gate
def _by_file(model: Queries, app: AppKey) -> Mapping[str, Page]:
    return {page.file: page for page in mounted_pages(model, app)}


@query
def mounted_folders(model: Queries, app: AppKey) -> frozenset[str]:
    """The folders that the pages of an application stand in."""
    return frozenset(where for page in mounted_pages(model, app) for where in page.folders)


def page_at(model: Queries, app: AppKey, path: str) -> Page | None:
    """The page that a file is."""
    return _by_file(model, app).get(path)


@query
def cascaded(model: Queries, app: AppKey, path: str) -> Cascade | None:
    """The names that the files around the page at `path` provide; None for a file that is no page."""
    page = page_at(model, app, path)
    return None if page is None else page_cascade(model, page)


def served(model: Queries, app: AppKey, path: str) -> Iterator[tuple[Route, Callable, Cascade]]:
    """The routes that a `_context.py` or `_meta.py` serves, each with its function and what is provided before it."""
    where, _, name = path.rpartition("/")
    provider = name_of(model, path, _PROVIDERS[name]) if name in _PROVIDERS else None
    if not isinstance(provider, Callable) or (name == META and name_of(model, path, "META") is not None):
        return
    for page, route in _served_from(model, app, where):
        if name != META or page.folders[-1] == where:
            depth = page.folders.index(where) + (name == META)
            yield route, provider, contexts(model, page.folders[:depth])


_PROVIDERS = {CONTEXT: "context", META: "meta"}


def _params(page: Page) -> str:
    """What of a path decides which parameters it gives."""
    return "/".join(segment for segment in page.path.split("/") if segment.startswith("{"))


@gate
def _below(model: Queries, app: AppKey) -> Mapping[str, tuple[Page, ...]]:
    """The pages by every folder above them, of those with the same parameters one beside the folder's own."""
    found: dict[str, dict[tuple[str, bool], Page]] = {}
    for page in mounted_pages(model, app):
        for where in page.folders:
            found.setdefault(where, {}).setdefault((_params(page), where == page.folders[-1]), page)
    return {where: tuple(ones.values()) for where, ones in found.items()}


@query
def _served_from(model: Queries, app: AppKey, where: str) -> tuple[tuple[Page, Route], ...]:
    """Pages that the files of a folder serve, each with one of its routes."""
    ones = _below(model, app).get(where, ())
    return tuple((page, route) for page in ones for route, _ in routes_of(model, page)[:1])


# What pages render.


@query
def actions(model: Queries, path: str) -> tuple[Callable, ...] | None:
    """The functions of an `_actions.py` that may be form actions: those with a decorator. None when there are none."""
    found = (value for value in names_of(model, path).values() if isinstance(value, Callable))
    return tuple(one for one in found if _is_decorated(model, one)) or None


def _is_decorated(model: Queries, one: Callable) -> bool:
    asked = one.asked
    written = function(model, asked.module, asked.qualname)
    return written is not None and bool(written.decorators)


@query
def form_actions(model: Queries, app: AppKey) -> tuple[Callable, ...]:
    """The form actions of all pages."""
    files = dict.fromkeys(actions_file(model, page) for page in mounted_pages(model, app))
    found = (action for path in files if path is not None for action in actions(model, path) or ())
    return tuple(one for one in found if is_action(model, one.asked))


def is_action(model: Queries, one: Callable) -> bool:
    """Whether the text says that a function is a form action: it is decorated with the framework's `action`."""
    written = function(model, one.module, one.qualname)
    called = (decorator.function for decorator in written.decorators if isinstance(decorator, Call)) if written else ()
    values = (name_of(model, one.module, name.id) for name in called if isinstance(name, Name))
    return any(isinstance(value, External) and value.name.startswith("chirp.") for value in values)


def action_name(model: Queries, one: Callable) -> str | None:
    """The name by which forms ask for a form action; empty where it is not told, None for another function."""
    written = function(model, one.module, one.qualname) if is_action(model, one) else None
    if written is None:
        return None
    calls = (one for one in written.decorators if isinstance(one, Call) and one.arguments)
    named = (call.arguments[0].value for call in calls)
    return next((one.value for one in named if isinstance(one, Const) and isinstance(one.value, str)), "")


def answering(model: Queries, app: AppKey, route: int) -> tuple[Handler, ...] | None:
    """The functions that can answer a route: its handler and form actions; None where one is not seen."""
    known, handler = registered_at(model, app, route)
    page = page_at(model, app, known.span.path)
    beside_it = actions_file(model, page) if page is not None and known.methods == frozenset({"POST"}) else None
    if beside_it is None:
        return None if handler is None else (handler,)
    acting = actions(model, beside_it)
    if acting is None or (handler is None and known.handler is not None):
        return None
    return tuple(one for one in (handler, *map(Handler.of, acting)) if one is not None)


def given_by(model: Queries, handler: Handler) -> tuple[Value, ...]:
    """What a function gives on unknown arguments."""
    return handler.gives(model).returned


@query
def _renders(model: Queries, app: AppKey, path: str) -> tuple[Record, ...]:
    """The return types that the functions of a page give, those of its form actions included."""
    page = page_at(model, app, path)
    if page is None:
        return ()
    beside_it = actions_file(model, page)
    acting = actions(model, beside_it) if beside_it is not None else None
    answers = (answer for _, answer in routes_of(model, page) if answer is not None)
    values = (value for one in (*answers, *(acting or ())) for value in summary(model, one).returned)
    return tuple(dict.fromkeys(records_in(values)))


@query
def _by_site(model: Queries, app: AppKey) -> Mapping[str, tuple[tuple[Record, str], ...]]:
    """The return types that pages give, each with the page, by the file that constructs them."""
    found: dict[str, list[tuple[Record, str]]] = {}
    for page in mounted_pages(model, app):
        for record in _renders(model, app, page.file):
            found.setdefault(record.span.path, []).append((record, page.file))
    return {path: tuple(ones) for path, ones in found.items()}


@query
def _rendered_at(model: Queries, app: AppKey, path: str) -> Mapping[Record, tuple[str, ...]]:
    """The pages that give a return type which a file constructs."""
    found: dict[Record, list[str]] = {}
    for record, page in _by_site(model, app).get(path, ()):
        found.setdefault(record, []).append(page)
    return {record: tuple(ones) for record, ones in found.items()}


def rendering(model: Queries, app: AppKey, record: Record) -> tuple[str, ...]:
    """The pages that render this."""
    return _rendered_at(model, app, record.span.path).get(record, ()) if _mounts(model, app) else ()


def cascade_of(model: Queries, app: AppKey, record: Record) -> Cascade | None:
    """What the pages that render this add to its context; None where no page does."""
    if not _mounts(model, app):
        return None
    here = _rendered_at(model, app, record.span.path)
    known = here.get(record)
    if known is not None:
        return any_of(found for path in known if (found := cascaded(model, app, path)) is not None)
    is_near = any(record.span == other.span for other in here)
    return UNSEEN if is_near or _below_pages(model, app, record.span.path) else None


def _below_pages(model: Queries, app: AppKey, path: str) -> bool:
    return any(root is not None and path.startswith(f"{root}/") for root in _mounts(model, app))


def layouts_of(model: Queries, app: AppKey, record: Record) -> tuple[str, ...]:
    """The layouts that go around this when it is rendered in full, outermost first, of any page that renders it."""
    if not _is_laid_out(record) or record.argument(None, "layout_chain") is not None:
        return ()
    known = rendering(model, app, record)
    return tuple(dict.fromkeys(layout for path in known for layout in page_layouts(model, app, path)))


_LAID_OUT = frozenset({"Page", "LayoutPage", "PageComposition", "ValidationError"})
_SENT_LATER = frozenset({"Suspense", "Stream", "TemplateStream"})


def _is_laid_out(record: Record) -> bool:
    return record.kind in _SENT_LATER or (record.kind in _LAID_OUT and renders_whole(record))


def layouts_around_whole(record: Record) -> bool:
    """Whether layouts go around the whole template, where they are not around a block of it alone."""
    return record.kind in _SENT_LATER and renders_whole(record)


@query
def page_layouts(model: Queries, app: AppKey, path: str) -> tuple[str, ...]:
    """The layouts around the page at `path`, outermost first."""
    page = page_at(model, app, path)
    above = (beside(model, where, LAYOUT) for where in page.folders) if page is not None else ()
    return tuple(layout for layout in above if layout is not None)


@gate
def layouts_around(model: Queries, app: AppKey) -> Mapping[str, frozenset[str]]:
    """The layouts that can be around a template, by its path."""
    found: dict[str, frozenset[str]] = {}
    for record, page in (one for ones in _by_site(model, app).values() for one in ones):
        if not _is_laid_out(record) or record.argument(None, "layout_chain") is not None:
            continue
        path = _template_of(model, app, record)
        layouts = page_layouts(model, app, page)
        if path is not None and layouts:
            found[path] = found.get(path, frozenset()).union(layouts)
    return found


def _template_of(model: Queries, app: AppKey, record: Record) -> str | None:
    name = record.argument(*RETURN_TYPES[record.kind].template or (None, ""))
    return template_path(model, app, name.value) if isinstance(name, Text) else None


@query
def all_layouts(model: Queries, app: AppKey) -> tuple[str, ...]:
    """The layouts of all pages, sorted."""
    return tuple(sorted({one for page in mounted_pages(model, app) for one in page_layouts(model, app, page.file)}))


@gate
def loosely_rendered(model: Queries, app: AppKey) -> frozenset[str]:
    """The templates that are rendered as pages at a place of which it is not known which pages come by."""
    files = application_files(model, app) if all_layouts(model, app) else ()
    loose = (record for file in sorted(files) for record in _loose_in(model, app, file))
    paths = (_template_of(model, app, record) for record in loose)
    return frozenset(path for path in paths if path is not None)


def _loose_in(model: Queries, app: AppKey, file: str) -> Iterator[Record]:
    known = _rendered_at(model, app, file)
    return (record for record in records(model, file) if record.kind in _LAID_OUT | _SENT_LATER and record not in known)


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
