"""Tests for None that never hold."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Level
from chirp_check.model.model import Model
from chirp_check.model.none_tests import NoneTest
from chirp_check.rule import rule


@rule("never-none", since="0.1.0", level=Level.WARN)
def never_none(test: NoneTest, model: Model) -> Iterator[Finding]:
    """A template asks whether an attribute is None, which Kida never lets it be."""
    held = "always" if test.negated else "never"
    fix = Fix("ask with `?.`", (Edit(test.dot, "?."),), safe=False)
    yield Finding(
        f"`{test.written}` is {held} true: Kida makes an empty text of an attribute that is None",
        at=test.span,
        help=f"write `{test.base}?.{test.attribute}`, which keeps None",
        fix=fix,
    )
