"""Events that no element waits for."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.grammar.names import nearest
from chirp_check.model.events import UnheardEvent
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unheard-event", since="0.1.0", level=Level.WARN)
def unheard_event(found: UnheardEvent, model: Model) -> Iterator[Finding]:
    """A stream gives an event that no element of the application waits for."""
    near = nearest(found.event.name, found.heard)
    yield Finding(
        f"no element waits for the event `{found.event.name}`",
        at=found.event.span,
        related=(Label("this connects to the stream", found.connected),),
        help=f"did you mean `{near}`?" if near is not None else f'add `sse-swap="{found.event.name}"`',
    )
