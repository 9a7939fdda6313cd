"""URLs that routes answer, but not with the method they are requested with."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.corrections import other_method
from chirp_check.model.entities import Route, UrlUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("wrong-method", since="0.1.0")
def wrong_method(use: UrlUse, model: Model) -> Iterator[Finding]:
    """A URL is requested with a method that none of its routes takes."""
    reach = model.reach(use)
    if reach is None or reach.open or not reach.routes or use.method is None:
        return
    methods = model.methods(use, reach)
    if not methods or use.method in methods:
        return
    yield Finding(
        f"`{use.url}` does not take `{use.method}`",
        at=use.url.span,
        related=tuple(_taken(model.route(shape)) for shape in reach.likely[:3]),
        help=f"request it with {_listed(methods)}, or add `{use.method}` to the route's `methods`",
        fix=other_method(model, use, methods, alone=_is_alone(use, model)),
    )


def _is_alone(use: UrlUse, model: Model) -> bool:
    """Whether nothing else requests the URL with this method: two elements are not wrong in the same way."""
    others = (one for one in model.subjects(UrlUse) if one.url.span != use.url.span and one.method == use.method)
    return not any(str(one.url) == str(use.url) for one in others)


def _taken(route: Route) -> Label:
    place = route.path.span if route.path is not None else route.span
    return Label(f"this route takes {_listed(route.methods or frozenset())}", place)


def _listed(methods: frozenset[str]) -> str:
    *first, last = (f"`{method}`" for method in sorted(methods))
    return f"{', '.join(first)} or {last}" if first else last
