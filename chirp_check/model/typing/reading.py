"""Reads the expressions of one template with the types that it is given, and notes what cannot be.

Only what fails whenever it runs is noted: every kind that a value can be has to fail. What Kida catches (`??`,
`default`, `is defined`, `try`) is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chirp_check.facts.reads import DEFAULTS, DEFINED, unplaced
from chirp_check.facts.templates import Binding, BlockDef, ComponentDef, TemplateFacts
from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Attr,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Filter,
    Index,
    Items,
    Join,
    Mapping,
    Name,
    Not,
    Opaque,
    Repeated,
    Test,
)
from chirp_check.facts.walk import names_in
from chirp_check.model.template_scopes import Scopes
from chirp_check.model.typing.found import Fault, Handed
from chirp_check.model.typing.given import Asked, Held, discriminates, is_composite
from chirp_check.model.typing.guards import conditions, in_loop, is_attempted
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import (
    ABSENT,
    LOOP,
    NONE,
    TEXT,
    TRUTH,
    Keyed,
    Kind,
    Many,
    Parts,
    Plain,
    Type,
    element,
    part,
    said,
    union,
    without_none,
)
from chirp_check.model.typing.live import Live, components_of, expressions_of
from chirp_check.model.typing.lookups import (
    Lack,
    indexed,
    is_mapping,
    is_uncallable,
    iterable,
    looked_up,
    mistaken,
    subscript,
)
from chirp_check.model.typing.operands import FILTERS, KEEPING, refused, result

type _Look = Callable[[Inference, Kind, str], Type | Lack]

CHAIN = 20  # names that are bound to others in turn


@dataclass(slots=True)
class Reader:
    """Reads one template, or the body of one component in it."""

    inference: Inference
    facts: TemplateFacts
    source: str
    asked: Asked
    scopes: Scopes = field(init=False)
    faults: dict[Fault, None] = field(default_factory=dict[Fault, None])
    calls: dict[Handed, None] = field(default_factory=dict[Handed, None])
    _held: dict[tuple[int, int], Held] = field(init=False)
    _parameters: dict[str, Type] = field(init=False)
    _owner: ComponentDef | BlockDef | None = field(init=False)
    live: Live = field(init=False)
    _guards: list[AnyTerm] = field(default_factory=list[AnyTerm])
    _items: list[tuple[str, Type]] = field(default_factory=list[tuple[str, Type]])
    _caught: int = 0
    _quiet: int = 0

    def __post_init__(self) -> None:
        self.scopes = Scopes(self.facts, lambda: self.source)
        self._held = {self.facts.places[one.at]: one for one in self.asked.given}
        self._parameters = dict(self.asked.parameters)
        self._owner = components_of(self.facts)[self.asked.component] if self.asked.component >= 0 else None
        names = {self.source[start:end] for start, end in self._held}
        self.live = Live(self.source, frozenset(names.union(self._parameters))).through(self.scopes)

    def run(self) -> None:
        """Read all expressions."""
        for term in expressions_of(self.facts, self.asked.component):
            if self.live.holds(term):
                self.read(term)
        self._loops()

    # Terms.

    def read(self, term: AnyTerm | None) -> Type:
        """The type of a term."""
        match term:
            case Name():
                return self._name(term)
            case Attr():
                return self._attribute(term)
            case Const(value=value):
                return (NONE if value is None else Plain(type(value).__name__),)
            case Call():
                return self._call(term)
            case Filter():
                return self._filter(term)
            case Index():
                return self._index(term)
            case Compare() | Add():
                return self._compare(term)
            case Test() | Not():
                return self._test(term)
            case Choice():
                return self._choice(term)
            case Either():
                return self._either(term)
            case Items() | Mapping():
                return self._display(term)
            case Repeated():
                return self._repeated(term)
            case Join(parts=parts) | Opaque(inside=parts):
                return self._parts(term, parts)
            case _:
                return None

    def _display(self, term: Items | Mapping) -> Type:
        if isinstance(term, Items):
            types = tuple([self.read(one) for one in term.elements])
            return (Parts(types),) if term.is_tuple else (Many("list", union(types)),)
        entries: dict[str, Type] = {}
        is_open = False
        for entry in term.entries:
            known = self.read(entry.value)
            if isinstance(entry.key, Const) and isinstance(entry.key.value, str):
                entries[entry.key.value] = known
            else:
                is_open = True
        return (Keyed(tuple(entries.items()), is_open),)

    def _parts(self, term: AnyTerm, parts: tuple[AnyTerm, ...]) -> Type:
        """Pieces of text, or what no other term describes."""
        if isinstance(term, Opaque) and term.reason == "arithmetic" and len(parts) == 2:
            left, right = parts
            operator = self.source[left.end : right.start].strip().strip("()").strip()
            return self._operated(operator, term, left, right)
        for one in parts:
            self.read(one)
        return (TEXT,) if isinstance(term, Join) else None

    def quietly(self, term: AnyTerm) -> Type:
        """The type of a term that is read elsewhere."""
        self._quiet += 1
        found = self.read(term) if self._quiet <= CHAIN else None
        self._quiet -= 1
        return found

    def _name(self, term: Name) -> Type:
        for name, known in reversed(self._items):
            if name == term.id:
                return known
        held = self._held.get((term.start, term.end))
        if held is not None:
            return held.type
        bound = self.scopes.bound(term)
        if bound:
            return self._bound(bound[0]) if len(bound) == 1 and self.scopes.decides(bound[0], term.start) else None
        if term.id == "loop":
            return (LOOP,) if in_loop(self.scopes, term.start) else None
        return self._parameters[term.id] if self.takes(term) else None

    def takes(self, name: Name) -> bool:
        """Whether a name is given to the component, or to the template where it is included."""
        return name.id in self._parameters and self.scopes.component_at(name.start) == self._owner

    def _bound(self, binding: Binding) -> Type:
        """What a binding of the template gives to its name."""
        iterable_ = self.scopes.iterable(binding)
        if iterable_ is not None:
            at, count = self.scopes.part(binding)
            found = element(self.quietly(iterable_))
            return found if count == 1 else part(found, at, count)
        if binding.value is not None and binding.kind in ("set", "let", "with", "export", "promote", "global"):
            known = self.quietly(binding.value)
            guarded = binding.kind == "with" or conditions(self.facts, binding.start)
            return without_none(known) if guarded else known
        return (TEXT,) if binding.kind == "capture" else None

    def _attribute(self, term: Attr) -> Type:
        owner = self.read(term.base)
        known = self._member(term, owner, term.name, looked_up, "attribute")
        if known is None or term.optional:
            return known
        return union((ABSENT,) if one == NONE else (one,) for one in known)

    def _index(self, term: Index) -> Type:
        owner = self.read(term.base)
        self.read(term.key)
        match term.key:
            case Const(value=str() as key):
                return self._member(term, owner, key, subscript, "key")
            case Const(value=key):
                return None if owner is None else union(indexed(one, key) for one in owner)
            case _:
                return None

    def _member(self, term: Attr | Index, owner: Type, name: str, look: _Look, kind: str) -> Type:
        """The type of an attribute or item, with what is wrong about it noted."""
        if owner is None:
            return None
        there = [one for one in owner if one not in (NONE, ABSENT)]
        answers = [look(self.inference, one, name) for one in there]
        absent = ABSENT in owner
        lacks_text = absent and (kind == "key" or isinstance(looked_up(self.inference, ABSENT, name), Lack))
        if there and all(isinstance(one, Lack) for one in answers) and (lacks_text or not absent):
            if not (term.optional and all(is_mapping(self.inference, one) for one in there)):
                self._note(kind, term, term.base, name, tuple(there))
            return None
        gone = (NONE in owner and not term.optional) or lacks_text
        if gone and not any(isinstance(one, Lack) for one in answers):
            self._note("maybe-none" if there else "none", term, term.base, name, owner)
        if NONE in owner and term.optional:
            answers.append((NONE,))
        return union(None if isinstance(one, Lack) else one for one in answers)

    def _call(self, term: Call) -> Type:
        callee = self.read(term.function)
        given = [self.read(one.value) for one in term.arguments]
        if callee is None and isinstance(term.function, (Name, Attr)):
            self._hand_over(term, given)
        if not callee:
            return None
        mistakes = [mistaken(self.inference, one, term.arguments) for one in callee]
        if all(mistakes):
            self._note("argument", term, term.function, mistakes[0] or "", callee)
        elif all(is_uncallable(self.inference, one) for one in callee):
            self._note("called", term, term.function, said(callee[0]), callee)
        return self.inference.returned(callee)

    def _hand_over(self, term: Call, given: list[Type]) -> None:
        """Note a call of what may be a component."""
        if self._quiet or not any(map(is_composite, given)):
            return
        guards = [*conditions(self.facts, term.start), *self._guards]
        found: list[tuple[str | int, Type]] = []
        for at, (one, known) in enumerate(zip(term.arguments, given, strict=True)):
            known = without_none(known) if guards else known
            if known and is_composite(known):
                found.append((at if one.name is None else one.name, known))
        if found:
            shaky = self.is_shaky((term,), guards)
            self.calls[Handed(term.function, tuple(found), shaky)] = None

    def _filter(self, term: Filter) -> Type:
        caught = term.name in DEFAULTS
        self._caught += caught
        base = self.read(term.base)
        self._caught -= caught
        others = [self.read(one.value) for one in term.arguments]
        if caught:
            return union((without_none(base), *others)) if others else None
        if term.name in KEEPING and base is not None and not term.arguments:
            return (Many("list", element(base)),)
        if term.name in ("first", "last") and base is not None:
            return None if (held := element(base)) is None else without_none(held)
        return FILTERS.get(term.name)

    def _test(self, term: Test | Not) -> Type:
        caught = isinstance(term, Test) and term.name in DEFINED
        self._caught += caught
        self.read(term.value)
        self._caught -= caught
        for one in term.arguments if isinstance(term, Test) else ():
            self.read(one.value)
        return (TRUTH,)

    def _choice(self, term: Choice) -> Type:
        self.read(term.condition)
        self._guards.append(term.condition)
        types = (self.read(term.then), self.read(term.other))
        self._guards.pop()
        return union(without_none(one) for one in types)

    def _either(self, term: Either) -> Type:
        if term.operator == "??":
            self._caught += 1
            first = self.read(term.operands[0])
            self._caught -= 1
            return union((without_none(first), *(self.read(one) for one in term.operands[1:])))
        types: list[Type] = []
        for operand in term.operands:
            types.append(self.read(operand))
            self._guards.append(operand)
        del self._guards[len(self._guards) - len(term.operands) :]
        return union((*map(without_none, types[:-1]), types[-1])) if term.operator == "or" else None

    def _compare(self, term: Compare | Add) -> Type:
        operator = term.operator if isinstance(term, Compare) else "+"
        known = self._operated(operator, term, term.left, term.right)
        return (TRUTH,) if isinstance(term, Compare) else known

    def _operated(self, operator: str, term: AnyTerm, left: AnyTerm, right: AnyTerm) -> Type:
        one, other = self.read(left), self.read(right)
        found = refused(operator, one, other)
        if found is not None:
            self._note("operand", term, term, operator, found)
        return result(operator, one, other)

    def _repeated(self, term: Repeated) -> Type:
        held = self.read(term.iterable)
        self._check_loop(term.iterable, held)
        count = len(term.names)
        found = element(held)
        for at, name in enumerate(term.names):
            self._items.append((name, found if count == 1 else part(found, at, count)))
        filtered = isinstance(term.element, Either) and not term.element.operator
        inner = term.element.operands[0] if filtered and isinstance(term.element, Either) else term.element
        if isinstance(term.element, Either) and filtered:
            self._guards += term.element.operands[1:]
        known = self.read(inner)
        if isinstance(term.element, Either) and filtered:
            for one in term.element.operands[1:]:
                self.read(one)
            del self._guards[len(self._guards) - len(term.element.operands) + 1 :]
        del self._items[len(self._items) - count :]
        return (Many("list", without_none(known) if filtered else known),)

    # Loops.

    def _loops(self) -> None:
        """What `for` goes through."""
        seen: set[int] = set()
        for one in self.facts.bindings:
            iterable_ = self.scopes.iterable(one) if one.start not in seen else None
            seen.add(one.start)
            if iterable_ is not None and self.live.holds(iterable_):
                self._check_loop(iterable_, self.quietly(iterable_))

    def _check_loop(self, term: AnyTerm, known: Type) -> None:
        there = without_none(known)
        if there and all(iterable(self.inference, one) is False for one in there):
            self._note("loop", term, term, said(there[0]), there)

    # Faults.

    def _note(self, kind: str, term: AnyTerm, about: AnyTerm, name: str, owners: tuple[Kind, ...]) -> None:
        """Note a fault, unless Kida catches it or what is known around it speaks against it."""
        if self._quiet or self._caught or is_attempted(self.facts, term.start):
            return
        guards = [*conditions(self.facts, term.start), *self._guards]
        if kind in ("none", "maybe-none") and guards:
            return
        start, end = term.start, term.end
        if kind == "attribute" and self.source[end - len(name) : end] == name:
            start = end - len(name)
        elif kind == "key" and isinstance(term, Index):
            start, end = term.key.start, term.key.end
        elif kind in ("none", "maybe-none"):
            start, end = about.start, about.end
        written = self.source[about.start : about.end]
        is_member = kind in ("attribute", "key")  # whether there is a value at all says nothing of what it has
        shaky = self.is_shaky((term,), [one for one in guards if not (is_member and unplaced(one) == unplaced(about))])
        self.faults[Fault(kind, start, end, written, name, owners, shaky)] = None

    def is_shaky(self, terms: tuple[AnyTerm, ...], guards: list[AnyTerm]) -> bool:
        """Whether a condition may rule out what is read, by telling values of one name apart."""
        return self.asked.shaky or any(map(discriminates, guards)) or self._reads_shaky(terms, 0)

    def _reads_shaky(self, terms: tuple[AnyTerm, ...], depth: int) -> bool:
        """Whether the values that terms come from are read under such conditions."""
        for name in (name for term in terms for name in names_in(term)):
            held = self._held.get((name.start, name.end))
            if held is not None:
                if held.shaky:
                    return True
                continue
            for one in self.scopes.bound(name) if depth < CHAIN else ():
                inside = tuple(each for each in (one.value, self.scopes.iterable(one)) if each is not None)
                if any(map(discriminates, conditions(self.facts, one.start))) or self._reads_shaky(inside, depth + 1):
                    return True
        return False
