"""Files whose bytes are no text."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.model.entities import FileProblem
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("bad-encoding", since="0.1.0")
def bad_encoding(problem: FileProblem, _model: Model) -> Iterator[Finding]:
    """A file does not decode."""
    if problem.rule == "bad-encoding":
        yield Finding(problem.message, at=problem.span, help=problem.help)
