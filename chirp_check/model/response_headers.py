"""Headers that lead somewhere or name an element: in calls of responses, in what changes them, and in tuples."""

from collections.abc import Iterator

from chirp_check.model.answers import handlers_in
from chirp_check.model.domain import Dict, Record, Sequence, Value
from chirp_check.model.entities import Pattern, Site, TargetUse, Text, Unknown, UrlUse
from chirp_check.model.markup import wanted_id
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import records
from chirp_check.model.templates import owners

LEADING = frozenset({"location", "hx-redirect", "hx-location"})
RETARGET = "hx-retarget"
# Methods of a response that set one header: its name, where the call does not say it.
_SETTING = {"Response.with_hx_redirect": "hx-redirect", "Response.with_hx_retarget": RETARGET}

type Header = tuple[str, Value]


@query
def header_uses(model: Queries, path: str) -> tuple[object, ...]:
    """The URLs and elements that the headers of responses name in a Python file."""
    if not path.endswith(".py") or not owners(model, path):
        return ()
    return tuple(dict.fromkeys(use for header, site in headers_of(model, path) for use in _uses(header, site)))


def headers_of(model: Queries, path: str) -> Iterator[tuple[Header, Site]]:
    """The headers that a Python file gives to responses, their names in lower case."""
    for record in records(model, path):
        yield from ((header, Site(record.kind, record.span)) for header in _of_record(record))
    for _, handler in handlers_in(model, path):
        made = handler.gives(model)
        for value in made.returned:
            yield from _of_tuple(value)


def _of_record(record: Record) -> Iterator[Header]:
    """The headers that a call gives a response."""
    if record.kind in ("Response.with_header", "Response.append_header"):
        name, value = record.argument(0, "name"), record.argument(1, "value")
        if isinstance(name, Text) and value is not None:
            yield name.value.casefold(), value
    elif record.kind in _SETTING and record.args:
        yield _SETTING[record.kind], record.args[0]
    elif record.kind == "Response.with_headers":
        yield from _pairs(record.argument(0, "headers"))
    elif record.kind in ("Response", "hx_redirect"):
        yield from _pairs(record.argument(3 if record.kind == "Response" else None, "headers"))
    elif record.kind == "Redirect":
        yield from _pairs(record.argument(2, "headers"))


def _of_tuple(value: Value) -> Iterator[tuple[Header, Site]]:
    """The headers of `(value, status, headers)`."""
    if isinstance(value, Sequence) and value.is_tuple and len(value.items) == 3:
        main = value.items[0]
        site = Site(main.kind, main.span) if isinstance(main, Record) else Site("tuple", value.span)
        yield from ((header, site) for header in _pairs(value.items[2]))


def _pairs(headers: Value | None) -> Iterator[Header]:
    if isinstance(headers, Dict):
        yield from ((name.casefold(), value) for name, value in headers.entries)
    for pair in headers.items if isinstance(headers, Sequence) else ():
        if isinstance(pair, Sequence) and len(pair.items) == 2 and isinstance(pair.items[0], Text):
            yield pair.items[0].value.casefold(), pair.items[1]


def _uses(header: Header, site: Site) -> Iterator[object]:
    name, value = header
    if name in LEADING:
        if isinstance(value, Text) and value.value.lstrip().startswith("{"):
            return  # an object of htmx, with a path and more in it
        if isinstance(value, (Text, Pattern)):
            yield UrlUse(value, "GET", "redirect", None, site)
        elif isinstance(value, Unknown):
            yield Unknown(value.reason, site.span, "url")
    elif name == RETARGET and isinstance(value, (Text, Pattern)) and wanted_id(value) is not None:
        yield TargetUse(value, "HX-Retarget", None, site)
