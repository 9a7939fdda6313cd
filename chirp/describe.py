"""What a running application knows of itself: the input of `App.check()`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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
