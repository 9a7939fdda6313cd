"""Fields that nothing reads."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.form_unread import UnreadField
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unread-field", since="0.1.0", level=Level.OFF)
def unread_field(found: UnreadField, model: Model) -> Iterator[Finding]:
    """No handler reads a field where it is sent to."""
    yield Finding(
        f"nothing that answers `{found.route}` reads the field `{found.name}`",
        at=found.at,
        related=(Label("this answers", found.handler),),
        help="remove the field, or read it",
    )
