"""Misspelt attributes of htmx."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.hx_faults import UnknownHx
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-hx-attribute", since="0.1.0")
def unknown_hx_attribute(found: UnknownHx, model: Model) -> Iterator[Finding]:
    """An element has an attribute that htmx does not know."""
    yield Finding(
        f"htmx has no attribute `{found.name}`",
        at=found.span,
        help=f"did you mean `{found.meant}`?",
        fix=Fix(f"change to `{found.meant}`", (Edit(found.span, found.meant),), safe=True),
    )
