"""What htmx is to take out of an answer, or to leave out of sight, against what is answered."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.names import nearest
from chirp_check.model.applications import AppKey
from chirp_check.model.around import effective
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.exchanges import routes_of
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import NO_IDS, Ids, attribute, ids, in_scripts, literal, members, oob_ids, wanted_id
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.pages import layouts_of
from chirp_check.model.responses import answers_of, is_error, with_status
from chirp_check.model.templates import composed, everywhere, showing, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

SELECTS = ("hx-select", "hx-select-oob")
_RENDERED = frozenset({"Template", "Fragment", "Page", "LayoutPage", "PageComposition", "Stream", "TemplateStream"})
_SCRIPTS = ("responseError", "beforeSwap", "before:swap", "afterRequest", "after:request", "beforeOnLoad")


class Unselected(msgspec.Struct, frozen=True, gc=False):
    """An id that `via` is to take out of an answer which surely has none of it: `meant` is one that it has.

    `returned` is where what is answered is made.
    """

    selector: Text
    via: str
    meant: str
    returned: Span


class Discarded(msgspec.Struct, frozen=True, gc=False):
    """A request (`url`) that swaps nothing, and a form with its errors that may be answered, at `returned`."""

    url: Text | Pattern
    swap: Span
    returned: Span


@query
def select_faults(model: Queries, path: str) -> tuple[Unselected | Discarded, ...]:
    """What elements of a template take out of answers in vain, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None or not any(attribute(one, *SELECTS, "hx-swap") is not None for one in facts.elements):
        return ()
    return everywhere(model, path, lambda app: _found(model, app, facts))


def _found(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Unselected | Discarded]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        asked = [(one, method) for one, method in REQUESTS.items() if attribute(element, one) is not None]
        for name, method in asked if attribute(element, *SELECTS, "hx-swap") is not None else ():
            urls = reader.texts(attribute(element, name), element)
            routes = [[one.index for one in routes_of(model, app, url, method)] for url in urls]
            if routes and all(routes):
                yield from _selected(model, app, (reader, element), [at for ones in routes for at in ones])
                yield from _discarded(model, app, (reader, element), urls[0], routes[0])


# What is taken out.


def _selected(model: Queries, app: AppKey, where: tuple[Reader, Element], routes: list[int]) -> Iterator[Unselected]:
    reader, element = where
    for via in SELECTS:
        found = attribute(element, via)
        if found is None or literal(found) is None:
            continue
        written = (one for one in reader.texts(found, element) if isinstance(one, Text))
        for selector in (_bare(one) for value in written for one in members(value, ",")):
            wanted = wanted_id(selector)
            answers = [_held(model, app, one) for one in routes] if wanted is not None else []
            known = [one for one in answers if one is not None]
            if wanted is None or len(known) != len(routes) or any(held.may_have(wanted) for held, _ in known):
                continue
            meant = nearest(selector.value.removeprefix("#"), {name for held, _ in known for name in held.exact})
            if meant is not None:  # anything else an expression may put out
                yield Unselected(selector, via, meant, known[0][1])


def _bare(member: Text) -> Text:
    """A selector without the swap style behind it."""
    selector = member.value.partition(":")[0].rstrip()
    start = member.span.start
    return Text(selector, Span(member.span.path, start, start + len(selector)))


@gate
def _held(model: Queries, app: AppKey, route: int) -> tuple[Ids, Span] | None:
    """The ids of all that a route can answer with, errors aside, and a place that makes it; None for anything else."""
    found, place = NO_IDS, None
    for value in answers_of(model, app, route) or ():
        if is_error(value):
            continue
        made = _ids_of(model, app, value)
        if made is None:
            return None
        found, place = found | made, place or value.span
    return (found, place) if place is not None else None


def _ids_of(model: Queries, app: AppKey, value: Value) -> Ids | None:
    if not isinstance(value, Record) or value.kind not in _RENDERED:
        return None
    template = value.argument(*RETURN_TYPES[value.kind].template or (None, ""))
    path = template_path(model, app, template.value) if isinstance(template, Text) else None
    if path is None:
        return None
    found = NO_IDS
    for one in (path, *layouts_of(model, app, value)):
        composition = composed(model, app, one)
        if composition.open or composition.broken:
            return None
        for file in composition.files:
            found = found | ids(model, app, file) | oob_ids(model, app, file)
    return found


# What is left out of sight.


def _discarded(
    model: Queries, app: AppKey, where: tuple[Reader, Element], url: object, routes: list[int]
) -> Iterator[Discarded]:
    reader, element = where
    own = attribute(element, "hx-swap")
    if own is None or own.value is None or effective(model, app, reader.facts, element, "hx-swap") is not own:
        return
    handled = any(one.name.startswith(("hx-on", "on", "@", "x-on")) for one in element.attributes)
    if (literal(own) or "").split()[:1] != ["none"] or handled or element.dynamic:
        return
    returned = [one for at in routes for one in _form_errors(model, app, at)]
    scripted = any(in_scripts(model, app, one) for one in _SCRIPTS) if returned else True
    if returned and not scripted and isinstance(url, (Text, Pattern)):
        yield Discarded(url, Span(reader.facts.path, own.value.start, own.value.end), returned[0])


@gate
def _form_errors(model: Queries, app: AppKey, route: int) -> tuple[Span, ...]:
    """The places where a route answers with a form and its errors, of which nothing is swapped out of band."""
    found: list[Span] = []
    for value in answers_of(model, app, route) or ():
        made, _ = with_status(value)
        if isinstance(made, Record) and made.kind == "ValidationError" and not _is_aside(model, app, made):
            found.append(made.span)
    return tuple(found)


def _is_aside(model: Queries, app: AppKey, record: Record) -> bool:
    """Whether an answer may have parts that are swapped whatever becomes of the rest."""
    template = record.argument(0, "template_name")
    path = template_path(model, app, template.value) if isinstance(template, Text) else None
    composition = composed(model, app, path) if path is not None else None
    if "reswap" in (text(model, record.span.path) or "").lower():
        return True
    if composition is None or composition.open or composition.broken:
        return True
    return any(_swaps_aside(model, one) for one in composition.files)


@gate
def _swaps_aside(model: Queries, path: str) -> bool:
    facts = template_facts(model, path)
    elements = facts.elements if facts is not None else ()
    return any(one.dynamic or one.tag == "hx-partial" or attribute(one, "hx-swap-oob") is not None for one in elements)
