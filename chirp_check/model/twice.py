"""Ids that two elements of one page have: of one template, of those that it extends, and of those that it includes.

Two elements count where the one is there whenever the other is; what branches exclude each other, components, slots and
out-of-band swaps bring is not told.
"""

from collections.abc import Collection, Iterable, Iterator

import msgspec
from msgspec import structs

from chirp_check.facts.templates import Conditional, Element, TemplateFacts, TemplateRef
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Name
from chirp_check.model.applications import AppKey
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, spelled
from chirp_check.model.memory import Queries, query
from chirp_check.model.openings import is_aside
from chirp_check.model.pages import layouts_around
from chirp_check.model.screens import shells
from chirp_check.model.templates import chain, derived, everywhere, own_blocks, showing, target
from chirp_check.source import Span

_INERT = frozenset({"template", "svg", "noscript"})
_LOOP = "for"
DEPTH = 8  # includes in includes
PAGES = 4  # that extend a template, of which it is tried what they have together

type Arm = tuple[str, int, int]  # the file of a conditional, its place, and which of its arms


class Here(msgspec.Struct, frozen=True, gc=False):
    """An element with an id as a page has it, and where a template brings it: itself, or what includes it.

    `arms` are those of the conditionals around it, in all files; `blocks` those around the place, innermost last. The
    names in the id are `bound` by loops and the like, or `free`: given to the page.
    """

    id: str
    span: Span
    place: Span
    arms: frozenset[Arm]
    blocks: tuple[str, ...]
    free: frozenset[str] = frozenset()
    bound: frozenset[tuple[str, str, int]] = frozenset()

    @property
    def has_names(self) -> bool:
        """Whether the id has names in it."""
        return bool(self.free or self.bound)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from elements with another id."""
        return self.id, self.free, self.bound


class DuplicateId(msgspec.Struct, frozen=True, gc=False):
    """An id that an element has (`span`) and another one of the page as well (`other`); the same one where it repeats.

    `repeated`: it is in a loop, which has no other.
    """

    id: str
    span: Span
    other: Span
    repeated: bool = False


@query
def duplicate_ids(model: Queries, path: str) -> tuple[DuplicateId, ...]:
    """The ids that pages have twice on account of a template, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    if facts is None or not facts.elements or facts.faults:
        return ()
    return (*_in_loops(facts), *_in_parts(facts), *everywhere(model, path, lambda app: _on_page(model, app, path)))


def comes_with(model: Queries, app: AppKey, facts: TemplateFacts, start: int, other: Element) -> Here | None:
    """Another element of a template, where it is there whenever a place is, and its names mean the same at both."""
    found = _here(facts, other) if not _is_in(_inert(facts), other.start) else None
    if found is None or not found.arms <= set(_arms(facts, start)):
        return None
    if any((first <= start < end) is not (first <= other.start < end) for first, end in _parts(facts)):
        return None
    names = found.free | {name for name, _, _ in found.bound}
    seen = _bind(facts, structs.replace(found, free=names, bound=frozenset()), start)
    blocks, inner = _blocks(facts, start), found.blocks[len(_blocks(facts, start)) :]
    below = derived.entry(model, facts.path, app) or ()
    if seen != found or found.blocks[: len(blocks)] != blocks or _are_replaced(model, below, inner):
        return None
    return found


# In one loop.


def _in_loops(facts: TemplateFacts) -> Iterator[DuplicateId]:
    """The ids that are written out in a loop which may go round more than once."""
    loops = {one.start: one for one in facts.conditionals if one.kind == _LOOP}
    aside = _aside(facts) if loops else ()
    for element in facts.elements if loops else ():
        innermost = loops.get(element.branches[-1].tag) if element.branches else None
        if innermost is None or element.branches[-1].arm != 0 or not _goes_round(facts, innermost):
            continue
        here = _here(facts, element)
        if here is not None and not here.has_names and not _is_in(aside, element.start):
            yield DuplicateId(here.id, here.span, here.span, repeated=True)


def _goes_round(facts: TemplateFacts, loop: Conditional) -> bool:
    """Whether nothing shows that a loop ends after one round: what it runs over is a name, and nothing breaks it."""
    body = loop.arms[0]
    ends = any(one.kind != _LOOP and body.start <= one.start < body.end for one in facts.conditionals)
    over = next((one for one in facts.operands if loop.start <= one.start < body.start), None)
    return not ends and _is_plain(over)


def _is_plain(term: AnyTerm | None) -> bool:
    match term:
        case Name():
            return True
        case Attr(base=base):
            return _is_plain(base)
        case Call(function=function, arguments=()):
            return _is_plain(function)
        case _:
            return False


# In one part that is rendered by itself: a component, a fragment, what a call holds.


