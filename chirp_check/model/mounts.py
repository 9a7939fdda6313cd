"""Folders of pages that applications mount: which file is which page, and what answers it."""

from collections.abc import Iterator

import msgspec

from chirp_check.grammar.pages import ACTIONS, METHODS, is_folder, is_page, page_name, page_path
from chirp_check.model.domain import Callable, Dict, Module, Path, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Pattern, Route, Text
from chirp_check.model.inputs import files
from chirp_check.model.listing import handler_ref
from chirp_check.model.memory import Queries, query
from chirp_check.model.paths import folder, resolve
from chirp_check.model.program import log, names_of
from chirp_check.source import Span

DEFAULT_PAGES = "pages"
# The released framework takes a lone function of this name for GET.
FALLBACK = "handler"


class Page(msgspec.Struct, frozen=True):
    """A page: its file, the path of its routes, and the folders that it stands in, the mounted one first."""

    file: str
    path: str
    folders: tuple[str, ...]

    @property
    def is_folder(self) -> bool:
        """Whether it answers the path of its folder."""
        return self.file.rpartition("/")[2] == "page.py"


def near(model: Queries, path: str, relative: str) -> str:
    """A relative folder: beside the file at `path` if it is there, else below the root."""
    beside = resolve(folder(path), relative)
    if beside is not None and any(one.startswith(f"{beside}/") for one in files(model)):
        return beside
    return resolve("", relative) or ""


def mounted(model: Queries, application: Span) -> tuple[str | None, ...]:
    """The folders that the application constructed at a place mounts; None for one that the text does not tell."""
    calls = (one for one in log(model).of_kind("App.mount_pages") if one.args[0].span == application)
    return tuple(dict.fromkeys(_folder(model, call, application.path) for call in calls))


def _folder(model: Queries, call: Record, path: str) -> str | None:
    given = call.argument(1, "folder") or call.argument(None, "pages_dir")
    match given:
        case None:
            return None if call.open else near(model, path, DEFAULT_PAGES)
        case Path(text):
            return text
        case Text(text):
            return None if text.startswith("/") else near(model, path, text)
        case _:
            return None


@query
def python_below(model: Queries, root: str) -> tuple[str, ...]:
    """The Python files of a folder and of those in it, sorted."""
    prefix = f"{root}/" if root else ""
    return tuple(sorted(path for path in files(model) if path.startswith(prefix) and path.endswith(".py")))


@query
def pages(model: Queries, root: str) -> tuple[Page, ...]:
    """The pages of a mounted folder, in the order in which they are registered."""
    found = (page for path in python_below(model, root) if (page := _page(root, path)) is not None)
    return tuple(sorted(found, key=_place))


def _place(page: Page) -> tuple[tuple[bool, str], ...]:
    """A folder's own pages come before those of the folders in it."""
    *names, file = page.file.split("/")
    return (*((True, name) for name in names), (False, file))


def _page(root: str, path: str) -> Page | None:
    *names, file = path[len(root) + 1 if root else 0 :].split("/")
    if not is_page(file) or not all(is_folder(name) for name in names):
        return None
    above = tuple("/".join([root, *names[:depth]]).strip("/") for depth in range(len(names) + 1))
    return Page(path, page_path(names, file), above)


@query
def page_routes(model: Queries, root: str) -> tuple[tuple[Route, Callable | None], ...]:
    """The routes of a mounted folder, each with the function that answers it where that is known."""
    return tuple(one for page in pages(model, root) for one in routes_of(model, page))


@query
def routes_of(model: Queries, page: Page) -> tuple[tuple[Route, Callable | None], ...]:
    """The routes of a page, each with the function that answers it where that is known."""
    return tuple(_routes(model, page))


def _routes(model: Queries, page: Page) -> Iterator[tuple[Route, Callable | None]]:
    names = names_of(model, page.file)
    own = names.get("name")
    called = own if isinstance(own, Text) and own.value else page_name(page.path)
    found = [method for method in METHODS if may_be_called(names.get(method))]
    if not found and may_be_called(names.get(FALLBACK)):
        found = [FALLBACK]
    for method in found:
        value = names[method]
        handler = value if isinstance(value, Callable) else None
        asked = handler.asked if handler is not None else None
        span = asked.span if asked is not None and asked.span.path == page.file else Span(page.file, 0, 0)
        reference = handler_ref(model, asked) if asked is not None else None
        verb = "GET" if method == FALLBACK else method.upper()
        yield Route(Text(page.path, span), frozenset({verb}), called, reference, span), handler
    if "post" not in found and page.is_folder and actions_file(model, page) is not None:
        span = Span(page.file, 0, 0)
        yield Route(Text(page.path, span), frozenset({"POST"}), called, None, span), None


def may_be_called(value: Value | None) -> bool:
    """Whether a name that a module binds to this can be a function."""
    return value is not None and not isinstance(value, (Text, Pattern, Scalar, Sequence, Dict, Module, Path))


def beside(model: Queries, where: str, name: str) -> str | None:
    """The file of a name in a folder, if it is there."""
    path = f"{where}/{name}".lstrip("/")
    return path if path in files(model) else None


def actions_file(model: Queries, page: Page) -> str | None:
    """The file with the form actions of a page."""
    return beside(model, page.folders[-1], ACTIONS)
