"""Reads a folder of pages: every `.py` file whose name does not start with `_` or `.` is a page.

The files are executed here, once, when the folder is mounted; ConfigurationError says what is wrong with one.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from chirp.errors import ConfigurationError
from chirp.pages.types import (
    ContextProvider,
    Layout,
    LayoutChain,
    PageFolder,
    PageHandler,
    PageRoute,
    Provider,
    RouteMeta,
    action_name,
)
from chirp_check.grammar.pages import (
    ACTIONS,
    CONTEXT,
    LAYOUT,
    META,
    METHODS,
    is_folder,
    is_page,
    layout_notes,
    page_name,
    page_path,
)
from chirp_check.grammar.path import PathError, parse_path


def discover(root: Path) -> tuple[PageRoute, ...]:
    """The pages of a folder and of those below it, in a fixed order."""
    if not root.is_dir():
        raise ConfigurationError(f"there is no folder of pages at {root}")
    return tuple(_folder(root, (), PageFolder()))


def _folder(root: Path, names: tuple[str, ...], above: PageFolder) -> Iterator[PageRoute]:
    """The pages of one folder, then those of the folders in it."""
    here = root.joinpath(*names)
    shared = _shared(root, here, above)
    entries = sorted(here.iterdir())
    for file in entries:
        if is_page(file.name) and file.is_file():
            yield from _page(root, names, file, shared)
    for entry in entries:
        if is_folder(entry.name) and entry.is_dir():
            yield from _folder(root, (*names, entry.name), shared)


def _shared(root: Path, here: Path, above: PageFolder) -> PageFolder:
    """What the pages of a folder share: layouts and context of all folders above, the rest its own."""
    layouts, providers = above.layout_chain.layouts, above.context_providers
    folder = PageFolder(meta_origin=_shown(root, here / META))
    if (here / LAYOUT).is_file():
        layouts = (*layouts, _layout(root, here / LAYOUT))
    if (here / CONTEXT).is_file():
        providers = (
            *providers,
            ContextProvider(_function(root, here / CONTEXT, "context"), _shown(root, here / CONTEXT)),
        )
    if (here / META).is_file():
        folder = replace(folder, meta=_meta(root, here / META))
    if (here / ACTIONS).is_file():
        folder = replace(folder, actions=_actions(root, here / ACTIONS))
    return replace(folder, layout_chain=LayoutChain(layouts), context_providers=providers)


def _page(root: Path, names: tuple[str, ...], file: Path, folder: PageFolder) -> Iterator[PageRoute]:
    """The handlers of a page, all of one path and one name."""
    path, shown = page_path(names, file.name), _shown(root, file)
    try:
        parse_path(path)
    except PathError as error:
        raise ConfigurationError(f"{shown}: its folders are no path: {error.message}") from None
    module = vars(_load(root, file))
    own_name = module.get("name")
    name = own_name if isinstance(own_name, str) and own_name else page_name(path)
    if file.name != "page.py":
        folder = replace(folder, actions=())
    handlers: dict[str, Provider | None] = {
        method: module[method] for method in METHODS if callable(module.get(method))
    }
    if not handlers:
        raise ConfigurationError(f"{shown} has no handler: {_expected(module)}")
    if folder.actions:
        handlers.setdefault("post", None)
    for method, function in handlers.items():
        own = folder if method == "post" else replace(folder, actions=())
        yield PageRoute(path, method.upper(), name, PageHandler(function, own, shown.removesuffix(".py")))


def _expected(module: dict[str, Any]) -> str:
    for name, value in module.items():
        if name.lower() in METHODS and callable(value):
            return f"`{name}` is spelled `{name.lower()}`"
    return "define `get` or another method, or start the file's name with `_` if it is no page"


def _layout(root: Path, file: Path) -> Layout:
    try:
        notes = layout_notes(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{_shown(root, file)} is not UTF-8") from None
    return Layout(file.relative_to(root).as_posix(), notes.target, notes.outlet, notes.replace)


def _function(root: Path, file: Path, name: str) -> Callable[..., Any]:
    """The function that a file has to define."""
    function: object = vars(_load(root, file)).get(name)
    if not callable(function):
        raise ConfigurationError(f"{_shown(root, file)} has no function `{name}`")
    return function


def _meta(root: Path, file: Path) -> RouteMeta | Provider:
    module = vars(_load(root, file))
    if (static := module.get("META")) is not None:
        try:
            return RouteMeta.of(static, f"{_shown(root, file)}: META")
        except TypeError as error:
            raise ConfigurationError(str(error)) from None
    function: object = module.get("meta")
    if not callable(function):
        raise ConfigurationError(f"{_shown(root, file)} has neither `META` nor a function `meta`")
    return function


def _actions(root: Path, file: Path) -> tuple[tuple[str, Provider], ...]:
    found: dict[str, Provider] = {}
    for value in vars(_load(root, file)).values():
        name = action_name(value)
        if name is None:
            continue
        if found.setdefault(name, value) is not value:
            raise ConfigurationError(f"{_shown(root, file)} has two actions called `{name}`")
    if not found:
        raise ConfigurationError(f"{_shown(root, file)} has no function decorated with `@action(…)`")
    return tuple(found.items())


def _load(root: Path, file: Path) -> ModuleType:
    """The executed module of a file, known to Python under a name made of its path."""
    name = "chirp_page_" + "".join(letter if letter.isalnum() else "_" for letter in str(file))
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{_shown(root, file)} cannot be loaded")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        del sys.modules[name]
        raise ConfigurationError(f"{error.filename}:{error.lineno}: {error.msg}") from error
    return module


def _shown(root: Path, file: Path) -> str:
    """A file for messages: the pages folder's own name and the path below it."""
    return f"{root.name}/{file.relative_to(root).as_posix()}"
