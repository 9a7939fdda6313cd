"""The fields that a stretch of a template brings into a form: its own, and those of what comes into it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chirp_check.facts.templates import BlockDef, ComponentCall, ComponentDef, Element, Fact, TemplateFacts
from chirp_check.facts.values import Add, AnyTerm, Attr, Call, Choice, Const, Either, Filter, Join, Name, Opaque
from chirp_check.facts.walk import every_part
from chirp_check.grammar.selectors import Pieces, overlap
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.component_calls import argument, calls_of
from chirp_check.model.components import meant
from chirp_check.model.entities import Component, Pattern, Text
from chirp_check.model.form_sketch import CONTROLS
from chirp_check.model.inputs import has_any, template_facts, text
from chirp_check.model.markup import attribute, pieces
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.names import FRAMEWORK, KIDA, global_names
from chirp_check.model.outlines import COMPUTED
from chirp_check.model.slots import within
from chirp_check.model.templates import chain, own_blocks, paths, references, target
from chirp_check.model.ways import Reader
from chirp_check.source import Span

HIDDEN_FIELD = "_csrf_token"
_TOKENS = frozenset({"csrf_field", "csrf_token"})
_SCRIPTED = (":name", "x-html", "v-html", "x-bind", "v-bind", "v-model")  # of attributes that scripts read
_MARKUP = ("Markup", "__html__", "wtforms")


class Fields(msgspec.Struct, frozen=True, gc=False):
    """Fields that may be sent: `exact` names with a place of each, patterns; `open`: others may be.

    `token`: one of them may carry the token that shows where a form comes from.
    """

    exact: tuple[tuple[str, Span], ...] = ()
    patterns: frozenset[Pieces] = frozenset()
    open: bool = False
    token: bool = False

    def __or__(self, other: Fields) -> Fields:
        if other == NO_FIELDS:
            return self
        exact = tuple((dict(other.exact) | dict(self.exact)).items())
        return Fields(exact, self.patterns | other.patterns, self.open or other.open, self.token or other.token)

    @property
    def names(self) -> frozenset[str]:
        """The names that are written out."""
        return frozenset(name for name, _ in self.exact)

    def may_have(self, name: str) -> bool:
        """Whether a field of this name may be sent."""
        return self.open or name in self.names or any(overlap((name,), one) for one in self.patterns)


NO_FIELDS = Fields()
OPEN = Fields(open=True, token=True)


def united(found: Iterable[Fields]) -> Fields:
    """All the fields of several places."""
    whole = NO_FIELDS
    for one in found:
        whole |= one
    return whole


def own_field(element: Element, reader: Reader) -> Fields:
    """The field that an element is; what a script makes of an element of its own may be any."""
    if not element.tag or "-" in element.tag or any(one.name.endswith(_SCRIPTED) for one in element.attributes):
        return OPEN
    if element.tag not in CONTROLS:
        return NO_FIELDS
    found = attribute(element, "name")
    value, kind = attribute(element, "value"), attribute(element, "type")
    is_image = kind is not None and isinstance(kind.value, Const) and kind.value.value == "image"
    if is_image or (found is None and element.dynamic):
        return OPEN
    token = value is not None and any(isinstance(one, Name) and one.id in _TOKENS for one in every_part(value.value))
    direction = named(reader.texts(attribute(element, "dirname"), element))
    return named(reader.texts(found, element)) | direction | Fields(token=token)


def named(values: Iterable[object]) -> Fields:
    """Fields of these names."""
    exact: dict[str, Span] = {}
    patterns: set[Pieces] = set()
    for one in values:
        if isinstance(one, Text):
            exact[one.value] = one.span
        else:
            patterns.add(pieces(one) if isinstance(one, Pattern) else (None,))
    exact.pop("", None)
    return Fields(tuple(exact.items()), frozenset(patterns))


@query
def fields_within(model: Queries, app: AppKey, path: str, start: int, end: int) -> Fields:
    """The fields of all that stands in a stretch of a template, and of what comes into it."""
    return _Gatherer(model, app).within(path, start, end)


@gate
def makes_markup(model: Queries, app: AppKey) -> bool:
    """Whether the Python code of an application mentions markup of its own, which templates put out as it is."""
    return any(has_any(model, path, *_MARKUP) for path in sorted(application_files(model, app)))


@gate
def deriving(model: Queries, app: AppKey) -> Mapping[str, tuple[str, ...]]:
    """The templates that extend another, directly or not, by its path."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths(model, app)):
        for above in chain(model, app, path).paths[1:]:
            found.setdefault(above, []).append(path)
    return {path: tuple(ones) for path, ones in found.items()}


