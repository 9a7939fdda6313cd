"""Values of attributes that htmx does not take."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.hx_faults import BadHxValue
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("bad-hx-value", since="0.1.0")
def bad_hx_value(found: BadHxValue, model: Model) -> Iterator[Finding]:
    """An attribute of htmx has a value that htmx does not take."""
    if found.meant is None:
        yield Finding(found.message, at=found.span)
        return
    fix = Fix(f"change to `{found.meant}`", (Edit(found.span, found.meant),), safe=True)
    yield Finding(found.message, at=found.span, help=f"did you mean `{found.meant}`?", fix=fix)
