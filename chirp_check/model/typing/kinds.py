"""What a value can be: kinds, and types as unions of them. A type that is None is Unknown."""

import builtins
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

import msgspec

MOST = 8  # kinds in one type; beyond, it is Unknown


class Plain(msgspec.Struct, frozen=True, gc=False):
    """A value of a class without parts that is built in, of `datetime` or of the framework; "None" is None itself.

    "absent" is the empty text that Kida makes of an attribute that is None, and "loop" what it calls `loop`. It is
    `exact` where the value is written out, so that it is of no subclass.
    """

    name: str
    exact: bool = False


class Thing(msgspec.Struct, frozen=True, gc=False):
    """An object of a project's class; `exact` when it is of no subclass."""

    module: str
    qualname: str
    exact: bool = False


class Many(msgspec.Struct, frozen=True, gc=False):
    """Any number of values: of a list, set or tuple (`kind`), or of something that can be gone through ("")."""

    kind: str
    of: Type


class Parts(msgspec.Struct, frozen=True, gc=False):
    """A tuple of known length."""

    items: tuple[Type, ...]


class Table(msgspec.Struct, frozen=True, gc=False):
    """A mapping whose keys are not known."""

    key: Type
    value: Type


class Keyed(msgspec.Struct, frozen=True, gc=False):
    """A mapping with known keys; `open` when it may have others, `shared` when all code can change it."""

    entries: tuple[tuple[str, Type], ...]
    open: bool
    shared: bool = False


class Routine(msgspec.Struct, frozen=True, gc=False):
    """A function of the project, with the number of leading parameters that are given already."""

    module: str
    qualname: str
    taken: int = 0


class Own(msgspec.Struct, frozen=True, gc=False):
    """A method of a value of a built-in class."""

    owner: str
    name: str


type Kind = Plain | Thing | Many | Parts | Table | Keyed | Routine | Own
type Type = tuple[Kind, ...] | None

NONE, ABSENT, LOOP = Plain("None"), Plain("absent"), Plain("loop")
TEXT, WHOLE, NUMBER, TRUTH = Plain("str"), Plain("int"), Plain("float"), Plain("bool")
FORM = Plain("Form")  # of `chirp.forms`
NUMBERS = frozenset({"int", "float", "bool"})


def union(types: Iterable[Type]) -> Type:
    """One type for several; Unknown if one of them is."""
    found: dict[Kind, None] = {}
    for one in types:
        if one is None:
            return None
        found.update(dict.fromkeys(one))
    return tuple(found) if len(found) <= MOST else None


def without_none(known: Type) -> Type:
    """The type of a value that is not None."""
    return None if known is None else tuple([one for one in known if one not in (NONE, ABSENT)])


def element(known: Type) -> Type:
    """What a loop over a value goes through; None counts as nothing."""
    return None if known is None else union(_element(one) for one in known)


def _element(kind: Kind) -> Type:
    match kind:
        case Plain("None" | "absent"):
            return ()
        case Plain("str"):
            return (TEXT,)
        case Many(of=of):
            return of
        case Parts(items):
            return union(items)
        case Table(key=key):
            return key
        case Keyed(entries, open=False):
            return (TEXT,) if entries else ()
        case _:
            return None


def part(known: Type, at: int, count: int) -> Type:
    """What one of several names of a loop takes of each item."""
    if known is None:
        return None
    return union(one.items[at] if isinstance(one, Parts) and len(one.items) == count else None for one in known)


_LOOP = ("cycle", "first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0")
_BUILT_IN: Mapping[str, frozenset[str]] = {
    **{name: frozenset(dir(getattr(builtins, name))) for name in ("str", "int", "float", "bool", "bytes")},
    **{name: frozenset(dir(getattr(builtins, name))) for name in ("list", "tuple", "set", "dict", "frozenset")},
    "None": frozenset(dir(None)),
    "absent": frozenset(dir(str)),
    "loop": frozenset(_LOOP),
    "datetime": frozenset(dir(datetime)),
    "date": frozenset(dir(datetime)),
    "time": frozenset(dir(time)),
    "timedelta": frozenset(dir(timedelta)),
    "Form": frozenset({*dir(object), "kind", "values", "errors", "ok", "data", "error", "with_error"}),
}


# What is annotated as a `date` can be a `datetime`.
MOMENTS = frozenset({"datetime", "date", "time", "timedelta"})
FORMS = frozenset({"chirp.Form", "chirp.forms.Form"})


def built_in(name: str) -> frozenset[str] | None:
    """The attributes of a built-in class, or of one of `datetime`; None for another."""
    return _BUILT_IN.get(name)


def said(kind: Kind) -> str:
    """A kind as messages name it."""
    match kind:
        case Plain(name):
            return "str" if name == "absent" else name
        case Thing(qualname=qualname) | Routine(qualname=qualname):
            return qualname.rpartition(".")[2].partition("#")[0]
        case Many(kind=name):
            return name or "iterable"
        case Parts():
            return "tuple"
        case Table() | Keyed():
            return "dict"
        case Own(name=name):
            return name
