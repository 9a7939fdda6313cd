"""Arguments that a function or method called in a template does not take."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.model import Model
from chirp_check.model.typing.faults import BadArguments
from chirp_check.rule import rule


@rule("bad-argument", since="0.1.0")
def bad_argument(call: BadArguments, model: Model) -> Iterator[Finding]:
    """A template calls a function or method with arguments that it does not take."""
    sites = tuple(Label("rendered with it here", site) for site in call.sites)
    defined = (Label(f"`{call.name}` is this function", call.definition),) if call.definition is not None else ()
    help_ = f"did you mean `{call.meant}`?" if call.meant is not None else None
    yield Finding(f"`{call.name}` {call.problem}", at=call.span, related=(*defined, *sites), help=help_)
