"""Forms that htmx 4 does not send with a DELETE."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.migration_elements import UnsentForm
from chirp_check.model.model import Model
from chirp_check.rule import rule

_INCLUDE = 'hx-include="closest form"'


@rule("unsent-form", since="0.1.0", migration=True)
def unsent_form(found: UnsentForm, model: Model) -> Iterator[Finding]:
    """A request with DELETE comes from inside a form, whose fields htmx 4 does not send along."""
    yield Finding(
        "htmx 4 does not send the form around `hx-delete`",
        at=found.span,
        related=(Label("htmx 2 sends this", found.field),),
        help=f"write `{_INCLUDE}`",
        fix=Fix(f"add `{_INCLUDE}`", (Edit(found.insert, f" {_INCLUDE}"),)),
    )
