"""A registered route and a match of one."""

from collections.abc import Callable
from dataclasses import dataclass

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
        return self.pattern.text


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """A route and what its parameters matched, converted."""

    route: Route
    path_params: dict[str, str | int | float]
