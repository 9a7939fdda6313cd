"""Targets that a swap takes away."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.swaps import LostTarget
from chirp_check.rule import rule


@rule("lost-target", since="0.1.0", level=Level.WARN)
def lost_target(found: LostTarget, model: Model) -> Iterator[Finding]:
    """A swap takes away an element that is asked for again."""
    yield Finding(
        f"after the swap no element has the id `{found.id}`: the block `{found.block}` does not bring it",
        at=found.selector,
        related=(
            Label("this takes its place", found.brought),
            *((Label("this targets it as well", found.asked),) if found.asked is not None else ()),
        ),
        help='bring an element with the id along, or fill the one that is there with `hx-swap="innerHTML"`',
    )
