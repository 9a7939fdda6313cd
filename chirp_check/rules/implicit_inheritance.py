"""Attributes that htmx 4 does not hand on."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.inheritance import Handed
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("implicit-inheritance", since="0.1.0", migration=True)
def implicit_inheritance(found: Handed, model: Model) -> Iterator[Finding]:
    """An element has an attribute from one around it, which htmx 4 hands on only as `:inherited`."""
    meant = f"{found.name}:inherited"
    yield Finding(
        f"htmx 4 does not hand `{found.name}` on to the elements inside",
        at=found.span,
        related=(Label("this has it from there with htmx 2", found.taker),),
        help=f"write `{meant}`",
        fix=Fix(f"rename to `{meant}`", (Edit(found.span, meant),)),
    )
