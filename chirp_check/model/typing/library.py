"""What built-in classes and functions give: items, sums, results of functions and methods."""

from chirp_check.facts.values import AnyTerm, Const
from chirp_check.model.typing.kinds import (
    TEXT,
    TRUTH,
    WHOLE,
    Keyed,
    Kind,
    Many,
    Parts,
    Table,
    Type,
    element,
    union,
)


def item(owner: Type, key: AnyTerm) -> Type:
    """The type of `owner[key]`."""
    return None if owner is None else union(item_of(one, key) for one in owner)


def item_of(owner: Kind, key: AnyTerm) -> Type:
    """The type of an item of one kind; Unknown for a slice and all that is not known."""
    match owner, key:
        case Table(value=value), _:
            return value
        case Keyed() as known, Const(value=str() as name):
            return dict(known.entries).get(name)
        case Parts(items), Const(value=int() as at) if not isinstance(at, bool) and -len(items) <= at < len(items):
            return items[at]
        case Many(kind="list" | "tuple", of=of), Const(value=int()):
            return of
        case _:
            return None


def added(left: Type, right: Type) -> Type:
    """The type of `left + right`."""
    if left == right and left in ((TEXT,), (WHOLE,)):
        return left
    if left is not None and left == right and all(isinstance(one, Many) for one in left):
        return left
    return None


def called(name: str, given: tuple[Type, ...]) -> Type:
    """What a built-in function gives."""
    fixed = _FUNCTIONS.get(name)
    if fixed is not None:
        return fixed
    if name in ("list", "sorted", "set", "tuple", "reversed") and len(given) >= 1:
        kind = {"sorted": "list", "reversed": ""}.get(name, name)
        return (Many(kind, element(given[0])),)
    return None


_FUNCTIONS: dict[str, Type] = {
    "str": (TEXT,),
    "repr": (TEXT,),
    "len": (WHOLE,),
    "int": (WHOLE,),
    "bool": (TRUTH,),
    "any": (TRUTH,),
    "all": (TRUTH,),
    "range": (Many("", (WHOLE,)),),
    "isinstance": (TRUTH,),
}
_TEXTS = ("upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "replace", "format", "join", "casefold")
METHODS: dict[tuple[str, str], Type] = {
    **{("str", name): (TEXT,) for name in _TEXTS},
    **{("str", name): (Many("list", (TEXT,)),) for name in ("split", "splitlines", "rsplit")},
    **{("str", name): (TRUTH,) for name in ("startswith", "endswith", "isdigit")},
}
