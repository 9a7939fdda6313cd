"""What answers bring when htmx asks: blocks of templates, and what is in them."""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.templates import Attribute, ComponentCall, Element, TemplateFacts
from chirp_check.facts.values import Call, Filter
from chirp_check.facts.walk import every_part
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.pages import ACTION_FIELD
from chirp_check.model.applications import AppKey
from chirp_check.model.around import meant
from chirp_check.model.domain import Record, Sequence, Value
from chirp_check.model.entities import BlockAt, Text, Unknown
from chirp_check.model.exchanges import routes_of
from chirp_check.model.inputs import template_facts
from chirp_check.model.listing import function
from chirp_check.model.markup import attribute, is_oob, spelled, word
from chirp_check.model.memory import Queries, gate
from chirp_check.model.openings import COMPONENT, Place, called_by, is_plain, ranges
from chirp_check.model.pages import action_name, answering, given_by
from chirp_check.model.responses import is_document, is_error, with_status
from chirp_check.model.slots import within
from chirp_check.model.templates import blocks, template_path
from chirp_check.model.ways import Reader
from chirp_check.source import Span

NO_CONTENT, BAD_REQUEST = 204, 400


class Unit(msgspec.Struct, frozen=True, gc=False):
    """A block that comes.

    `given` are names that it gets and the names that the asking element has for the same, by a parameter of the path.
    """

    path: str
    block: str
    given: tuple[tuple[str, str], ...] = ()


def units(model: Queries, app: AppKey, reader: Reader, element: Element) -> tuple[Unit, ...]:
    """The blocks that answer what an element asks for, an error aside; none where something else may."""
    found: dict[Unit, None] = {}
    action = _action(reader.facts, element)
    for name, method in REQUESTS.items():
        asked = attribute(element, name)
        for url in reader.texts(asked, element):
            routes = routes_of(model, app, url, method)
            answers = [_answered(model, app, one.index, action) for one in routes]
            if not answers or any(units is None for units in answers):
                return ()
            for route, brought in zip(routes, answers, strict=True):
                filled = _filled(asked, route.path or "")
                found.update((_renamed(unit, filled), None) for unit in brought or ())
    return tuple(found)


def _renamed(unit: Unit, filled: Mapping[str, str]) -> Unit:
    given = ((name, filled[parameter]) for name, parameter in unit.given if parameter in filled)
    return Unit(unit.path, unit.block, tuple(given))


def _filled(asked: Attribute | None, path: str) -> Mapping[str, str]:
    """The parameters of a path for which a URL has nothing but a name, each with the name."""
    written, names = spelled(asked.value if asked is not None and not asked.branches else None)
    segments, wanted = written.partition("?")[0].split("/"), path.split("/")
    if not names or len(segments) != len(wanted):
        return {}
    pairs = zip(wanted, segments, strict=True)
    return {
        one[1:-1].partition(":")[0]: other[3:-3]
        for one, other in pairs
        if one.startswith("{") and other.startswith("{{ ") and other.endswith(" }}") and other.count("{{") == 1
    }


def _action(facts: TemplateFacts, form: Element) -> str | None:
    """The form action that a form surely asks for, by its one field for that; empty without any, None if not told."""
    start, end = form.end, form.close or form.end
    inside = within(facts.elements, start, end)
    named = [one for one in inside if attribute(one, "name") is not None and word(one, "name") in (ACTION_FIELD, None)]
    if form.tag != "form" or len(named) > 1 or any(attribute(one, "form") is not None for one in facts.elements):
        return None
    if named:
        is_sent = named[0].tag == "button" or word(named[0], "type") == "hidden"
        return word(named[0], "value") if is_sent and not named[0].branches else None
    brought = any(start <= one.tag_start < end for one in facts.references) or any(
        (name := called_by(one)) is None or not is_plain(name) for one in within(facts.calls, start, end)
    )
    return None if brought or any(one.dynamic for one in inside) else ""


