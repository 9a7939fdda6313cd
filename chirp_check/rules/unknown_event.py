"""Elements that wait for events which do not come."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.events import UnknownEvent
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-event", since="0.1.0")
def unknown_event(found: UnknownEvent, model: Model) -> Iterator[Finding]:
    """An element waits for an event that its stream never gives."""
    name = found.name.value
    given = [one.name for one in found.given]
    near = nearest(name, given)
    made = next((one for one in found.given if one.name == near), found.given[0])
    yield Finding(
        f"`{found.url}` never gives an event `{name}`",
        at=found.name.span,
        related=(Label(f"`{made.name}` is given here", made.span),),
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=rename(found.name.span, name, near, safe=is_clear(name, near, given)) if near is not None else None,
    )
