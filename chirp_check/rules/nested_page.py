"""Whole documents inside of pages."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.exchanges import NestedPage
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("nested-page", since="0.1.0")
def nested_page(found: NestedPage, model: Model) -> Iterator[Finding]:
    """An htmx request is answered with a whole document, which goes into an element of the page."""
    yield Finding(
        f"`{found.url}` answers with a whole document, `{found.template}`",
        at=found.url.span,
        related=(Label("the whole template is returned here", found.returned),),
        help="return a `Page` or `Fragment` with the block to swap in, or choose a part with `hx-select`",
    )
