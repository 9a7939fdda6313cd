"""Fields that no form sends."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, rename
from chirp_check.model.corrections import missing_input
from chirp_check.model.form_faults import UnknownField
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("unknown-field", since="0.1.0")
def unknown_field(found: UnknownField, model: Model) -> Iterator[Finding]:
    """A handler reads a field that no form has which is sent to it."""
    is_literal = found.at.end - found.at.start == len(found.name) + 2  # a name of a field is used elsewhere, too
    fix = missing_input(model, found) if found.meant is None else None
    if found.meant is not None and is_literal and not found.shared:
        fix = rename(found.at, found.name, found.meant)
    of_class = f" of `{found.owner}`" if found.owner else ""
    name = f"the field `{found.name}`{of_class}" if found.name else "a field without a name"
    yield Finding(
        f"no form that is sent to `{found.route}` has {name}",
        at=found.at,
        related=(Label("this is sent there", found.form), *(Label(one.says, one.at) for one in found.hints)),
        help=f"did you mean `{found.meant}`?" if found.meant is not None else None,
        fix=fix,
    )
