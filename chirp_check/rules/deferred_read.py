"""Values that are read before they are there."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.deferred import EarlyRead
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("deferred-read", since="0.1.0")
def deferred_read(found: EarlyRead, model: Model) -> Iterator[Finding]:
    """The shell of a Suspense reads an awaited value outside of every block."""
    yield Finding(
        f"`{found.name}` is read outside of the blocks, before it is there",
        at=found.at,
        related=(Label(f"`{found.name}` is awaited here", found.given),),
        help="put what reads it into a block",
    )
