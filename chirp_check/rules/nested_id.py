"""Ids that a swap makes appear twice."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.repeats import NestedId
from chirp_check.rule import rule


@rule("nested-id", since="0.1.0", level=Level.WARN)
def nested_id(found: NestedId, model: Model) -> Iterator[Finding]:
    """A swap leaves the page with two elements of one id."""
    if found.then is not None:
        yield Finding(
            f"the id `{found.id}` is there twice when what comes is replaced: block `{found.block}` brings it along",
            at=found.at,
            related=(
                Label("this asks for it", found.then),
                Label("this element then is in the one with its id", found.carrier),
            ),
            help='replace the element with `hx-swap="outerHTML"`',
        )
        return
    kept = found.kept
    yield Finding(
        f"after the swap the id `{found.id}` is there twice: the block `{found.block}` brings it along",
        at=found.at,
        related=(
            Label("this element goes into the one with its id" if kept is None else "this one comes", found.carrier),
            *((Label("and this one stays", kept),) if kept is not None else ()),
        ),
        help='replace the element with `hx-swap="outerHTML"`, or leave its id out of the block'
        if kept is None
        else f'replace the other one with `hx-target="#{found.id}" hx-swap="outerHTML"`',
    )
