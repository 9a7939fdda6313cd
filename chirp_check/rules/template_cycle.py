"""Templates that extend, embed or import themselves by way of others."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.model.model import Model
from chirp_check.model.templates import Cycle
from chirp_check.rule import rule
from chirp_check.source import Span


@rule("template-cycle", since="0.1.0")
def template_cycle(cycle: Cycle, _model: Model) -> Iterator[Finding]:
    """A template comes back to itself through `extends`, `embed` or `import`."""
    way = " → ".join(cycle.names)
    at = Span(cycle.path, cycle.reference.start, cycle.reference.end)
    yield Finding(f"templates in a circle: {way}", at=at)
