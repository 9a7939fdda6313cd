"""Connections for events to routes that give none."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.exchanges import NoStream
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("not-a-stream", since="0.1.0")
def not_a_stream(found: NoStream, model: Model) -> Iterator[Finding]:
    """An element connects for events to a route that answers with something else."""
    yield Finding(
        f"`{found.url}` gives no events but a `{found.kind}`",
        at=found.url.span,
        related=(Label("this is returned", found.returned),),
        help="return an `EventStream`",
    )
