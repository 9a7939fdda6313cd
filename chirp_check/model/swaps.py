"""What a swap leaves behind: ids that are there twice, and ids that are gone while something still targets them."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Call, Filter
from chirp_check.facts.walk import every_part
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import overlap
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.around import effective
from chirp_check.model.arrivals import put_out
from chirp_check.model.domain import Record, Sequence, Value
from chirp_check.model.entities import BlockAt, Text
from chirp_check.model.exchanges import routes_of
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import attribute, ids, is_oob, literal, pieces, texts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.responses import answers_of, is_document, is_error, with_status
from chirp_check.model.templates import blocks, composed, everywhere, paths, showing, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

_ONCE = ("load", "revealed", "intersect", "once")  # of a trigger that fires but once
NO_CONTENT, BAD_REQUEST = 204, 400
_WRITTEN_IDS = ('id="', "id='", 'id=\\"', "id={")  # in markup that Python code writes
_SETTLED = ("hx-select", "hx-disable")


class NestedId(msgspec.Struct, frozen=True, gc=False):
    """A target that keeps its element and gets another with the same id put into it, which `carrier` brings."""

    id: str
    block: str
    selector: Span
    carrier: Span


class LostTarget(msgspec.Struct, frozen=True, gc=False):
    """A target that is replaced by what does not have its id: `block` is what comes in its place."""

    id: str
    block: str
    selector: Span
    brought: Span


type Swap = NestedId | LostTarget
type Unit = tuple[str, str]


@query
def swap_faults(model: Queries, path: str) -> tuple[Swap, ...]:
    """What the swaps that the elements of a template ask for leave behind, in every application that has it."""
    facts = template_facts(model, path) if showing(model, path) else None
    return everywhere(model, path, lambda app: _swaps(model, app, facts)) if facts is not None else ()


def _swaps(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Swap]:
    reader = Reader(model, app, facts)
    for element in facts.elements:
        selector = _target(element, facts.path)
        style = _style(model, app, facts, element) if selector is not None else None
        if selector is None or style is None:
            continue
        wanted = selector.value.strip()[1:]
        units = _units(model, app, reader, element)
        if style == "innerHTML":
            yield from _nested(model, app, wanted, selector, units)
        elif _stays(facts, element, wanted):
            yield from _lost(model, app, wanted, selector, units)


def _target(element: Element, path: str) -> Text | None:
    """The id that an element itself names as its target, where the text writes it."""
    found = attribute(element, "hx-target")
    written = literal(found)
    name = (written or "").strip()
    plain = name[:1] == "#" and name[1:].replace("-", "").replace("_", "").isalnum()
    if not plain or written is None or found is None or found.value is None:
        return None
    return Text(written, Span(path, found.value.start, found.value.end))


def _style(model: Queries, app: AppKey, facts: TemplateFacts, element: Element) -> str | None:
    """Whether the inside of the target or the target is replaced; None where something else or not told."""
    if any(effective(model, app, facts, element, name) is not None for name in _SETTLED):
        return None
    swap = attribute(element, "hx-swap")
    if swap is None:
        unset = effective(model, app, facts, element, "hx-swap") is None and not _has_settings(model, app)
        return "innerHTML" if unset else None
    style = next(iter((literal(swap) or "").split()), None)
    return style if style in ("innerHTML", "outerHTML") else None


@gate
def _has_settings(model: Queries, app: AppKey) -> bool:
    """Whether a page may set another style of swapping for all of its elements."""
    return any(sets_style(model, path) for path in paths(model, app))


@gate
def sets_style(model: Queries, path: str) -> bool:
    """Whether a template may set the style of swapping for all elements of a page."""
    facts = template_facts(model, path)
    metas = [one for one in facts.elements if one.tag == "meta"] if facts is not None else []
    named = (attribute(one, "content") for one in metas)
    written = (text for one in named if one is not None for text in texts(one.value, path))
    calls = facts.calls if facts is not None else ()
    return any("defaultSwap" in str(one) for one in written) or any(
        argument.name is not None and argument.name.startswith("defaultSwap")
        for call in calls
        for argument in call.arguments
    )


def _units(model: Queries, app: AppKey, reader: Reader, element: Element) -> tuple[Unit, ...]:
    """The blocks that answer what an element asks for, an error aside; none where something else may."""
    found: dict[Unit, None] = {}
    for name, method in REQUESTS.items():
        for url in reader.texts(attribute(element, name), element):
            answers = [_answered(model, app, one.index) for one in routes_of(model, app, url, method)]
            if not answers or any(units is None for units in answers):
                return ()
            found.update((unit, None) for units in answers for unit in units or ())
    return tuple(found)


@gate
def _answered(model: Queries, app: AppKey, route: int) -> tuple[Unit, ...] | None:
    """The blocks that a route answers htmx with; None where it may answer with something else.

    An error aside, and what is for browsers.
    """
    found: dict[Unit, None] = {}
    for value in answers_of(model, app, route) or ():
        if is_error(value) or _is_for_browsers(model, app, value):
            continue
        has_headers = isinstance(value, Sequence) and len(value.items) == 3  # which may say where it goes
        unit = _unit(model, app, with_status(value)[0]) if not has_headers else None
        if unit is None:
            return None
        found[unit] = None
    return tuple(found)


def _is_for_browsers(model: Queries, app: AppKey, value: Value) -> bool:
    """Whether htmx is not to swap an answer.

    A redirect leads to a route that is judged where it is asked for, a whole document goes into no element, and
    without content nothing is swapped.
    """
    if not isinstance(value, Record):
        return False
    name = value.argument(0, "name") if value.kind == "Template" else None
    whole = isinstance(name, Text) and is_document(model, app, name.value)
    status = with_status(value)[1]
    return whole or value.kind == "Redirect" or (status is not None and NO_CONTENT <= status < BAD_REQUEST)


def _unit(model: Queries, app: AppKey, value: Value) -> Unit | None:
    if isinstance(value, Record) and value.kind == "FormAction" and len(value.args) > 1:
        value = value.args[1]  # the other fragments go out of band
    if not isinstance(value, Record) or value.kind not in ("Fragment", "Page"):
        return None
    name, block = value.argument(0, "template_name"), value.argument(1, "block_name")
    path = template_path(model, app, name.value) if isinstance(name, Text) else None
    return (path, block.value) if path is not None and isinstance(block, Text) else None


def _nested(model: Queries, app: AppKey, wanted: str, selector: Text, units: tuple[Unit, ...]) -> Iterator[NestedId]:
    is_only = len(units) == 1 and _is_written_once(model, app, wanted)
    carriers = [(unit[1], _carrier(model, app, unit, wanted, maybe=is_only)) for unit in units]
    if carriers and all(one is not None for _, one in carriers):
        block, carrier = carriers[0]
        if carrier is not None:
            yield NestedId(wanted, block, selector.span, carrier)


class _Inside(msgspec.Struct, frozen=True, gc=False):
    """A block that a template defines itself, so that no other changes what is in it."""

    facts: TemplateFacts
    at: BlockAt

    def holds(self, start: int) -> bool:
        """Whether a place is in the block."""
        return self.at.block.body_start <= start < self.at.block.body_end

    def elements(self) -> Iterator[Element]:
        """The elements in the block."""
        return (one for one in self.facts.elements if self.holds(one.start))

    def is_sure(self, element: Element, *, maybe: bool) -> bool:
        """Whether an element in the block is always there, which does not matter with `maybe`, and in its own place."""
        decided = not maybe and any(one.tag > self.at.block.start for one in element.branches)
        elsewhere = any(one.body_start <= element.start < one.body_end for one in self.facts.components)
        return not decided and not elsewhere and not is_oob(element)

    def puts_out_markup(self) -> bool:
        """Whether an expression in the block may put out elements."""
        shown = (one for one in self.facts.expressions if self.holds(one.start))
        return any(_is_markup(part) for one in shown for part in every_part(one))

    def brings_others(self) -> bool:
        """Whether markup of other templates, or of components, comes into the block."""
        return any(self.holds(one.tag_start) for one in self.facts.references) or any(
            self.holds(one.start) for one in self.facts.calls
        )


def _is_markup(part: object) -> bool:
    return isinstance(part, Call) or (isinstance(part, Filter) and part.name == "safe")


def _inside(model: Queries, app: AppKey, path: str, block: str) -> _Inside | None:
    found = blocks(model, app, path).get(block)
    facts = template_facts(model, path) if found is not None and found.path == path else None
    return _Inside(facts, found) if facts is not None and found is not None else None


def _is_written_once(model: Queries, app: AppKey, wanted: str) -> bool:
    """Whether only one element of an application can have an id: what is put into it is put into itself."""
    if _may_be_put_out(model, app, wanted):
        return False
    facts = (template_facts(model, path) for path in paths(model, app) if ids(model, app, path).may_have((wanted,)))
    return sum(_has_id(one, wanted) for each in facts if each is not None for one in each.elements) == 1


def _carrier(model: Queries, app: AppKey, unit: Unit, wanted: str, *, maybe: bool = False) -> Span | None:
    """The element of a block that surely has an id; `maybe`: where it is there, at least."""
    path, block = unit
    inside = _inside(model, app, path, block)
    for element in inside.elements() if inside is not None else ():
        written = attribute(element, "id")
        value = written.value if written is not None and literal(written) == wanted else None
        if inside is not None and value is not None and inside.is_sure(element, maybe=maybe):
            return Span(path, value.start, value.end)
    return None


def _stays(facts: TemplateFacts, element: Element, wanted: str) -> bool:
    """Whether an element stays when its target is replaced, and can ask again."""
    trigger = attribute(element, "hx-trigger")
    words = literal(trigger) if trigger is not None else ""
    if words is None or any(one in words for one in _ONCE):
        return False
    targets = [one for one in facts.elements if _has_id(one, wanted)]
    outside = [one for one in targets if one.close is not None and not one.start <= element.start < one.close]
    return len(targets) == 1 and len(outside) == 1


def _has_id(element: Element, wanted: str) -> bool:
    found = attribute(element, "id")
    return found is not None and any(overlap((wanted,), pieces(one)) for one in texts(found.value, ""))


def _lost(model: Queries, app: AppKey, wanted: str, selector: Text, units: tuple[Unit, ...]) -> Iterator[LostTarget]:
    brought = [(block, _without(model, app, path, block, wanted)) for path, block in units]
    if brought and all(one is not None for _, one in brought):
        block, at = brought[0]
        if at is not None:
            yield LostTarget(wanted, block, selector.span, at)


def _without(model: Queries, app: AppKey, path: str, block: str, wanted: str) -> Span | None:
    """The name of a block in which no element can have an id."""
    inside = _inside(model, app, path, block)
    if inside is None or (inside.puts_out_markup() and _may_be_put_out(model, app, wanted)):
        return None
    if inside.brings_others():
        others = composed(model, app, path)
        if others.open or any(ids(model, app, one).may_have((wanted,)) for one in others.files - {path}):
            return None
        if any(_has_id(one, wanted) for one in _of_components(inside.facts)):
            return None
    if any(one.dynamic or _has_id(one, wanted) for one in inside.elements()):
        return None
    return inside.at.span


def _may_be_put_out(model: Queries, app: AppKey, wanted: str) -> bool:
    """Whether an expression may put out an element with an id: code writes it, or renders a template with it."""
    if _writes_ids(model, app):
        return True
    rendered = put_out(model, app)
    return rendered is None or any(ids(model, app, one).may_have((wanted,)) for one in rendered)


@gate
def _writes_ids(model: Queries, app: AppKey) -> bool:
    """Whether code of an application may write elements with ids."""
    written = (text(model, path) or "" for path in application_files(model, app))
    return any(mark in one for one in written for mark in _WRITTEN_IDS)


def _of_components(facts: TemplateFacts) -> Iterator[Element]:
    for one in facts.elements:
        if any(component.body_start <= one.start < component.body_end for component in facts.components):
            yield one
