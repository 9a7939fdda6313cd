"""What the objects of a project's class have, when all of it is written in the project: names, and their types.

A class that derives from something unseen, or that sets attributes by computed names, is not complete: nothing is
claimed about what its objects lack.
"""

import builtins
import collections.abc
import enum
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Class,
    Define,
    DefineClass,
    Function,
    If,
    Import,
    Loop,
    Match,
    SetAttr,
    Try,
    Unpack,
)
from chirp_check.facts.reads import unplaced
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Index, Items, Name
from chirp_check.facts.walk import every_part, every_statement
from chirp_check.model import library
from chirp_check.model.domain import ClassValue, External, Module, Value
from chirp_check.model.inputs import module_facts, text
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Cycle, Queries, gate, query
from chirp_check.model.program import class_names, name_of
from chirp_check.source import Span

LINEAGE = 20  # classes that one derives from, as far as they are looked at
ROUTINES = frozenset({"staticmethod", "classmethod", "property", "cached_property", "override", "abstractmethod"})
CACHES = frozenset({"cache", "lru_cache", "final", "overload"})
_DECORATORS = frozenset({"dataclass", "final", "total_ordering", "unique", "runtime_checkable"})
# What makes attributes that no text shows, wherever a class mentions it.
_DYNAMIC = frozenset({"setattr", "vars", "exec", "eval", "locals", "globals", "__dict__", "__setattr__"})
_HOOKS = frozenset({"__getattr__", "__getattribute__", "__new__", "__init_subclass__", "__set_name__"})
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing_extensions.Generic"})
_TYPED = {"typing.NamedTuple": "tuple", "typing.TypedDict": "mapping", "typing_extensions.TypedDict": "mapping"}
_TUPLE = frozenset(dir(tuple)) | {"_asdict", "_fields", "_replace", "_make", "_field_defaults"}


class Field(msgspec.Struct, frozen=True, gc=False):
    """A name of a class: "field" with its annotation, "method" or "property" with the function's, or "value"."""

    kind: str
    annotation: AnyTerm | None = None
    qualname: str = ""


class Written(msgspec.Struct, frozen=True, gc=False):
    """What the text of one class says.

    `fields` by name; `assigned` are the attributes that its methods set. `bases` are terms, `flavour` what a decorator
    or base makes of it ("", "dataclass"), `fixed` when no attribute can be added from outside. `complete`: there is
    nothing else, but for what bases bring.
    """

    name: str
    fields: tuple[tuple[str, Field], ...]
    assigned: tuple[str, ...]
    bases: tuple[AnyTerm, ...]
    fixed: bool
    complete: bool


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What objects of a class have, bases included; `complete` when these names are all.

    `flavour`: "", "enum", "tuple" (a NamedTuple) or "mapping" (a TypedDict). `origins` tells which class has a name.
    """

    name: str
    names: frozenset[str]
    complete: bool
    flavour: str
    origins: tuple[tuple[str, tuple[str, str]], ...]

    def origin(self, name: str) -> tuple[str, str] | None:
        """The module and qualified name of the class that has a name."""
        return next((place for one, place in self.origins if one == name), None)


@query
def _definitions(model: Queries, path: str) -> Mapping[str, Class]:
    facts = module_facts(model, path)
    statements = every_statement(facts.body) if facts is not None else ()
    return {one.definition.qualname: one.definition for one in statements if isinstance(one, DefineClass)}


def place(model: Queries, module: str, qualname: str) -> Span | None:
    """Where a class is named."""
    one = _definitions(model, module).get(qualname)
    source = text(model, module)
    at = source.find(one.name, one.start + len("class")) if one is not None and source is not None else -1
    return Span(module, at, at + len(one.name)) if one is not None and at >= 0 else None


def class_around(model: Queries, span: Span) -> bool:
    """Whether a place stands in the body of a class, so that a value written there may be a member of one."""
    if not span.path.endswith(".py"):
        return False
    return any(one.start <= span.start < one.end for one in _definitions(model, span.path).values())


@query
def written(model: Queries, module: str, qualname: str) -> Written | None:
    """What the text of a class says; None when there is no such class."""
    one = _definitions(model, module).get(qualname)
    source = text(model, module)
    if one is None or source is None:
        return None
    fields: dict[str, Field] = {}
    methods: list[Function] = []
    for statement in _own(one.body):
        fields.update(_fields(statement))
        methods += (statement.function,) if isinstance(statement, Define) else ()
    header = source[one.start : one.body[0].start if one.body else one.end].partition(":")[0]
    hooked = not _HOOKS.isdisjoint(fields) or "metaclass" in header
    known = all(_is_known(decorator) for decorator in one.decorators)
    assigned, seen = _assigned(methods)
    slots = _slots(one.body)
    return Written(
        one.name,
        tuple(fields.items()),
        (*assigned, *(slots or ())),
        tuple(unplaced(base) for base in one.bases),
        _is_frozen(one) or slots is not None,
        known and seen and not hooked,
    )


def _own(body: tuple[AnyStatement, ...]) -> Iterator[AnyStatement]:
    """The statements of a class's body, those in branches included, without what functions do."""
    for one in body:
        yield one
        match one:
            case If(then=then, other=other):
                yield from _own((*then, *other))
            case Loop(body=inner, other=other):
                yield from _own((*inner, *other))
            case Try(body=inner, handlers=handlers, other=other, final=final):
                yield from _own((*inner, *(each for _, caught in handlers for each in caught), *other, *final))
            case Match(cases=cases):
                yield from _own(tuple(each for case in cases for each in case.body))
            case _:
                pass


