"""Imports of components that the other template does not have."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.component_uses import called, defining, import_missing, name_span, offered, written
from chirp_check.model.entities import Component, ImportUse
from chirp_check.model.inputs import text
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-import", since="0.1.0")
def unknown_import(use: ImportUse, model: Model) -> Iterator[Finding]:
    """A template takes a component from another that does not have it."""
    if not import_missing(model, use):
        return
    name = use.name.value
    known = {one.name: one for one in offered(model, use.path)}
    elsewhere = defining(model, use)
    near = nearest(name, known) if elsewhere is None else None
    meant = known[near] if near is not None else elsewhere
    label = name_span(model, meant) if meant is not None else None
    help_ = fix = None
    if near is not None:
        help_, fix = f"did you mean `{near}`?", _renamed(use, near, model, safe=_is_slip(use, known[near], model))
    elif meant is not None:
        help_ = f"import it from `{called(model, meant.path)}`"
    yield Finding(
        f"`{use.template}` defines no `{name}`",
        at=use.name.span,
        related=(Label(f"`{meant.name}` is defined here", label),) if meant is not None and label is not None else (),
        help=help_,
        fix=fix,
    )


def _is_slip(use: ImportUse, meant: Component, model: Model) -> bool:
    """Whether the import is wrong, and not the name of the component: nothing else calls it so."""
    name = use.name.value
    others = (one for one in model.subjects(ImportUse) if one.name.span != use.name.span)
    said = any(one.name.value == name and one.template == use.template for one in others)
    inside = f"{name}(" in (text(model, meant.path) or "")
    return is_clear(name, meant.name, [one.name for one in offered(model, use.path)]) and not said and not inside


def _renamed(use: ImportUse, near: str, model: Model, *, safe: bool) -> Fix | None:
    places = written(model, use)
    if places is None:
        return None
    return Fix(f"rename it to `{near}`", tuple(Edit(place, near) for place in places), safe)
