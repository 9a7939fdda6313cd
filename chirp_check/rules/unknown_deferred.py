"""Values that are awaited for nothing."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.grammar.names import nearest
from chirp_check.model.deferred import Unlanded
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-deferred", since="0.1.0")
def unknown_deferred(found: Unlanded, model: Model) -> Iterator[Finding]:
    """A value of a Suspense is awaited, and no block can show it."""
    if found.block:
        yield Finding(
            f"the block `{found.block}` waits for `{found.name}` in a `{found.tag}`, and no element has its id",
            at=found.at,
            related=(Label(f"`{found.name}` is awaited here", found.given),),
            help=f'give the element that it replaces `id="{found.block}"`',
        )
    else:
        near = nearest(found.name, found.known)
        yield Finding(
            f"`{found.template}` never reads `{found.name}`, which is awaited",
            at=found.at,
            help=f"did you mean `{near}`?" if near is not None else "leave it out",
        )
