"""Which names templates are given as they came with a request: a value counts only where the text surely shows it.

A function that asks something of the value before it renders may have made sure of it: nothing is said of that.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chirp_check.facts.handlers import Assign, Augment, Do, Function, If, Import, Loop, Match, Param, Unpack
from chirp_check.facts.values import (
    Add,
    AnyTerm,
    Attr,
    Call,
    Choice,
    Compare,
    Either,
    Index,
    Items,
    Join,
    Name,
    Not,
)
from chirp_check.facts.walk import every_part, every_statement, names_in
from chirp_check.grammar.path import PathError, parse_path
from chirp_check.model.applications import AppKey, application, application_files
from chirp_check.model.context import context_of, units_of
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.program import records
from chirp_check.model.quoting_sinks import exposed_names
from chirp_check.model.requirements import requirements
from chirp_check.model.templates import paths, template_path
from chirp_check.model.typing.given import discriminates
from chirp_check.model.typing.handing import handings
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.values import UNSEEN
from chirp_check.source import Span

_PARTS = frozenset({"query", "headers", "cookies", "form"})
_KEEPING = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize"})
_TEXTS = frozenset({"str", "path"})
DEPTH = 6  # names that are bound to others in turn


class Tainted(msgspec.Struct, frozen=True, gc=False):
    """A place of a template that reads a name which some render gives as it came with a request, and where it is."""

    at: int
    name: str
    given: Span


@table
def _tainted(model: Queries, app: AppKey) -> Mapping[str, tuple[Tainted, ...]]:
    found: dict[str, dict[int, Tainted]] = {}
    for file in sorted(application_files(model, app)):
        for path, one in _given_in(model, app, file):
            found.setdefault(path, {}).setdefault(one.at, one)
    return {path: tuple(ones.values()) for path, ones in found.items()}


def tainted(model: Queries, app: AppKey, path: str) -> tuple[Tainted, ...]:
    """The places of a template that read what came with a request."""
    return _tainted.entry(model, path, app) or ()


@gate
def _exposed(model: Queries, app: AppKey) -> frozenset[str]:
    """The names that any template puts out where it matters where they come from."""
    return frozenset[str]().union(*(exposed_names(model, path) for path in paths(model, app)))


@query
def _given_in(model: Queries, app: AppKey, file: str) -> tuple[tuple[str, Tainted], ...]:
    """What the render sites of a Python file hand on to templates as it came."""
    found: dict[tuple[str, Tainted], None] = {}
    for record in records(model, file) if _exposed(model, app) else ():
        found.update(dict.fromkeys(_given_by(model, app, record)))
    return tuple(found)


def _given_by(model: Queries, app: AppKey, record: Record) -> Iterator[tuple[str, Tainted]]:
    signature = RETURN_TYPES.get(record.kind)
    template = record.argument(*signature.template) if signature is not None and signature.template else None
    path = template_path(model, app, template.value) if isinstance(template, Text) else None
    context = context_of(record) if path is not None else None
    asked = [(name, one) for name, one in (context or {}).items() if name in _exposed(model, app)]
    taken = {name: one.span for name, one in asked if _is_from_request(model, app, one)}
    if isinstance(template, Text) and any(one == UNSEEN for _, one in asked):
        taken |= dict(_handed(model, app, record, template, [name for name, one in asked if one == UNSEEN]))
    if path is None or not taken:
        return
    for unit, _ in units_of(model, app, record, path):
        for one in requirements(model, app, *unit).found:
            decided = one.sealed or one.early or any(discriminates(condition.term) for condition in one.conditions)
            if one.name in taken and not decided:
                yield one.path, Tainted(one.at, one.name, taken[one.name])


def _handed(
    model: Queries, app: AppKey, record: Record, template: Text, asked: Sequence[str]
) -> Iterator[tuple[str, Span]]:
    """What calls of a helper that name the template give it for names, where it came with a request."""
    names = {key for key, _ in record.kwargs}
    calls = handings(model, template.span.path).get(template.span, ()) if template.span.path.endswith(".py") else ()
    for call in (dict(one.given) for one in calls):
        for name in asked if call.keys() <= names else ():
            if name in call and _written_from_request(model, app, call[name]):
                yield name, call[name]


def _is_from_request(model: Queries, app: AppKey, value: Value) -> bool:
    if not isinstance(value, (Unknown, Pattern)) or not value.span.path.endswith(".py"):
        return False
    return _written_from_request(model, app, value.span)


@query
def _written_from_request(model: Queries, app: AppKey, span: Span) -> bool:
    """Whether what is written at a place of a Python file came with a request, as text, and nobody looked at it."""
    inference = Inference(model)
    around = inference.place(span).around
    if not around:
        return False
    origin = _Origin(around[0], _text_parameters(model, app, span.path, around[0].name_start))
    for param in around[0].params:
        if (param.start, param.end) == (span.start, span.end):
            return origin.is_param(param)
    term = inference.term_at(span)
    return term is not None and origin.came(term, DEPTH) and not origin.is_asked(term)


@gate
def _text_parameters(model: Queries, app: AppKey, path: str, name_start: int) -> frozenset[str]:
    """The parameters of the paths of a handler that are text."""
    found: set[str] = set()
    for route in application(model, app).routes:
        handler = route.handler
        if handler is None or (handler.span.path, handler.span.start) != (path, name_start) or route.path is None:
            continue
        try:
            params = parse_path(route.path.value).params
        except PathError:
            continue
        found.update(name for name, kind in params.items() if kind in _TEXTS)
    return frozenset(found)


class _Origin:
    """Where values of one function come from. `texts` are its parameters that are texts of the path."""

    def __init__(self, function: Function, texts: frozenset[str]) -> None:
        self.params = {one.name: one for one in function.params}
        self.statements = tuple(every_statement(function.body))
        self.texts = texts

    def is_param(self, param: Param) -> bool:
        """Whether a parameter is a text of the path that nobody looks at."""
        is_text = param.annotation is None or (isinstance(param.annotation, Name) and param.annotation.id == "str")
        return is_text and param.name in self.texts and not self._is_decided(param.name, strict=True)

    def came(self, term: AnyTerm | None, depth: int) -> bool:
        """Whether a term is what came with the request, perhaps among other text."""
        match term:
            case Name(id=name):
                bound = self._bound(name)
                if name in self.params and not bound:
                    return self.is_param(self.params[name])
                return depth > 0 and bool(bound) and all(self.came(one, depth - 1) for one in bound)
            case Call(function=Attr(base=base, name="get")) | Index(base=base):
                return self._is_part(base)
            case Call(function=Attr(base=base, name=name), arguments=()) if name in _KEEPING:
                return self.came(base, depth)
            case Either(operands=parts, operator="or") | Join(parts=parts):
                return any(self.came(one, depth) for one in parts)
            case Add(left=left, right=right):
                return self.came(left, depth) or self.came(right, depth)
            case _:
                return False

    def is_asked(self, term: AnyTerm) -> bool:
        """Whether the function asks something of a value, under any name it has for it."""
        names = {one.id for one in names_in(term) if not self._is_request(one)}
        names.update(one.name for one in self.statements if isinstance(one, Assign) and one.value == term)
        return any(self._is_decided(name, strict=False) for name in names)

    def _is_decided(self, name: str, *, strict: bool) -> bool:
        """Whether something may refuse a value; `strict`: a call that is given it may."""
        for one in self.statements:
            match one:
                case If(condition=condition) if _asks(condition, name):
                    return True
                case Match(subject=subject) if _asks(subject, name):
                    return True
                case Do(value=value) if _asks(value, name):
                    return True
                case Assign(value=value) if value is not None and _refuses(value, name, strict=strict):
                    return True
                case _:
                    pass
        for part in every_part(self.statements):
            if isinstance(part, Index) and _asks(part.key, name, keyed=True):
                return True
            if isinstance(part, Choice) and _asks(part.condition, name):
                return True
        return False

    def _bound(self, name: str) -> list[AnyTerm | None]:
        """What a name is bound to; None for what is no assignment."""
        found: list[AnyTerm | None] = []
        for one in self.statements:
            match one:
                case Assign(name=bound, value=value) if bound == name:
                    found.append(value)
                case Unpack(names=names, value=Items(elements=parts)) if name in names and len(parts) == len(names):
                    found.append(parts[names.index(name)])
                case Augment(name=bound) | Import(name=bound) if bound == name:
                    found.append(None)
                case Unpack(names=names) | Loop(names=names) if name in names:
                    found.append(None)
                case _:
                    pass
        return found

    def _is_part(self, term: AnyTerm | None) -> bool:
        """Whether a term is the query, the headers, the cookies or the form of the request."""
        match term:
            case Attr(base=base, name=name):
                return name in _PARTS and self._is_request(base)
            case Call(function=Attr(base=base, name="form"), arguments=()):
                return self._is_request(base)
            case Name(id=name):
                bound = self._bound(name)
                return bool(bound) and all(not isinstance(one, Name) and self._is_part(one) for one in bound)
            case _:
                return False

    def _is_request(self, term: AnyTerm) -> bool:
        param = self.params.get(term.id) if isinstance(term, Name) else None
        if param is None or self._bound(param.name):
            return False
        annotation = param.annotation
        return annotation.id == "Request" if isinstance(annotation, Name) else param.name == "request"


def _asks(condition: AnyTerm, name: str, *, keyed: bool = False) -> bool:
    """Whether a condition asks more of a name than whether it is there; `keyed`: also where it is the key itself."""
    match condition:
        case Name(id=asked):
            return keyed and asked == name
        case Not(value=value):
            return _asks(value, name)
        case Either(operands=operands):
            return any(_asks(one, name) for one in operands)
        case Compare(left=Name(), operator="is" | "is not"):
            return False
        case _:
            return any(one.id == name for one in names_in(condition))


def _refuses(value: AnyTerm, name: str, *, strict: bool) -> bool:
    """Whether a call in an expression may refuse a value: that of a class; `strict`: any."""
    for one in every_part(value):
        if isinstance(one, Call) and any(inner.id == name for inner in names_in(one.arguments)):
            called = one.function
            if strict or (isinstance(called, Name) and (called.id[:1].isupper() or called.id in ("int", "float"))):
                return True
    return False
