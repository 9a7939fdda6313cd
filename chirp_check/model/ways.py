"""What the values of attributes can be, worked out once for each way to their place.

Each call of the component around it is a way, and each render that reads its names. So values that belong together
stay together, and a branch that such a way does not take says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, product

from chirp_check.facts.templates import (
    Attribute,
    Binding,
    BlockDef,
    Branch,
    ComponentCall,
    ComponentDef,
    Element,
    Parameter,
    TemplateFacts,
)
from chirp_check.facts.values import AnyTerm, Attr, Const, Join, Name
from chirp_check.facts.values import Mapping as MappingTerm
from chirp_check.facts.walk import names_in
from chirp_check.model.applications import AppKey
from chirp_check.model.component_calls import argument, calls_in, calls_of, including
from chirp_check.model.domain import Dict, Sequence, Value, joined
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, part
from chirp_check.model.outlines import COMPUTED
from chirp_check.model.provided import Given, provided
from chirp_check.model.template_scopes import Scopes, is_parameter
from chirp_check.model.template_values import (
    Evaluation,
    Way,
    as_text,
    is_local,
    items_of,
    part_of,
    round_of,
    unescaped,
)

WAYS = 1000  # ways to one place; beyond, nothing is known of it
VISITS = 3000  # calls that are looked at for one place
DEPTH = 6  # components in components, includes in includes


@dataclass(slots=True)
class Reader:
    """Reads the values of one template's attributes in one application."""

    model: Queries
    app: AppKey
    facts: TemplateFacts
    depth: int = 0
    visits: list[int] = field(default_factory=lambda: [VISITS])
    scopes: Scopes = field(init=False)
    _known: dict[tuple[int, frozenset[str]], tuple[Way, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.scopes = Scopes(self.facts, partial(text, self.model, self.facts.path))
        self._known = {}

    def texts(self, found: Attribute | None, element: Element) -> tuple[Text | Pattern | Unknown, ...]:
        """What an attribute's value can be; nothing for an attribute that is not there, or has no value."""
        term = found.value if found is not None else None
        if found is None or term is None:
            return ()
        span = self.scopes.span(term)
        if isinstance(term, Const):
            return (Text(unescaped(str(term.value)), span),)
        plain = self._plain(found, element, term)
        if plain is not None:
            return (plain,)
        branches = (*element.branches, *found.branches)
        made: dict[Text | Pattern | Unknown, None] = {}
        for way in self.ways(found.start, (term, *self._conditions(branches))):
            if self._taken(branches, way):
                texts = (as_text(value, span) for value in Evaluation(self.scopes, way).values(term))
                made.update((one, None) for one in texts if one is not None)
        return _with_one_unknown(made)

    def _plain(self, found: Attribute, element: Element, term: AnyTerm) -> Pattern | None:
        """The value of the commonest kind of attribute, text and then names that only a render tells; else None."""
        if not isinstance(term, Join) or len(term.parts) < 2:
            return None
        written: list[str | None] = []
        for piece in term.parts:
            if isinstance(piece, Const) and isinstance(piece.value, str):
                written.append(unescaped(piece.value))
            elif isinstance(piece, (Name, Attr)) and written and written[0] != "#" and self.scopes.is_data(piece):
                written.append(None)
            else:
                return None
        decided = any(self.scopes.is_condition(one.tag) for one in (*element.branches, *found.branches))
        if decided or self.scopes.component_at(found.start) is not None:
            return None
        value = joined(written, self.scopes.span(term))
        return value if isinstance(value, Pattern) else None

    def computed(self, term: AnyTerm) -> tuple[Text | Pattern | Unknown, ...]:
        """What an expression of a tag can be, as text."""
        if isinstance(term, Const) and isinstance(term.value, str):
            return (Text(term.value, self.scopes.span(term)),)
        made: dict[Text | Pattern | Unknown, None] = {}
        for way in self.ways(term.start, (term,)):
            texts = (as_text(value, self.scopes.span(term)) for value in Evaluation(self.scopes, way).values(term))
            made.update((one, None) for one in texts if one is not None)
        return _with_one_unknown(made)

    def arguments(self, call: ComponentCall) -> Iterator[tuple[str, Text | Pattern]]:
        """The attributes that a call hands over: `hx_get="…"`, and mappings with keys such as `hx-get`."""
        for one in call.arguments:
            if one.name is not None and one.name.startswith("hx_"):
                yield from ((one.name.replace("_", "-"), value) for value in self._written(one.value))
            yield from self.mapped(one.value)

    def mapped(self, term: AnyTerm) -> Iterator[tuple[str, Text | Pattern]]:
        """The attributes in a mapping that is written out."""
        for entry in term.entries if isinstance(term, MappingTerm) else ():
            if isinstance(entry.key, Const) and isinstance(entry.key.value, str):
                name = entry.key.value.replace("_", "-")
                yield from ((name, value) for value in self._written(entry.value) if name.startswith("hx-"))

    def _written(self, term: AnyTerm) -> Iterator[Text | Pattern]:
        for way in self.ways(term.start, (term,)):
            for value in Evaluation(self.scopes, way).values(term):
                if isinstance(value, (Text, Pattern)):
                    yield value

    # Ways to a place.

    def ways(self, offset: int, terms: Iterable[AnyTerm]) -> tuple[Way, ...]:
        """The ways to a place that tell the values of the names in some terms apart."""
        terms = tuple(terms)
        found = self._entered(offset, terms)
        names = dict.fromkeys(name for term in terms for name in names_in(term))
        loops = {one.start: one for name in names for one in self.scopes.bound(name) if one.kind == "for"}
        for loop in loops.values():
            found = tuple(islice((after for way in found for after in self._rounds(loop, way)), WAYS + 1))
        return found if len(found) <= WAYS else ((),)

    def _rounds(self, loop: Binding, way: Way) -> Iterator[Way]:
        """A way into each round of a loop over what is written out."""
        iterable = self.scopes.iterable(loop)
        written = tuple(one for one in way if is_local(one[0]))  # of what a render gives there are others, too
        values = Evaluation(self.scopes, written).values(iterable) if iterable is not None else ()
        if len(values) != 1 or not isinstance(values[0], (Sequence, Dict)) or values[0].open:
            yield way
            return
        bound = [one for one in self.facts.bindings if one.kind == "for" and one.start == loop.start]
        for item in items_of(values[0]):
            parts = ((round_of(one), part_of(item, at, len(bound))) for at, one in enumerate(bound))
            yield (*way, *parts)

    def _entered(self, offset: int, terms: tuple[AnyTerm, ...]) -> tuple[Way, ...]:
        """The ways to a place, loops left out; at least one."""
        free = {(one.id, one.start, one.end): one for term in terms for one in self._free(term)}
        if self.depth == 0:
            self.visits[0] = VISITS
        if not free or self.depth > DEPTH or self.visits[0] < 0:
            return ((),)
        owner = self.scopes.component_at(offset)
        wanted = frozenset(name for name, _, _ in free)
        found: dict[Way, None] = {}
        if owner is not None:
            key = (owner.start, wanted)
            if key not in self._known:
                self._known[key] = tuple(dict.fromkeys(islice(self._calls(owner, wanted), WAYS + 1)))
            found.update(dict.fromkeys(self._known[key]))
        if owner is None or isinstance(owner, BlockDef):
            found.update(dict.fromkeys(self._renders(tuple(free.values()), owner)))
        return tuple(found) if 0 < len(found) <= WAYS else ((),)

    def _free(self, term: AnyTerm) -> Iterator[Name]:
        """The names in a term that the template does not bind itself, those in what it binds included."""
        pending, seen = [term], set[int]()
        while pending:
            for name in names_in(pending.pop()):
                bound = self.scopes.bound(name)
                fresh = [one for one in bound if one.name.start not in seen]
                seen.update(one.name.start for one in fresh)
                parts = [part for one in fresh for part in (one.value, self.scopes.iterable(one))]
                pending += [part for part in parts if part is not None]
                if not bound or not self.scopes.decides(bound[-1], name.start):
                    yield name

    def _calls(self, owner: ComponentDef | BlockDef, wanted: frozenset[str]) -> Iterator[Way]:
        """What each call of a component gives for some of its parameters."""
        parameters = tuple(one for one in owner.parameters if one.name in wanted and one.kind == "normal")
        if not parameters or calls_of(self.model, self.app, COMPUTED):
            return
        for path in dict.fromkeys(path for path, _ in calls_of(self.model, self.app, owner.name.name)):
            if self.depth or path == self.facts.path or not isinstance(owner, ComponentDef):
                yield from self.called_from(path, owner, parameters)
            elif self.visits[0] >= 0:
                known, visited = _called_from(self.model, self.app, (self.facts.path, owner.name.name), path, wanted)
                self.visits[0] -= visited
                yield from known

    def called_from(
        self, path: str, owner: ComponentDef | BlockDef, parameters: tuple[Parameter, ...]
    ) -> Iterator[Way]:
        """What each call of a component in one template gives for some of its parameters."""
        facts = template_facts(self.model, path)
        if facts is None:
            return
        caller = Reader(self.model, self.app, facts, self.depth + 1, self.visits)
        for call in calls_in(self.model, path, owner.name.name):
            if path == self.facts.path and owner.body_start <= call.start < owner.body_end:
                yield tuple(
                    (one.name, Unknown("a component that calls itself", self.scopes.span(_NONE))) for one in parameters
                )
                continue
            self.visits[0] -= 1
            terms = [argument(call, owner.parameters, one.name) for one in parameters]
            here = [one for one in terms if one is not None]
            for way in caller.ways(call.start, here):
                given = [
                    Evaluation(caller.scopes, way).values(term)
                    if term is not None
                    else Evaluation(self.scopes, ()).values(one.default)
                    if one.default is not None
                    else (
                        Unknown(
                            f"the parameter `{one.name}`, which is not passed", self.scopes.span(one.default or _NONE)
                        ),
                    )
                    for one, term in zip(parameters, terms, strict=True)
                ]
                for values in product(*_limited(given)):
                    yield tuple((one.name, value) for one, value in zip(parameters, values, strict=True))

    def _renders(self, free: tuple[Name, ...], region: BlockDef | None) -> Iterator[Way]:
        """What each render gives for some names, and each template that includes this one."""
        known = provided(self.model, self.app, self.facts.path)
        places = {
            place: (name.id if is_parameter(name.id, region) else place)
            for name in free
            for place in self._reads(name, region)
        }
        for site in known.sites:
            way = _projected(site, places)
            if way:
                yield way
        if known.open:
            yield ()
        names = frozenset(name.id for name in free)
        for path, at in including(self.model, self.app, self.facts.path) if self.depth < DEPTH else ():
            facts = template_facts(self.model, path)
            if facts is not None and path != self.facts.path:
                yield from Reader(self.model, self.app, facts, self.depth + 1, self.visits).handed_on(names, at)

    def handed_on(self, names: frozenset[str], offset: int) -> Iterator[Way]:
        """What an included template sees of some names that are bound around the tag that includes it."""
        asked = tuple(Name(offset, offset, name) for name in sorted(names))
        owner = self.scopes.component_at(offset)
        taken = tuple(one for one in asked if self.scopes.bound(one) or is_parameter(one.id, owner))
        if taken:
            for way in self.ways(offset, taken):
                given = [Evaluation(self.scopes, way).values(one) for one in taken]
                for values in product(*_limited(given)):
                    yield tuple((one.id, value) for one, value in zip(taken, values, strict=True))
        rest = names - {one.id for one in taken}
        for path, at in including(self.model, self.app, self.facts.path) if rest and self.depth < DEPTH else ():
            facts = template_facts(self.model, path)
            if facts is not None:
                yield from Reader(self.model, self.app, facts, self.depth + 1, self.visits).handed_on(rest, at)

    def _reads(self, name: Name, region: BlockDef | None) -> Iterator[int]:
        if region is not None and is_parameter(name.id, region):
            found = (self.scopes.places.get((one.start, one.end)) for one in region.parameters if one.name == name.id)
            yield from (at for at in found if at is not None)
        at = self.scopes.place(name)
        if at is not None:
            yield at

    # Branches.

    def _conditions(self, branches: Iterable[Branch]) -> Iterator[AnyTerm]:
        for one in branches:
            conditional = self.scopes.conditionals.get(one.tag)
            arms = conditional.arms[: one.arm + 1] if conditional is not None else ()
            yield from (arm.condition for arm in arms if arm.condition is not None)

    def _taken(self, branches: Iterable[Branch], way: Way) -> bool:
        """Whether a way may lead into all of the branches."""
        return all(self._runs(one, Evaluation(self.scopes, way)) for one in branches)

    def _runs(self, branch: Branch, evaluation: Evaluation) -> bool:
        conditional = self.scopes.conditionals.get(branch.tag)
        if conditional is None or conditional.kind not in ("if", "unless"):
            return True
        for at, arm in enumerate(conditional.arms[: branch.arm + 1]):
            holds = evaluation.holds(arm.condition) if arm.condition is not None else True
            holds = not holds if holds is not None and at == 0 and conditional.kind == "unless" else holds
            if holds is not None and holds is not (at == branch.arm):
                return False
        return True


@part
def _called_from(
    model: Queries, app: AppKey, component: tuple[str, str], path: str, wanted: frozenset[str]
) -> tuple[tuple[Way, ...], int]:
    """What one template gives for parameters of a component, and how many calls were looked at for it.

    `component` is the path of the template that defines it, and its name.
    """
    home, name = component
    facts = template_facts(model, home)
    owner = next((one for one in facts.components if one.name.name == name), None) if facts is not None else None
    if facts is None or owner is None:
        return (), 0
    reader = Reader(model, app, facts)
    parameters = tuple(one for one in owner.parameters if one.name in wanted and one.kind == "normal")
    found = tuple(islice(reader.called_from(path, owner, parameters), WAYS + 1))
    return tuple(dict.fromkeys(found)), VISITS - reader.visits[0]


_NONE = Const(0, 0, None)


def _with_one_unknown(made: Iterable[Text | Pattern | Unknown]) -> tuple[Text | Pattern | Unknown, ...]:
    """The values, and one of those that are not known: a reference is counted once as such."""
    values = tuple(made)
    unknown = [one for one in values if isinstance(one, Unknown)]
    return (*(one for one in values if not isinstance(one, Unknown)), *unknown[:1])


def _limited(given: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """Alternatives of several names that can be told apart; where more than one has several, they are not known."""
    several = sum(len(one) > 1 for one in given)
    return [
        one if len(one) <= 1 or several == 1 else (Unknown("one of several", one[0].span),) if one else ()
        for one in given
    ]


def _projected(site: Given, places: Mapping[int, str | int]) -> Way:
    return tuple((places[at], value) for at, value in site if at in places)
