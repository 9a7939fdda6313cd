"""Values in URLs that the route's converter refuses."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import UrlUse
from chirp_check.model.misses import refused
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("bad-path-value", since="0.1.0")
def bad_path_value(use: UrlUse, model: Model) -> Iterator[Finding]:
    """A URL gives a parameter of a path a value that its converter does not take."""
    reach = model.reach(use)
    if reach is None or reach.open or reach.routes:
        return
    wrong = refused(model, use)
    if wrong is None or wrong.route.path is None:
        return
    value = f"`{wrong.value}`" if wrong.value else "nothing"
    yield Finding(
        f"`{use.url}` gives `{wrong.parameter}` {value}, which is no `{wrong.converter}`",
        at=use.url.span,
        related=(Label(f"`{wrong.parameter}` is converted here", wrong.route.path.span),),
        help=f"the route is `{wrong.route.path.value}`",
    )
