"""Expressions of a template that are whole numbers: a URL puts them where every route that it can reach takes one.

So `task-{{ task.id }}` cannot be `task-list`, where the same file asks for `/tasks/{{ task.id }}` and the route is
`/tasks/{id:int}`.
"""

from collections.abc import Callable, Iterator
from functools import partial

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Const, Join, Name
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import joined
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, query
from chirp_check.model.routes import Reach, RouteShape, is_local, reach
from chirp_check.source import Span

# The attributes with URLs, and the method each asks with, where it is always the same.
URLS: dict[str, str | None] = {**REQUESTS, "href": "GET", "action": None, "formaction": None}

type Key = tuple[str, int, int]  # the expression, and where the component and the name it starts with are bound


def key(term: AnyTerm, facts: TemplateFacts) -> Key | None:
    """What tells whether two expressions of a file are the same value; None for all but names with attributes."""
    text = _dotted(term)
    if text is None:
        return None
    root = text.partition(".")[0]
    around = [one.start for one in facts.components if one.body_start <= term.start < one.body_end]
    bound = [
        one.start for one in facts.bindings if one.name.name == root and one.scope_start <= term.start < one.scope_end
    ]
    return text, max(around, default=-1), max(bound, default=-1)


def _dotted(term: AnyTerm) -> str | None:
    match term:
        case Name(id=name):
            return name
        case Attr(base=base, name=name):
            above = _dotted(base)
            return None if above is None else f"{above}.{name}"
        case _:
            return None


def is_numbered(term: AnyTerm | None, facts: TemplateFacts, numbers: frozenset[Key]) -> bool:
    """Whether all expressions in an attribute's value are whole numbers, and there are some."""
    parts = term.parts if isinstance(term, Join) else ()
    holes = [key(part, facts) for part in parts if not isinstance(part, Const)]
    return bool(holes) and all(one in numbers for one in holes)


type Reaching = Callable[[Text | Pattern], Reach]


@query
def whole_numbers(model: Queries, app: AppKey, path: str) -> frozenset[Key]:
    """The expressions of a template that are whole numbers."""
    facts = template_facts(model, path)
    if facts is None:
        return frozenset()
    reaching = partial(reach, model, app)
    found = (key(term, facts) for element in facts.elements for term in _in_urls(element, path, reaching))
    return frozenset(one for one in found if one is not None)


def _in_urls(element: Element, path: str, reaching: Reaching) -> Iterator[AnyTerm]:
    for attribute in element.attributes:
        name = attribute.name.removeprefix("data-")
        if name in URLS and isinstance(attribute.value, Join):
            yield from _in_url(attribute.value, URLS[name], path, reaching)


def _in_url(url: Join, method: str | None, path: str, reaching: Reaching) -> Iterator[AnyTerm]:
    """The expressions that fill the segments of a URL where routes take whole numbers."""
    texts = [part.value if isinstance(part, Const) and isinstance(part.value, str) else None for part in url.parts]
    pattern = joined(list(texts), Span(path, url.start, url.end))
    if not is_local(pattern):
        return
    found = reaching(pattern)
    reached = [one for one in found.likely if method is None or one.methods is None or method in one.methods]
    if found.open or not reached:
        return
    slashes = 0
    for at, text in enumerate(texts):
        if text is not None:
            if "?" in text or "#" in text:
                return
            slashes += text.count("/")
            continue
        before, after = texts[at - 1] or "", (texts[at + 1] or "") if at + 1 < len(texts) else "/"
        if not before.endswith("/") or after[:1] not in ("/", "?", "#"):
            return
        if all(_takes_number(one, slashes - 1) for one in reached):
            yield url.parts[at]


def _takes_number(route: RouteShape, at: int) -> bool:
    """Whether a route's segment is a whole number."""
    try:
        segments = parse_path(route.path).segments if route.path is not None else ()
    except PathError:
        return False
    return at < len(segments) and segments[at].is_param and segments[at].param_type == "int"
