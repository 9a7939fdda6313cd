"""Routes that are never asked, because something in front of them answers."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.entities import ShadowedRoute
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("shadowed-route", since="0.1.0", level=Level.WARN)
def shadowed_route(shadow: ShadowedRoute, _model: Model) -> Iterator[Finding]:
    """A route lies below a prefix whose files a middleware serves, so that no request reaches it."""
    path = shadow.route.path
    if path is None:
        return
    yield Finding(
        f"no request reaches `{path.value}`: everything below `{shadow.prefix}` is looked for as a file",
        at=path.span,
        related=(Label(f"this serves the files below `{shadow.prefix}`", shadow.middleware),),
        help="give the route another path, or the files another prefix",
    )
