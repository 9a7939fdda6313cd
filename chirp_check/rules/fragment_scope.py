"""Blocks that cannot be rendered alone."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.context_faults import OutOfSight
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("fragment-scope", since="0.1.0")
def fragment_scope(found: OutOfSight, model: Model) -> Iterator[Finding]:
    """A block reads a name that is bound where the block does not see it."""
    site = Label("it is rendered here", found.site)
    match found.why:
        case "let":
            said = f"this reads `{found.name}` where Kida cannot look names up, so no block can be rendered alone"
            help_ = "move it into the blocks that need it, or pass its value from the handler"
            site = Label(f"block `{found.block}` is rendered here", found.site)
        case "match":
            said = f"`{found.name}` stands in a `match`, where Kida knows no blocks"
            help_ = "put the `match` inside the block, or use `if`"
        case _:
            alone = "" if found.block is None else ", which is rendered alone"
            said, help_ = f"`{found.name}` is bound outside of the block{alone}", _BIND
    bound = (Label(f"`{found.name}` is bound here", found.binding),) if found.binding is not None else ()
    yield Finding(said, at=found.at, related=(*bound, site), help=help_)


_BIND = "bind it inside the block, or pass it from the handler"