def _in_parts(facts: TemplateFacts) -> Iterator[DuplicateId]:
    parts = _parts(facts)
    seen: dict[tuple[object, ...], list[Here]] = {}
    for element in facts.elements if parts else ():
        around = [one for one in parts if one[0] <= element.start < one[1]]
        here = _here(facts, element) if around and not _is_in(_inert(facts), element.start) else None
        if here is None:
            continue
        others = seen.setdefault((max(around)[0], here.key), [])
        first = next((one for one in others if _meets(one, here)), None)
        if first is not None:
            yield DuplicateId(first.id, here.span, first.span)
        others.append(here)


# On one page.


def _on_page(model: Queries, app: AppKey, path: str) -> Iterator[DuplicateId]:
    """The pairs of which a template itself brings one, or both."""
    if _is_page(model, app, path):
        yield from _paired(path, _pairs(_page(model, app, path)))
        return
    alone = _pairs(_alone(model, app, path))
    yield from _paired(path, (pair for pair in alone if _are_together(model, app, path, pair)))
    above = chain(model, app, path).paths[1:]
    below = [one for one in derived.entry(model, path, app) or () if above and _is_page(model, app, one)]
    found = (pair for one in below[:PAGES] for pair in _pairs(_page(model, app, one)))
    between = (pair for pair in found if pair[0].place.path in above and pair[1].place.path == path)
    yield from dict.fromkeys(_paired(path, between))


def _is_page(model: Queries, app: AppKey, path: str) -> bool:
    return path in shells(model, app) and path not in layouts_around(model, app)


def _pairs(ones: Iterable[Here]) -> Iterator[tuple[Here, Here]]:
    """The elements of one id of which one is there whenever the other is, in their order."""
    by_id: dict[tuple[object, ...], list[Here]] = {}
    for one in ones:
        by_id.setdefault(one.key, []).append(one)
    for found in by_id.values():
        for at, second in enumerate(found[1:], 1):
            yield from ((one, second) for one in found[:at] if _meets(one, second))


def _paired(path: str, pairs: Iterable[tuple[Here, Here]]) -> Iterator[DuplicateId]:
    """The pairs with an element of a template, each other element with the first one."""
    seen: set[Here] = set()
    for first, second in pairs:
        if path in (first.place.path, second.place.path) and second not in seen:
            seen.add(second)
            ours, other = (second, first) if second.place.path == path else (first, second)
            yield DuplicateId(ours.id, ours.place, other.span)


def _meets(one: Here, other: Here) -> bool:
    """Whether an element is there whenever another one is; with names of a loop in the id, in the same round."""
    if one.bound:
        return one.arms == other.arms
    return one.arms <= other.arms or other.arms <= one.arms


def _alone(model: Queries, app: AppKey, path: str) -> Iterator[Here]:
    """The elements that a template brings which may be rendered in parts, or inside of others."""
    is_derived = len(chain(model, app, path).paths) > 1
    return (one for one in _own(model, app, path, 0) if one.blocks or not is_derived)


def _are_together(model: Queries, app: AppKey, path: str, ones: tuple[Here, Here]) -> bool:
    """Whether two elements are rendered together: the one is in the block of the other, which nothing replaces."""
    first, second = sorted((one.blocks for one in ones), key=len)
    below = derived.entry(model, path, app) or ()
    between = second[len(first) :]
    replaced = any(name in own_blocks(model, other) for name in between for other in below)
    return second[: len(first)] == first and not replaced


@query
def _page(model: Queries, app: AppKey, path: str) -> tuple[Here, ...]:
    """The elements of a page, of the templates that it extends first."""
    line = chain(model, app, path)
    found: list[Here] = []
    for at in reversed(range(len(line.paths))) if line.complete else ():
        for one in _own(model, app, line.paths[at], 0):
            arms = _placed(model, line.paths, at, one.blocks)
            if arms is not None:
                found.append(structs.replace(one, arms=one.arms | arms) if arms else one)
    return tuple(found)


def _placed(model: Queries, line: tuple[str, ...], at: int, names: tuple[str, ...]) -> frozenset[Arm] | None:
    """The arms around what is in some blocks of one template of a page; None where others are in their place."""
    if _are_replaced(model, line[:at], names):
        return None
    found: set[Arm] = set()
    is_there = at == len(line) - 1
    for above in range(at + 1, len(line)):
        facts = template_facts(model, line[above])
        if facts is None:
            return None
        for block in (one for one in facts.blocks if one.name.name in names):
            around = tuple(one for one in _blocks(facts, block.start) if one not in names)
            if _are_replaced(model, line[:above], around) or _is_in(_aside(facts), block.start):
                return None
            found.update(_arms(facts, block.start))
            is_there = True
    return frozenset(found) if is_there else None


