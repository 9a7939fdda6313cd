"""Files that are left out for their size."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.entities import FileProblem
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("too-large", since="0.1.0", level=Level.WARN)
def too_large(problem: FileProblem, _model: Model) -> Iterator[Finding]:
    """A file is too large to be checked."""
    if problem.rule == "too-large":
        yield Finding(problem.message, at=problem.span, help=problem.help)
