"""Registrations that the application refuses."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.grammar.names import nearest
from chirp_check.model.model import Model
from chirp_check.model.registrations import RegistrationFault
from chirp_check.rule import rule


@rule("bad-registration", since="0.1.0")
def bad_registration(fault: RegistrationFault, _model: Model) -> Iterator[Finding]:
    """A route or a middleware is registered in a way that the application refuses."""
    near = nearest(fault.name, fault.known) if fault.name else None
    yield Finding(
        fault.message,
        at=fault.at,
        related=(Label("this is registered here", fault.registered),) if fault.registered is not None else (),
        help=f"did you mean `{near}`?" if near is not None else fault.help,
    )
