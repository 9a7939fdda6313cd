"""What a route answers with, as people read it: for a browser and for htmx, each template and block by its node."""

from collections.abc import Iterator
from dataclasses import dataclass

from chirp_check.map.atlas import Answer, Audience
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Dict, Instance, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.memory import Queries
from chirp_check.model.templates import blocks, template_path

# Kinds that answer with events, or may.
EVENTS = frozenset({"EventStream", "SSEResponse"})
_CARRIERS = frozenset({"OOB", "FormAction", "MutationResult"})
_REDIRECTS = frozenset({"Redirect", "hx_redirect"})


def template_node(path: str) -> str:
    """The id of the node of a template."""
    return f"template:{path}"


def block_node(path: str, name: str) -> str:
    """The id of the node of a block, in the template that defines it."""
    return f"block:{path}#{name}"


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads the answers of one application's handlers."""

    model: Queries
    app: AppKey

    def of(self, values: tuple[Value, ...] | None) -> tuple[Answer, ...]:
        """What a handler's values answer with, each once; one that is not known where its functions are not seen."""
        if values is None:
            return (Answer("unknown", "all", "the handler is not seen", known=False),)
        return tuple(dict.fromkeys(one for value in values for one in self._answers(value, None)))

    def _answers(self, value: Value, status: int | None) -> Iterator[Answer]:
        match value:
            case Sequence(items=(first, *rest), is_tuple=True):
                code = rest[0].value if rest and isinstance(rest[0], Scalar) else None
                yield from self._answers(first, code if isinstance(code, int) else status)
            case Record():
                yield from self._record(value, status)
            case Text() | Pattern():
                yield Answer("text", "all", "text", status=status)
            case Dict() | Sequence():
                yield Answer("data", "all", "JSON", status=status)
            case Unknown(reason):
                yield Answer("unknown", "all", reason, status=status, known=False)
            case Instance(of):
                yield Answer("unknown", "all", f"an object of `{of.qualname}`", status=status, known=False)
            case _:
                pass

    def _record(self, record: Record, status: int | None) -> Iterator[Answer]:
        kind = record.kind
        if kind in _CARRIERS:
            yield from self._carried(record, status)
        elif kind in _REDIRECTS:
            yield _redirect(kind, "all", record.argument(0, "url"))
        elif kind in EVENTS:
            yield Answer(kind, "all", "a stream of events", status=status)
        elif kind in RETURN_TYPES and RETURN_TYPES[kind].template is not None:
            yield from self._rendered(record, _status(record, status))
        else:
            yield Answer(kind, "all", kind, status=_status(record, status))

    def _carried(self, record: Record, status: int | None) -> Iterator[Answer]:
        """The parts of an answer of several: the first is the answer itself where there is no redirect."""
        parts = list(record.args)
        audience: Audience = "all"
        if record.kind != "OOB":
            parts = parts[1:]
            url = record.argument(0, "redirect")
            audience = "htmx"
            yield _redirect(record.kind, "browser" if parts else "all", url)
        listed = record.argument(None, "fragments")
        parts += listed.items if isinstance(listed, Sequence) else ()
        for at, part in enumerate(parts):
            for one in self._answers(part, status):
                yield Answer(one.kind, audience, one.shown, one.node, one.status, one.known, aside=at > 0)

    def _rendered(self, record: Record, status: int | None) -> Iterator[Answer]:
        signature = RETURN_TYPES[record.kind]
        name = record.argument(*(signature.template or (None, "")))
        if not isinstance(name, Text):
            yield Answer(record.kind, "all", "a template that the text does not tell", status=status, known=False)
            return
        path = template_path(self.model, self.app, name.value)
        given = [(parameter, record.argument(at, parameter)) for at, parameter in signature.blocks]
        named = [(parameter, value) for parameter, value in given if value is not None and not _is_none(value)]
        if signature.full:
            audience: Audience = "browser" if named and record.kind != "Suspense" else "all"
            yield Answer(record.kind, audience, name.value, path and template_node(path), status)
        for parameter, value in named:
            if record.kind != "Suspense":
                yield self._block(record.kind, name.value, value, (parameter, status))

    def _block(self, kind: str, template: str, value: Value, how: tuple[str, int | None]) -> Answer:
        parameter, status = how
        audience: Audience = "htmx" if RETURN_TYPES[kind].full or kind == "ValidationError" else "all"
        boosted = " (boosted)" if parameter == "page_block_name" else ""
        if not isinstance(value, Text):
            return Answer(kind, audience, f"a block of {template} that the text does not tell", None, status, False)
        path = template_path(self.model, self.app, template)
        found = blocks(self.model, self.app, path).get(value.value) if path is not None else None
        node = block_node(found.path, found.block.name.name) if found is not None else None
        return Answer(kind, audience, f"{template} · {value.value}{boosted}", node, status)


def _is_none(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _status(record: Record, status: int | None) -> int | None:
    given = record.argument(None, "status")
    if status is not None or not isinstance(given, Scalar) or not isinstance(given.value, int):
        return 422 if status is None and record.kind == "ValidationError" else status
    return given.value


def _redirect(kind: str, audience: Audience, url: Value | None) -> Answer:
    if isinstance(url, (Text, Pattern)):
        return Answer(kind, audience, f"redirect to {url}")
    return Answer(kind, audience, "redirect to a URL that the text does not tell", known=False)
