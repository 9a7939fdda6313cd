"""What Kida finds when a template asks a value for an attribute: its type, nothing, or nobody knows."""

from enum import Enum

from chirp_check.facts.values import Arg
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, query
from chirp_check.model.typing.classes import below, facts_of, is_dunder
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Keyed, Kind, Many, Own, Parts, Plain, Routine, Table, Thing, Type, built_in
from chirp_check.model.typing.operands import mistake


class Lack(Enum):
    """An attribute that is certainly not there."""

    MISSING = "missing"


def looked_up(inference: Inference, owner: Kind, name: str) -> Type | Lack:
    """The attribute of a value of one kind; a mapping is asked for a key first."""
    if is_dunder(name):
        return None
    match owner:
        case Thing(module, qualname, exact):
            return _of_thing(inference.model, module, qualname, exact, name)
        case Keyed(entries=entries):
            found = dict(entries)
            if name in found:
                return found[name]
            return None if owner.open or name in (built_in("dict") or ()) else Lack.MISSING
        case Table(value=value):
            return None if name in (built_in("dict") or ()) else value
        case Many(kind="") | Routine() | Own():
            return None
        case Plain() | Many() | Parts():
            kind = owner.name if isinstance(owner, Plain) else owner.kind if isinstance(owner, Many) else "tuple"
            known = built_in(kind)
            if known is None:
                return None
            return _of_built_in(kind, name) if name in known else Lack.MISSING


def _of_built_in(kind: str, name: str) -> Type:
    if kind == "loop":
        return _LOOP.get(name)
    return (Own("str" if kind == "absent" else kind, name),)


_LOOP: dict[str, Type] = {
    **dict.fromkeys(("index", "index0", "length", "revindex", "revindex0"), (Plain("int"),)),
    **dict.fromkeys(("first", "last"), (Plain("bool"),)),
}


@query
def _of_thing(model: Queries, module: str, qualname: str, exact: bool, name: str) -> Type | Lack:
    known = facts_of(model, module, qualname)
    if name in known.names:
        return Inference(model).attribute_of(Thing(module, qualname, exact), name)
    if not known.complete or (known.flavour == "mapping" and name in (built_in("dict") or ())):
        return None
    more = frozenset[str]() if exact else below(model, known.name)
    return Lack.MISSING if more is not None and name not in more else None


def names_of_kind(inference: Inference, owner: Kind) -> frozenset[str]:
    """The attributes that a value has, for suggestions."""
    match owner:
        case Thing(module, qualname):
            names = facts_of(inference.model, module, qualname).names
            return frozenset(one for one in names if not is_dunder(one) and not one.startswith("_"))
        case Keyed(entries=entries):
            return frozenset(key for key, _ in entries)
        case Plain("absent"):
            return frozenset()
        case Plain(name):
            return frozenset(one for one in built_in(name) or () if not one.startswith("_"))
        case _:
            return frozenset()


def is_mapping(inference: Inference, owner: Kind) -> bool:
    """Whether a value is asked for keys."""
    match owner:
        case Thing(module, qualname):
            return facts_of(inference.model, module, qualname).flavour == "mapping"
        case _:
            return isinstance(owner, (Keyed, Table))


def subscript(inference: Inference, owner: Kind, key: str) -> Type | Lack:
    """`owner["key"]`."""
    match owner:
        case Keyed(entries=entries, open=is_open):
            found = dict(entries)
            return found.get(key, None if is_open else Lack.MISSING)
        case Thing() if is_mapping(inference, owner):
            return looked_up(inference, owner, key)
        case Table(value=value):
            return value
        case _:
            return None


def indexed(owner: Kind, key: object) -> Type:
    """`owner[0]`."""
    match owner:
        case Parts(items) if isinstance(key, int) and not isinstance(key, bool) and -len(items) <= key < len(items):
            return items[key]
        case Many(kind="list" | "tuple", of=of):
            return of
        case Table(value=value):
            return value
        case _:
            return None


def iterable(inference: Inference, kind: Kind) -> bool | None:
    """Whether a loop can go through a value; None where that is not known."""
    match kind:
        case Plain("int" | "float" | "bool"):
            return False
        case Routine():
            return False
        case Thing(module, qualname, exact):
            known = facts_of(inference.model, module, qualname)
            if not known.names.isdisjoint({"__iter__", "__getitem__"}) or known.flavour in ("tuple", "mapping"):
                return True
            more = frozenset[str]() if exact else below(inference.model, known.name)
            closed = known.complete and more is not None and more.isdisjoint({"__iter__", "__getitem__"})
            return False if closed else None
        case Own() | Plain("loop"):
            return None
        case _:
            return True


def is_uncallable(inference: Inference, kind: Kind) -> bool:
    """Whether a value surely is no function, nor anything else that can be called."""
    match kind:
        case Plain("loop"):
            return False
        case Thing(module, qualname, exact):
            known = facts_of(inference.model, module, qualname)
            more = frozenset[str]() if exact else below(inference.model, known.name)
            return known.complete and "__call__" not in known.names and more is not None and "__call__" not in more
        case _:
            return isinstance(kind, (Plain, Many, Parts, Keyed))


def mistaken(inference: Inference, callee: Kind, given: tuple[Arg, ...]) -> str | None:
    """What Python says against the arguments of a call, as a sentence's end; None where it may take them."""
    if not isinstance(callee, Routine):
        return None
    inner = function(inference.model, callee.module, callee.qualname)
    return mistake(inner, callee.taken, given) if inner is not None else None
