"""Template names that no loader root has."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, did_you_mean
from chirp_check.model.entities import TemplateUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-template", since="0.1.0")
def unknown_template(use: TemplateUse, model: Model) -> Iterator[Finding]:
    """A handler or a tag names a template that does not exist."""
    if use.optional or not model.template_missing(use):
        return
    name = use.name.value
    yield Finding(
        f"there is no template `{name}`",
        at=use.name.span,
        help=did_you_mean(name, model.templates()),
    )
