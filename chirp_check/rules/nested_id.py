"""Ids that a swap makes appear twice."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.swaps import NestedId
from chirp_check.rule import rule


@rule("nested-id", since="0.1.0", level=Level.WARN)
def nested_id(found: NestedId, model: Model) -> Iterator[Finding]:
    """A swap leaves the page with two elements of one id."""
    yield Finding(
        f"after the swap the id `{found.id}` is there twice: the block `{found.block}` brings it along",
        at=found.selector,
        related=(Label("this element goes into the one with its id", found.carrier),),
        help='replace the element with `hx-swap="outerHTML"`, or leave its id out of the block',
    )
