"""Clicks that htmx 4 stops from doing what they are for."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.migration_elements import Stopped
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("prevented-default", since="0.1.0", migration=True)
def prevented_default(found: Stopped, model: Model) -> Iterator[Finding]:
    """With `hx-on` htmx 4 keeps the browser from following a link, or from sending a form."""
    plain = "on" + found.name.rpartition(":")[2]
    yield Finding(
        f"with `{found.name}` htmx 4 keeps the browser from what it does: it no longer {found.does}",
        at=found.span,
        help=f"write `{plain}`",
        fix=Fix(f"rename to `{plain}`", (Edit(found.span, plain),), safe=False),
    )
