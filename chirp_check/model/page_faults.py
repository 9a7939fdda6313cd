"""Files of folders of pages that lack what they are there for, so that the application does not start."""

from collections.abc import Iterator, Mapping

from chirp_check.facts.handlers import Import
from chirp_check.facts.walk import every_statement
from chirp_check.grammar.names import nearest
from chirp_check.grammar.pages import ACTIONS, CONTENT, CONTEXT, LAYOUT, META, METHODS
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.model.applications import AppKey, application_keys
from chirp_check.model.domain import Callable, External, Value
from chirp_check.model.entities import PageFault
from chirp_check.model.inputs import module_facts, modules
from chirp_check.model.memory import Queries
from chirp_check.model.mounts import FALLBACK, Page, may_be_called
from chirp_check.model.pages import actions, mounted_folders, page_at
from chirp_check.model.program import names_of
from chirp_check.model.templates import blocks, chain
from chirp_check.source import Span


def page_faults(model: Queries, path: str) -> Iterator[PageFault]:
    """What a file of a folder of pages lacks."""
    where, _, name = path.rpartition("/")
    for app in application_keys(model):
        page = page_at(model, app, path)
        if page is not None:
            yield from _of_page(model, page)
        elif name in _LACKING and where in mounted_folders(model, app):
            yield from _LACKING[name](model, app, path)


def _of_page(model: Queries, page: Page) -> Iterator[PageFault]:
    try:
        parse_path(page.path)
    except PathError as error:
        yield PageFault("path", error.message, Span(page.file, 0, 0))
        return
    names = _all_names(model, page.file)
    if names is None or any(may_be_called(names.get(name)) for name in (*METHODS, FALLBACK)):
        return
    own = {name: value for name, value in names.items() if isinstance(value, Callable) and value.module == page.file}
    for name, value in own.items():
        meant = name.lower() if name.lower() in METHODS else nearest(name, METHODS)
        if meant is not None:
            yield PageFault("handler", page.file, value.span, meant)
            return
    yield PageFault("handler", page.file, Span(page.file, 0, 0))


def _of_context(model: Queries, _app: AppKey, path: str) -> Iterator[PageFault]:
    names = _all_names(model, path)
    if names is not None and not may_be_called(names.get("context")):
        yield PageFault("context", "context", Span(path, 0, 0))


def _of_meta(model: Queries, _app: AppKey, path: str) -> Iterator[PageFault]:
    names = _all_names(model, path)
    if names is not None and "META" not in names and not may_be_called(names.get("meta")):
        yield PageFault("meta", "meta", Span(path, 0, 0))


def _of_actions(model: Queries, _app: AppKey, path: str) -> Iterator[PageFault]:
    names = _all_names(model, path)
    if names is None or actions(model, path) is not None:
        return
    if all(isinstance(value, Callable) or _is_framework(value) or not may_be_called(value) for value in names.values()):
        yield PageFault("actions", "action", Span(path, 0, 0))


def _is_framework(value: Value) -> bool:
    return isinstance(value, External) and value.name.startswith("chirp.")


def _of_layout(model: Queries, app: AppKey, path: str) -> Iterator[PageFault]:
    if chain(model, app, path).complete and CONTENT not in blocks(model, app, path):
        yield PageFault("layout", CONTENT, Span(path, 0, 0))


_LACKING = {CONTEXT: _of_context, META: _of_meta, ACTIONS: _of_actions, LAYOUT: _of_layout}


def _all_names(model: Queries, path: str) -> Mapping[str, Value] | None:
    """What a file binds; None when it may bind more than is seen."""
    facts = module_facts(model, path)
    if facts is None or facts.faults:
        return None
    starred = (one for one in every_statement(facts.body) if isinstance(one, Import) and one.attribute == "*")
    if any(modules(model).find(path, one.module, one.level) is None for one in starred):
        return None
    return names_of(model, path)
