"""Attributes and events that have another name in htmx 4."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.migration import Renamed
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("renamed-hx-attribute", since="0.1.0", migration=True)
def renamed_hx_attribute(found: Renamed, model: Model) -> Iterator[Finding]:
    """An attribute, or the event in its name, is called otherwise in htmx 4."""
    if found.meant is None:
        yield Finding(f"htmx 4 has no event for `{found.name}`", at=found.span)
        return
    yield Finding(
        f"`{found.name}` is `{found.meant}` in htmx 4",
        at=found.span,
        help=f"write `{found.meant}`",
        fix=Fix(f"rename to `{found.meant}`", (Edit(found.span, found.meant),), safe=found.same),
    )
