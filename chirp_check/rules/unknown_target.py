"""Targets that no element of any screen has."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.grammar.names import did_you_mean
from chirp_check.model.entities import TargetUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-target", since="0.1.0")
def unknown_target(use: TargetUse, model: Model) -> Iterator[Finding]:
    """A response is to be swapped into an element that is on no screen where it is asked for."""
    if model.hash_forgotten(use):
        tag = str(use.selector).strip()
        yield Finding(f"no element is a `<{tag}>`", at=use.selector.span, help=f"did you mean `#{tag}`?")
    elif model.is_no_tag(use):
        yield Finding(f"no element is a `<{str(use.selector).strip()}>`", at=use.selector.span)
    if not model.target_missing(use):
        return
    name = str(use.selector).lstrip().removeprefix("#")
    yield Finding(
        f"no element has the id `{name}`",
        at=use.selector.span,
        help=did_you_mean(name, model.known_ids(use)),
    )
