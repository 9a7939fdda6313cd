"""Suppressions that have outlived what they suppressed."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.hygiene import UnusedIgnore
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unused-ignore", since="0.1.0", level=Level.WARN)
def unused_ignore(ignore: UnusedIgnore, _model: Model) -> Iterator[Finding]:
    """A suppression suppresses nothing."""
    if ignore.misplaced:
        yield Finding(
            f"`ignore-file[{ignore.name}]` below the top of the file suppresses nothing",
            at=ignore.span,
            help="move the comment to the top of the file",
        )
    else:
        yield Finding(f"nothing here is reported as `{ignore.name}`", at=ignore.span, help="remove the suppression")
