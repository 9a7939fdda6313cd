"""Ids that are on one page twice."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.model import Model
from chirp_check.model.twice import DuplicateId
from chirp_check.rule import rule


@rule("duplicate-id", since="0.1.0", level=Level.WARN)
def duplicate_id(found: DuplicateId, model: Model) -> Iterator[Finding]:
    """Two elements of one page have the same id."""
    if found.repeated:
        yield Finding(
            f"every round of the loop brings another element with the id `{found.id}`",
            at=found.span,
            help="put what tells the rounds apart into the id",
        )
    else:
        yield Finding(
            f"the page has another element with the id `{found.id}`",
            at=found.span,
            related=(Label("this is the other one", found.other),),
            help="give one of them another id",
        )
