"""Suppressions that do not say what they suppress."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.hygiene import BareIgnore
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("bare-ignore", since="0.1.0", level=Level.WARN)
def bare_ignore(ignore: BareIgnore, _model: Model) -> Iterator[Finding]:
    """A suppression names no rule."""
    yield Finding("the suppression names no rule and has no effect", at=ignore.span, help="name the rule in brackets")
