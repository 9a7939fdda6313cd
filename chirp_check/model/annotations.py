"""Return annotations: which types a handler promises, and whether a response can be made of each."""

import builtins
from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import Assign
from chirp_check.facts.values import AnyTerm, Attr, Const, Index, Items, Merge, Name
from chirp_check.model.domain import Callable, ClassValue, External, Module, Value
from chirp_check.model.entities import AnnotationUse, HandlerRef, Unknown
from chirp_check.model.framework import NEGOTIABLE, REFUSED, RETURN_TYPES, type_of
from chirp_check.model.inputs import module_facts
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries
from chirp_check.model.program import name_of, names_of
from chirp_check.source import Span

DEPTH = 6  # names for types that stand for other types

type _Names = Mapping[str, Value]

# `typing` and its kin: the types inside the brackets count, of some only the first or the last.
_TRANSPARENT: Mapping[str, str] = {
    "Optional": "all",
    "Union": "all",
    "Annotated": "first",
    "Awaitable": "last",
    "Coroutine": "last",
}
_TYPING = frozenset({"typing", "typing_extensions", "collections.abc"})
_EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)
# Classes outside the project of which no response can be made, and that give their subclasses nothing either.
_PLAIN = frozenset(
    {"abc.ABC", "enum.Enum", "enum.Flag", "enum.IntEnum", "enum.IntFlag", "builtins.object"}
    | {"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "decimal.Decimal", "uuid.UUID"}
    | {f"builtins.{name}" for name in _EXCEPTIONS | REFUSED}
)


class Promised(msgspec.Struct, frozen=True):
    """One type of an annotation. `refused`: no response can be made of it; None: the text does not tell."""

    name: str
    refused: bool | None


def annotation(model: Queries, handler: Callable, reference: HandlerRef) -> AnnotationUse | None:
    """A handler's return annotation with the types in it that no negotiation case takes."""
    written = function(model, handler.module, handler.qualname)
    if written is None or written.returns is None:
        return None
    refused = (one.name for one in promised(model, handler.module, written.returns) if one.refused)
    span = Span(handler.module, written.returns.start, written.returns.end)
    return AnnotationUse(reference, span, tuple(dict.fromkeys(refused)))


def promised(model: Queries, module: str, term: AnyTerm) -> tuple[Promised, ...]:
    """The types of an annotation that stands in a module."""
    return tuple(dict.fromkeys(_Reader(model, module, DEPTH).types(term)))


def is_plain(definition: ClassValue) -> bool:
    """Whether a class of the project derives from nothing that could be a response."""
    return all(
        (isinstance(base, ClassValue) and is_plain(base)) or (isinstance(base, External) and base.name in _PLAIN)
        for base in definition.bases
    )


class _Reader:
    """Reads annotations of one module; `depth` is how many names for types are still followed."""

    def __init__(self, model: Queries, module: str, depth: int) -> None:
        self.model = model
        self.module = module
        self.depth = depth
        self.names: _Names = names_of(model, module)

    def types(self, term: AnyTerm) -> Iterator[Promised]:
        """The types that a term names."""
        match term:
            case Const(value=None):
                yield Promised("None", refused=True)
            case Const(value=str() as words):
                yield from (self._word(word.strip()) for word in words.split("|"))
            case Merge(left=left, right=right):
                yield from self.types(left)
                yield from self.types(right)
            case Index(base=base, key=key):
                yield from self._generic(base, key)
            case Name() | Attr():
                yield from self._named(term)
            case _:
                yield Promised("?", refused=None)

    def _generic(self, base: AnyTerm, key: AnyTerm) -> Iterator[Promised]:
        inside = key.elements if isinstance(key, Items) else (key,)
        special = self._special(base)
        if special is None:
            known = tuple(self._named(base)) if isinstance(base, (Name, Attr)) else ()
            plain = [one for one in known if one.name in NEGOTIABLE | REFUSED]
            yield from plain or (Promised("?", refused=None),)
            return
        if special == "Optional":
            yield Promised("None", refused=True)
        which = _TRANSPARENT[special]
        for one in inside[:1] if which == "first" else inside[-1:] if which == "last" else inside:
            yield from self.types(one)

    def _special(self, base: AnyTerm) -> str | None:
        value = self._value(base) if isinstance(base, (Name, Attr)) else None
        package, _, last = value.name.rpartition(".") if isinstance(value, External) else ("", "", "")
        return last if package in _TYPING and last in _TRANSPARENT else None

    def _value(self, term: Name | Attr) -> Value | None:
        """What a name stands for; a built-in name for itself."""
        if isinstance(term, Name):
            known = self.names.get(term.id)
            unbound = known is None and term.id in vars(builtins)
            return External(f"builtins.{term.id}", Span("", 0, 0)) if unbound else known
        owner = self._value(term.base) if isinstance(term.base, (Name, Attr)) else None
        if isinstance(owner, Module):
            return name_of(self.model, owner.path, term.name)
        return External(f"{owner.name}.{term.name}", owner.span) if isinstance(owner, External) else None

    def _named(self, term: Name | Attr) -> Iterator[Promised]:
        value = self._value(term)
        name = term.id if isinstance(term, Name) else term.name
        alias = self._alias(name, value) if self.depth and isinstance(value, (Unknown, External)) else None
        match value:
            case _ if alias is not None:
                module, types = alias
                yield from _Reader(self.model, module, self.depth - 1).types(types)
            case ClassValue():
                yield Promised(name, refused=True if is_plain(value) else None)
            case External(dotted):
                yield _external(dotted)
            case _:
                yield Promised(name, refused=None)

    def _alias(self, name: str, value: Unknown | External) -> tuple[str, AnyTerm] | None:
        """What a name that is given to several types stands for, and the module that says so."""
        place = value.span.path if isinstance(value, Unknown) else self.module
        facts = module_facts(self.model, place)
        for one in facts.body if facts is not None else ():
            if isinstance(one, Assign) and isinstance(one.value, (Merge, Index)):
                same = one.value.start == value.span.start if isinstance(value, Unknown) else one.name == name
                if same:
                    return place, one.value
        return None

    def _word(self, word: str) -> Promised:
        """One type of an annotation that is written as text."""
        if word == "None":
            return Promised("None", refused=True)
        *owner, last = word.partition("[")[0].split(".")
        if len(owner) > 1 or not all(part.isidentifier() for part in (*owner, last)):
            return Promised("?", refused=None)
        term: Name | Attr = Attr(0, 0, Name(0, 0, owner[0]), last) if owner else Name(0, 0, last)
        known = tuple(self._named(term))
        usable = len(known) == 1 and ("[" not in word or known[0].name in NEGOTIABLE | REFUSED)
        return known[0] if usable else Promised("?", refused=None)


def _external(dotted: str) -> Promised:
    """A type outside the project: a return type, a built-in type, or something else."""
    package, _, name = dotted.rpartition(".")
    if dotted.startswith("chirp."):
        known = RETURN_TYPES.get(name)
        return Promised(type_of(name) if known is not None else "?", None if known is None else not known.answers)
    if package == "builtins" and name in NEGOTIABLE - {"object"}:
        return Promised(name, refused=False)
    return Promised(name, refused=True if dotted in _PLAIN - {"builtins.object"} else None)