def _fields(statement: AnyStatement) -> Iterator[tuple[str, Field]]:
    match statement:
        case Assign(name=name, annotation=annotation):
            yield name, Field("value" if annotation is None else "field", _bare(annotation))
        case Augment(name=name) | Import(name=name):
            yield name, Field("value")
        case Unpack(names=names) | Loop(names=names):
            yield from ((name, Field("value")) for name in names if name is not None)
        case Define(function=function):
            decorators = library.decorator_names(function)
            kind = "property" if decorators & {"property", "cached_property"} else "method"
            if not decorators <= ROUTINES | CACHES or len(decorators) < len(function.decorators):
                kind = "value"
            if not any(isinstance(one, Attr) and one.name in ("setter", "deleter") for one in function.decorators):
                yield function.name, Field(kind, _bare(function.returns), function.qualname)
        case DefineClass(definition=definition):
            yield definition.name, Field("value")
        case _:
            pass


def _bare(term: AnyTerm | None) -> AnyTerm | None:
    return None if term is None else unplaced(term)


def last_name(term: AnyTerm) -> str:
    """The last name of a dotted name, of what is called or indexed; empty for anything else."""
    match term:
        case Name(id=name) | Attr(name=name):
            return name
        case Call(function=base) | Index(base=base):
            return last_name(base)
        case _:
            return ""


def _is_known(decorator: AnyTerm) -> bool:
    return last_name(decorator) in _DECORATORS


def _is_frozen(one: Class) -> bool:
    given = (arg for decorator in one.decorators if isinstance(decorator, Call) for arg in decorator.arguments)
    return any(arg.name in ("frozen", "slots") and isinstance(arg.value, Const) and arg.value.value for arg in given)


def _slots(body: tuple[AnyStatement, ...]) -> tuple[str, ...] | None:
    for one in body:
        if isinstance(one, Assign) and one.name == "__slots__" and isinstance(one.value, Items):
            consts = (each.value for each in one.value.elements if isinstance(each, Const))
            return tuple(each for each in consts if isinstance(each, str))
    return None


def _assigned(methods: Iterable[Function]) -> tuple[tuple[str, ...], bool]:
    """The attributes that methods set on anything, and whether these are all."""
    found: dict[str, None] = {}
    complete = True
    for method in methods:
        for one in every_statement(method.body):
            if isinstance(one, SetAttr):
                found[one.name] = None
            complete = complete and not (isinstance(one, Unpack) and None in one.names)
        parts = every_part(method.body)
        words = (one.id if isinstance(one, Name) else one.name for one in parts if isinstance(one, (Name, Attr)))
        complete = complete and _DYNAMIC.isdisjoint(words)
    return tuple(found), complete


# Across classes.


def resolved(model: Queries, module: str, term: AnyTerm) -> Value | None:
    """What a name at the top of a module stands for."""
    match term:
        case Name(id=name):
            known = name_of(model, module, name)
            if known is None and name in vars(builtins):
                return External(f"builtins.{name}", Span("", 0, 0))
            return known
        case Attr(base=base, name=name):
            owner = resolved(model, module, base)
            match owner:
                case Module(path):
                    return name_of(model, path, name)
                case External(dotted):
                    return External(f"{dotted}.{name}", owner.span)
                case ClassValue():
                    return class_names(model, owner.module, owner.qualname).get(name)
                case _:
                    return None
        case _:
            return None


