"""Where markup of other places may come into a template: what one file says of that by itself."""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, ComponentCall, ComponentDef, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Const, Name
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, literal, pieces, texts
from chirp_check.model.memory import Queries, gate
from chirp_check.model.slots import within

# What an element can have from another around it and that decides what becomes of an answer.
DECIDING = ("hx-target", "hx-select", "hx-swap", "hx-boost", "hx-encoding", "hx-disinherit", "hx-disable")
# The kinds of parts of a template: what calls of a component hold goes by the name that it is called by. The last two
# have no name: what is swapped out of band, and all of it.
BLOCK, COMPONENT, CONTENTS, ASIDE, FILE = "block", "component", "contents", "aside", "file"
_TEXTS = frozenset({"option", "textarea", "title"})
# Functions of the framework that put out no elements which ask for anything.
_PLAIN = frozenset({"csrf_field", "csrf_token", "csrf_meta", "url_for", "htmx", "caller", "super"})
_AWAY = frozenset({"outerHTML", "none", "delete", "beforebegin", "afterend", "outerMorph"})

type Part = tuple[str, str]  # kind and name
WHOLE: Part = (FILE, "")
type Place = tuple[str, Part]  # a part of a template
type Called = tuple[str, str]  # the name of an imported template or "", and that of the component


class Way(msgspec.Struct, frozen=True, gc=False):
    """What may come into a part of a template from elsewhere.

    `blocks` are those that others may override; `includes` the names of templates, None for a computed one; `calls`
    what is called for its markup. `yields` are components whose calls bring contents. `inherits`: what the
    block overrides. `shows`: what an expression puts out. `ids` are those of its elements, where answers may go, and
    `own` that of the element around them. `asks`: an element that may be filled with the answer to what it asks itself.
    """

    blocks: frozenset[str]
    includes: frozenset[str | None]
    calls: frozenset[Called]
    yields: frozenset[str]
    inherits: bool
    shows: bool
    ids: frozenset[Pieces]
    own: frozenset[Pieces]
    asks: bool

    @property
    def is_closed(self) -> bool:
        """Whether nothing may come."""
        told = self.inherits or self.shows or self.asks
        return not (told or self.yields or self.blocks or self.includes or self.calls or self.ids or self.own)


NOWHERE = Way(frozenset(), frozenset(), frozenset(), frozenset(), False, False, frozenset(), frozenset(), False)


@gate
def openings(model: Queries, path: str) -> tuple[tuple[frozenset[str], Way], ...]:
    """The elements of a template that hand deciding attributes on to what may come into them: which ones, and how."""
    facts = template_facts(model, path)
    found: dict[tuple[frozenset[str], Way], None] = {}
    for one in facts.elements if facts is not None else ():
        named = frozenset(name for name in DECIDING if hands_on(one, name))
        if named and facts is not None:
            end = one.close or facts.elements[-1].end + 1
            way = _way(facts, one.end, end, one)
            if not way.is_closed:
                found[named, way] = None
    return tuple(found)


def hands_on(element: Element, name: str) -> bool:
    """Whether an element may hand an attribute on: by itself, under the name that htmx 4 asks for, or unseen."""
    return element.dynamic or any(
        one.name.removeprefix("data-").partition(":")[0] == name for one in element.attributes
    )


@gate
def way_into(model: Queries, path: str, part: Part) -> Way:
    """What may come into all parts of one kind and name."""
    facts = template_facts(model, path)
    if facts is None:
        return NOWHERE
    ways = [_way(facts, start, end) for start, end in ranges(facts, part)]
    return Way(
        frozenset[str]().union(*(one.blocks for one in ways)),
        frozenset[str | None]().union(*(one.includes for one in ways)),
        frozenset[Called]().union(*(one.calls for one in ways)),
        frozenset[str]().union(*(one.yields for one in ways)),
        any(one.inherits for one in ways),
        any(one.shows for one in ways),
        frozenset[Pieces]().union(*(one.ids for one in ways)),
        frozenset(),
        any(one.asks for one in ways),
    )


def ranges(facts: TemplateFacts, part: Part) -> Iterator[tuple[int, int]]:
    """The ranges of all parts of one kind and name."""
    kind, name = part
    if kind == FILE:
        yield 0, max((one.end for one in (*facts.elements, *facts.blocks, *facts.references)), default=0) + 1
    if kind in (BLOCK, COMPONENT):  # a region is both
        yield from ((one.body_start, one.body_end) for one in facts.blocks if one.name.name == name)
    if kind == COMPONENT:
        yield from ((one.body_start, one.body_end) for one in facts.components if one.name.name == name)
    if kind == CONTENTS:
        yield from ((one.start, one.end) for one in facts.calls if one.is_tag and local_name(one.function) == name)
    if kind == ASIDE:
        yield from ((one.start, one.close or one.end) for one in facts.elements if is_aside(one))


