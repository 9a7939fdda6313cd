"""Guards that do not guard."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.context_faults import EarlyRead
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("hoisted-guard", since="0.1.0")
def hoisted_guard(found: EarlyRead, model: Model) -> Iterator[Finding]:
    """A name that is guarded wherever it is read, which Kida looks up all the same."""
    yield Finding(
        f"Kida looks `{found.name}` up before its guards, because the body reads it more than once",
        at=found.at,
        related=(Label(f"rendered here without `{found.name}`", found.site),),
        help=f"pass `{found.name}` from the handler, be it None",
    )
