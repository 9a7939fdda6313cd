"""Where relative URLs lead from the pages that show them, or from the request that a redirect answers.

A page is at the path of a route whose answer, or what htmx brings to it, holds the template. Where elements or code of
an application change the address of a page, it may be at any of its routes.
"""

from collections.abc import Iterator

import msgspec

from chirp_check.model.applications import AppKey, application, application_files
from chirp_check.model.domain import Record
from chirp_check.model.entities import LinkUse, Pattern, Text, UrlUse
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import has_any, template_facts
from chirp_check.model.islands import Mask
from chirp_check.model.markup import attribute, in_scripts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import layouts_around
from chirp_check.model.relative import from_path
from chirp_check.model.responses import answers_of, parts_of, response
from chirp_check.model.screens import islands
from chirp_check.model.templates import paths, template_path

_PUSHING = ("hx-push-url", "hx-replace-url", "hx-boost")
_PUSHING_CODE = ("push_url", "replace_url", "Push-Url", "Replace-Url", "push-url", "replace-url", "ocation")
_PUSHING_SCRIPTS = ("pushState", "replaceState", "navigate")


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What a relative URL (`url`, made absolute) is from the page at one route.

    `shown`: by the route's own answer or what comes to it, and not only by a page that has taken over its address.
    """

    route: int
    url: Text | Pattern
    shown: bool


def seen(model: Queries, app: AppKey, use: UrlUse | LinkUse) -> tuple[Seen, ...] | None:
    """What a relative URL is from every page that shows it; None where these are not all known."""
    if isinstance(use, UrlUse) and use.site is not None:
        routes = _redirecting(model, app, use.site.span.path, use.site.kind, use.url)
    else:
        routes = _pages(model, app, use.element.path if use.element is not None else use.url.span.path)
    elsewhere = range(len(application(model, app).routes)) if routes and use.element and _pushes(model, app) else ()
    found: list[Seen] = []
    for route in dict.fromkeys((*routes, *elsewhere)):
        path = application(model, app).routes[route].path
        led = from_path(path.value, use.url) if path is not None else None
        if led is None:
            return None
        found.append(Seen(route, led, route in routes))
    return tuple(found) or None


# From which pages.


@query
def _pages(model: Queries, app: AppKey, path: str) -> tuple[int, ...]:
    """The routes whose answers may show the markup of a template; none where it cannot be told."""
    island = islands(model, app).of.get(path)
    if island is None or _is_based(model, app):
        return ()
    known = range(len(application(model, app).routes))
    return tuple(route for route in known if _shown(model, app, route) & island)


@gate
def _shown(model: Queries, app: AppKey, route: int) -> Mask:
    """The islands that may be on a page which a route answers, or on one that is made of its answer."""
    answer = response(model, app, route)
    if answer is None or answer.open:
        return -1
    known = islands(model, app)
    found = 0
    for name in _rendered(model, app, route):
        whole = template_path(model, app, name)
        for path in (whole, *layouts_around(model, app).get(whole, ())) if whole is not None else ():
            found |= known.around[known.of[path]] if path in known.of else -1
    return found


def _rendered(model: Queries, app: AppKey, route: int) -> frozenset[str]:
    """The names of the templates that a route renders, but for fragments, which are no pages."""
    found: set[str] = set()
    for value in parts_of(answers_of(model, app, route) or ()):
        kind = RETURN_TYPES.get(value.kind) if isinstance(value, Record) and value.kind != "Fragment" else None
        name = value.argument(*kind.template) if isinstance(value, Record) and kind and kind.template else None
        found.update((name.value,) if isinstance(name, Text) else ())
    return frozenset(found)


@query
def _pushes(model: Queries, app: AppKey) -> bool:
    """Whether something in an application may change the address of a page that stays."""
    return (
        any(_has(model, path, *_PUSHING) for path in paths(model, app))
        or any(has_any(model, path, *_PUSHING_CODE) for path in application_files(model, app))
        or any(in_scripts(model, app, word) for word in _PUSHING_SCRIPTS)
    )


@gate
def _has(model: Queries, path: str, *names: str) -> bool:
    facts = template_facts(model, path)
    return facts is not None and any(one.dynamic or attribute(one, *names) is not None for one in facts.elements)


@query
def _is_based(model: Queries, app: AppKey) -> bool:
    """Whether a page may say itself what its URLs are relative to."""
    return any(_bases(model, path) for path in paths(model, app))


@gate
def _bases(model: Queries, path: str) -> bool:
    facts = template_facts(model, path)
    return facts is None or any(one.tag == "base" for one in facts.elements)


@query
def _redirecting(model: Queries, app: AppKey, path: str, kind: str, url: Text | Pattern) -> tuple[int, ...]:
    """The routes that answer with a redirect, as it is written in a file."""
    routes = range(len(application(model, app).routes)) if kind == "Redirect" else ()
    return tuple(route for route in routes if any(one == url for one in _redirects(model, app, route)))


def _redirects(model: Queries, app: AppKey, route: int) -> Iterator[object]:
    for value in parts_of(answers_of(model, app, route) or ()):
        if isinstance(value, Record) and value.kind == "Redirect":
            yield value.argument(0, "url")
