"""A registered route and a match of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chirp_check.grammar.path import PathPattern, PathSegment

__all__ = ["PathSegment", "Route", "RouteMatch"]


@dataclass(frozen=True, slots=True)
class Route:
    """One path, the methods it answers (upper case), and the function that answers."""

    pattern: PathPattern
    handler: Callable[..., object]
    methods: frozenset[str]
    name: str | None = None
    inline: bool = False

    @property
    def path(self) -> str:
        """The path as it was registered."""
        return self.pattern.text

    @property
    def origin(self) -> str:
        """Where the handler is defined, for messages: `module.function`."""
        handler: Any = self.handler
        name = handler.__qualname__ if hasattr(handler, "__qualname__") else type(handler).__qualname__
        return f"{handler.__module__}.{name}"


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """A route and what its parameters matched, converted."""

    route: Route
    path_params: Mapping[str, str | int | float]
