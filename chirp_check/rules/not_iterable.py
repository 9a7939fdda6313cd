"""Loops over what has no elements."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.model import Model
from chirp_check.model.typing.faults import NotIterable
from chirp_check.rule import rule
from chirp_check.source import Span


@rule("not-iterable", since="0.1.0")
def not_iterable(loop: NotIterable, model: Model) -> Iterator[Finding]:
    """A template loops over a value that has no elements."""
    sites = tuple(Label("rendered with it here", site) for site in loop.sites)
    if not loop.is_method:
        yield Finding(f"`{loop.written}` is of type `{loop.owner}`, which has no elements", loop.span, sites)
        return
    end = Span(loop.span.path, loop.span.end, loop.span.end)
    yield Finding(
        f"`{loop.written}` is a function, which has no elements",
        at=loop.span,
        related=sites,
        help=f"call it: `{loop.written}()`",
        fix=Fix("call it", (Edit(end, "()"),), safe=False),
    )
