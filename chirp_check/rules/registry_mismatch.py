"""Routes that the text and the live application disagree about."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.model import Model
from chirp_check.model.registry import Disagreement
from chirp_check.rule import rule


@rule("registry-mismatch", since="0.1.0", level=Level.WARN)
def registry_mismatch(found: Disagreement, model: Model) -> Iterator[Finding]:
    """The text registers a route that the live application does not have, or the other way round."""
    if found.live:
        yield Finding(
            f"the live application has a route `{found.path}` that the text does not show",
            at=found.at,
            help="register it where the text shows it, or `chirp-check` will not know of it",
        )
    else:
        yield Finding(
            f"the live application has no route `{found.path}`",
            at=found.at,
            help="look for what removes it, or for another application that it is registered on",
        )
