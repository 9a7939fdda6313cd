"""Names that a call gives twice."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.duplicates import GivenTwice
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("duplicate-context", since="0.1.0")
def duplicate_context(twice: GivenTwice, model: Model) -> Iterator[Finding]:
    """A call gives a name and also forwards a mapping that has it."""
    yield Finding(
        f"`{twice.name}` is passed here and in the mapping behind `**` as well",
        at=twice.span,
        related=(Label(f"this has `{twice.name}`", twice.mapping),),
        help="put both into one mapping, where the later one counts",
    )
