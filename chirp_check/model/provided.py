"""What the render sites of an application give to the names that a template looks up, place by place."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.cascades import Cascade
from chirp_check.model.context import applications_of, context_of, renderings, units_of
from chirp_check.model.domain import Dict, Record, Scalar, Sequence, Value, is_portable
from chirp_check.model.entities import ContextUse, Pattern, Site, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.memory import Queries, Same, gate, part, query, table
from chirp_check.model.pages import cascade_of
from chirp_check.model.program import records
from chirp_check.model.requirements import requirements
from chirp_check.model.templates import template_path
from chirp_check.source import Span

UNSEEN = Unknown("what a handler works out", Span("", 0, 0))

# What one render gives: the value at each place that reads a name, by the place's number.
type Given = tuple[tuple[int, Value], ...]


class Provided(msgspec.Struct, frozen=True, gc=False):
    """What renders give to one template, each way once; `open`: there are renders whose template nobody knows."""

    sites: tuple[Given, ...]
    open: bool


class _Sites(msgspec.Struct, frozen=True, gc=False):
    """The renders of one Python file: what they give to which template; `open` as that of `Provided`."""

    given: tuple[tuple[str, Given], ...]
    open: bool


NOTHING = Provided((), open=False)


@query
def provided(model: Queries, app: AppKey, path: str) -> Provided:
    """What renders give to the template at `path`."""
    return Provided(_given.entry(model, path, app) or (), _is_open(model, app))


@gate
def _is_open(model: Queries, app: AppKey) -> bool:
    return any(_sites(model, app, file).open for file in application_files(model, app))


@table
def _given(model: Queries, app: AppKey) -> Mapping[str, tuple[Given, ...]]:
    found: dict[str, dict[Given, None]] = {}
    for file in sorted(application_files(model, app)):
        for path, site in _sites(model, app, file).given:
            found.setdefault(path, {})[site] = None
    return {path: tuple(sites) for path, sites in found.items()}


@query
def _reads(model: Queries, app: AppKey, path: str, block: str | None) -> Mapping[str, tuple[tuple[int, str], ...]]:
    """The places in templates where a render looks up names that it is to be given, and the names."""
    found: dict[str, dict[tuple[int, str], None]] = {}
    for one in requirements(model, app, path, block).found:
        if not one.sealed:
            found.setdefault(one.path, {})[one.at, one.name] = None
    return {there: tuple(sorted(places)) for there, places in found.items()}


@query
def _sites(model: Queries, app: AppKey, file: str) -> _Sites:
    found: dict[tuple[str, Given], None] = {}
    named: set[Span] = set()
    unnamed: set[Span] = set()
    for record in records(model, file):
        signature = RETURN_TYPES.get(record.kind)
        if signature is None or signature.template is None or not signature.answers:
            continue
        is_named = isinstance(record.argument(*signature.template), Text)
        (named if is_named else unnamed).add(record.span)
        if is_named:
            found.update(dict.fromkeys(_given_by(model, app, Same(record))))
    # A helper that is run on unknown arguments names no template; where calls are known to name some, these are all.
    return _Sites(tuple(found), open=bool(unnamed - named))


@part
def _given_by(model: Queries, app: AppKey, record: Same[Record]) -> tuple[tuple[str, Given], ...]:
    """What one render gives to the templates it concerns."""
    signature = RETURN_TYPES[record.it.kind]
    name = record.it.argument(*signature.template or (None, ""))
    path = template_path(model, app, name.value) if isinstance(name, Text) else None
    if path is None:
        return ()
    context = context_of(record.it)
    cascade = cascade_of(model, app, record.it) or Cascade()
    values = dict(_kept(cascade.entries)) | dict(_kept((context or dict(record.it.kwargs)).items()))
    more = context is None or cascade.open or bool(cascade.maybe)
    return tuple(
        (there, tuple((at, values.get(name, UNSEEN)) for at, name in places if more or name in values))
        for unit, _ in units_of(model, app, record.it, path)
        for there, places in _reads(model, app, *unit).items()
    )


@query
def context_uses(model: Queries, file: str) -> tuple[ContextUse | Unknown, ...]:
    """The render sites of a Python file: those of which all names are known, and the others."""
    known: dict[Span, str] = {}
    complete: set[Span] = set()
    for app in applications_of(model, file) if file.endswith(".py") else ():
        for one in renderings(model, app, file):
            known[one.span] = one.kind
            complete |= set() if one.open else {one.span}
    return tuple(
        ContextUse(Site(kind, span))
        if span in complete
        else Unknown("names passed that are not known", span, "context")
        for span, kind in known.items()
    )


def _kept(entries: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """The names with what can be part of a URL or an id; of any other value only that it is given."""
    for name, value in entries:
        kept = isinstance(value, (Text, Pattern, Scalar, Dict, Sequence)) and is_portable(value)
        yield name, value if kept and not _is_prose(value) else UNSEEN


def _is_prose(value: Value) -> bool:
    return isinstance(value, Text) and (" " in value.value or not value.value)
