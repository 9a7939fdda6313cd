"""Links into the application that no route answers."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, Label, Level
from chirp_check.model.entities import LinkUse
from chirp_check.model.misses import corrections, is_inside, is_slip, nowhere, refused, registered
from chirp_check.model.model import Model
from chirp_check.model.routes import is_local
from chirp_check.rule import rule


@rule("unrouted-link", since="0.1.0", level=Level.WARN)
def unrouted_link(use: LinkUse, model: Model) -> Iterator[Finding]:
    """A link leads to a path that no route answers, in a part of the site that has routes."""
    reach = model.reach(use)
    if reach is None or reach.open or _is_file(str(use.url)):
        return
    if reach.routes:
        methods = reach.methods(by_segments=False)
        if methods is not None and "GET" not in methods and not use.taken:
            yield Finding(f"`{use.url}` does not take `GET`, which a link asks for", at=use.url.span)
        return
    if not is_inside(model, use):
        return
    if not is_local(use.url):
        yield nowhere(model, use, f"no route answers the link `{use.url}`")
        return
    near = model.nearest_route(use.url)
    wrong = refused(model, use)
    route = wrong.route if wrong is not None else registered(model, use, near) if near is not None else None
    edits = corrections(model, use, near) if near is not None and wrong is None else ()
    place = route.path.span if route is not None and route.path is not None else None
    yield Finding(
        f"no route answers the link `{use.url}`",
        at=use.url.span,
        related=(Label("this route is near", place),) if place is not None else (),
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=Fix(f"link to `{near}`", edits, is_slip(model, use, near)) if edits and near is not None else None,
    )


def _is_file(url: str) -> bool:
    """Whether a URL ends like a file, which something in front of the application may serve."""
    last = url.partition("?")[0].partition("#")[0].rpartition("/")[2]
    return "." in last.strip(".")
