"""Whole documents inside of pages."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.exchanges import NestedPage
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("nested-page", since="0.1.0")
def nested_page(found: NestedPage, model: Model) -> Iterator[Finding]:
    """A whole document goes into an element of a page: as the answer to htmx, or by an include."""
    if found.included:
        yield Finding(
            f"`{found.template}` is a whole document, and is included in a part of a page",
            at=found.url.span,
            related=(Label("the document begins here", found.returned),),
            help="include a template that holds the part alone",
        )
        return
    yield Finding(
        f"`{found.url}` answers with a whole document, `{found.template}`",
        at=found.url.span,
        related=(Label("the whole template is returned here", found.returned),),
        help="return a `Page` or `Fragment` with the block to swap in, or choose a part with `hx-select`",
    )
