"""Routes that answer what another route answers already."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import Route, RouteConflict
from chirp_check.model.model import Model
from chirp_check.rule import rule
from chirp_check.source import Span


@rule("duplicate-route", since="0.1.0")
def duplicate_route(conflict: RouteConflict, _model: Model) -> Iterator[Finding]:
    """Two routes answer the same method of the same paths."""
    path, other = _path(conflict.route), _path(conflict.other)
    label = "this one" if path == other else f"`{other}`: what parameters are called does not count"
    methods = " and ".join(f"`{method}`" for method in conflict.methods)
    yield Finding(
        f"{methods} of `{path}` has a route already",
        at=_place(conflict.route),
        related=(Label(label, _place(conflict.other)),),
        help="give one of them another path, or other methods",
    )


def _path(route: Route) -> str:
    return route.path.value if route.path is not None else ""


def _place(route: Route) -> Span:
    return route.path.span if route.path is not None else route.span
