"""Fields that nothing reads."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.form_unread import Forms, unread_fields
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unread-field", since="0.1.0", level=Level.OFF)
def unread_field(found: Forms, model: Model) -> Iterator[Finding]:
    """No handler reads a field where it is sent to."""
    for one in unread_fields(model, found.path):
        yield Finding(
            f"nothing that answers `{one.route}` reads the field `{one.name}`",
            at=one.at,
            related=(Label("this answers", one.handler),),
            help="remove the field, or read it",
        )
