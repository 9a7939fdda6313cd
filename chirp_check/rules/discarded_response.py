"""Answers that nobody sees."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.selects import Discarded
from chirp_check.rule import rule


@rule("discarded-response", since="0.1.0", level=Level.WARN)
def discarded_response(found: Discarded, model: Model) -> Iterator[Finding]:
    """A request swaps nothing, and may be answered with a form and its errors."""
    yield Finding(
        f"`hx-swap` is `none`, so that the errors that `{found.url}` answers with are never seen",
        at=found.swap,
        related=(Label("this is answered", found.returned),),
        help="swap the form, or answer with `OOB`",
    )
