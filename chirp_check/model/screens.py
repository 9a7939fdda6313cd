"""What is on the screen together: a full render with what requests made from it can swap in.

Navigation opens another screen, so it does not join two; only requests of htmx do.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Element
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts
from chirp_check.model.islands import Islands, Mask, joined
from chirp_check.model.markup import attribute, ids, oob_ids, unplaced
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import all_layouts, layouts_around, loosely_rendered
from chirp_check.model.program import records
from chirp_check.model.relative import from_anywhere, is_relative
from chirp_check.model.responses import response
from chirp_check.model.routes import RouteShape, is_local, reach, url_space
from chirp_check.model.templates import composed, paths, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

# How the attributes begin through which markup may come.
_ASKING = ("hx-", "data-hx-", "sse-connect", "ws-connect")


class Screen(msgspec.Struct, frozen=True):
    """The markup that can be on one screen.

    `islands` are those of its files. `rendered` are the files that the page itself is made of: there `hx-swap-oob` is
    an attribute without effect. `open`: an answer that nobody sees may bring others.
    """

    islands: Mask
    rendered: frozenset[str]
    open: bool


def holds(model: Queries, app: AppKey, path: str, wanted: Pieces, *, is_numbered: bool = False) -> bool:
    """Whether some screen that can show the template at `path` may hold an element with this id.

    `is_numbered`: the holes in it are whole numbers.
    """
    showing = _showing(model, app).get(path) or (_everything(model, app),)
    return bears(model, app, path, wanted, is_numbered=is_numbered) or any(one.open for one in showing)


def bears(model: Queries, app: AppKey, path: str, wanted: Pieces, *, is_numbered: bool = False) -> bool:
    """The same of what templates bring alone: an answer that nobody sees is left aside."""
    if ids(model, app, path).may_have(wanted, is_numbered=is_numbered):
        return True  # what shows the template shows its own elements
    bearing = _bearing(model, app, wanted, is_numbered)
    showing = _showing(model, app).get(path) or (_everything(model, app),)
    return any(
        one.islands & bearing
        or any(oob_ids(model, app, file).may_have(wanted, is_numbered=is_numbered) for file in one.rendered)
        for one in showing
    )


@query
def _bearing(model: Queries, app: AppKey, wanted: Pieces, is_numbered: bool) -> Mask:
    """The islands that may hold an element with an id."""
    found = 0
    for path, island in islands(model, app).of.items():
        if not found & island and ids(model, app, path).may_have(wanted, is_numbered=is_numbered):
            found |= island
    return found


@gate
def _full_in(model: Queries, app: AppKey, path: str) -> frozenset[str]:
    """The templates that the code of a file renders in full."""
    full = (one for one in records(model, path) if one.kind in RETURN_TYPES and RETURN_TYPES[one.kind].full)
    named = (record.argument(*RETURN_TYPES[record.kind].template or (None, "")) for record in full)
    found = (template_path(model, app, name.value) for name in named if isinstance(name, Text))
    return frozenset(path for path in found if path is not None)


@gate
def shells(model: Queries, app: AppKey) -> tuple[str, ...]:
    """The templates that some handler renders in full, sorted."""
    return tuple(sorted({shell for path in application_files(model, app) for shell in _full_in(model, app, path)}))


@query
def _showing(model: Queries, app: AppKey) -> Mapping[str, tuple[Screen, ...]]:
    """The screens that can show a template, by its path, each once."""
    screens = tuple(dict.fromkeys(screen(model, app, shell) for shell in shells(model, app)))
    by_island: dict[Mask, tuple[Screen, ...]] = {}
    for island in islands(model, app).of.values():
        if island not in by_island:
            by_island[island] = tuple(one for one in screens if one.islands & island)
    return {path: by_island[island] for path, island in islands(model, app).of.items()}


@query
def _everything(model: Queries, app: AppKey) -> Screen:
    files = frozenset(paths(model, app))
    parts = [composed(model, app, path) for path in files]
    return Screen(-1, files, bool(islands(model, app).open) or any(part.broken for part in parts))


@query
def screen(model: Queries, app: AppKey, shell: str) -> Screen:
    """The screen that starts with a full render of the template at `shell`."""
    known = islands(model, app)
    page = (shell, *sorted(layouts_around(model, app).get(shell, ())))
    found = 0
    for path in (*page, *_perhaps_around(model, app, shell)):
        found |= known.around[known.of[path]]
    parts = [composed(model, app, one) for one in page]
    # A mistake in what is swapped in is reported there; in the page itself it would be reported twice.
    is_open = bool(found & known.open) or any(one.broken for one in parts)
    return Screen(found, frozenset(path for one in parts for path in one.files), is_open)


@query
def islands(model: Queries, app: AppKey) -> Islands:
    """The templates of an application, joined where each brings the other."""
    brought = {path: _brought(model, app, path) for path in sorted(paths(model, app))}
    missing = [path for ways, _ in brought.values() for path in ways if path not in brought]
    for path in missing:  # which grows while it is gone through
        if path not in brought:
            brought[path] = _brought(model, app, path)
            missing += brought[path][0]
    return joined({path: ways for path, (ways, _) in brought.items()}, {path for path in brought if brought[path][1]})


@query
def _brought(model: Queries, app: AppKey, path: str) -> tuple[tuple[str, ...], bool]:
    """The templates whose markup a template may bring onto a screen, and whether others may come."""
    parts = composed(model, app, path)
    more, unseen = _requested(model, app, path)
    return tuple(sorted(parts.files | more)), parts.open or unseen


def _perhaps_around(model: Queries, app: AppKey, shell: str) -> tuple[str, ...]:
    """The layouts that may be around a template which a page renders in a way that is not seen: any of them."""
    return all_layouts(model, app) if shell in loosely_rendered(model, app) else ()


@gate
def _requests_in(model: Queries, app: AppKey, path: str) -> tuple[Text | Pattern | Unknown, ...]:
    facts = template_facts(model, path)
    reader = Reader(model, app, facts) if facts is not None else None
    found = (url for one in reader.facts.elements for url in _requests(one, reader)) if reader is not None else ()
    return tuple(dict.fromkeys(url if isinstance(url, Unknown) else unplaced(url) for url in found))


@query
def _requested(model: Queries, app: AppKey, path: str) -> tuple[frozenset[str], bool]:
    """The templates that answers to the requests of a file's elements bring, and whether others may come."""
    found: set[str] = set()
    unseen = False
    for url in _requests_in(model, app, path):
        if isinstance(url, Unknown):
            unseen = True
            continue
        brought, is_open = brought_by(model, app, url)
        found |= brought
        unseen = unseen or is_open
    return frozenset(found), unseen


