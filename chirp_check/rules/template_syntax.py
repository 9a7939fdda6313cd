"""Templates that Kida refuses."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import SyntaxProblem
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("template-syntax", since="0.1.0")
def template_syntax(problem: SyntaxProblem, _model: Model) -> Iterator[Finding]:
    """A template does not parse."""
    if problem.language == "kida":
        related = tuple(Label(message, span) for span, message in problem.related)
        yield Finding(problem.message, at=problem.span, related=related, help=problem.help)
