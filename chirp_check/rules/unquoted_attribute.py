"""Expressions that HTML takes for more than text."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.model import Model
from chirp_check.model.quoting import Exposed
from chirp_check.rule import rule


@rule("unquoted-attribute", since="0.1.0")
def unquoted_attribute(found: Exposed, model: Model) -> Iterator[Finding]:
    """An expression stands where the text of its value can end an attribute, a script or an address."""
    edits = tuple(Edit(at, text) for at, text in found.mended)
    if found.where == "unquoted":
        yield Finding(
            f"the value of `{found.name}` has an expression and no quotes",
            at=found.span,
            help="put quotes around the value",
            fix=Fix("put quotes around it", edits) if edits else None,
        )
    elif found.where == "quoted":
        yield Finding(
            f"the quotes of JSON end the value of `{found.name}`",
            at=found.span,
            help="write `tojson(attr=true)`",
            fix=Fix("escape it for an attribute", edits) if edits else None,
        )
    else:
        stands, help_ = _WHERE[found.where]
        yield Finding(
            f"`{found.name}` comes with the request and {stands}",
            at=found.span,
            related=(Label(f"`{found.name}` is given here", found.given),) if found.given is not None else (),
            help=help_,
        )


_WHERE = {
    "script": ("stands in a script or style without a JSON filter", "write `| tojson`, without quotes around it"),
    "handler": ("stands in a script without a JSON filter", "write `| tojson(attr=true)`, without quotes around it"),
    "json": ("stands in JSON without a JSON filter", "write `| tojson(attr=true)`, without quotes around it"),
    "address": ("is a whole address", "look at it in the handler: `javascript:` is an address, too"),
}
