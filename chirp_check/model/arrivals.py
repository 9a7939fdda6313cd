"""Where answers arrive on a page: what the elements of a template ask for, and into which others it goes."""

from collections.abc import Iterator, Sequence

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.domain import Dict, Record, Scalar, Value, Yields
from chirp_check.model.domain import Sequence as Listed
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.framework import RENDERED, RETURN_TYPES
from chirp_check.model.inputs import has_any, template_facts
from chirp_check.model.markup import attribute, ids, literal, pieces, texts, unplaced, wanted_id
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.openings import BLOCK, WHOLE, Place, is_replaced, target_of
from chirp_check.model.program import records
from chirp_check.model.python_uses import others
from chirp_check.model.responses import answers_of, carried, is_document, with_status
from chirp_check.model.routes import is_local, reach
from chirp_check.model.templates import blocks, chain, paths, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

ANYWHERE: Pieces = (None,)
_NOTHING = frozenset({"none", "delete"})
_PAGE = frozenset({"body", "html"})
_CARRYING = frozenset({"OOB", "FormAction", "MutationResult"})
_ERROR = "ValidationError"
_SCRIPTED = ("get_template", "render_block", "from_string")


type _Request = tuple[object, str]  # a URL and a method


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """What an element asks for: the parts of templates that come, None for any, and where they go.

    `target` is an id; None for the element itself, or one near to it. `known`: an element of the same template has this
    very id, so that no other is meant. `replaces`: they come in the place of it.
    """

    target: Pieces | None
    known: bool
    replaces: bool
    brought: frozenset[Place] | None


@query
def arrivals(model: Queries, app: AppKey, path: str) -> frozenset[Arrival]:
    """What the elements of a template bring."""
    facts = template_facts(model, path)
    return frozenset(_arrivals(model, app, facts)) if facts is not None else frozenset()


def _arrivals(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Arrival]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        asking = [one for one in REQUESTS if attribute(element, one) is not None]
        is_fed = attribute(element, "sse-swap") is not None
        words = (literal(attribute(element, "hx-swap")) or "").split()
        if not (asking or is_fed) or words[:1] in [[one] for one in _NOTHING]:
            continue
        urls = [(url, REQUESTS[one]) for one in asking for url in reader.texts(attribute(element, one), element)]
        if is_fed:
            connected = ((attribute(one, "sse-connect"), one) for one in facts.elements)
            urls += [(url, "GET") for given, one in connected for url in reader.texts(given, one)]
        brought, aimed = _brought(model, app, urls)
        yield from (Arrival(target, False, is_replaced(element), places) for target, places in aimed)
        for target in _targets(facts, element):
            known = target is not None and len(target) == 1 and target[0] in ids(model, app, facts.path).exact
            yield Arrival(target, known, is_replaced(element), brought)


type _Aimed = frozenset[tuple[Pieces, frozenset[Place] | None]]


def _brought(model: Queries, app: AppKey, urls: Sequence[_Request]) -> tuple[frozenset[Place] | None, _Aimed]:
    """The parts of templates that come by requests, None where others may, and those that say where they go."""
    found: set[Place] = set()
    aimed: _Aimed = frozenset()
    pending, seen = list(urls), set(urls)
    while pending:
        url, method = pending.pop()
        reached = reach(model, app, url) if isinstance(url, (Text, Pattern)) and is_local(url) else None
        if reached is None or reached.open:
            return None, aimed
        for route in (one for one in reached.likely if one.methods is None or method in one.methods):
            answered = _answered(model, app, route.index)
            if answered is None:
                return None, aimed
            found |= answered.places
            aimed |= answered.aimed
            pending += answered.followed - seen
            seen |= answered.followed
    return frozenset(found) if urls else None, aimed


class _Answer(msgspec.Struct, frozen=True, gc=False):
    """The parts of templates that a route gives htmx, and where its redirects lead.

    `aimed`: what errors send to an id of their own.
    """

    places: frozenset[Place]
    followed: frozenset[_Request]
    aimed: _Aimed


@gate
def _answered(model: Queries, app: AppKey, route: int) -> _Answer | None:
    """What a route gives htmx; None where it may give others."""
    found: set[Place] = set()
    followed: set[_Request] = set()
    aimed: set[tuple[Pieces, frozenset[Place] | None]] = set()
    answers = answers_of(model, app, route)
    for value in answers or ():
        made, _ = with_status(value)
        retarget = made.argument(None, "retarget") if isinstance(made, Record) and made.kind == _ERROR else None
        if isinstance(made, Record) and retarget is not None:
            aimed.add((_id(retarget), _rendered(model, app, made)))
            continue
        if isinstance(made, Record) and made.kind == "Redirect":
            url = made.argument(0, "url")
            followed.add((unplaced(url) if isinstance(url, (Text, Pattern)) else None, "GET"))
            continue
        places = _given(model, app, made)
        if places is None:
            return None
        found |= places
    told = _Answer(frozenset(found), frozenset(followed), frozenset(aimed))
    return told if answers is not None else None


def _given(model: Queries, app: AppKey, value: Value | None) -> frozenset[Place] | None:
    """The parts of templates that are in an answer."""
    match value:
        case Text(text):
            return None if "<" in text else frozenset()
        case Scalar() | Dict() | Listed(is_tuple=False) if not isinstance(value, Yields):
            return frozenset()
        case Record(kind="Response"):
            body = value.argument(0, "body")
            return frozenset() if body is None or (isinstance(body, Text) and "<" not in body.value) else None
        case Record(kind=kind) if kind in _CARRYING or kind in ("Action", RENDERED, "EventStream", "SSEEvent"):
            return _carried(model, app, value)
        case Record(kind=kind) if kind in RETURN_TYPES:
            return _rendered(model, app, value)
        case _:
            return None


