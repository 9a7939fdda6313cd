"""Which expressions of a URL surely fill one segment of it, judged by what people call identifiers.

An expression in general may hold anything, `/` included: `/tasks/{{ path }}` can reach `/tasks/{id}/draft`. A key, a
number or a slug cannot.
"""

from chirp_check.facts.values import AnyTerm, Attr, Const, Filter, Index, Join, Name

KEYS = frozenset(
    {"id", "pk", "key", "uuid", "guid", "slug", "code", "number", "no", "index", "n", "year", "month", "day"}
)
ENDINGS = ("_id", "_pk", "_key", "_uuid", "_slug", "_code", "_number")
KEEPING = frozenset({"int", "urlencode", "string"})


def fill_one_segment(term: AnyTerm | None) -> bool:
    """Whether every expression in the value of an attribute is called like something that has no `/` in it."""
    parts = term.parts if isinstance(term, Join) else (term,)
    return all(part is None or isinstance(part, Const) or _is_key(part) for part in parts)


def _is_key(term: AnyTerm) -> bool:
    match term:
        case Name(id=name) | Attr(name=name) | Index(key=Const(value=str() as name)):
            return name.lower() in KEYS or name.lower().endswith(ENDINGS)
        case Filter(base=base, name=name):
            return name == "int" or (name in KEEPING and _is_key(base))
        case _:
            return False
