"""Template names that reach for files outside of the template folders."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, rename
from chirp_check.model.entities import TemplateUse
from chirp_check.model.model import Model
from chirp_check.model.template_names import fault
from chirp_check.rule import rule


@rule("unsafe-template-name", since="0.1.0")
def unsafe_template_name(use: TemplateUse, model: Model) -> Iterator[Finding]:
    """A template name is absolute, holds a backslash or NUL, or climbs out of its folder with `..`."""
    wrong = fault(model, use)
    if wrong is None:
        return
    name = use.name.value
    plain = name.replace("\\", "/").lstrip("/").removeprefix("./")
    known = plain != name and model.template_path(plain) is not None
    fix: Fix | None = rename(use.name.span, name, plain) if known else None
    help_ = f"write `{plain}`" if known else "write a path relative to the template folder"
    yield Finding(f"the template name `{name}` {wrong}", at=use.name.span, help=help_, fix=fix)