def _carried(model: Queries, app: AppKey, record: Record) -> frozenset[Place] | None:
    """The parts of templates that are in what a record carries, without what goes to ids of its own."""
    if record.kind == "Action":
        return frozenset()
    aside = others(record) if record.kind in _CARRYING else []
    found: set[Place] = set()
    for value in (one for one in carried(record) if one not in aside):
        places = _given(model, app, value)
        if places is None:
            return None
        found |= places
    return frozenset(found)


def _rendered(model: Queries, app: AppKey, record: Record) -> frozenset[Place] | None:
    """The block that is rendered for htmx, or the template."""
    path = _named(model, app, record)
    if path is None:
        return None
    blocked = RETURN_TYPES[record.kind].blocks[:1]
    name = record.argument(*blocked[0]) if blocked else None
    if name is not None and not isinstance(name, Text):
        return None
    if name is None:
        whole = record.argument(*RETURN_TYPES[record.kind].template or (None, ""))
        if isinstance(whole, Text) and is_document(model, app, whole.value):
            return frozenset()  # which is for browsers: it goes into no element
        return frozenset((one, WHOLE) for one in chain(model, app, path).paths)
    found = blocks(model, app, path).get(name.value)
    return frozenset(((found.path, (BLOCK, name.value)),) if found is not None else ())


def _targets(facts: TemplateFacts, element: Element) -> Iterator[Pieces | None]:
    """The ids that what an element asks for goes to."""
    found = target_of(facts, element)
    if found is None:
        yield None
    for one in texts(found.value, facts.path) if found is not None else ():
        first = (pieces(one)[0] or "").strip()
        wanted = wanted_id(one)
        if wanted is not None:
            yield wanted
        elif first not in _PAGE:
            yield None if first.startswith(("this", "closest", "find", "next", "previous")) else ANYWHERE


@query
def arriving(model: Queries, app: AppKey) -> frozenset[Arrival]:
    """What arrives at an id, from the elements of all templates and beside what they ask for."""
    asked = (one for path in paths(model, app) for one in arrivals(model, app, path))
    given = (one for path in application_files(model, app) for one in _beside(model, app, path))
    return frozenset((*(one for one in asked if one.target is not None), *given))


@gate
def _beside(model: Queries, app: AppKey, path: str) -> frozenset[Arrival]:
    """What the code of a file sends to ids of its own: fragments after the first, and forms with their errors.

    Errors of routes that elements are known to ask for arrive as these say.
    """
    found: set[Arrival] = set()
    for record in records(model, path):
        retarget = record.argument(None, "retarget")
        if record.kind == _ERROR and retarget is not None and record.span not in (_told(model, app) or ()):
            found.add(Arrival(_id(retarget), False, False, _rendered(model, app, record)))
        for one in others(record) if record.kind in _CARRYING else ():
            aim = one.argument(None, "target") or one.argument(1, "block_name")
            found.add(Arrival(_id(aim), False, False, _rendered(model, app, one)))
    return frozenset(found)


@query
def _told(model: Queries, app: AppKey) -> frozenset[Span] | None:
    """The errors that answer what elements ask for; None where some ask nobody knows what."""
    routes: set[int] = set()
    for path in paths(model, app):
        asked = _asked(model, app, path)
        if asked is None:
            return None
        routes |= asked
    answers = [answers_of(model, app, route) for route in sorted(routes)]
    if any(one is None for one in answers):
        return None
    made = (with_status(value)[0] for values in answers for value in values or ())
    return frozenset(one.span for one in made if isinstance(one, Record) and one.kind == _ERROR)


@gate
def _asked(model: Queries, app: AppKey, path: str) -> frozenset[int] | None:
    """The routes that the elements of a template ask for; None where others may be."""
    facts = template_facts(model, path)
    reader = Reader(model, app, facts) if facts is not None else None
    found: set[int] = set()
    for url in _urls(reader) if reader is not None else ():
        reached = reach(model, app, url) if isinstance(url, (Text, Pattern)) and is_local(url) else None
        if reached is None or reached.open:
            return None
        found |= {one.index for one in reached.likely}
    return frozenset(found)


def _urls(reader: Reader) -> Iterator[object]:
    """What the elements of a template ask for."""
    for element in reader.facts.elements:
        for found in (attribute(element, name) for name in REQUESTS):
            yield from reader.texts(found, element)


def _id(value: Value | None) -> Pieces:
    written = pieces(value) if isinstance(value, (Text, Pattern)) else ANYWHERE
    first = written[0]
    return (first.strip().removeprefix("#"), *written[1:]) if first is not None else ANYWHERE


@gate
def put_out(model: Queries, app: AppKey) -> frozenset[str] | None:
    """The templates that code renders to a text, which others may put out as it is; None where it may be any."""
    found: set[str] = set()
    for path in sorted(application_files(model, app)):
        if has_any(model, path, *_SCRIPTED):
            return None
        if not has_any(model, path, ".render("):
            continue
        rendered = [one for one in records(model, path) if one.kind == "App.render"]
        named = [_named(model, app, one.args[1] if len(one.args) > 1 else None) for one in rendered]
        known = [one for one in named if one is not None]
        if not known or len(known) != len(named):
            return None
        found.update(known)
    return frozenset(found)


def _named(model: Queries, app: AppKey, given: Value | None) -> str | None:
    """The template that a return type renders."""
    if not isinstance(given, Record) or given.kind not in RETURN_TYPES:
        return None
    name = given.argument(*RETURN_TYPES[given.kind].template or (None, ""))
    return template_path(model, app, name.value) if isinstance(name, Text) else None
