"""Attributes and keys that a value in a template does not have."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.model.model import Model
from chirp_check.model.typing.faults import MissingAttribute
from chirp_check.rule import rule


@rule("unknown-attribute", since="0.1.0")
def unknown_attribute(missing: MissingAttribute, model: Model) -> Iterator[Finding]:
    """A template reads an attribute or key that the value passed by the handler does not have."""
    has = "key" if missing.is_key or missing.is_mapping else "attribute"
    owner = f"`{missing.written}`" if missing.is_mapping else f"`{missing.owner}`"
    related = [Label(f"`{missing.owner}` is defined here", missing.definition)] if missing.definition else []
    related += [Label("rendered with it here", site) for site in missing.sites]
    help_, fix = None, None
    if missing.meant is not None:
        help_ = f"did you mean `{missing.meant}`?"
        fix = rename(missing.span, missing.name, missing.meant, safe=missing.sure)
    yield Finding(f"{owner} has no {has} `{missing.name}`", missing.span, tuple(related), help_, fix)
