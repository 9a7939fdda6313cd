"""Forms against what answers them: fields that are read and not sent, and fields that are sent and not read."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.grammar.names import nearest
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.model.applications import AppKey, application, application_files, application_keys, roots, route_at
from chirp_check.model.domain import Callable
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.form_contents import contents
from chirp_check.model.form_fields import Fields, united
from chirp_check.model.form_hints import Hint, hints
from chirp_check.model.form_places import intents
from chirp_check.model.form_reads import FieldRead, Reads, form_reads
from chirp_check.model.form_senders import Sender, Url, senders_in
from chirp_check.model.form_sketch import WITHOUT_BODY
from chirp_check.model.inputs import has_any
from chirp_check.model.listing import function
from chirp_check.model.markup import in_scripts, scripted
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.pages import action_name, answering, cascaded, layouts_around, page_at
from chirp_check.model.responses import response
from chirp_check.model.routes import is_local, reach
from chirp_check.model.templates import composed, paths, template_path
from chirp_check.source import Span

ANYWHERE = -1  # of what may be sent to any route
_LEAST = 3  # letters of a name that is taken for a misspelling of another
_CONTROLS = ("<form", "<input", "<select", "<textarea", "<button", "hx-vals", "hx-include")
_SENDING = ("fetch(", "FormData", "XMLHttpRequest", "sendBeacon", "htmx.ajax", "configRequest", "config:request")


class UnknownField(msgspec.Struct, frozen=True, gc=False):
    """A field that is read at `at` for a route, and that no form has which is sent there.

    `form` is one of these, `hints` what stands out in them; `meant` the name of a field that it has, `owner` the
    dataclass that the field is of. `shared`: it is read for other routes, too, whose forms have it.
    """

    name: str
    at: Span
    route: str
    form: Span
    meant: str | None
    required: bool
    owner: str
    hints: tuple[Hint, ...] = ()
    shared: bool = False


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A sender that may reach a route; `sure`: it does."""

    sender: Sender
    sure: bool


@query
def field_faults(model: Queries, path: str) -> tuple[UnknownField, ...]:
    """The fields that the handlers of a Python file ask forms for, and these do not have."""
    first: dict[tuple[str, Span], UnknownField] = {}
    for app in application_keys(model):
        found = (one for index in routes_in(model, app, path) for one in unknown_to(model, app, index))
        for one in found:
            if one.owner or _is_unknown_to_all(model, app, one):
                first.setdefault((one.name, one.at), one)
            elif one.meant is not None:
                first.setdefault((one.name, one.at), msgspec.structs.replace(one, shared=True))
    return tuple(first.values())


def _is_unknown_to_all(model: Queries, app: AppKey, found: UnknownField) -> bool:
    """Whether the forms of all routes lack a field whose functions come by a place: which of them read is not told."""
    indices = _reading.entry(model, found.at, app) or ()
    return all(any(one.at == found.at for one in unknown_to(model, app, index)) for index in indices)


@table
def _reading(model: Queries, app: AppKey) -> Mapping[Span, tuple[int, ...]]:
    """The routes that come by a place where a field is read."""
    found: dict[Span, list[int]] = {}
    for indices in _routes_by_file(model, app).values():
        for index in indices:
            reads = reads_of(model, app, index)
            for at in {one.span for one in reads.fields} if reads is not None else ():
                found.setdefault(at, []).append(index)
    return {at: tuple(sorted(indices)) for at, indices in found.items()}


def routes_in(model: Queries, app: AppKey, path: str) -> tuple[int, ...]:
    """The routes that a file registers, by their place in the application."""
    return _routes_by_file.entry(model, path, app) or ()


@table
def _routes_by_file(model: Queries, app: AppKey) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, route in enumerate(application(model, app).routes):
        if route.methods is None or not route.methods <= WITHOUT_BODY:
            found.setdefault(route.span.path, []).append(index)
    return {path: tuple(ones) for path, ones in found.items()}


@query
def unknown_to(model: Queries, app: AppKey, index: int) -> tuple[UnknownField, ...]:
    """The fields that a route asks forms for, and these do not have."""
    return tuple(_unknown(model, app, index))


def _unknown(model: Queries, app: AppKey, index: int) -> Iterator[UnknownField]:
    route = route_at(model, app, index).path
    if route is None or not any(one.sure for one in arrivals(model, app, index)):
        return
    reads = reads_of(model, app, index)
    sent = sent_to(model, app, index) if reads is not None and reads.fields and not reads.body else None
    if reads is None or sent is None:
        return
    read = reads.asked | {one.name for one in reads.fields}
    spared = reads.asked | {one.name for one in reads.fields if one.ready or one.owner}
    senders = [one.sender for one in arrivals(model, app, index)]
    is_plain = not any(in_scripts(model, app, word) for word in _SENDING)
    for one in reads.fields:
        if sent.fields.may_have(one.name):
            continue
        unread = sent.fields.names - read
        meant = nearest(one.name, unread)
        is_slip = meant is not None and len(one.name) >= _LEAST and not reads.open
        if one.name and scripted(model, app, one.name) and not is_slip:
            continue
        if one.required or is_slip or not one.name or (is_plain and one.name not in spared):
            known = frozenset(sent.fields.names) if reads.open else read
            seen = hints(model, app, senders, sent.fields, (one.name, known)) if meant is None else ()
            yield UnknownField(one.name, one.span, route.value, sent.form, meant, one.required, one.owner, seen)


# What is read.


