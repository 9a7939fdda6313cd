"""What a running application knows of itself: the input of `App.check()`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType


@dataclass(frozen=True, slots=True)
class RouteDescription:
    """One registered route; `name` is what `url_for` takes.

    `methods` are those registered; HEAD (with GET) and OPTIONS are answered besides.
    """

    path: str
    methods: frozenset[str]
    name: str | None
    handler: Callable[..., object]
    origin: str
    """Where the handler is defined: `module.function`."""


@dataclass(frozen=True, slots=True)
class AppDescription:
    """Routes in the order of registration, and every name the application adds to templates (not Kida's own).

    `folder` is that of the file which constructs the App; the roots are absolute and need not exist. `prefixes` are
    URL prefixes answered by something else than a route.
    """

    folder: Path
    routes: tuple[RouteDescription, ...]
    template_roots: tuple[Path, ...]
    filters: frozenset[str]
    tests: frozenset[str]
    globals: frozenset[str]
    prefixes: tuple[str, ...]
    middleware: tuple[str, ...]


def code_of(handler: Callable[..., object]) -> CodeType | None:
    """The code of a handler's own function; None for what has none in a file, such as a builtin."""
    import inspect

    while isinstance(handler, partial):
        handler = handler.func
    function: object = inspect.unwrap(handler)
    if isinstance(function, MethodType):
        function = function.__func__
    if not isinstance(function, FunctionType):
        function = inspect.getattr_static(type(function), "__call__", None)
    if not isinstance(function, FunctionType):
        return None
    code: CodeType = function.__code__
    return code if Path(code.co_filename).is_file() else None


def place_of(handler: Callable[..., object]) -> str:
    """`file:line` of a handler, below the current directory where it is; empty where there is no file."""
    code = code_of(handler)
    if code is None:
        return ""
    path, here = Path(code.co_filename), Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{shown}:{code.co_firstlineno}"
