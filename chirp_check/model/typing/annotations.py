"""Annotations of Python to types."""

from collections.abc import Callable, Iterator, Mapping

from chirp_check.facts.handlers import Assign, DefineClass
from chirp_check.facts.values import AnyTerm, Attr, Const, Index, Items, Merge, Name
from chirp_check.model.domain import ClassValue, External
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.inputs import module_facts
from chirp_check.model.memory import Queries
from chirp_check.model.typing.classes import resolved
from chirp_check.model.typing.kinds import (
    FORM,
    FORMS,
    MOMENTS,
    NONE,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    Many,
    Parts,
    Plain,
    Table,
    Thing,
    Type,
    union,
)

DEPTH = 8  # annotations in annotations, names for types that stand for others

type _Maker = Callable[[tuple[Type, ...]], Type]


def annotated(model: Queries, module: str, term: AnyTerm | None, depth: int = DEPTH) -> Type:
    """The type that an annotation of a module names; Unknown for what it does not determine."""
    if term is None or depth == 0:
        return None
    match term:
        case Const(value=None):
            return (NONE,)
        case Const(value=str() as words):
            return union(_word(model, module, one.strip(), depth - 1) for one in words.split("|"))
        case Merge(left=left, right=right):
            return union((annotated(model, module, left, depth - 1), annotated(model, module, right, depth - 1)))
        case Index(base=base, key=key):
            return _generic(model, module, base, key.elements if isinstance(key, Items) else (key,), depth - 1)
        case Name() | Attr():
            return _named(model, module, term, depth - 1)
        case _:
            return None


def _word(model: Queries, module: str, word: str, depth: int) -> Type:
    """One type of an annotation that is written as text."""
    *owners, last = word.split(".")
    if word == "None":
        return (NONE,)
    if not all(part.isidentifier() for part in (*owners, last)):
        return None
    term: Name | Attr | None = None
    for part in (*owners, last):
        term = Name(0, 0, part) if term is None else Attr(0, 0, term, part)
    return annotated(model, module, term, depth)


def _named(model: Queries, module: str, term: Name | Attr, depth: int) -> Type:
    match resolved(model, module, term):
        case ClassValue(module=there, qualname=qualname, names=None):
            return (Thing(there, qualname),)
        case External(dotted) if dotted in _NAMES:
            return _NAMES[dotted]
        case Unknown() | External() | None if isinstance(term, Name):
            return annotated(model, module, _alias(model, module, term.id), depth)
        case _:
            return None


def _alias(model: Queries, module: str, name: str) -> AnyTerm | None:
    """What the only assignment of a name at the top of its module says."""
    facts = module_facts(model, module)
    body = facts.body if facts is not None else ()
    found = [one for one in body if isinstance(one, (Assign, DefineClass)) and _name_of(one) == name]
    only = found[0] if len(found) == 1 else None
    if isinstance(only, Assign) and isinstance(only.value, (Merge, Index)):
        return only.value
    return None


def _name_of(statement: Assign | DefineClass) -> str:
    return statement.name if isinstance(statement, Assign) else statement.definition.name


def _generic(model: Queries, module: str, base: AnyTerm, inside: tuple[AnyTerm, ...], depth: int) -> Type:
    owner = resolved(model, module, base)
    match owner:
        case External(dotted):
            name = dotted.rpartition(".")[2]
            if name == "Literal" and dotted.startswith("typing"):
                return union(_literal(model, module, one) for one in inside)
            if dotted in FORMS:
                return (FORM,)
            maker = _GENERICS.get(dotted)
            if maker is None:
                return None
            if dotted == "builtins.tuple" and len(inside) == 2 and _is_dots(inside[1]):
                return (Many("tuple", annotated(model, module, inside[0], depth)),)
            return maker(tuple(annotated(model, module, one, depth) for one in inside))
        case ClassValue(module=there, qualname=qualname, names=None):
            return (Thing(there, qualname),)
        case _:
            return None


def _is_dots(term: AnyTerm) -> bool:
    """Whether an annotation is `...`, the only thing in brackets that is neither name nor literal."""
    return not isinstance(term, (Name, Attr, Index, Merge, Const, Items))


def _literal(model: Queries, module: str, term: AnyTerm) -> Type:
    match term:
        case Const(value=None):
            return (NONE,)
        case Const(value=value):
            return (Plain(type(value).__name__),)
        case Attr() if isinstance(resolved(model, module, term), Text):
            return None  # the member of an enumeration
        case _:
            return None


_NAMES: Mapping[str, Type] = {
    "builtins.str": (TEXT,),
    "builtins.int": (WHOLE,),
    "builtins.float": (NUMBER, WHOLE),
    "builtins.bool": (TRUTH,),
    "builtins.list": (Many("list", None),),
    "builtins.dict": (Table(None, None),),
    "builtins.set": (Many("set", None),),
    "builtins.tuple": (Many("tuple", None),),
    "types.NoneType": (NONE,),
    **{f"datetime.{name}": (Plain(name),) for name in sorted(MOMENTS)},
    **dict.fromkeys(sorted(FORMS), (FORM,)),
}


def _many(kind: str) -> _Maker:
    return lambda inside: (Many(kind, inside[0] if inside else None),)


def _table(inside: tuple[Type, ...]) -> Type:
    return (Table(inside[0], inside[1]),) if len(inside) == 2 else None


def _optional(inside: tuple[Type, ...]) -> Type:
    return union((*inside, (NONE,)))


def _first(inside: tuple[Type, ...]) -> Type:
    return inside[0]


def _last(inside: tuple[Type, ...]) -> Type:
    return inside[-1]


def _parts(inside: tuple[Type, ...]) -> Type:
    return (Parts(inside),)


def _spellings() -> Iterator[tuple[str, _Maker]]:
    for name in ("list", "set", "frozenset"):
        yield f"builtins.{name}", _many(name)
    yield "builtins.tuple", _parts
    yield "builtins.dict", _table
    for name, kind in (("List", "list"), ("Set", "set"), ("FrozenSet", "frozenset")):
        yield f"typing.{name}", _many(kind)
    yield "typing.Dict", _table
    yield "typing.Optional", _optional
    yield "typing.Union", union
    for package in ("typing", "typing_extensions"):
        for name in ("Annotated", "Final", "ClassVar", "Required", "ReadOnly"):
            yield f"{package}.{name}", _first
    for package in ("typing", "collections.abc"):
        for name in (
            "Sequence",
            "Iterable",
            "Iterator",
            "Collection",
            "Generator",
            "AsyncIterator",
            "Set",
            "Reversible",
        ):
            if (package, name) != ("typing", "Set"):
                yield f"{package}.{name}", _many("")
        for name in ("Awaitable", "Coroutine"):
            yield f"{package}.{name}", _last


_GENERICS: Mapping[str, _Maker] = dict(_spellings())
