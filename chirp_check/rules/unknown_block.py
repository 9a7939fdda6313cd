"""Blocks that a template does not have."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.corrections import skeleton
from chirp_check.model.entities import BlockUse
from chirp_check.model.model import Model
from chirp_check.model.template_names import is_written_at_site
from chirp_check.rule import rule


@rule("unknown-block", since="0.1.0")
def unknown_block(use: BlockUse, model: Model) -> Iterator[Finding]:
    """A handler renders a block its template does not define."""
    name = use.block.value
    blocks = model.blocks(use.path)
    if name in blocks or not model.blocks_complete(use.path):
        return
    included = model.included_blocks(use.path).get(name)
    if included is None:
        near = nearest(name, blocks)
        fix = skeleton(model, use) if near is None else None
        if near is not None:
            fix = rename(use.block.span, name, near, safe=is_written_at_site(use) and is_clear(name, near, blocks))
        yield Finding(
            f"`{use.template.value}` has no block `{name}`",
            at=use.block.span,
            related=(Label(f"`{near}` is defined here", blocks[near].span),) if near is not None else (),
            help=f"did you mean `{near}`?" if near is not None else None,
            fix=fix,
        )
    else:
        yield Finding(
            f"`{use.template.value}` has no block `{name}`",
            at=use.block.span,
            related=(Label("a file it includes has one, which cannot be rendered alone", included.span),),
            help="name the included template itself, or move the block into the template",
        )
