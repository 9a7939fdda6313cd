"""Names that a render needs and is given on some paths only."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level
from chirp_check.model.context_faults import MissingName
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("maybe-missing-context", since="0.1.0", level=Level.WARN)
def maybe_missing_context(missing: MissingName, model: Model) -> Iterator[Finding]:
    """A template needs a name that the handler passes on some paths only."""
    if missing.certain:
        return
    unit = f"`{missing.template}`" if missing.block is None else f"block `{missing.block}` of `{missing.template}`"
    read = Label(f"`{missing.name}` is read here", missing.reads[0])
    message = f"{unit} needs `{missing.name}`, which is passed on some paths only"
    yield Finding(message, at=missing.at, related=(read,))
