"""A registered route and a match of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chirp.describe import place_of
from chirp_check.grammar.path import PathPattern, PathSegment, parse_path

__all__ = ["PathSegment", "Route", "RouteMatch"]


@dataclass(frozen=True, slots=True)
class Route:
    """One path, the methods it answers (upper case), and the function that answers; PathError for a wrong path."""

    path: str
    handler: Callable[..., object]
    methods: frozenset[str]
    name: str | None = None
    inline: bool = False
    max_content_length: int | None = None
    pattern: PathPattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", parse_path(self.path))

    @property
    def origin(self) -> str:
        """Where the handler is defined, for messages: `module.function`."""
        handler: Any = self.handler
        name = handler.__qualname__ if hasattr(handler, "__qualname__") else type(handler).__qualname__
        return f"{handler.__module__}.{name}"

    @property
    def place(self) -> str:
        """The origin, with file and line where there is a file."""
        place = place_of(self.handler)
        return f"{self.origin}, {place}" if place else self.origin


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """A route and what its parameters matched, converted."""

    route: Route
    path_params: Mapping[str, str | int | float]
