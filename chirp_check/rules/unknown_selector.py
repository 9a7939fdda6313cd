"""References to elements that are not there."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.grammar.names import nearest
from chirp_check.model.entities import SelectorUse
from chirp_check.model.model import Model
from chirp_check.model.selector_uses import labelled
from chirp_check.rule import rule


@rule("unknown-selector", since="0.1.0")
def unknown_selector(use: SelectorUse, model: Model) -> Iterator[Finding]:
    """An attribute refers to an element that is on no screen."""
    if not model.selector_missing(use):
        return
    name = str(use.selector).removeprefix("#")
    meant = nearest(name, model.known_ids(use))
    behind = labelled(model, use) if use.via == "for" else None
    if meant is None and behind is None and use.loose:
        return  # an expression may put out the element, as that of a form's input
    if meant is None and behind is not None:
        meant = behind[1]
    yield Finding(
        f"`{use.via}` refers to the id `{name}`, which no element has",
        at=use.selector.span,
        related=(Label("nothing labels this", behind[0]),) if behind is not None else (),
        help=f"did you mean `{meant}`?" if meant else f'write `id="{name}"` here' if behind is not None else None,
    )
