"""Markup that anybody can write."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.quoting import RawMarkup
from chirp_check.rule import rule


@rule("unsafe-markup", since="0.1.0", level=Level.WARN)
def unsafe_markup(found: RawMarkup, model: Model) -> Iterator[Finding]:
    """What came with a request is put out with `safe`, so that it is markup."""
    yield Finding(
        f"`{found.name}` comes with the request and is put out as markup",
        at=found.span,
        related=(Label(f"`{found.name}` is given here", found.given),),
        help="leave out `safe`",
    )
