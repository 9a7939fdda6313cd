"""Answers that htmx 4 takes in another way: headers that it passes over, and the status that ended polling."""

from collections.abc import Iterator

import msgspec

from chirp_check.model.answers import handlers_in
from chirp_check.model.domain import Record, Scalar, Sequence
from chirp_check.model.entities import Text
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import records
from chirp_check.model.response_headers import headers_of
from chirp_check.source import Span

STOP_POLLING = 286
_PASSED_OVER = {
    "hx-trigger-after-swap": "HX-Trigger",
    "hx-trigger-after-settle": "HX-Trigger",
    "hx-push": "HX-Push-Url",
}


class PassedOver(msgspec.Struct, frozen=True, gc=False):
    """A header that htmx 4 passes over, and the one to send; `written` is its name where a call has it alone."""

    header: str
    meant: str
    span: Span
    written: Text | None


class StillPolling(msgspec.Struct, frozen=True, gc=False):
    """An answer with the status that ended polling."""

    span: Span


type Fault = PassedOver | StillPolling


@query
def changed_responses(model: Queries, path: str) -> tuple[Fault, ...]:
    """What of the answers of a Python file htmx 4 takes in another way."""
    if not path.endswith(".py"):
        return ()
    named = {one.value.casefold(): one for record in records(model, path) for one in _names(record)}
    found: list[Fault] = []
    for (header, _), site in headers_of(model, path):
        if header in _PASSED_OVER:
            written = named.get(header)
            at = written.span if written is not None else site.span
            found.append(PassedOver(header, _PASSED_OVER[header], at, written))
    found += (StillPolling(span) for span in _stops(model, path))
    return tuple(dict.fromkeys(found))


def _names(record: Record) -> Iterator[Text]:
    name = record.argument(0, "name") if record.kind in ("Response.with_header", "Response.append_header") else None
    if isinstance(name, Text):
        yield name


def _stops(model: Queries, path: str) -> Iterator[Span]:
    for record in records(model, path):
        place = {"Response": 1, "Response.with_status": 0}.get(record.kind)
        status = record.argument(place, "status") if place is not None else None
        if isinstance(status, Scalar) and status.value == STOP_POLLING:
            yield record.span
    for _, handler in handlers_in(model, path):
        made = handler.gives(model)
        for value in made.returned:
            second = value.items[1] if isinstance(value, Sequence) and value.is_tuple and len(value.items) > 1 else None
            if isinstance(second, Scalar) and second.value == STOP_POLLING and isinstance(value, Sequence):
                yield value.span
