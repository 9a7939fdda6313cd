"""Names of routes that lead to another route."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import NameConflict
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("duplicate-route-name", since="0.1.0")
def duplicate_route_name(conflict: NameConflict, _model: Model) -> Iterator[Finding]:
    """Two routes with the same parameters are given one name."""
    other = conflict.other.path
    yield Finding(
        f"the name `{conflict.name.value}` is that of `{other}`",
        at=conflict.name.span,
        related=(Label("`url_for` leads here, whatever comes later", other.span),) if other is not None else (),
        help="give this route a name of its own",
    )
