"""Attributes of htmx that an element has from the elements around it, as far as the text tells."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.grammar.pages import CONTENT
from chirp_check.grammar.selectors import Pieces, overlap
from chirp_check.model.applications import AppKey
from chirp_check.model.arrivals import Arrival, arrivals, arriving, put_out
from chirp_check.model.component_calls import calls_of
from chirp_check.model.components import Lack, exported, names
from chirp_check.model.entities import Component
from chirp_check.model.markup import attribute
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.openings import (
    ASIDE,
    BLOCK,
    COMPONENT,
    CONTENTS,
    WHOLE,
    Called,
    Part,
    Place,
    Way,
    hands_on,
    has_aside,
    is_plain,
    local_name,
    openings,
    ranges,
    way_into,
)
from chirp_check.model.pages import all_layouts, layouts_around, loosely_rendered
from chirp_check.model.paths import folder
from chirp_check.model.templates import chain, derived, own_blocks, paths, target, template_path


class Hidden(Enum):
    """An attribute that an element may have from an element that is not seen."""

    PERHAPS = 1


PERHAPS: Final = Hidden.PERHAPS


def effective(
    model: Queries, app: AppKey, facts: TemplateFacts, element: Element, name: str
) -> Attribute | Hidden | None:
    """The attribute that counts for an element: its own; PERHAPS where one around it may count; None where none can.

    What htmx 4 inherits only under another name is something that may be.
    """
    own = attribute(element, name)
    if own is not None:
        return PERHAPS if own.branches else own
    if element.dynamic or any(hands_on(one, name) for one in _around(facts, element)):
        return PERHAPS
    parts = _entering.entry(model, facts.path, app, name) or ()
    within = (one for part in parts for one in ranges(facts, part))
    return PERHAPS if any(start <= element.start < end for start, end in within) else None


def _around(facts: TemplateFacts, element: Element) -> Iterator[Element]:
    """The elements of a template that may stand around another."""
    for one in facts.elements:
        if one.start >= element.start:
            return
        if one.close is None or one.close > element.start:
            yield one


@table
def _entering(model: Queries, app: AppKey, name: str) -> Mapping[str, frozenset[Part]]:
    """The parts of templates that may come into an element which hands an attribute on, by template."""
    seen: set[Place] = set()
    pending: list[Place] = []
    met: set[Pieces] = set()
    for path in sorted(paths(model, app)):
        for named, way in openings(model, path):
            pending += (*_next(model, app, path, way, met), *_contents(model, app, way)) if name in named else ()
    while pending:
        place = pending.pop()
        if place not in seen:
            seen.add(place)
            pending += _next(model, app, place[0], way_into(model, *place), met)
    found: dict[str, set[Part]] = {}
    for path, part in seen:
        found.setdefault(path, set()).add(part)
    return {path: frozenset(parts) for path, parts in found.items()}


def _next(model: Queries, app: AppKey, path: str, way: Way, met: set[Pieces]) -> Iterator[Place]:
    """What may come into a part of a template; to ids that were `met` before nothing else comes again."""
    for block in way.blocks:
        yield from _overriding(model, app, path, block)
    for name in way.includes:
        included = template_path(model, app, name, path) if name is not None else None
        if name is None:
            yield from _all(model, app)
        elif included is not None:
            yield included, WHOLE
    for called in way.calls:
        yield from _of_call(model, app, path, called)
    if way.inherits:
        yield from ((one, WHOLE) for one in chain(model, app, path).paths[1:])
    if way.shows:
        yield from _shown(model, app)
    if way.asks:
        yield from _brought(model, app, (one for one in arrivals(model, app, path) if one.target is None))
    yield from _arriving(model, app, way, met)


def _contents(model: Queries, app: AppKey, way: Way) -> Iterator[Place]:
    """What calls of the component around an opening bring; what comes by a call in an opening is there itself."""
    for name in way.yields:
        tags = ((one, call) for one, call in calls_of(model, app, name) if call.is_tag)
        yield from ((one, (CONTENTS, local_name(call.function))) for one, call in tags)


def _all(model: Queries, app: AppKey) -> Iterator[Place]:
    return ((path, WHOLE) for path in paths(model, app))


def _overriding(model: Queries, app: AppKey, path: str, block: str) -> Iterator[Place]:
    """The blocks that other templates put in the place of one; in a layout of a folder, whole pages."""
    for one in derived.entry(model, path, app) or ():
        if block in _block_names(model, one):
            yield one, (BLOCK, block)
    if block == CONTENT:
        yield from ((one, WHOLE) for one in _laid_out(model, app, path))


@gate
def _block_names(model: Queries, path: str) -> frozenset[str]:
    return frozenset(own_blocks(model, path))


def _laid_out(model: Queries, app: AppKey, layout: str) -> Iterator[str]:
    """The pages in a layout, and the layouts between them and it."""
    below = f"{folder(layout)}/"
    for page, layouts in layouts_around(model, app).items():
        if layout in layouts:
            yield page
            yield from (one for one in layouts if one != layout and one.startswith(below))
    if layout in all_layouts(model, app):
        yield from loosely_rendered(model, app)


def _of_call(model: Queries, app: AppKey, path: str, called: Called) -> Iterator[Place]:
    """The component that is called; what is none may put out what code has rendered."""
    found = meant(model, app, path, called)
    if found == _SHOWN:
        yield from _shown(model, app)
    elif found == _ANY:
        yield from _all(model, app)
    elif found is not None:
        yield found


_SHOWN: Place = ("", ("shown", ""))
_ANY: Place = ("", ("any", ""))


@gate
def meant(model: Queries, app: AppKey, path: str, called: Called) -> Place | None:
    """The part that a call puts out; `_SHOWN` for what code has rendered, `_ANY` for any template."""
    module, name = called
    at: str | None = path
    if module:
        reference = names(model, path).modules.get(module)
        at = target(model, app, reference, path) if reference is not None else None
    component = exported(model, app, at, name) if at is not None else Lack.ABSENT
    own = names(model, path)
    if isinstance(component, Component):
        return component.path, (COMPONENT, component.name)
    if not module and name in own.nested:
        return path, WHOLE
    if is_plain(called) or (module and module not in own.modules):
        return _SHOWN if module else None
    return _SHOWN if component is Lack.ABSENT and name not in own.hiding else _ANY


def _shown(model: Queries, app: AppKey) -> Iterator[Place]:
    """The templates that an expression may put out."""
    rendered = put_out(model, app)
    return _all(model, app) if rendered is None else ((path, WHOLE) for path in rendered)


def _brought(model: Queries, app: AppKey, found: Iterator[Arrival]) -> Iterator[Place]:
    for one in found:
        yield from _all(model, app) if one.brought is None else one.brought


def _arriving(model: Queries, app: AppKey, way: Way, met: set[Pieces]) -> Iterator[Place]:
    """What answers bring to the ids of a part that were not met yet, or of the element around it."""
    if way.ids and not met:
        yield from ((path, (ASIDE, "")) for path in paths(model, app) if has_aside(model, path))
    new = way.ids - met
    met |= new
    if not new and not way.own:
        return
    known = _by_target(model, app)
    coming = {one for wanted in new for one in known.to(wanted)}
    coming |= {one for wanted in way.own for one in known.to(wanted) if not one.replaces}
    yield from _brought(model, app, iter(coming))


class _Targets(msgspec.Struct, frozen=True):
    """What arrives, by the id that it goes to; `loose` are the ids that are written for others that fit, too."""

    exact: Mapping[Pieces, tuple[Arrival, ...]]
    loose: tuple[tuple[Pieces, tuple[Arrival, ...]], ...]
    patterns: tuple[tuple[Pieces, tuple[Arrival, ...]], ...]

    def to(self, wanted: Pieces) -> Iterator[Arrival]:
        """What goes to an id. One that begins with a hole is that of an input or of its message."""
        yield from self.exact.get(wanted, ())
        if wanted[0] is not None:
            fitting = self.patterns if len(wanted) == 1 else self.loose
            yield from (one for target, ones in fitting if overlap(wanted, target) for one in ones)


@query
def _by_target(model: Queries, app: AppKey) -> _Targets:
    exact: dict[Pieces, list[Arrival]] = {}
    loose: dict[Pieces, list[Arrival]] = {}
    for one in arriving(model, app):
        if one.target is not None:
            exact.setdefault(one.target, []).append(one)
            if not one.known:
                loose.setdefault(one.target, []).append(one)
    others = tuple((target, tuple(ones)) for target, ones in loose.items())
    patterns = tuple(entry for entry in others if len(entry[0]) != 1 or entry[0][0] is None)
    return _Targets({target: tuple(ones) for target, ones in exact.items()}, others, patterns)