@gate
def _has_embeds(model: Queries, app: AppKey) -> bool:
    return any(one.kind == "embed" for path in paths(model, app) for one in references(model, path))


class _Gatherer:
    """Gathers fields from places that lead to each other, each place once."""

    def __init__(self, model: Queries, app: AppKey) -> None:
        self.model = model
        self.app = app
        self._seen: set[tuple[str, int, int]] = set()
        self._readers: dict[str, Reader] = {}

    def _reader(self, facts: TemplateFacts) -> Reader:
        known = self._readers.get(facts.path)
        if known is None:
            known = self._readers[facts.path] = Reader(self.model, self.app, facts)
        return known

    def within(self, path: str, start: int, end: int, *, whole: bool = False) -> Fields:
        """The fields of a stretch; what the components of a `whole` file hold comes where they are called."""
        facts = template_facts(self.model, path)
        if facts is None or facts.faults:
            return OPEN
        if (path, start, end) in self._seen:
            return NO_FIELDS
        self._seen.add((path, start, end))
        reader = self._reader(facts)
        aside = facts.components if whole else ()
        elements = [*within(facts.elements, start, end), *within(facts.unscripted, start, end)]
        found = united(own_field(one, reader) for one in elements if not _is_in(one, aside))
        around = (one for one in facts.components if one.body_start <= start and end <= one.body_end)
        filled = (one for one in around if any(start <= slot.start < end for slot in one.slots))
        filling = united(fields for one in filled for fields in self._filling(one))
        return found | filling | self._brought(facts, start, end, aside)

    def _brought(self, facts: TemplateFacts, start: int, end: int, aside: tuple[ComponentDef, ...]) -> Fields:
        """The fields that do not stand in a stretch as elements."""
        if self._puts_out_markup(facts, start, end):
            return OPEN
        return united(self._ways(facts, start, end, aside))

    def _ways(self, facts: TemplateFacts, start: int, end: int, aside: tuple[ComponentDef, ...]) -> Iterator[Fields]:
        for one in facts.references:
            if one.kind in ("include", "embed") and start <= one.tag_start < end:
                at = target(self.model, self.app, one, facts.path)
                yield self._whole(at) if at is not None else NO_FIELDS if one.ignore_missing else OPEN
        for call in facts.calls:
            if start <= call.start < end and not _is_in(call, aside):
                yield self._called(facts, call)
        for block in facts.blocks:
            if start <= block.start < end and block.kind != "region":
                yield from self._overriding(facts.path, block)

    def _whole(self, path: str) -> Fields:
        line = chain(self.model, self.app, path)
        if not line.complete:
            return OPEN
        return united(self.within(one, 0, len(text(self.model, one) or ""), whole=True) for one in line.paths)

    def _called(self, facts: TemplateFacts, call: ComponentCall) -> Fields:
        """What a call brings: the fields of a component; of a function that may put out markup, any."""
        found = meant(self.model, self.app, facts.path, call.function)
        if isinstance(found, Component):
            return self._body(found, facts, call)
        if isinstance(call.function, Name) and call.function.id in FRAMEWORK | KIDA:
            is_token = call.function.id == "csrf_field"
            at = Span(facts.path, call.start, call.end)
            return Fields(((HIDDEN_FIELD, at),) if is_token else (), token=call.function.id in _TOKENS)
        if call.is_tag:
            return OPEN
        return OPEN if isinstance(call.function, Name) and self._may_be_markup(facts, call) else NO_FIELDS

    def _may_be_markup(self, facts: TemplateFacts, call: ComponentCall) -> bool:
        """Whether what a function gives is put out, and may be markup: text of the application's own code is none."""
        name = call.function.id if isinstance(call.function, Name) else ""
        if name in global_names(self.model, self.app).known - FRAMEWORK and not makes_markup(self.model, self.app):
            return False
        shown = (one for one in facts.expressions if one.start <= call.start < one.end and not _is_in_tag(facts, one))
        return any(one.start == call.start and one.end == call.end for each in shown for one in _results(each))

    def _body(self, component: Component, caller: TemplateFacts, call: ComponentCall) -> Fields:
        """The fields of a component; one whose name is a parameter has the name that the call passes."""
        home = template_facts(self.model, component.path)
        known: tuple[ComponentDef | BlockDef, ...] = (*home.components, *home.blocks) if home is not None else ()
        owners = [one for one in known if one.name.name == component.name]
        if home is None or len(owners) != 1:
            return OPEN
        owner = owners[0]
        reader, passing = self._reader(home), self._reader(caller)
        found = NO_FIELDS
        for element in within(home.elements, owner.body_start, owner.body_end):
            parameter = _parameter(element, owner)
            given = argument(call, owner.parameters, parameter) if parameter is not None else None
            found |= own_field(element, reader) if given is None else named(passing.computed(given))
        key = (home.path, owner.body_start, owner.body_end)
        if key in self._seen:
            return found
        self._seen.add(key)
        return found | self._brought(home, owner.body_start, owner.body_end, ())

    def _overriding(self, path: str, block: BlockDef) -> Iterator[Fields]:
        """The fields that other templates put into a block."""
        if _has_embeds(self.model, self.app):
            yield OPEN
        for other in deriving(self.model, self.app).get(path, ()):
            found = own_blocks(self.model, other).get(block.name.name)
            if found is not None:
                yield self.within(other, found.block.body_start, found.block.body_end)

    def _filling(self, component: ComponentDef) -> Iterator[Fields]:
        """The fields that the calls of a component put into its slots."""
        if calls_of(self.model, self.app, COMPUTED):
            yield OPEN
        for path, call in calls_of(self.model, self.app, component.name.name):
            if call.is_tag:
                yield self.within(path, call.start, call.end)

    def _puts_out_markup(self, facts: TemplateFacts, start: int, end: int) -> bool:
        """Whether an expression of a stretch may put out elements that nobody sees."""
        shown = [one for one in facts.expressions if start <= one.start < end and not _is_in_tag(facts, one)]
        may_be_safe = "safe" in (text(self.model, facts.path) or "")
        if may_be_safe and any(_is_safe(part) for one in shown for part in every_part(one)):
            return True
        captured = {one.name.name for one in facts.bindings if one.kind in ("capture", "slot")}
        if any(isinstance(one, Name) and one.id in captured for one in shown):
            return True
        return makes_markup(self.model, self.app) and not all(self._is_plain(facts, one) for one in shown)

    def _is_plain(self, facts: TemplateFacts, shown: AnyTerm) -> bool:
        """Whether what is put out is no markup, or the fields that a call brings, which are looked at by themselves."""
        if not isinstance(shown, Call):
            return not isinstance(shown, (Name, Attr, Filter, Opaque))
        ours = isinstance(shown.function, Name) and shown.function.id in FRAMEWORK | KIDA
        return ours or isinstance(meant(self.model, self.app, facts.path, shown.function), Component)


