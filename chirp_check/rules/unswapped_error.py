"""Errors that nobody sees."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.unswapped import Unswapped
from chirp_check.rule import rule


@rule("unswapped-error", since="0.1.0", level=Level.WARN)
def unswapped_error(found: Unswapped, model: Model) -> Iterator[Finding]:
    """An htmx request may be answered with an error that htmx 2 throws away."""
    yield Finding(
        f"htmx 2 does not swap an answer with the status {found.status}",
        at=found.url.span,
        related=(Label("this is not seen", found.returned),),
        help="load htmx with `{{ htmx() }}`, or configure its `responseHandling`",
    )
