"""Keywords that a call gives itself and forwards in a mapping as well."""

import msgspec

from chirp_check.model.entities import Text
from chirp_check.model.expressions import TWICE
from chirp_check.model.inputs import text
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import records
from chirp_check.source import Span


class GivenTwice(msgspec.Struct, frozen=True, gc=False):
    """A keyword, where it is written, and the mapping behind `**` that has it too."""

    name: str
    span: Span
    mapping: Span


@query
def given_twice(model: Queries, path: str) -> tuple[GivenTwice, ...]:
    """The keywords that calls in a file give twice."""
    found = (one for one in records(model, path) if one.kind == TWICE)
    source = text(model, path) or ""
    made = (
        GivenTwice(one.args[0].value, _before(source, one.args[0]), one.span)
        for one in found
        if isinstance(one.args[0], Text)
    )
    return tuple(dict.fromkeys(made))


def _before(source: str, written: Text) -> Span:
    """The keyword in front of a value; the value itself where something stands between them."""
    end = len(source[: written.span.start].rstrip().removesuffix("=").rstrip())
    if not source.endswith(written.value, 0, end):
        return written.span
    return Span(written.span.path, end - len(written.value), end)