@query
def facts_of(model: Queries, module: str, qualname: str) -> Facts:
    """What objects of a class have."""
    own = written(model, module, qualname)
    if own is None:
        return Facts("", frozenset(), complete=False, flavour="", origins=())
    here = (module, qualname)
    origins = dict.fromkeys((*(name for name, _ in own.fields), *own.assigned), here)
    names = set(origins)
    complete, flavour = own.complete, ""
    for base in own.bases:
        brought = _brought(model, module, base)
        complete = complete and brought.complete
        names |= brought.names
        flavour = flavour or brought.flavour
        for name, there in brought.origins:
            origins.setdefault(name, there)
    loose = added_outside(model)
    complete = complete and (own.fixed or flavour in ("enum", "tuple") or not loose.computed)
    return Facts(own.name, frozenset(names) | loose.names, complete, flavour, tuple(origins.items()))


def _brought(model: Queries, module: str, base: AnyTerm) -> Facts:
    """What a base brings."""
    value = resolved(model, module, base.base if isinstance(base, Index) else base)
    names: frozenset[str] | None = None
    flavour = ""
    match value:
        case ClassValue(module=there, qualname=qualname, names=None):
            try:
                return facts_of(model, there, qualname)
            except Cycle:
                pass
        case External(dotted) if dotted in _PLAIN_BASES:
            names = frozenset()
        case External(dotted) if dotted in _TYPED:
            flavour = _TYPED[dotted]
            names = _TUPLE if flavour == "tuple" else frozenset(dir(dict))
        case External(dotted):
            names, flavour = _library(dotted)
        case _:
            pass
    return Facts("", names or frozenset(), names is not None, flavour, ())


def _library(dotted: str) -> tuple[frozenset[str] | None, str]:
    """The names that a base of the standard library brings, and what it makes of the class."""
    package, _, name = dotted.rpartition(".")
    if package == "enum" and name in _ENUMS:
        return frozenset(dir(_ENUMS[name])) | {"name", "value"}, "enum"
    module = _MODULES.get(package)
    owner: object = vars(module).get(name) if module is not None else None
    return (frozenset(dir(owner)) if isinstance(owner, type) else None), ""


_MODULES = {"builtins": builtins, "collections.abc": collections.abc}
_ENUMS: Mapping[str, type] = {
    "Enum": enum.Enum,
    "StrEnum": enum.StrEnum,
    "IntEnum": enum.IntEnum,
    "Flag": enum.Flag,
    "IntFlag": enum.IntFlag,
}


class Loose(msgspec.Struct, frozen=True, gc=False):
    """Attributes that code sets on objects of other classes: their names; `computed` when some are not known."""

    names: frozenset[str]
    computed: bool


@gate
def added_outside(model: Queries) -> Loose:
    """The attributes that the project's code sets on objects whose class it is not the code of."""
    found = [_added(model, path) for path in read_modules(model)]
    return Loose(frozenset[str]().union(*(one.names for one in found)), any(one.computed for one in found))


@query
def _added(model: Queries, path: str) -> Loose:
    facts, source = module_facts(model, path), text(model, path)
    if facts is None or source is None:
        return Loose(frozenset(), computed=False)
    set_ = (one for one in every_statement(facts.body) if isinstance(one, SetAttr))
    names = {one.name for one in set_ if not (isinstance(one.base, Name) and one.base.id == "self")}
    computed = False
    for call in every_part(facts.body) if "setattr" in source else ():
        if isinstance(call, Call) and last_name(call.function) in ("setattr", "__setattr__"):
            given = call.arguments[-2].value if len(call.arguments) > 1 else None
            if isinstance(given, Const) and isinstance(given.value, str):
                names.add(given.value)
            else:
                computed = True
    return Loose(frozenset(names), computed)


class Head(msgspec.Struct, frozen=True, gc=False):
    """A class by the names that tell who derives from whom: its own, those of its bases, and what its objects have."""

    name: str
    bases: frozenset[str]
    names: frozenset[str]
    complete: bool


@query
def _heads(model: Queries, path: str) -> tuple[Head, ...]:
    found: list[Head] = []
    for qualname, one in _definitions(model, path).items():
        own = written(model, path, qualname)
        if own is not None and one.bases:
            names = frozenset(name for name, _ in own.fields).union(own.assigned)
            bases = frozenset([last_name(base) for base in own.bases])
            found.append(Head(own.name, bases, names, own.complete and len(one.bases) == 1))
    return tuple(found)


@query
def below(model: Queries, name: str) -> frozenset[str] | None:
    """The names that objects of subclasses have, told by the names of classes alone; None when one may have others."""
    heads = [one for path in read_modules(model) for one in _heads(model, path)]
    reached, found = {name}, set[str]()
    while True:
        new = [one for one in heads if one.name not in reached and not one.bases.isdisjoint(reached)]
        if not new:
            return frozenset(found)
        for one in new:
            if not one.complete:
                return None
            reached.add(one.name)
            found |= one.names


def is_dunder(name: str) -> bool:
    """Whether a name is one that Python gives meaning to."""
    return name.startswith("__") and name.endswith("__")
