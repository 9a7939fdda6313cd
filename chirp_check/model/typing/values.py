"""Abstract values of Python to types: what the run of the code tells, and where it tells nothing, the text."""

from collections.abc import Iterable, Mapping

from chirp_check.facts.values import AnyTerm, Call, Const, Name, Repeated
from chirp_check.facts.walk import every_part
from chirp_check.model import library
from chirp_check.model.context_places import call_at
from chirp_check.model.domain import (
    Callable,
    Dict,
    Instance,
    Record,
    Scalar,
    Sequence,
    Value,
)
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.inputs import text
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries, query
from chirp_check.model.typing.classes import CACHES, ROUTINES, class_around
from chirp_check.model.typing.handing import handings
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import (
    NONE,
    TEXT,
    Keyed,
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
from chirp_check.source import Span

DEPTH = 5  # values in values
UNSEEN = Unknown("an argument", Span("", 0, 0))  # what a helper is given that nobody knows
# Why a value is Unknown that is the value of the expression at its place, and nothing else.
_OWN = (
    "the parameter `",
    "what `",
    "what unknown code",
    "the attribute `",
    "an item of something",
    "an item that is chosen",
    "one of several values",
    "a member of an enumeration",
    "a computed sequence",
    "a length",
    "a comparison",
    "a negation",
    "a sum",
)
_OF_OWNER = "which methods set"  # the place is that of the object


def given_types(
    inference: Inference, record: Record, template: Text, values: Iterable[tuple[str, Value]]
) -> tuple[tuple[str, Type], ...]:
    """The types of the names that a render site gives."""
    arguments: Mapping[str | None, AnyTerm] | None = None
    found: list[tuple[str, Type]] = []
    for name, value in values:
        known = of_value(inference, value)
        if known is None and value == UNSEEN:
            known = _handed(inference, record, template, name)
        elif (known is None and _is_vague(value)) or isinstance(value, (Text, Scalar)):
            arguments = _arguments(inference, record) if arguments is None else arguments
            term = arguments.get(name)
            known = _as_written(inference.model, record.span.path, term, known) if term is not None else known
        found.append((name, known))
    return tuple(found)


def _as_written(model: Queries, path: str, term: AnyTerm, known: Type) -> Type:
    """The type of what a render site writes as a keyword."""
    if known is None:
        return _written(model, Span(path, term.start, term.end))
    if isinstance(term, Const) and isinstance(term.value, (str, int, float)):
        return (Plain(type(term.value).__name__, exact=True),)
    return known


def _handed(inference: Inference, record: Record, template: Text, name: str) -> Type:
    """The type of what a helper is given for a name, by the calls that name the template."""
    if not template.span.path.endswith(".py"):
        return None
    names = {key for key, _ in record.kwargs}
    found: list[Type] = []
    for one in handings(inference.model, template.span.path).get(template.span, ()):
        given = dict(one.given)
        if given.keys() <= names and (name in given or one.open):
            found.append(_written(inference.model, given[name]) if name in given else None)
    return union(found) if found else None


@query
def _written(model: Queries, span: Span) -> Type:
    """The type of an argument, as the function says that it stands in."""
    inference = Inference(model)
    term, known = inference.written_at(span)
    return checked(term, known, inference.place(span).around[:1])


@query
def _written_at(model: Queries, span: Span) -> Type:
    """The type of what is written at a place."""
    return Inference(model).written_at(span)[1]


def _arguments(inference: Inference, record: Record) -> Mapping[str | None, AnyTerm]:
    """What a render site itself writes as keywords."""
    call = call_at(inference.model, record.span)
    return {one.name: one.value for one in call.arguments} if call is not None else {}


def _is_vague(value: Value) -> bool:
    return (isinstance(value, Unknown) and value != UNSEEN) or (isinstance(value, Sequence) and value.open)


def checked(term: object, known: Type, around: Iterable[object]) -> Type:
    """The type without None where the code around it may have made sure of that: it asks for the name elsewhere."""
    if known is None or NONE not in known or isinstance(term, Call):
        return known
    if isinstance(term, Name):
        reads = [one for one in every_part(tuple(around)) if isinstance(one, Name) and one.id == term.id]
        if len(reads) == 1:
            return known
    return without_none(known)


def of_value(inference: Inference, value: Value, depth: int = DEPTH) -> Type:
    """The type of a value."""
    if depth == 0:
        return None
    match value:
        case Text() | Pattern():
            return None if class_around(inference.model, value.span) else (TEXT,)
        case Scalar(known):
            if class_around(inference.model, value.span):
                return None
            return (NONE if known is None else Plain(type(known).__name__),)
        case Instance(of=definition) if definition.names is None:
            return (Thing(definition.module, definition.qualname, exact=True),)
        case Dict(entries=entries):
            held = tuple((key, of_value(inference, one, depth - 1)) for key, one in entries)
            shared = value.span.path.endswith(".py") and not inference.place(value.span).around
            return (Keyed(held, value.open, shared),)
        case Sequence():
            return _of_sequence(inference, value, depth)
        case Callable(args=args, kwargs=()):
            return _of_callable(inference, value, len(args))
        case Unknown(reason=reason, span=span) if reason.startswith(_OWN) and not reason.endswith(_OF_OWNER):
            return without_none(_written_at(inference.model, span))
        case _:
            return None


def _of_sequence(inference: Inference, value: Sequence, depth: int) -> Type:
    items = tuple(of_value(inference, one, depth - 1) for one in value.items)
    if value.is_tuple and not value.open:
        return (Parts(items),)
    held = union(items)
    written = inference.term_at(value.span) if held is None or value.open else None
    if held is None and isinstance(written, Repeated):
        held = _of_items(inference, value, items)
    if held is None or (value.open and not isinstance(written, Repeated)):
        return None
    return (Many(_display(inference, value.span), held),)


def _of_items(inference: Inference, value: Sequence, items: tuple[Type, ...]) -> Type:
    """The type of what a comprehension makes; of items that are known only as what it says, and of all others."""
    span = value.span
    vague = [one for one, known in zip(value.items, items, strict=True) if known is None]
    if not all(one.span.path == span.path and span.start <= one.span.start < span.end for one in vague):
        return None
    return union((element(_written_at(inference.model, span)), *(known for known in items if known is not None)))


def _display(inference: Inference, span: Span) -> str:
    """What a display or comprehension makes, told by its bracket."""
    source = text(inference.model, span.path) if span.path.endswith(".py") else None
    return "list" if source is not None and source.startswith("[", span.start) else ""


def _of_callable(inference: Inference, value: Callable, taken: int) -> Type:
    inner = function(inference.model, value.module, value.qualname)
    if inner is None:
        return None
    decorators = library.decorator_names(inner)
    known = decorators <= ROUTINES | CACHES and len(decorators) == len(inner.decorators)
    return (Routine(value.module, value.qualname, taken),) if known else None
