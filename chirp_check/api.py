"""What the rules of other distributions may see: a read-only view of the project that stays while the model changes.

Everything here is a promise while `VERSION` is 1: names and fields are added, never taken away or changed. A string
with holes, `{*}`, is known in parts; what the text does not determine is None, or makes an answer `open`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, get_type_hints

import msgspec

from chirp_check.diagnostic import Edit, Finding, Fix, Label, Level
from chirp_check.facts.templates import Attribute, Element
from chirp_check.model.applications import AppKey, application, application_keys
from chirp_check.model.domain import Record, Value
from chirp_check.model.entities import BlockUse, Pattern, Route, TargetUse, TemplateUse, Text, UrlUse
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import files, template_facts, text
from chirp_check.model.markup import texts
from chirp_check.model.memory import Queries
from chirp_check.model.pages import records_in
from chirp_check.model.responses import answers_of
from chirp_check.model.signatures import type_word
from chirp_check.model.subjects import checked_files, subjects_of
from chirp_check.model.templates import own_blocks, paths, template_files
from chirp_check.rule import Rule
from chirp_check.source import Span

__all__ = [
    "VERSION",
    "AnswerView",
    "AttributeView",
    "BlockView",
    "Edit",
    "ElementView",
    "Finding",
    "Fix",
    "Label",
    "Level",
    "ProjectView",
    "ReferenceView",
    "RouteView",
    "Rule",
    "Span",
    "TemplateView",
    "rule",
]

VERSION = 1


class AnswerView(msgspec.Struct, frozen=True):
    """What a handler can return: `kind` is the type's name ("Template", "Fragment", "str", …), `span` where it is made.

    `template` and `blocks` are those that it names.
    """

    kind: str
    template: str | None
    blocks: tuple[str, ...]
    span: Span


class RouteView(msgspec.Struct, frozen=True):
    """A route as it is registered, `span` where. `handler` is the function's name, `handler_span` where that stands.

    `open`: it may answer with other things than `answers`. `methods` None: the text does not determine them.
    """

    path: str | None
    methods: frozenset[str] | None
    name: str | None
    handler: str | None
    handler_span: Span | None
    answers: tuple[AnswerView, ...]
    open: bool
    span: Span


class BlockView(msgspec.Struct, frozen=True):
    """A block that a template defines itself, `span` where its name is written. `kind`: block, fragment or region."""

    name: str
    kind: str
    span: Span


class AttributeView(msgspec.Struct, frozen=True):
    """An attribute: its name in lower case, and all that it can be, which is nothing known without a value."""

    name: str
    values: tuple[str, ...]
    span: Span


class ElementView(msgspec.Struct, frozen=True):
    """A start tag: its name in lower case, its attributes. `open`: it may have others, which an expression puts out."""

    tag: str
    attributes: tuple[AttributeView, ...]
    open: bool
    span: Span

    def attribute(self, name: str) -> AttributeView | None:
        """Its first attribute of a name."""
        return next((one for one in self.attributes if one.name == name), None)


class TemplateView(msgspec.Struct, frozen=True):
    """A template: the name that it is loaded by, its file, and what it defines itself. `span` is its beginning."""

    name: str
    path: str
    blocks: tuple[BlockView, ...]
    elements: tuple[ElementView, ...]
    span: Span


class ReferenceView(msgspec.Struct, frozen=True):
    """Something that is named: `kind` is "template", "block", "url" or "target"; `value` what is written.

    `via` is where: a return type, a tag, an attribute. `template` is the one that a block is asked of, `method` the one
    that a URL is requested with, where it is known.
    """

    kind: str
    value: str
    via: str
    template: str | None
    method: str | None
    span: Span


class ProjectView:
    """A project, read-only. What it gives is in the order of files, and of places in them."""

    __slots__ = ("_model",)

    version = VERSION

    def __init__(self, model: Queries) -> None:
        self._model = model

    @property
    def files(self) -> frozenset[str]:
        """The paths of all files of the project, relative to its root."""
        return files(self._model)

    @property
    def routes(self) -> tuple[RouteView, ...]:
        """The routes of all applications."""
        return tuple(one for path in checked_files(self._model) for one in self.routes_in(path))

    @property
    def templates(self) -> tuple[TemplateView, ...]:
        """The templates of all applications."""
        return tuple(one for path in template_files(self._model) for one in self.templates_in(path))

    @property
    def references(self) -> tuple[ReferenceView, ...]:
        """What handlers and templates name."""
        return tuple(one for path in checked_files(self._model) for one in self.references_in(path))

    def routes_in(self, path: str) -> tuple[RouteView, ...]:
        """The routes that a Python file registers."""
        return tuple(_routes(self._model, path))

    def templates_in(self, path: str) -> tuple[TemplateView, ...]:
        """The template that a file is; of several applications with other names for it, by its first."""
        return tuple(_templates(self._model, path))

    def references_in(self, path: str) -> tuple[ReferenceView, ...]:
        """What a file names."""
        return tuple(_references(self._model, path))

    def template(self, name: str) -> TemplateView | None:
        """The template of a name."""
        for app in application_keys(self._model):
            found = next((path for path, known in paths(self._model, app).items() if known == name), None)
            if found is not None:
                return self.templates_in(found)[0]
        return None

    def text(self, path: str) -> str | None:
        """The text of a file; None when it cannot be read."""
        return text(self._model, path)


type Check[Subject] = Callable[[Subject, ProjectView], Iterable[Finding]]

SUBJECTS: tuple[type[object], ...] = (RouteView, TemplateView, ReferenceView, ProjectView)


def rule[Subject](
    name: str, *, since: str, level: Level = Level.ERROR, migration: bool = False
) -> Callable[[Check[Subject]], Rule]:
    """Make a rule of a function `(subject, view)`, called with each route, template or reference, or once.

    The annotation of its first parameter tells which: `RouteView`, `TemplateView`, `ReferenceView`, `ProjectView`.
    Its docstring begins with what it finds, in a line; `since` is the version of your distribution that brought it.
    One of the `migration` runs where it is named, and with `chirp-check migrate`.
    """

    def decorate(check: Check[Subject]) -> Rule:
        hints = get_type_hints(check)
        subject = next((hint for key, hint in hints.items() if key != "return"), None)
        if subject not in SUBJECTS:
            known = ", ".join(one.__name__ for one in SUBJECTS)
            raise TypeError(f"the first parameter of rule `{name}` has to be annotated with one of {known}")
        if not (check.__doc__ or "").strip():
            raise TypeError(f"rule `{name}` has no docstring to say what it finds")

        @wraps(check)
        def seen(subject: Any, model: Queries) -> Iterable[Finding]:
            return check(subject, ProjectView(model))

        return Rule(name, since, Level.OFF if migration else level, subject, seen, migration)

    return decorate


def subjects_in(model: Queries, path: str, kind: type[object]) -> tuple[object, ...]:
    """The subjects of one kind that a file has."""
    view = ProjectView(model)
    if kind is RouteView:
        return view.routes_in(path)
    if kind is TemplateView:
        return view.templates_in(path)
    return view.references_in(path) if kind is ReferenceView else ()


def _routes(model: Queries, path: str) -> Iterator[RouteView]:
    seen: set[Route] = set()
    for app in application_keys(model):
        for at, route in enumerate(application(model, app).routes):
            if route.span.path == path and route not in seen:
                seen.add(route)
                yield _route(model, app, at, route)


def _route(model: Queries, app: AppKey, at: int, route: Route) -> RouteView:
    given = answers_of(model, app, at)
    answers = tuple(_answers(given or ()))
    name = route.name.value if isinstance(route.name, Text) else route.name
    return RouteView(
        path=None if route.path is None else route.path.value,
        methods=route.methods,
        name=name if isinstance(name, str) else None,
        handler=None if route.handler is None else route.handler.name,
        handler_span=None if route.handler is None else route.handler.span,
        answers=answers,
        open=given is None or any(type_word(value) is None for value in given),
        span=route.span,
    )


def _answers(values: Iterable[Value]) -> Iterator[AnswerView]:
    for value in dict.fromkeys(values):
        if not isinstance(value, Record):
            word = type_word(value)
            if word is not None:
                yield AnswerView(word, None, (), value.span)
        for record in records_in((value,)):
            yield _answer(record)


def _answer(record: Record) -> AnswerView:
    signature = RETURN_TYPES[record.kind]
    named = record.argument(*signature.template) if signature.template is not None else None
    given = (record.argument(*one) for one in signature.blocks)
    blocks = tuple(str(one) for one in given if isinstance(one, (Text, Pattern)))
    return AnswerView(record.kind, str(named) if isinstance(named, (Text, Pattern)) else None, blocks, record.span)


def _templates(model: Queries, path: str) -> Iterator[TemplateView]:
    names = (paths(model, app).get(path) for app in application_keys(model))
    name = next((one for one in names if one is not None), None)
    facts = template_facts(model, path) if name is not None else None
    if name is None or facts is None:
        return
    blocks = tuple(BlockView(one.block.name.name, one.block.kind, one.span) for one in own_blocks(model, path).values())
    elements = tuple(_element(one, path) for one in facts.elements)
    yield TemplateView(name, path, blocks, elements, Span(path, 0, 0))


def _element(element: Element, path: str) -> ElementView:
    attributes = tuple(_attribute(one, path) for one in element.attributes)
    return ElementView(element.tag, attributes, element.dynamic, Span(path, element.start, element.end))


def _attribute(attribute: Attribute, path: str) -> AttributeView:
    values = tuple(str(one) for one in texts(attribute.value, path))
    return AttributeView(attribute.name, values, Span(path, attribute.start, attribute.end))


def _references(model: Queries, path: str) -> Iterator[ReferenceView]:
    for ones in subjects_of(model, path).values():
        for one in ones:
            match one:
                case TemplateUse(name=name, via=via):
                    yield ReferenceView("template", name.value, via, None, None, name.span)
                case BlockUse(template=template, block=block, site=site):
                    yield ReferenceView("block", block.value, site.kind, template.value, None, block.span)
                case UrlUse(url=url, via=via, method=method):
                    yield ReferenceView("url", str(url), via, None, method, url.span)
                case TargetUse(selector=selector, via=via):
                    yield ReferenceView("target", str(selector), via, None, None, selector.span)
                case _:
                    pass
