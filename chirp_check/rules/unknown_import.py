"""Imports of components that the other template does not have."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.component_uses import called, defining, import_missing, name_span, offered, written
from chirp_check.model.entities import ImportUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-import", since="0.1.0")
def unknown_import(use: ImportUse, model: Model) -> Iterator[Finding]:
    """A template takes a component from another that does not have it."""
    if not import_missing(model, use):
        return
    name = use.name.value
    known = {one.name: one for one in offered(model, use.path)}
    near = nearest(name, known)
    meant = known[near] if near is not None else defining(model, use)
    label = name_span(model, meant) if meant is not None else None
    help_ = fix = None
    if near is not None:
        help_, fix = f"did you mean `{near}`?", _renamed(use, near, model, safe=is_clear(name, near, known))
    elif meant is not None:
        help_ = f"import it from `{called(model, meant.path)}`"
    yield Finding(
        f"`{use.template}` defines no `{name}`",
        at=use.name.span,
        related=(Label(f"`{meant.name}` is defined here", label),) if meant is not None and label is not None else (),
        help=help_,
        fix=fix,
    )


def _renamed(use: ImportUse, near: str, model: Model, *, safe: bool) -> Fix | None:
    places = written(model, use)
    if places is None:
        return None
    return Fix(f"rename it to `{near}`", tuple(Edit(place, near) for place in places), safe)
