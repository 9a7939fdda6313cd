"""Types of what the `_context.py` files around a page provide to what it renders."""

from collections.abc import Mapping
from types import MappingProxyType

from chirp_check.facts.handlers import Return
from chirp_check.facts.values import Const
from chirp_check.facts.values import Mapping as MappingTerm
from chirp_check.grammar.pages import CONTEXT
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Callable, Record
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, query
from chirp_check.model.mounts import beside
from chirp_check.model.pages import page_at, rendering
from chirp_check.model.program import name_of
from chirp_check.model.typing.bindings import own_statements
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import Type, union
from chirp_check.model.typing.values import checked
from chirp_check.source import Span

type _Types = Mapping[str, Type]
NO_TYPES: _Types = MappingProxyType({})


def provided_types(model: Queries, app: AppKey, record: Record) -> _Types:
    """The types of the names that every page which renders this gets from the files around it."""
    found: list[_Types] = []
    for path in rendering(model, app, record):
        page = page_at(model, app, path)
        found.append(_of_folders(model, page.folders) if page is not None else {})
    names = set(found[0]).intersection(*found[1:]) if found else set[str]()
    return {name: union(one[name] for one in found) for name in names}


@query
def _of_folders(model: Queries, folders: tuple[str, ...]) -> _Types:
    """The types of what some folders provide, where an inner one goes before those around it."""
    found: dict[str, Type] = {}
    for where in folders:
        provider = beside(model, where, CONTEXT)
        provided = _of_provider(model, provider) if provider is not None else NO_TYPES
        if provided is None:
            found.clear()
        else:
            found |= provided
    return found


@query
def _of_provider(model: Queries, path: str) -> _Types | None:
    """The types of what one `_context.py` provides, by all that its function returns; None where it may be anything."""
    known = name_of(model, path, "context")
    written = function(model, known.module, known.qualname) if isinstance(known, Callable) else None
    if written is None or not isinstance(known, Callable) or written.decorators or written.is_generator:
        return None
    returned = [one.value for one in own_statements(written.body) if isinstance(one, Return)]
    inference = Inference(model)
    at = inference.place(Span(known.module, written.name_start, written.name_end))
    found: dict[str, list[Type]] = {}
    for term in returned:
        if not isinstance(term, MappingTerm) or any(one.key is None for one in term.entries):
            return None
        for one in term.entries:
            if not isinstance(one.key, Const) or not isinstance(one.key.value, str):
                return None
            type_ = checked(one.value, inference.of(one.value, at), written.body)
            found.setdefault(one.key.value, []).append(type_)
    return {name: union(types) if len(types) == len(returned) else None for name, types in found.items()}
