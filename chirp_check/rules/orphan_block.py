"""Blocks that nothing renders."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level, rename
from chirp_check.grammar.names import nearest
from chirp_check.model.component_uses import called
from chirp_check.model.entities import Orphan
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("orphan-block", since="0.1.0", level=Level.WARN)
def orphan_block(orphan: Orphan, model: Model) -> Iterator[Finding]:
    """A block overrides nothing, and no handler renders it by itself."""
    name = orphan.block.block.name.name
    near = nearest(name, orphan.known)
    above = model.blocks(orphan.above)
    yield Finding(
        f"nothing renders the block `{name}`: `{called(model, orphan.above)}` has no such block",
        at=orphan.block.span,
        related=(Label(f"`{near}` is defined here", above[near].span),) if near is not None and near in above else (),
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=rename(orphan.block.span, name, near, safe=False) if near is not None else None,
    )
