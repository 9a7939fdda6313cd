"""Operators whose operands they do not take."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.model import Model
from chirp_check.model.typing.faults import BadOperands
from chirp_check.rule import rule


@rule("bad-operand", since="0.1.0")
def bad_operand(use: BadOperands, model: Model) -> Iterator[Finding]:
    """A template compares, adds or calls values of types that do not go together."""
    sites = tuple(Label("rendered with it here", site) for site in use.sites)
    if use.operator == "()":
        yield Finding(f"`{use.written}` is of type `{use.owners[0]}`, which cannot be called", use.span, sites)
        return
    left, right = use.owners
    yield Finding(f"`{use.operator}` does not take `{left}` and `{right}`", use.span, sites)
