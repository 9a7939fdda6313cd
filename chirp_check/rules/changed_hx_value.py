"""Values that htmx 4 reads in another way."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.migration import Changed
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("changed-hx-value", since="0.1.0", migration=True)
def changed_hx_value(found: Changed, model: Model) -> Iterator[Finding]:
    """The value of an attribute means something else in htmx 4."""
    if found.text is None:
        yield Finding(found.message, at=found.span)
        return
    title = f"change to `{found.text}`" if found.text else "remove it"
    advice = f"write `{found.text}`" if found.text else "remove it"
    yield Finding(found.message, at=found.span, help=advice, fix=Fix(title, (Edit(found.span, found.text),)))
