"""Attributes that htmx 4 passes over."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.migration import Removed
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("removed-hx-attribute", since="0.1.0", migration=True)
def removed_hx_attribute(found: Removed, model: Model) -> Iterator[Finding]:
    """An attribute of htmx 2 is no longer one in htmx 4."""
    fix = Fix(f"remove `{found.name}`", (Edit(found.whole, ""),)) if found.whole is not None else None
    yield Finding(f"htmx 4 passes over `{found.name}`", at=found.span, help=found.help, fix=fix)
