"""Targets that no element of any screen has."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.entities import SelectorUse, TargetUse
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-target", since="0.1.0")
def unknown_target(use: TargetUse, model: Model) -> Iterator[Finding]:
    """A response is to be swapped into an element that is on no screen where it is asked for."""
    if model.hash_forgotten(use):
        tag = str(use.selector).strip()
        yield Finding(f"no element is a `<{tag}>`", at=use.selector.span, help=f"did you mean `#{tag}`?")
    elif model.is_no_tag(use):
        yield Finding(f"no element is a `<{str(use.selector).strip()}>`", at=use.selector.span)
    if not model.target_missing(use):
        return
    name = str(use.selector).lstrip().removeprefix("#")
    known = model.known_ids(use)
    near = nearest(name, known)
    yield Finding(
        f"no element has the id `{name}`",
        at=use.selector.span,
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=_renamed(use, name, near, safe=is_clear(name, near, known) and _is_slip(use, name, near, model))
        if near is not None
        else None,
    )


def _renamed(use: TargetUse, name: str, near: str, *, safe: bool) -> Fix | None:
    written = str(use.selector)
    return rename(use.selector.span, written, written.replace(name, near), safe=safe)


def _is_slip(use: TargetUse, name: str, near: str, model: Model) -> bool:
    """Whether the reference is wrong, and not the id: others refer to that, and nothing else to the wrong one."""
    every: tuple[TargetUse | SelectorUse, ...] = (*model.subjects(TargetUse), *model.subjects(SelectorUse))
    others = {str(one.selector).strip().removeprefix("#") for one in every if one.selector.span != use.selector.span}
    return near in others and name not in others
