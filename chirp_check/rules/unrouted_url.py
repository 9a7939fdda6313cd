"""URLs that the application asks for and no route answers."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, Label
from chirp_check.model.entities import UrlUse
from chirp_check.model.misses import corrections, is_slip, nowhere, refused, registered
from chirp_check.model.model import Model
from chirp_check.model.routes import is_local
from chirp_check.rule import rule


@rule("unrouted-url", since="0.1.0")
def unrouted_url(use: UrlUse, model: Model) -> Iterator[Finding]:
    """An htmx request, a form or a redirect leads to a URL that no route matches."""
    reach = model.reach(use)
    if reach is None or reach.open or reach.routes or refused(model, use) is not None:
        return
    if not is_local(use.url):
        yield nowhere(model, use, f"no route matches `{use.url}`")
        return
    near = model.nearest_route(use.url)
    route = registered(model, use, near) if near is not None else None
    edits = corrections(model, use, near) if near is not None else ()
    yield Finding(
        f"no route matches `{use.url}`",
        at=use.url.span,
        related=(Label("this route is near", route.path.span),) if route is not None and route.path is not None else (),
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=Fix(f"lead to `{near}`", edits, is_slip(model, use, near)) if edits and near is not None else None,
    )
