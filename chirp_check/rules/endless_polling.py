"""Polling that goes on with htmx 4."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.model.migration_responses import STOP_POLLING, StillPolling
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("endless-polling", since="0.1.0", migration=True)
def endless_polling(found: StillPolling, model: Model) -> Iterator[Finding]:
    """An answer has the status 286, which ends polling with htmx 2 alone."""
    yield Finding(
        f"htmx 4 goes on polling after the status {STOP_POLLING}",
        at=found.span,
        help="answer with the element without its `hx-trigger`, and replace it",
    )