@gate
def _answered(model: Queries, app: AppKey, route: int, action: str | None) -> tuple[Unit, ...] | None:
    """The blocks that a route answers htmx with; None where it may answer with something else.

    An error aside, and what is for browsers. `action`: for the form action of that name, where the route has one.
    """
    found: dict[Unit, None] = {}
    parameters = _parameters(model, app, route)
    functions = answering(model, app, route) or ()
    acting = [one for one in functions if action is not None and (action_name(model, one.function) or "") == action]
    for value in (value for one in acting or functions for value in given_by(model, one)):
        if is_error(value) or _is_for_browsers(model, app, value):
            continue
        has_headers = isinstance(value, Sequence) and len(value.items) == 3  # which may say where it goes
        unit = _unit(model, app, with_status(value)[0], parameters) if not has_headers else None
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


def _unit(model: Queries, app: AppKey, value: Value, parameters: Mapping[Span, str]) -> Unit | None:
    if isinstance(value, Record) and value.kind == "FormAction" and len(value.args) > 1:
        value = value.args[1]  # the other fragments go out of band
    if not isinstance(value, Record) or value.kind not in ("Fragment", "Page"):
        return None
    name, block = value.argument(0, "template_name"), value.argument(1, "block_name")
    path = template_path(model, app, name.value) if isinstance(name, Text) else None
    if path is None or not isinstance(block, Text):
        return None
    unknown = ((name, one) for name, one in value.kwargs if isinstance(one, Unknown) and not value.open)
    known = ((name, one.span) for name, one in unknown if one.reason.startswith("the parameter "))
    return Unit(path, block.value, tuple((name, parameters[span]) for name, span in known if span in parameters))


def _parameters(model: Queries, app: AppKey, route: int) -> Mapping[Span, str]:
    """The parameters of the functions of a route, by where they are written."""
    functions = [one.function for one in answering(model, app, route) or ()]
    written = [(one.module, function(model, one.module, one.qualname)) for one in functions]
    return {
        Span(module, param.start, param.end): param.name
        for module, known in written
        if known is not None
        for param in known.params
    }


class Inside(msgspec.Struct, frozen=True, gc=False):
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

    def puts_out(self, call: ComponentCall) -> bool:
        """Whether a call in the block always puts out what it gives, as elements."""
        written = any(one.start == call.start and one.end == call.end for one in self.facts.expressions)
        tagged = any(one.start < call.start < one.end for one in self.facts.elements)
        block = self.at.block
        decided = any(block.start < one.start <= call.start < one.end for one in self.facts.conditionals)
        return written and not tagged and not decided

    def puts_out_markup(self) -> bool:
        """Whether an expression in the block may put out elements."""
        shown = (one for one in self.facts.expressions if self.holds(one.start))
        return any(_is_markup(part) for one in shown for part in every_part(one))

    def brings_others(self) -> bool:
        """Whether markup of other templates, or of components, comes into the block."""
        return any(self.holds(one.tag_start) for one in self.facts.references) or any(
            self.holds(one.start) for one in self.facts.calls
        )


def carriers(model: Queries, app: AppKey, unit: Unit, *, maybe: bool = False) -> Iterator[tuple[Element, str]]:
    """The elements that a block surely brings with their files; `maybe`: those of conditions too.

    Its own, and those of the components that it puts out.
    """
    inside = inside_of(model, app, unit.path, unit.block)
    if inside is None:
        return
    yield from ((one, unit.path) for one in inside.elements() if inside.is_sure(one, maybe=maybe))
    for call in (one for one in inside.facts.calls if inside.holds(one.start) and inside.puts_out(one)):
        name = called_by(call)
        part = meant(model, app, unit.path, name) if name is not None else None
        yield from _of_component(model, part) if part is not None else ()


def _of_component(model: Queries, place: Place) -> Iterator[tuple[Element, str]]:
    """The elements that a component always brings."""
    path, part = place
    facts = template_facts(model, path) if part[0] == COMPONENT else None
    for start, end in ranges(facts, part) if facts is not None else ():
        for one in facts.elements if facts is not None else ():
            decided = any(start <= branch.tag for branch in one.branches)
            if start <= one.start < end and not decided and not is_oob(one):
                yield one, path


def _is_markup(part: object) -> bool:
    return isinstance(part, Call) or (isinstance(part, Filter) and part.name == "safe")


def inside_of(model: Queries, app: AppKey, path: str, block: str) -> Inside | None:
    """A block, where a template defines it itself."""
    found = blocks(model, app, path).get(block)
    facts = template_facts(model, path) if found is not None and found.path == path else None
    return Inside(facts, found) if facts is not None and found is not None else None
