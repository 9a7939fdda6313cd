"""Fields of forms that nothing reads where they are sent to."""

from collections.abc import Iterator

import msgspec

from chirp_check.model.applications import AppKey, route_at
from chirp_check.model.form_contents import contents
from chirp_check.model.form_faults import reached_by, reads_of
from chirp_check.model.form_fields import NO_FIELDS
from chirp_check.model.form_reads import Reads
from chirp_check.model.form_senders import Sender, senders_in
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import everywhere, showing
from chirp_check.source import Span


class UnreadField(msgspec.Struct, frozen=True, gc=False):
    """A field of a form that no function reads which answers where it is sent to, the routes `route` and others."""

    name: str
    at: Span
    route: str
    handler: Span


class Forms(msgspec.Struct, frozen=True, gc=False):
    """The forms of one template."""

    path: str


@query
def forms(model: Queries, path: str) -> tuple[Forms, ...]:
    """The forms of a template, if it has any: what becomes of their fields is worked out where it is asked for."""
    return (Forms(path),) if any(senders_in(model, app, path) for app in showing(model, path)) else ()


@query
def unread_fields(model: Queries, path: str) -> tuple[UnreadField, ...]:
    """The fields that a template itself writes and that nothing reads, in every application that has it."""
    return everywhere(model, path, lambda app: _unread(model, app, path))


def _unread(model: Queries, app: AppKey, path: str) -> Iterator[UnreadField]:
    read: dict[Span, bool] = {}
    found: dict[Span, UnreadField] = {}
    for sender in senders_in(model, app, path):
        reached = [(index, reads_of(model, app, index)) for index in _reached(model, app, path, sender)]
        sent = contents(model, app, sender) if reached else NO_FIELDS
        for name, at in sent.exact:
            is_read = any(one is None or _may_read(one, name) for _, one in reached)
            read[at] = read.get(at, False) or is_read or at.path != path or name.startswith("_")
            route = route_at(model, app, reached[0][0]) if reached else None
            if route is not None and route.path is not None and route.handler is not None:
                found.setdefault(at, UnreadField(name, at, route.path.value, route.handler.span))
    yield from (one for at, one in found.items() if not read[at])


def _reached(model: Queries, app: AppKey, path: str, sender: Sender) -> tuple[int, ...]:
    """The routes that a sender reaches; none where it may reach others."""
    found = tuple(reached_by(model, app, path, sender))
    is_own = not sender.urls and any(sure for _, sure in found)
    known = [(index, sure) for index, sure in found if index >= 0 or not is_own]
    return tuple(index for index, _ in known) if known and all(sure for _, sure in known) else ()


def _may_read(reads: Reads, name: str) -> bool:
    return reads.open or reads.body or name in reads.asked or any(one.name == name for one in reads.fields)