@gate
def has_aside(model: Queries, path: str) -> bool:
    """Whether elements of a template are swapped out of band, or may be."""
    facts = template_facts(model, path)
    return facts is not None and any(map(is_aside, facts.elements))


def is_aside(element: Element) -> bool:
    """Whether an element is swapped out of band, or may be."""
    return element.dynamic or element.tag == "hx-partial" or attribute(element, "hx-swap-oob") is not None


def _way(facts: TemplateFacts, start: int, end: int, around: Element | None = None) -> Way:
    """What may come into a range, the inside of an element perhaps."""
    called = within(facts.calls, start, end)
    slots = {one.name.name for one in facts.components if any(start <= slot.start < end for slot in one.slots)}
    slots |= {one.name.name for one in facts.components for call in called if _is_caller(one, call)}
    inside = within(facts.elements, start, end)
    references = (one for one in facts.references if start <= one.tag_start < end)
    shown = (one for one in facts.expressions if start <= one.start < end)
    return Way(
        frozenset(one.name.name for one in within(facts.blocks, start, end)),
        frozenset(_name(one.target) for one in references if one.kind in ("include", "embed", "extends")),
        frozenset(found for one in called if (found := called_by(one)) is not None),
        frozenset(slots),
        any(local_name(one.function) == "super" for one in called),
        any(_shows(facts, one.start) for one in shown) or any(called_by(one) is None for one in called),
        frozenset(one for element in inside for one in _ids(element)),
        frozenset(_ids(around)) if around is not None else frozenset(),
        any(_asks(facts, one) for one in inside)
        or (around is not None and _asks(facts, around) and not is_replaced(around)),
    )


def _name(target: object) -> str | None:
    return target.value if isinstance(target, Const) and isinstance(target.value, str) else None


def called_by(call: ComponentCall) -> Called | None:
    """What is called, where it may be a component; None for anything else that may put out markup."""
    match call.function:
        case Name(id=name):
            return "", name
        case Attr(base=Name(id=module), name=name):
            return module, name
        case _:
            return None


def local_name(function: AnyTerm) -> str:
    """The last name of what is called, as it is called."""
    return function.id if isinstance(function, Name) else function.name if isinstance(function, Attr) else ""


def _is_caller(component: ComponentDef, call: ComponentCall) -> bool:
    """Whether a component puts out by a call what its own calls bring."""
    return component.body_start <= call.start < component.body_end and local_name(call.function) == "caller"


def is_plain(called: Called) -> bool:
    """Whether a function is one of the framework that brings nothing of a template."""
    return not called[0] and called[1] in _PLAIN


def _shows(facts: TemplateFacts, start: int) -> bool:
    """Whether an expression may put out elements: not inside a tag, and not where a browser reads text alone."""
    at = bisect_right(facts.elements, start, key=_start) - 1
    last = facts.elements[at] if at >= 0 else None
    read_until = last.close if last is not None and last.tag in _TEXTS else None
    return last is None or start >= (read_until or last.end)


def _start(element: Element) -> int:
    return element.start


def _ids(element: Element) -> Iterator[Pieces]:
    found = attribute(element, "id")
    if found is None and element.dynamic:
        yield (None,)
    if found is not None:
        yield from (pieces(one) for one in texts(found.value, ""))


def _asks(facts: TemplateFacts, element: Element) -> bool:
    """Whether an element may be filled with what it asks for: by a request without an id as target, or by events."""
    if attribute(element, "sse-swap") is not None:
        return True
    if attribute(element, *REQUESTS) is None:
        return False
    target = target_of(facts, element)
    aims = [pieces(one)[0] or "" for one in texts(target.value, "")] if target is not None else [""]
    return not all(one.strip().startswith("#") for one in aims)


def target_of(facts: TemplateFacts, element: Element) -> Attribute | None:
    """The target that counts for an element, as far as its own template tells."""
    around = [one for one in facts.elements if one.start <= element.start < (one.close or one.end)]
    named = (attribute(one, "hx-target") for one in reversed(around))
    return next((one for one in named if one is not None), None)


def is_replaced(element: Element) -> bool:
    """Whether what an element asks for does not go into its target."""
    words = (literal(attribute(element, "hx-swap")) or "").split()
    return bool(words) and words[0] in _AWAY