def _are_replaced(model: Queries, below: Collection[str], names: tuple[str, ...]) -> bool:
    return any(name in own_blocks(model, one) for one in below for name in names)


@query
def _own(model: Queries, app: AppKey, path: str, depth: int) -> tuple[Here, ...]:
    """The elements that a template itself and what it includes bring wherever it is rendered, in their order."""
    facts = template_facts(model, path)
    if facts is None or facts.faults or any(one.kind == "capture" for one in facts.bindings):
        return ()
    found: list[tuple[int, Here]] = []
    aside = _aside(facts)
    for element in facts.elements:
        here = _here(facts, element) if not _is_in(aside, element.start) else None
        found += [(element.start, here)] if here is not None else []
    for reference in facts.references if depth < DEPTH else ():
        at, place = reference.tag_start, Span(path, reference.start, reference.end)
        included = _included(model, app, path, reference)
        if included is not None and not _is_in(aside, at):
            arms, around = frozenset(_arms(facts, at)), _blocks(facts, at)
            inner = (one for one in _own(model, app, included, depth + 1) if reference.with_context or not one.free)
            placed = (structs.replace(one, place=place, arms=one.arms | arms, blocks=around) for one in inner)
            found += ((at, here) for one in placed if (here := _bind(facts, one, at)) is not None)
    dead = {(path, one.start, 0) for one in facts.conditionals if one.arms and isinstance(one.arms[0].condition, Const)}
    return tuple(one for _, one in sorted(found, key=_first) if not one.arms & dead)


def _first(one: tuple[int, Here]) -> int:
    return one[0]


def _included(model: Queries, app: AppKey, path: str, reference: TemplateRef) -> str | None:
    """The template that an include always brings as it stands."""
    found = target(model, app, reference, path) if reference.kind == "include" else None
    return found if found is not None and found != path and chain(model, app, found).paths == (found,) else None


def _here(facts: TemplateFacts, element: Element) -> Here | None:
    """An element that is always in its own place, as its own template brings it, where its id is written out."""
    found = attribute(element, "id")
    if found is None or found.value is None or found.branches or is_aside(element):
        return None
    written, names = spelled(found.value)
    if not written or written.startswith("{{"):
        return None
    at, span = element.start, Span(facts.path, found.value.start, found.value.end)
    here = Here(written, span, span, frozenset(_arms(facts, at)), _blocks(facts, at), names)
    return _bind(facts, here, at) if names else here


_ROUNDS = frozenset({"for", "with", "case", "slot"})


def _bind(facts: TemplateFacts, one: Here, at: int) -> Here | None:
    """An element with its names bound by what is around a place in a template; None where they may be set anew."""
    bound: set[tuple[str, str, int]] = set()
    for name in sorted(one.free):
        binding = [each for each in facts.bindings if each.name.name == name]
        if name == "loop" or any(each.kind not in _ROUNDS for each in binding):
            return None
        around = max((each.start for each in binding if each.scope_start <= at < each.scope_end), default=None)
        bound |= {(name, facts.path, around)} if around is not None else set()
    free = one.free - {name for name, _, _ in bound}
    return structs.replace(one, free=free, bound=one.bound | bound)


def _aside(facts: TemplateFacts) -> tuple[tuple[int, int], ...]:
    """The ranges that are not there by themselves, or not once."""
    return (*_parts(facts), *_inert(facts))


def _parts(facts: TemplateFacts) -> tuple[tuple[int, int], ...]:
    """The ranges of components, of fragments, and of what calls hold."""
    return (
        *((one.body_start, one.body_end) for one in facts.components),
        *((one.body_start, one.body_end) for one in facts.overrides),
        *((one.start, one.end) for one in facts.blocks if one.kind != "block"),
        *((one.start, one.end) for one in facts.calls if one.is_tag),
    )


def _inert(facts: TemplateFacts) -> tuple[tuple[int, int], ...]:
    """The ranges of what is no part of the page, or goes elsewhere."""
    inert = (one for one in facts.elements if one.tag in _INERT or is_aside(one))
    return tuple((one.start, one.close or one.end) for one in inert)


def _is_in(ranges: tuple[tuple[int, int], ...], start: int) -> bool:
    return any(first <= start < end for first, end in ranges)


def _blocks(facts: TemplateFacts, start: int) -> tuple[str, ...]:
    """The blocks around a place, innermost last."""
    return tuple(one.name.name for one in facts.blocks if one.body_start <= start < one.body_end)


def _arms(facts: TemplateFacts, start: int) -> Iterator[Arm]:
    """The arms of the conditionals around a place."""
    for one in facts.conditionals:
        for number, arm in enumerate(one.arms):
            if arm.start <= start < arm.end:
                yield facts.path, one.start, number
