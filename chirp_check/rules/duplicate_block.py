"""Two blocks of one name in one file."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import BlockTwice
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("duplicate-block", since="0.1.0")
def duplicate_block(twice: BlockTwice, _model: Model) -> Iterator[Finding]:
    """A template defines a block twice, and the second is rendered in the place of both."""
    name = twice.second.block.name.name
    yield Finding(
        f"a second block is called `{name}`",
        at=twice.second.span,
        related=(Label("this one is never rendered", twice.first.span),),
        help="give one of them another name",
    )
