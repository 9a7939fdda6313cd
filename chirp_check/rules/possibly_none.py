"""Attributes of what is None, or can be."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.model import Model
from chirp_check.model.typing.faults import NoneRead
from chirp_check.rule import rule


@rule("possibly-none", since="0.1.0")
def possibly_none(read: NoneRead, model: Model) -> Iterator[Finding]:
    """A template reads an attribute of a value that can be None."""
    sites = tuple(Label("rendered with it here", site) for site in read.sites)
    is_none = "is" if read.certain else "can be"
    yield Finding(
        f"`{read.written}` {is_none} None, which has no `{read.name}`",
        at=read.span,
        related=sites,
        help=f"ask first: `{{% if {read.written} %}}`",
    )
