"""Suppressions of rules that do not exist."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.grammar.names import did_you_mean
from chirp_check.model.hygiene import UnknownRule
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-rule", since="0.1.0", level=Level.WARN)
def unknown_rule(ignored: UnknownRule, _model: Model) -> Iterator[Finding]:
    """A suppression names a rule that does not exist."""
    yield Finding(f"there is no rule `{ignored.name}`", at=ignored.span, help=did_you_mean(ignored.name, ignored.known))
