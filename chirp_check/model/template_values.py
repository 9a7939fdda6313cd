"""Terms of templates to abstract values, on one way to their place."""

from collections.abc import Iterable, Iterator
from html import unescape
from itertools import product

from chirp_check.facts.templates import Binding
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
    Name,
    Not,
    Opaque,
    Test,
)
from chirp_check.facts.values import Mapping as MappingTerm
from chirp_check.model import library, operators
from chirp_check.model.domain import Dict, Scalar, Sequence, Value, joined, pieces_of
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.frame import Arguments
from chirp_check.model.template_scopes import Scopes
from chirp_check.source import Span

CHAIN = 20  # names that are bound to others in turn
ALTERNATIVES = 16  # values of one expression on one way
KEEPING = frozenset({"e", "escape", "safe", "string", "trim", "forceescape"})

# The values of parameters by name, of names that renders give by the number of the place that reads them, and of names
# that loops bind by a negative number.
type Way = tuple[tuple[str | int, Value], ...]


_NONE = Const(0, 0, None)


type _Memory = dict[int, tuple[Value, ...]]


class Evaluation:
    """The values of terms on one way."""

    def __init__(
        self,
        scopes: Scopes,
        way: Way,
        seen: frozenset[int] = frozenset(),
        memories: tuple[_Memory, _Memory] | None = None,
    ) -> None:
        self.memories: tuple[_Memory, _Memory] = memories if memories is not None else ({}, {})
        self.scopes = scopes
        self.way = dict(way)
        self.seen = seen

    def values(self, term: AnyTerm) -> tuple[Value, ...]:
        """What a term can be; nothing where it stands in a loop over nothing."""
        found = tuple(dict.fromkeys(self._values(term)))
        if len(found) <= ALTERNATIVES:
            return found
        return (Unknown("one of many values", self.scopes.span(term)),)

    def _values(self, term: AnyTerm) -> Iterable[Value]:
        span = self.scopes.span(term)
        match term:
            case Const(value=str() as value):
                return (Text(unescaped(value), span),)
            case Const(value=None | int() | float() as number):
                return (Scalar(number, span),)
            case Name():
                return self._name(term)
            case Attr(base=base, name=name):
                return [_member(value, Text(name, span), span) for value in self.values(base)]
            case Index(base=base, key=key):
                return [_member(value, one, span) for value in self.values(base) for one in self.values(key)]
            case Join(parts=parts):
                return self._joined(parts, span)
            case Add(left=left, right=right):
                return self._joined((left, right), span)
            case Choice(condition=condition, then=then, other=other):
                holds = self.holds(condition)
                arms = (then, other) if holds is None else (then,) if holds else (other,)
                return [value for arm in arms for value in self.values(arm)]
            case Either(operands=operands, operator=operator):
                return self._either(operands, operator)
            case Items(elements=elements, is_tuple=is_tuple):
                options = [self.values(one) for one in elements]
                items = tuple(one[0] if len(one) == 1 else Unknown("one of several", span) for one in options)
                return (Sequence(items, is_tuple, False, span),)
            case MappingTerm():
                return (self._mapping(term, span),)
            case Filter():
                return self._filtered(term, span)
            case Call():
                return self._called(term, span)
            case Opaque(reason=reason):
                return (Unknown(reason, span),)
            case _:
                return (Unknown("an expression", span),)

    def _name(self, term: Name) -> Iterable[Value]:
        found: list[Value] = []
        bound = self.scopes.bound(term)
        for one in bound:
            found += self._binding(one)
        if not bound or not self.scopes.decides(bound[-1], term.start):
            at = self.scopes.place(term)
            given = self.way.get(term.id, self.way.get(at) if at is not None else None)
            found.append(given or Unknown(f"`{term.id}`, which the text does not tell", self.scopes.span(term)))
        return found

    def _binding(self, one: Binding) -> Iterable[Value]:
        fixed = self.way.get(round_of(one))
        if fixed is not None:
            return (fixed,)
        known = self.memories[0]
        if one.name.start not in known:
            known[one.name.start] = tuple(self._worked_out(one))
        return known[one.name.start]

    def _worked_out(self, one: Binding) -> Iterable[Value]:
        if one.start in self.seen or len(self.seen) > CHAIN:
            return (Unknown("a value that depends on itself", Span(self.scopes.facts.path, one.start, one.end)),)
        inner = Evaluation(self.scopes, tuple(self.way.items()), self.seen | {one.start}, self.memories)
        iterable = self.scopes.iterable(one)
        if iterable is not None:
            at, count = self.scopes.part(one)
            return [part_of(item, at, count) for value in inner.values(iterable) for item in items_of(value)]
        if self.scopes.is_soft(one):
            return (Unknown(f"`{one.name.name}`, which may be given or not", self.scopes.span(one.value or _NONE)),)
        if one.value is not None and one.kind in ("set", "let", "with", "export", "promote", "global"):
            return inner.values(one.value)
        return (Unknown(f"`{one.name.name}`, bound by `{one.kind}`", Span(self.scopes.facts.path, one.start, one.end)),)

    def _joined(self, parts: tuple[AnyTerm, ...], span: Span) -> Iterable[Value]:
        if len(parts) == 1:
            return self.values(parts[0])
        # What a render gives decides where a text begins; further inside it is data, of which others come, too.
        written = tuple(one for one in self.way.items() if is_local(one[0]))
        memories = (self.memories[1], self.memories[1])  # of bindings as they are without what a render gives
        inner = Evaluation(self.scopes, written, self.seen, memories)
        ahead = next((at for at, part in enumerate(parts) if not _is_mark(part)), 0)
        options = [(self if at <= ahead else inner).values(part) for at, part in enumerate(parts)]
        if sum(len(option) > 1 for option in options) > 1:  # which go together is not known
            options = [option if len(option) == 1 else (Unknown("one of several", span),) for option in options]
        return [joined([piece for value in way for piece in pieces_of(value)], span) for way in product(*options)]

    def _either(self, operands: tuple[AnyTerm, ...], operator: str) -> Iterator[Value]:
        if operator == "and":
            yield from self.values(operands[-1])
            return
        for at, operand in enumerate(operands):
            values = self.values(operand)
            last = at == len(operands) - 1
            for value in values:
                absent = isinstance(value, Scalar) and value.value is None
                if last or not (absent or (operator == "or" and operators.truth(value) is False)):
                    yield value
            stops = bool(values) and all(
                operators.truth(one) is True if operator == "or" else isinstance(one, (Text, Pattern)) for one in values
            )
            if operator in ("or", "??") and stops:
                return

    def _mapping(self, term: MappingTerm, span: Span) -> Dict:
        entries: dict[str, Value] = {}
        is_open = False
        for entry in term.entries:
            keys = self.values(entry.key) if entry.key is not None else ()
            values = self.values(entry.value)
            if len(keys) == 1 and isinstance(keys[0], Text):
                entries[keys[0].value] = values[0] if len(values) == 1 else Unknown("one of several", span)
            else:
                is_open = True
        return Dict(tuple(entries.items()), is_open, span)

    def _filtered(self, term: Filter, span: Span) -> Iterable[Value]:
        if term.name in KEEPING and not term.arguments:
            return self.values(term.base)
        if term.name in ("default", "d") and term.arguments:
            return list(self._either((term.base, term.arguments[0].value), "??"))
        if term.name in ("lower", "upper", "title", "capitalize", "replace", "format"):
            values = self.values(term.base)
            given = [self.values(one.value) for one in term.arguments if one.name is None and not one.stars]
            if len(given) == len(term.arguments) and all(len(one) == 1 for one in given):
                arguments = Arguments(tuple(one[0] for one in given))
                texts = [one for one in values if isinstance(one, Text)]
                if len(texts) == len(values):
                    return [library.text_method(one, term.name, arguments, span) for one in texts]
        return (Unknown(f"what the filter `{term.name}` gives", span),)

    def _called(self, term: Call, span: Span) -> Iterable[Value]:
        if isinstance(term.function, Attr) and not term.function.optional:
            given = [self.values(one.value) for one in term.arguments if one.name is None and not one.stars]
            owners = self.values(term.function.base)
            if len(given) == len(term.arguments) and all(len(one) == 1 for one in given):
                arguments = Arguments(tuple(one[0] for one in given))
                return [_method(owner, term.function.name, arguments, span) for owner in owners]
        name = term.function.id if isinstance(term.function, Name) else ""
        return (Unknown(f"what `{name}` gives" if name else "what a call gives", span),)

    # Conditions.

    def holds(self, term: AnyTerm) -> bool | None:
        """Whether a condition holds on this way, where that is known."""
        match term:
            case Not(value=value):
                inner = self.holds(value)
                return None if inner is None else not inner
            case Either(operands=operands, operator="and" | "or" as operator):
                results = [self.holds(one) for one in operands]
                decisive = operator == "or"
                return decisive if decisive in results else None if None in results else not decisive
            case Test(value=value, name="none", negated=negated):
                return _differs(self._one(value), negated=negated)
            case Test(value=Name(id=name), name="defined", negated=negated) if name in self.way:
                return not negated
            case Compare(left=left, operator="==" | "!=" | "in" | "not in" as operator, right=right):
                one, other = self._one(left), self._one(right)
                if one is None or other is None:
                    return None
                return operators.truth(operators.compared(one, operator, other, self.scopes.span(term)))
            case Test() | Opaque() | Compare():
                return None
            case _:
                known = self._one(term)
                return operators.truth(known) if known is not None else None

    def _one(self, term: AnyTerm) -> Value | None:
        values = self.values(term)
        return values[0] if len(values) == 1 else None