@query
def brought_by(model: Queries, app: AppKey, url: Text | Pattern) -> tuple[frozenset[str], bool]:
    """The templates that the answer to a request for a URL, without its place, brings, and whether others may come."""
    found, is_open = _answered(model, app, url, set())
    return frozenset(found), is_open


def _answered(model: Queries, app: AppKey, url: Text | Pattern, followed: set[Text | Pattern]) -> tuple[set[str], bool]:
    if url in followed:
        return set(), False
    followed.add(url)
    routes, is_open = _asked(model, app, url)
    found: set[str] = set()
    for route in routes:
        answer = response(model, app, route.index)
        if answer is None:
            is_open = True
            continue
        is_open = is_open or answer.open
        brought = (template_path(model, app, name) for name in answer.templates)
        for one in brought:
            # A boosted answer to a page's target holds layouts, too.
            found |= {one, *layouts_around(model, app).get(one, ())} if one is not None else set()
        for redirect in answer.redirects:
            more, unseen = _answered(model, app, redirect, followed)
            found |= more
            is_open = is_open or unseen
    return found, is_open


def _asked(model: Queries, app: AppKey, url: Text | Pattern) -> tuple[tuple[RouteShape, ...], bool]:
    """The routes that a URL can reach from whichever page, and whether others may be."""
    space = url_space(model, app)
    led = (url,) if is_local(url) else from_anywhere(model, app, url) if is_relative(url) else None
    if led is None:
        return space.routes, not space.complete
    found = [reach(model, app, one) for one in led]
    return tuple(dict.fromkeys(route for one in found for route in one.routes)), any(one.open for one in found)


def _requests(element: Element, reader: Reader) -> Iterator[Text | Pattern | Unknown]:
    """The URLs that an element requests through htmx, streams included, and a boosted one with a target of its own.

    Unknown for a socket, which may bring anything.
    """
    if not any(one.name.startswith(_ASKING) for one in element.attributes):
        return
    if attribute(element, "ws-connect") is not None:
        yield Unknown("what a socket brings", Span("", 0, 0))
    named = [*REQUESTS, "sse-connect"]
    if attribute(element, "hx-boost") is not None and attribute(element, "hx-target") is not None:
        named += ("href", "action")
    for name in named:
        for url in reader.texts(attribute(element, name), element):
            if isinstance(url, Unknown):
                yield Pattern((None,), url.span)
            elif not isinstance(url, Text) or url.value:
                yield url
