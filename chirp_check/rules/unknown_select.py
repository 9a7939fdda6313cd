"""Parts of answers that are not in them."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.model.model import Model
from chirp_check.model.selects import Unselected
from chirp_check.rule import rule


@rule("unknown-select", since="0.1.0")
def unknown_select(found: Unselected, model: Model) -> Iterator[Finding]:
    """An element takes out of an answer what the answer does not contain."""
    written = found.selector.value
    yield Finding(
        f"the answer has no element `{written}` for `{found.via}`",
        at=found.selector.span,
        related=(Label("this is answered", found.returned),),
        help=f"did you mean `#{found.meant}`?",
        fix=rename(found.selector.span, written, f"#{found.meant}"),
    )
