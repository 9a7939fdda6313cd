"""References to elements that are not there."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.grammar.names import nearest
from chirp_check.model.entities import SelectorUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-selector", since="0.1.0")
def unknown_selector(use: SelectorUse, model: Model) -> Iterator[Finding]:
    """An attribute refers to an element that is on no screen."""
    if not model.selector_missing(use):
        return
    name = str(use.selector).removeprefix("#")
    meant = nearest(name, model.known_ids(use))
    if meant is None and use.loose:
        return  # an expression may put out the element, as that of a form's input
    yield Finding(
        f"`{use.via}` refers to the id `{name}`, which no element has",
        at=use.selector.span,
        help=f"did you mean `{meant}`?" if meant is not None else None,
    )
