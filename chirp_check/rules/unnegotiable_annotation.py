"""Return annotations that promise what cannot be answered."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import AnnotationUse
from chirp_check.model.honest import honest
from chirp_check.model.model import Model
from chirp_check.rule import rule

ANSWERS = "a response is made of text, bytes, a dict, a list, `Response`, `Redirect` or a return type such as `Page`"


@rule("unnegotiable-annotation", since="0.1.0")
def unnegotiable_annotation(use: AnnotationUse, model: Model) -> Iterator[Finding]:
    """A handler's return annotation names a type that no response can be made of."""
    if not use.refused:
        return
    names = " or ".join(f"`{name}`" for name in use.refused)
    yield Finding(
        f"`{use.handler.name}` promises {names}, which is no response",
        at=use.span,
        related=(Label("this function is registered as a handler", use.handler.span),),
        help=ANSWERS,
        structure=honest(model, use.handler),
    )
