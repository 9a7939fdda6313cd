"""What a handler can answer, as far as markup is concerned: the templates it renders and the URLs it leads to."""

from collections.abc import Iterator
from dataclasses import dataclass

from chirp_check.model.domain import Callable, Dict, Instance, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Response:
    """The names of the templates an answer can hold, the redirects a client follows, and whether more is possible."""

    templates: frozenset[str]
    redirects: frozenset[Text | Pattern]
    open: bool


# Constructed with text that may be any markup.
_RAW = frozenset({"Response", "InlineTemplate", "EventStream", "SSEEvent", "FileResponse"})


def response(handler: Callable, interpreter: Interpreter) -> Response:
    """What a handler can answer, run on unknown arguments."""
    templates: set[str] = set()
    redirects: set[Text | Pattern] = set()
    is_open = False
    for value in _parts(interpreter.alone(handler).returned):
        match value:
            case Record(kind=kind) if kind in RETURN_TYPES:
                names, urls, unseen = _record(value)
                templates |= names
                redirects |= urls
                is_open = is_open or unseen
            case Text(text):
                is_open = is_open or "<" in text
            case Pattern(pieces):
                is_open = is_open or any(piece is not None and "<" in piece for piece in pieces)
            case Unknown():
                is_open = True
            case _:
                pass
    return Response(frozenset(templates), frozenset(redirects), is_open)


def _parts(values: tuple[Value, ...]) -> Iterator[Value]:
    """The values with tuples' first items and the fragments inside records."""
    pending = list(values)
    while pending:
        value = pending.pop()
        match value:
            case Sequence(items, is_tuple=True) if items:
                pending.append(items[0])
            case Sequence() | Dict() | Scalar() | Instance():
                pass
            case Record(args=args, kwargs=kwargs):
                yield value
                pending += _nested(value, args, kwargs)
            case _:
                yield value


def _nested(record: Record, args: tuple[Value, ...], kwargs: tuple[tuple[str, Value], ...]) -> list[Value]:
    """The fragments that a record carries; what is Unknown among them is kept."""
    if record.kind == "OOB":
        return list(args)
    if record.kind not in ("FormAction", "MutationResult"):
        return []
    fragments = [value for key, value in kwargs if key == "fragments"]
    listed = [item for value in fragments if isinstance(value, Sequence) for item in value.items]
    unseen: list[Value] = [value for value in fragments if not isinstance(value, Sequence)]
    return [*args[1:], *listed, *unseen]


def _record(record: Record) -> tuple[frozenset[str], frozenset[Text | Pattern], bool]:
    signature = RETURN_TYPES[record.kind]
    none: frozenset[Text | Pattern] = frozenset()
    if signature.template is not None:
        name = record.argument(*signature.template)
        return (frozenset({name.value}), none, False) if isinstance(name, Text) else (frozenset(), none, True)
    if record.kind == "Redirect":
        url = record.argument(0, "url")
        return (frozenset(), frozenset({url}), False) if isinstance(url, (Text, Pattern)) else (frozenset(), none, True)
    if record.kind in _RAW:
        body = record.argument(0, "body")
        plain = body is None or (isinstance(body, Text) and "<" not in body.value)
        return frozenset(), none, not plain
    unseen = record.open and record.kind in ("OOB", "FormAction", "MutationResult")
    return frozenset(), none, unseen
