"""Types of Python expressions, from annotations and from what the text around them says; never from running them.

A name has the types of everything that binds it in its function: where one of them is not known, it is Unknown.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass, field
from typing import cast

import msgspec

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Define,
    DefineClass,
    Function,
    Import,
    Loop,
    Match,
    Param,
    Statement,
    Try,
    Unpack,
)
from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Attr,
    Bind,
    Call,
    Choice,
    Compare,
    Const,
    Either,
    Index,
    Items,
    Join,
    Name,
    Not,
    Opaque,
    Repeated,
    Star,
    Term,
)
from chirp_check.facts.walk import every_part
from chirp_check.model import library
from chirp_check.model.domain import Callable, ClassValue, External
from chirp_check.model.inputs import module_facts, module_functions, text
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries
from chirp_check.model.program import name_of
from chirp_check.model.typing.annotations import annotated
from chirp_check.model.typing.bindings import bound_names, has_walrus, own_statements
from chirp_check.model.typing.classes import CACHES, ROUTINES, facts_of, resolved
from chirp_check.model.typing.kinds import (
    FORM,
    FORMS,
    NONE,
    TEXT,
    TRUTH,
    Many,
    Parts,
    Plain,
    Routine,
    Thing,
    Type,
    element,
    union,
    without_none,
)
from chirp_check.model.typing.library import added, called, item
from chirp_check.source import Span

DEPTH = 12  # terms, names and calls that one type depends on, each for the one before


type _Bound = tuple[tuple[str, AnyTerm, int], ...]


class Place(msgspec.Struct, frozen=True):
    """Where a term stands: its file, the functions around it, innermost first, and names that comprehensions bind."""

    path: str
    around: tuple[Function, ...] = ()
    items: _Bound = ()


@dataclass(slots=True)
class Terms(ABC):
    """Tells types of terms, remembering none of them; `depth` is how far it still looks."""

    model: Queries
    depth: int = DEPTH
    _active: set[tuple[str, int, int]] = field(default_factory=set[tuple[str, int, int]])

    def written_at(self, span: Span) -> tuple[AnyTerm | None, Type]:
        """The expression that is written exactly at a place, and its type; or the type of the parameter there."""
        if not span.path.endswith(".py") or span.start >= span.end:
            return None, None
        at = self.place(span)
        for one in at.around[:1]:
            for param in one.params:
                if (param.start, param.end) == (span.start, span.end):
                    return None, self._param(one, param, at)
        found, items = self._term(span)
        return found, self.of(found, replace(at, items=items))

    def term_at(self, span: Span) -> AnyTerm | None:
        """The outermost term of a body that is written exactly at a place."""
        return self._term(span)[0] if span.path.endswith(".py") else None

    def place(self, span: Span) -> Place:
        """Where a place stands."""
        inside = (one for one in module_functions(self.model, span.path).values() if one.start <= span.start < one.end)
        return Place(span.path, tuple(sorted(inside, key=lambda one: one.start, reverse=True)))

    def _term(self, span: Span) -> tuple[AnyTerm | None, _Bound]:
        """The outermost term at a place, and what the comprehensions around it bind."""
        around = self.place(span).around
        inside: object = around[0].body if around else module_facts(self.model, span.path)
        pending: list[tuple[object, _Bound]] = [(inside, ())]
        while pending:
            current, items = pending.pop()
            if isinstance(current, (Term, Statement)) and not (current.start <= span.start and span.end <= current.end):
                continue
            if isinstance(current, Term) and (current.start, current.end) == (span.start, span.end):
                return cast("AnyTerm", current), items
            if isinstance(current, Opaque) and "lambda" in current.reason:
                continue
            if isinstance(current, Repeated):
                items = (*items, *_bound_by(current))
            if isinstance(current, msgspec.Struct):
                pending += [(one, items) for one in msgspec.structs.astuple(current)]
            elif isinstance(current, tuple):
                pending += [(one, items) for one in cast("tuple[object, ...]", current)]
        return None, ()

    @abstractmethod
    def attribute(self, owner: Type, name: str) -> Type:
        """The type of an attribute, where all that it can be is known."""

    @abstractmethod
    def returned(self, callee: Type) -> Type:
        """What calling something gives."""

    # Terms.

    def of(self, term: AnyTerm | None, at: Place) -> Type:
        """The type of a term."""
        if term is None or self.depth == 0:
            return None
        key = (at.path, term.start, term.end)
        if key in self._active and isinstance(term, (Name, Call)):
            return None
        added = key not in self._active
        self._active.add(key)
        self.depth -= 1
        try:
            return self._of(term, at)
        finally:
            self.depth += 1
            if added:
                self._active.discard(key)

    def _of(self, term: AnyTerm, at: Place) -> Type:
        match term:
            case Const(value=value):
                return (NONE if value is None else Plain(type(value).__name__),)
            case Join():
                return (TEXT,)
            case Not() | Compare(operator="is" | "is not" | "in" | "not in"):
                return (TRUTH,)
            case Name():
                return self._name(term.id, at)
            case Attr(base=base, name=name):
                return self._attribute(term, base, name, at)
            case Index(base=base, key=key):
                return item(self.of(base, at), key)
            case Call():
                return self._call(term, at)
            case Choice(then=then, other=other):
                return union((self.of(then, at), self.of(other, at)))
            case Either(operands=operands, operator=operator):
                return self._either(operands, operator, at)
            case Bind(value=value) | Star(value=value):
                return self.of(value, at)
            case Items(elements=elements) if not any(isinstance(one, Star) for one in elements):
                types = tuple(self.of(one, at) for one in elements)
                return (Parts(types) if term.is_tuple else Many(self._display(term, at), union(types)),)
            case Repeated(element=inner):
                filtered = isinstance(inner, Either) and not inner.operator
                shown = inner.operands[0] if isinstance(inner, Either) and filtered else inner
                found = self.of(shown, replace(at, items=(*at.items, *_bound_by(term))))
                return (Many(self._display(term, at), without_none(found) if filtered else found),)
            case Add(left=left, right=right):
                return added(self.of(left, at), self.of(right, at))
            case _:
                return None

    def _display(self, term: AnyTerm, at: Place) -> str:
        """What a display or comprehension makes, told by its bracket."""
        return "list" if (text(self.model, at.path) or "").startswith("[", term.start) else ""

    def _either(self, operands: tuple[AnyTerm, ...], operator: str, at: Place) -> Type:
        types = [self.of(one, at) for one in operands]
        return union((*map(without_none, types[:-1]), types[-1])) if operator == "or" else None

    def _name(self, name: str, at: Place) -> Type:
        for bound, iterable, count in reversed(at.items):
            if bound == name:
                outer = replace(at, items=tuple(one for one in at.items if one[0] != name))
                return element(self.of(iterable, outer)) if count == 1 else None
        for depth, one in enumerate(at.around):
            if name not in bound_names(self.model, at.path, one.qualname):
                continue
            here = Place(at.path, at.around[depth:])
            types = list(self._bound(one, name, here))
            if types:
                return union(types)
        return self._global(at.path, name)

    def _bound(self, one: Function, name: str, at: Place) -> Iterator[Type]:
        """The types of everything that binds a name in a function."""
        for param in one.params:
            if param.name == name:
                yield self._param(one, param, at)
        for statement in own_statements(one.body):
            yield from self._binding(statement, name, at)
        if has_walrus(self.model, at.path) and any(
            isinstance(part, Bind) and part.name == name for part in every_part(one.body)
        ):
            yield None

    def _binding(self, statement: AnyStatement, name: str, at: Place) -> Iterator[Type]:
        match statement:
            case Assign(name=bound, value=value, annotation=annotation) if bound == name:
                if annotation is not None:
                    yield annotated(self.model, at.path, annotation)
                else:
                    yield self.of(value, at)
            case Unpack(names=names) if name in names:
                yield None
            case Loop(names=names, iterable=iterable) if name in names:
                yield element(self.of(iterable, at)) if len(names) == 1 else None
            case Augment(name=bound) | Import(name=bound) if bound == name:
                yield None
            case Define(function=inner) if inner.name == name:
                yield routine(at.path, inner, 0)
            case DefineClass(definition=inner) if inner.name == name:
                yield None
            case Match(cases=cases) if any(name in case.names for case in cases):
                yield None
            case Try(handlers=handlers) if any(caught == name for caught, _ in handlers):
                yield None
            case _:
                pass

    def _param(self, one: Function, param: Param, at: Place) -> Type:
        if param.kind in ("star", "double-star"):
            return None
        owner, _, last = one.qualname.rpartition(".")
        is_first = bool(one.params) and one.params[0].name == param.name
        if is_first and param.annotation is None and "staticmethod" not in library.decorator_names(one):
            is_method = owner and not owner.endswith("<locals>") and "classmethod" not in library.decorator_names(one)
            return (Thing(at.path, owner),) if is_method and last else None
        known = annotated(self.model, at.path, param.annotation)
        if isinstance(param.default, Const) and param.default.value is None and known is not None:
            return union((known, (NONE,)))
        return known

    def _global(self, path: str, name: str) -> Type:
        facts = module_facts(self.model, path)
        for one in facts.body if facts is not None else ():
            if isinstance(one, Assign) and one.name == name and one.annotation is not None:
                return annotated(self.model, path, one.annotation)
        match name_of(self.model, path, name):
            case Callable() as known if not known.args and not known.kwargs:
                inner = function(self.model, known.module, known.qualname)
                return routine(known.module, inner, 0) if inner is not None else None
            case _:
                return None

    def _attribute(self, term: Attr, base: AnyTerm, name: str, at: Place) -> Type:
        owner = resolved(self.model, at.path, base) if not self._is_local(base, at) else None
        match owner:
            case None:
                return self.attribute(self.of(base, at), name)
            case ClassValue(module=module, qualname=qualname, names=None):
                enum = facts_of(self.model, module, qualname).flavour == "enum"
                return (Thing(module, qualname, exact=True),) if enum else None
            case _:
                known = resolved(self.model, at.path, term)
                if isinstance(known, Callable):
                    inner = function(self.model, known.module, known.qualname)
                    return routine(known.module, inner, 0) if inner is not None else None
                return self.attribute(self.of(base, at), name) if known is None else None

    def _is_local(self, term: AnyTerm, at: Place) -> bool:
        while isinstance(term, Attr):
            term = term.base
        if not isinstance(term, Name):
            return True
        name = term.id
        return any(bound == name for bound, _, _ in at.items) or any(
            name in bound_names(self.model, at.path, one.qualname) for one in at.around
        )

    def _call(self, term: Call, at: Place) -> Type:
        callee = term.function
        owner = resolved(self.model, at.path, callee) if not self._is_local(callee, at) else None
        match owner:
            case ClassValue(module=module, qualname=qualname, names=None):
                return (Thing(module, qualname, exact=True),)
            case External(dotted) if dotted.startswith("builtins."):
                given = tuple(self.of(one.value, at) for one in term.arguments if one.name is None and not one.stars)
                return called(dotted.removeprefix("builtins."), given)
            case External(dotted) if dotted in FORMS:
                return (FORM,)
            case _:
                return None if isinstance(owner, External) else self.returned(self.of(callee, at))


def _bound_by(term: Repeated) -> _Bound:
    """The names that a comprehension binds, to items of what, and together with how many others."""
    return tuple((name, term.iterable, len(term.names)) for name in term.names)


def routine(module: str, one: Function, taken: int) -> Type:
    """A function, unless something that is not known stands before it."""
    decorators = library.decorator_names(one)
    known = decorators <= ROUTINES | CACHES and len(decorators) == len(one.decorators)
    return (Routine(module, one.qualname, taken),) if known else None
