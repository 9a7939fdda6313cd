"""Paths of routes that do not parse."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.grammar.names import nearest
from chirp_check.grammar.path import CONVERTERS
from chirp_check.model.entities import PathFault
from chirp_check.model.model import Model
from chirp_check.rule import rule

_OTHER_NAMES = {"integer": "int", "number": "int", "string": "str", "text": "str", "slug": "str", "any": "path"}


@rule("bad-route-path", since="0.1.0")
def bad_route_path(fault: PathFault, _model: Model) -> Iterator[Finding]:
    """The path of a route is written in a way that the router refuses."""
    wrong = fault.near
    near = (_OTHER_NAMES.get(wrong) or nearest(wrong, CONVERTERS)) if wrong is not None else None
    help_ = f"there are {', '.join(f'`{name}`' for name in CONVERTERS)}" if wrong is not None else None
    fits = near is not None and wrong is not None and fault.at.end - fault.at.start == len(wrong)
    yield Finding(
        fault.message,
        at=fault.at,
        help=f"did you mean `{near}`?" if near is not None else help_,
        fix=Fix(f"use the converter `{near}`", (Edit(fault.at, near),)) if fits and near is not None else None,
    )
