"""Headers of answers that htmx 4 passes over."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, rename
from chirp_check.model.migration_responses import PassedOver
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("passed-over-header", since="0.1.0", migration=True)
def passed_over_header(found: PassedOver, model: Model) -> Iterator[Finding]:
    """An answer has a header that htmx 4 passes over."""
    fix = rename(found.written.span, found.written.value, found.meant) if found.written is not None else None
    yield Finding(
        f"htmx 4 passes over the header `{found.header}`", at=found.span, help=f"send `{found.meant}`", fix=fix
    )
