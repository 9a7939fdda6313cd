"""Tests that nobody has defined."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.entities import VocabularyUse
from chirp_check.model.model import Model
from chirp_check.model.slips import is_function
from chirp_check.model.vocabulary import vocabulary, vocabulary_missing
from chirp_check.rule import rule


@rule("unknown-test", since="0.1.0")
def unknown_test(use: VocabularyUse, model: Model) -> Iterator[Finding]:
    """A template names a test that neither Kida nor the application has."""
    if use.kind != "test" or not vocabulary_missing(model, use):
        return
    name = use.name.value
    known = vocabulary(model, use)
    near = nearest(name, known) if not is_function(model, name) else None
    safe = near is not None and is_clear(name, near, known)
    yield Finding(
        f"there is no test `{name}`",
        at=use.name.span,
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=rename(use.name.span, name, near, safe=safe) if near is not None else None,
    )
