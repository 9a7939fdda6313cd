"""Files that the system does not let us read."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.model.entities import FileProblem
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unreadable-file", since="0.1.0")
def unreadable_file(problem: FileProblem, _model: Model) -> Iterator[Finding]:
    """A file or folder cannot be read."""
    if problem.rule == "unreadable-file":
        yield Finding(problem.message, at=problem.span, help=problem.help)