def _is_in(fact: Fact, owners: tuple[ComponentDef, ...]) -> bool:
    return any(one.body_start <= fact.start < one.body_end for one in owners)


def _is_in_tag(facts: TemplateFacts, shown: AnyTerm) -> bool:
    """Whether an expression stands in a start tag, where it adds no elements."""
    at = bisect_right(facts.elements, shown.start, key=lambda one: one.start) - 1
    return at >= 0 and shown.start < facts.elements[at].end


def _is_safe(part: object) -> bool:
    return isinstance(part, Filter) and part.name == "safe"


def _results(shown: AnyTerm) -> Iterator[AnyTerm]:
    """The parts of an expression that its value may be made of."""
    match shown:
        case Choice(then=then, other=other):
            yield from (*_results(then), *_results(other))
        case Either(operands=parts) | Join(parts=parts):
            yield from (one for part in parts for one in _results(part))
        case Filter(base=base):
            yield from _results(base)
        case Add(left=left, right=right):
            yield from (*_results(left), *_results(right))
        case _:
            yield shown


def _parameter(element: Element, owner: ComponentDef | BlockDef) -> str | None:
    """The parameter that the name of a field is."""
    found = attribute(element, "name") if element.tag in CONTROLS else None
    value = found.value if found is not None else None
    only = value.parts[0] if isinstance(value, Join) and len(value.parts) == 1 else value
    known = {one.name for one in owner.parameters if one.kind == "normal"}
    return only.id if isinstance(only, Name) and only.id in known else None