@query
def reads_of(model: Queries, app: AppKey, index: int) -> Reads | None:
    """What all functions that can answer a route read of the form; None where one is not seen."""
    functions = answering(model, app, index)
    if functions is None:
        return None
    fields: dict[FieldRead, None] = {}
    asked: set[str] = set()
    is_open = body = False
    for one in functions:
        if not _is_asked_for(model, app, index, one.function):
            continue
        given, is_acting = _given(model, app, index, one.function)
        reads = form_reads(model, one.function, given, is_acting)
        fields.update(dict.fromkeys(reads.fields))
        asked |= reads.asked
        is_open, body = is_open or reads.open or one.around is not None, body or reads.body
    return Reads(tuple(fields), frozenset(asked), is_open, body)


def _is_asked_for(model: Queries, app: AppKey, index: int, called: Callable) -> bool:
    """Whether a function may answer a form of the route: a form action does where a form of its page names it."""
    page = page_at(model, app, route_at(model, app, index).span.path)
    name = action_name(model, called) if page is not None else None
    return name is None or (page is not None and page.is_folder and intents(model, app).may_have(name))


def _given(model: Queries, app: AppKey, index: int, called: Callable) -> tuple[frozenset[str], bool]:
    """The parameters of a function that something else than a form provides, and whether it is a form action."""
    route = route_at(model, app, index)
    params = _params(route.path.value if route.path is not None else "")
    cascade = cascaded(model, app, route.span.path)
    if cascade is None:
        return params, False
    written = function(model, called.module, called.qualname) if cascade.open else None
    rest = frozenset(one.name for one in written.params) if written is not None else frozenset[str]()
    return params | cascade.names | cascade.maybe | rest, action_name(model, called) is not None


def _params(path: str) -> frozenset[str]:
    try:
        return frozenset(parse_path(path).params)
    except PathError:
        return frozenset()


# What is sent.


class Sent(msgspec.Struct, frozen=True, gc=False):
    """The fields of all forms that may be sent to a route; `form` is one that is sent."""

    fields: Fields
    form: Span


@query
def sent_to(model: Queries, app: AppKey, index: int) -> Sent | None:
    """What the forms of an application send to a route; None where others may send to it that nobody sees."""
    known = route_at(model, app, index)
    prefix = known.path.value.partition("{")[0] if known.path is not None else ""
    if not roots(model, app).complete or writes_controls(model, app):
        return None  # a form that is not seen may be sent, too
    if len(prefix) > 1 and in_scripts(model, app, prefix):
        return None
    found = arrivals(model, app, index)
    form = next((one.sender.tag for one in found if one.sure), None)
    if form is None:
        return None
    fields = united(contents(model, app, one.sender) for one in found)
    return None if fields.open else Sent(fields, form)


@gate
def writes_controls(model: Queries, app: AppKey) -> bool:
    """Whether the Python code of an application writes controls of forms itself."""
    return any(has_any(model, path, *_CONTROLS) for path in sorted(application_files(model, app)))


def arrivals(model: Queries, app: AppKey, index: int) -> tuple[Arrival, ...]:
    """The senders that may reach a route."""
    methods = route_at(model, app, index).methods
    anywhere = _arrivals.entry(model, ANYWHERE, app) or ()
    rest = (one for one in anywhere if methods is None or one.sender.method in methods)
    return (*(_arrivals.entry(model, index, app) or ()), *rest)


@table
def _arrivals(model: Queries, app: AppKey) -> Mapping[int, tuple[Arrival, ...]]:
    found: dict[int, dict[Arrival, None]] = {}
    for path in sorted(paths(model, app)):
        for sender in senders_in(model, app, path):
            for index, sure in reached_by(model, app, path, sender):
                found.setdefault(index, {})[Arrival(sender, sure)] = None
    return {index: tuple(ones) for index, ones in found.items()}


def reached_by(model: Queries, app: AppKey, path: str, sender: Sender) -> Iterator[tuple[int, bool]]:
    """The routes that a sender may reach, each with whether it does; ANYWHERE for all."""
    for url in sender.urls:
        if not isinstance(url, Unknown) and is_local(url):
            yield from _reached(model, app, url, sender)
        elif not _is_elsewhere(url):
            yield ANYWHERE, False
    if not sender.urls:
        yield ANYWHERE, False
        shown = _shown_at(model, app).get(path, frozenset())
        for index, route in enumerate(application(model, app).routes):
            methods = route.methods or frozenset()
            if route.path is not None and route.path.value in shown and sender.method in methods:
                yield index, sender.sure


def _reached(model: Queries, app: AppKey, url: Text | Pattern, sender: Sender) -> Iterator[tuple[int, bool]]:
    found = reach(model, app, url)
    for one in found.routes:
        if one.methods is None or sender.method in one.methods:
            yield one.index, sender.sure and one in found.likely and one.methods is not None


def _is_elsewhere(url: Url) -> bool:
    """Whether a URL is none of the application's for sure."""
    first = url.value if isinstance(url, Text) else (url.pieces[0] or "") if isinstance(url, Pattern) else ""
    return "://" in first or first.startswith(("//", "mailto:", "javascript:"))


@gate
def _shown_at(model: Queries, app: AppKey) -> Mapping[str, frozenset[str]]:
    """The paths of the routes that can answer with a template, by its path."""
    found: dict[str, frozenset[str]] = {}
    for index, route in enumerate(application(model, app).routes):
        if route.path is not None:
            for file in _shown_by(model, app, index):
                found[file] = found.get(file, frozenset()) | {route.path.value}
    return found


def _shown_by(model: Queries, app: AppKey, index: int) -> frozenset[str]:
    """The files of the templates that a route can answer with."""
    answer = response(model, app, index)
    named = (template_path(model, app, name) for name in answer.templates) if answer is not None else ()
    known = [one for one in named if one is not None]
    known += [layout for one in known for layout in layouts_around(model, app).get(one, ())]
    return frozenset(file for one in known for file in composed(model, app, one).files)
