"""Values of a Suspense that are awaited, and what its template does with them before they are there.

A value counts where the text shows that it is awaited: a call of an `async def` without `await`. What a shell reads
counts where nothing decides whether it is read.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import Assign
from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Add, AnyTerm, Attr, Call, Filter, Index, Join, Name, Test
from chirp_check.facts.walk import every_statement, names_in
from chirp_check.model.applications import AppKey
from chirp_check.model.context import applications_of, wanted
from chirp_check.model.context_places import call_at
from chirp_check.model.domain import Callable, External, Record
from chirp_check.model.entities import Text
from chirp_check.model.inputs import module_functions, template_facts, text
from chirp_check.model.listing import function, read_modules
from chirp_check.model.markup import ids
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.pages import layouts_of
from chirp_check.model.program import records
from chirp_check.model.requirements import LAYOUT, requirements
from chirp_check.model.templates import chain, composed, template_path
from chirp_check.model.typing.classes import resolved
from chirp_check.model.typing.inference import Inference
from chirp_check.source import Span
from chirp_check.syntax.html import VOID

_BLOCKWISE = frozenset({"shell", "blocks", "defer_blocks", "defer_map", "error_block"})
_RESERVED = _BLOCKWISE | {"context", "layout_chain"}
_AWAITED = frozenset(
    {"asyncio.sleep", "asyncio.gather", "asyncio.wait_for", "asyncio.create_task", "asyncio.to_thread"}
)
# Where the runtime cannot put an element around a block.
_NO_PLACE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "colgroup", "select", "optgroup", "option"})
_NO_PLACE_EITHER = frozenset({"head", "title", "script", "style", "textarea", "svg", "math"})
DEPTH = 5  # names that are bound to others in turn


class Unlanded(msgspec.Struct, frozen=True, gc=False):
    """An awaited value that cannot be shown: nothing of the template reads it, or its block has no place.

    `block` is the block that reads it and stands in an element called `tag`; empty where none reads it. `name` is that
    of the value, given at `given`; `known` are the names that the template reads.
    """

    name: str
    template: str
    at: Span
    given: Span
    block: str = ""
    tag: str = ""
    known: tuple[str, ...] = ()


class EarlyRead(msgspec.Struct, frozen=True, gc=False):
    """A place of a shell, outside of every block, that reads an awaited value, and where that is given."""

    name: str
    at: Span
    given: Span


type Fault = Unlanded | EarlyRead


@table
def _faults(model: Queries) -> Mapping[str, tuple[Fault, ...]]:
    """What is wrong, by the file where it is to be mended."""
    found: dict[str, dict[Fault, None]] = {}
    for path in read_modules(model):
        for one in _of_file(model, path):
            found.setdefault(one.at.path, {})[one] = None
    return {path: tuple(ones) for path, ones in found.items()}


def deferred_faults(model: Queries, path: str) -> tuple[Fault, ...]:
    """The awaited values that a file gives or reads in vain."""
    return _faults.entry(model, path) or ()


@query
def _of_file(model: Queries, path: str) -> tuple[Fault, ...]:
    found: dict[Fault, None] = {}
    suspended = [one for one in records(model, path) if one.kind == "Suspense" and not one.open]
    for app in applications_of(model, path) if suspended else ():
        for record in suspended:
            found.update(dict.fromkeys(_of_record(model, app, record)))
    return tuple(found)


def _of_record(model: Queries, app: AppKey, record: Record) -> Iterator[Fault]:
    name = record.argument(0, "template_name")
    path = template_path(model, app, name.value) if isinstance(name, Text) else None
    whole = not any(key in _BLOCKWISE for key, _ in record.kwargs)
    if path is None or not isinstance(name, Text) or not whole:
        return
    derived = chain(model, app, path)
    layouts = layouts_of(model, app, record)
    parts = [composed(model, app, one) for one in (path, *layouts)]
    if any(one.open or one.broken for one in parts) or not derived.complete:
        return
    files = frozenset(file for one in parts for file in one.files)
    for key, given in _awaited(model, record.span):
        if not any(key in _names_read(model, one) for one in files):
            known = tuple(sorted(wanted(model, app, path, None)))
            yield Unlanded(key, name.value, given, given, known=known)
        yield from _read(model, app, (derived.paths, files), key, given)
        for layout in layouts:
            yield from _read_too_early(model, app, layout, key, given)


@gate
def _names_read(model: Queries, path: str) -> frozenset[str]:
    """The names that a template mentions anywhere."""
    facts = template_facts(model, path)
    if facts is None:
        return frozenset()
    tags = (facts.operands, facts.conditionals, facts.calls, facts.bindings, facts.references)
    return frozenset(one.id for one in names_in((facts.expressions, *tags, facts.components, facts.blocks)))


# What is awaited.


@query
def _awaited(model: Queries, site: Span) -> tuple[tuple[str, Span], ...]:
    """The keywords of a call that are given what is still to be awaited, each with its place."""
    call = call_at(model, site)
    named = [(one.name, one.value) for one in call.arguments if one.name is not None] if call is not None else []
    return tuple(
        (name, Span(site.path, value.start, value.end))
        for name, value in named
        if name not in _RESERVED and _is_awaitable(model, site, value, DEPTH)
    )


def _is_awaitable(model: Queries, site: Span, term: AnyTerm, depth: int) -> bool:
    around = Inference(model).place(site).around
    match term:
        case Name(id=name) if around and depth:
            values = [
                one.value for one in every_statement(around[0].body) if isinstance(one, Assign) and one.name == name
            ]
            only = values[0] if len(values) == 1 else None
            return only is not None and _is_awaitable(model, site, only, depth - 1)
        case Call(function=called):
            before = (text(model, site.path) or "")[: term.start].rstrip(" \t\n(")
            return not before.endswith("await") and _is_async(model, site, called)
        case _:
            return False


def _is_async(model: Queries, site: Span, called: AnyTerm) -> bool:
    """Whether calling something gives what has to be awaited."""
    functions = module_functions(model, site.path)
    for outer in Inference(model).place(site).around if isinstance(called, Name) else ():
        inner = functions.get(f"{outer.qualname}.<locals>.{called.id}") if isinstance(called, Name) else None
        if inner is not None:
            return inner.is_async and not inner.is_generator and not inner.decorators
    match resolved(model, site.path, called):
        case Callable(module=module, qualname=qualname):
            known = function(model, module, qualname)
            return known is not None and known.is_async and not known.is_generator and not known.decorators
        case External(name):
            return name in _AWAITED
        case _:
            return False


# What templates do with it.


def _read_too_early(model: Queries, app: AppKey, layout: str, name: str, given: Span) -> Iterator[EarlyRead]:
    """The places of a layout, which cannot wait, that read an awaited value."""
    facts = template_facts(model, layout)
    for one in requirements(model, app, layout, LAYOUT).found if facts is not None else ():
        if facts is not None and one.path == layout and one.name == name and not (one.conditions or one.sealed):
            start, end = facts.places[one.at]
            if _is_used(facts, start):
                yield EarlyRead(name, Span(layout, start, end), given)


def _read(
    model: Queries, app: AppKey, parts: tuple[tuple[str, ...], frozenset[str]], name: str, given: Span
) -> Iterator[Fault]:
    """What is wrong with the places of a whole render that read an awaited value.

    `parts` are the templates it is derived from, and all files that its text is made of.
    """
    derived, files = parts
    seen: set[str] = set()
    for one in requirements(model, app, derived[0], None).found:
        decided = one.conditions or one.sealed or one.early
        facts = template_facts(model, one.path) if one.name == name and one.path in derived and not decided else None
        start, end = facts.places[one.at] if facts is not None else (0, 0)
        if facts is None or not _is_used(facts, start):
            continue
        block = _block_around(facts, start)
        if block is None and one.path == derived[-1]:
            yield EarlyRead(name, Span(one.path, start, end), given)
        elif block is not None and block not in seen:
            seen.add(block)
            yield from _unplaced(model, app, (derived[-1], files), (name, block), given)


def _is_used(facts: TemplateFacts, offset: int) -> bool:
    """Whether the name at a place is put out, gone through or asked for, and not only handed on."""
    if any(one.body_start <= offset < one.body_end for one in facts.components):
        return False
    conditions = (arm.condition for one in facts.conditionals for arm in one.arms if arm.condition is not None)
    return any(_touches(term, offset) for term in (*facts.expressions, *facts.operands, *conditions))


def _touches(term: AnyTerm, offset: int) -> bool:
    match term:
        case Name(start=start):
            return start == offset
        case Attr(base=base) | Index(base=base) | Filter(base=base) | Test(value=base, name="deferred"):
            return _touches(base, offset)
        case Join(parts=parts):
            return any(_touches(one, offset) for one in parts)
        case Add(left=left, right=right):
            return _touches(left, offset) or _touches(right, offset)
        case _:
            return False


def _block_around(facts: TemplateFacts, offset: int) -> str | None:
    inside = [one for one in (*facts.blocks, *facts.overrides) if one.body_start <= offset < one.body_end]
    return max(inside, key=lambda one: one.start).name.name if inside else None


def _unplaced(
    model: Queries, app: AppKey, parts: tuple[str, frozenset[str]], read: tuple[str, str], given: Span
) -> Iterator[Unlanded]:
    """A block that stands where no element can be put around it, while no element has its name as the id."""
    (root, files), (name, block) = parts, read
    facts = template_facts(model, root)
    defined = next((one for one in facts.blocks if one.name.name == block), None) if facts is not None else None
    if facts is None or defined is None or defined.kind != "block":
        return
    parent = _parent(facts, defined.start, defined.end)
    if parent is None or parent.tag not in _NO_PLACE | _NO_PLACE_EITHER:
        return
    if not any(ids(model, app, one).may_have((block,)) for one in files):
        at = Span(root, defined.name.start, defined.name.end)
        yield Unlanded(name, root, at, given, block, parent.tag)


def _parent(facts: TemplateFacts, start: int, end: int) -> Element | None:
    """The innermost element around a range."""
    around = [one for one in facts.elements if one.start < start and one.close is not None and end <= one.close]
    found = max(around, key=lambda one: one.start, default=None)
    opened = found.start if found is not None else 0
    between = (one for one in facts.elements if opened < one.start < start and one.close is None)
    return found if all(one.tag in VOID for one in between) else None
