"""Template names that no loader root has."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.entities import TemplateUse
from chirp_check.model.model import Model
from chirp_check.model.template_names import elsewhere, fault, folders_named, is_written_at_site
from chirp_check.rule import rule


@rule("unknown-template", since="0.1.0")
def unknown_template(use: TemplateUse, model: Model) -> Iterator[Finding]:
    """A handler or a tag names a template that does not exist."""
    if use.optional or fault(model, use) is not None or not model.template_missing(use):
        return
    name = use.name.value
    known = model.templates()
    near = nearest(name, known)
    safe = near is not None and is_written_at_site(use) and is_clear(name, near, known)
    other = elsewhere(model, use) if near is None else None
    yield Finding(
        f"there is no template `{name}`",
        at=use.name.span,
        related=tuple(Label("templates are looked for here", one) for one in folders_named(model, use) if other),
        help=f"did you mean `{near}`?"
        if near is not None
        else f"there is `{other}`, in another folder"
        if other
        else None,
        fix=rename(use.name.span, name, near, safe=safe) if near is not None else None,
    )