def _differs(value: Value | None, *, negated: bool) -> bool | None:
    match value:
        case Scalar(known):
            return (known is None) is not negated
        case Text() | Pattern() | Sequence() | Dict():
            return negated
        case _:
            return None


def _member(base: Value, key: Value, span: Span) -> Value:
    found: Value | None = None
    match base, key:
        case Dict(), Text(name):
            found = base.get(name)
        case Sequence(items, open=False), Scalar(int() as at) if -len(items) <= at < len(items):
            found = items[at]
        case _:
            pass
    if found is not None:
        return found
    named = f"`.{key.value}` of something that the text does not tell" if isinstance(key, Text) else "an item"
    return Unknown(named, span)


def round_of(binding: Binding) -> int:
    """The key in a way of what a loop binds a name to."""
    return -1 - binding.name.start


def items_of(value: Value) -> tuple[Value, ...]:
    """What a loop goes through: of a mapping its keys."""
    if isinstance(value, Dict) and not value.open:
        return operators.keys(value)
    if isinstance(value, Sequence) and not value.open:
        return value.items
    return (Unknown("an item of a loop", value.span),)


def is_local(key: str | int) -> bool:
    """Whether a value of a way comes from the templates."""
    return isinstance(key, str) or key < 0


def _is_mark(term: AnyTerm) -> bool:
    """Whether a piece is only what says that a name follows."""
    return isinstance(term, Const) and term.value in ("", "#")


def part_of(item: Value, at: int, count: int) -> Value:
    """What one of so many names of a loop takes of an item."""
    if count == 1:
        return item
    if isinstance(item, Sequence) and not item.open and len(item.items) == count:
        return item.items[at]
    return Unknown("an item of a loop", item.span)


def _method(owner: Value, name: str, given: Arguments, span: Span) -> Value:
    match owner:
        case Text() | Pattern():
            return library.text_method(owner, name, given, span)
        case Dict():
            return library.dict_method(owner, name, given, span)
        case _:
            return Unknown(f"what `.{name}()` gives", span)


def as_text(value: Value, span: Span) -> Text | Pattern | Unknown | None:
    """A value as the attribute has it; None for what is no reference: `None`, true and false."""
    match value:
        case Text() | Pattern():
            return value
        case Scalar(known):
            return Text(str(known), span) if isinstance(known, int) and not isinstance(known, bool) else None
        case Unknown(reason=reason):
            return Unknown(reason, span)
        case _:
            return Unknown("no text", span)


def unescaped(value: str) -> str:
    """The text of an attribute that is written as it is."""
    return unescape(value) if "&" in value else value
