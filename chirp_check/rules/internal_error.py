"""Our own failures, which never cost the other findings."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding
from chirp_check.model.hygiene import InternalFailure
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("internal-error", since="0.1.0")
def internal_error(failure: InternalFailure, _model: Model) -> Iterator[Finding]:
    """A rule, or the reading of a file, failed: a bug of the checker, or of a plug-in."""
    whose, help_ = "", "this is a bug of chirp-check; please report it with what `chirp-check -v` prints"
    if failure.plugin is not None:
        whose = f" of plug-in `{failure.plugin}`"
        help_ = f"this is a bug of `{failure.plugin}`, whose authors need what `chirp-check -v` prints"
    yield Finding(f"{failure.what}{whose} failed: {failure.error}", at=failure.span, help=help_)
