"""What attributes of htmx add to the fields that an element sends."""

import json
from collections.abc import Iterator
from typing import cast

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Const, Join, Name
from chirp_check.facts.walk import every_part
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.form_fields import NO_FIELDS, OPEN, Fields, fields_within, united
from chirp_check.model.form_places import of_id
from chirp_check.model.form_sketch import sketch
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import paths
from chirp_check.source import Span

# Extensions of htmx that leave what is sent as it is.
_HARMLESS = frozenset({"sse", "ws", "preload", "response-targets", "head-support", "loading-states", "class-tools"})
_HOLE = "7fields7"


def added_by(model: Queries, app: AppKey, path: str, element: Element) -> Fields:
    """The fields that the attributes of an element add to its own requests, and to those of what it holds."""
    return united(_added(model, app, path, element, one) for one in element.attributes)


def _added(model: Queries, app: AppKey, path: str, element: Element, found: Attribute) -> Fields:
    name = found.name.removeprefix("data-").partition(":")[0]
    match name:
        case "hx-vars":
            return OPEN
        case "hx-vals":
            return _keys(found.value, path)
        case "hx-include":
            value = _written(found.value)
            chosen = value.split(",") if value is not None else ("?",)
            return united(
                _within(model, app, path, element)
                if one.strip() == "this"
                else _included(model, app, path, one.strip())
                for one in chosen
            )
        case "hx-ext":
            value = _written(found.value)
            used = {one.strip() for one in value.split(",")} if value is not None else {"?"}
            return NO_FIELDS if used <= _HARMLESS else OPEN
        case _:
            return NO_FIELDS


def _within(model: Queries, app: AppKey, path: str, element: Element) -> Fields:
    """The fields that an element holds."""
    if element.tag == "input":
        return NO_FIELDS
    return OPEN if element.close is None else fields_within(model, app, path, element.end, element.close)


def _written(term: AnyTerm | None) -> str | None:
    return term.value if isinstance(term, Const) and isinstance(term.value, str) else None


def _keys(term: AnyTerm | None, path: str) -> Fields:
    """The keys of the mapping that is written in an attribute; open where it is not plain JSON."""
    parts = term.parts if isinstance(term, Join) else (term,) if isinstance(term, Const) else ()
    written = "".join(str(one.value) if isinstance(one, Const) else _HOLE for one in parts).replace("&quot;", '"')
    for filled in (written, written.replace(_HOLE, "0")):
        try:
            found = json.loads(filled)
        except ValueError:
            continue
        if isinstance(found, dict) and term is not None:
            names = [str(one) for one in cast("dict[str, object]", found)]
            at = Span(path, term.start, term.end)
            token = any(isinstance(part, Name) and part.id == "csrf_token" for part in every_part(term))
            exact = tuple((one, at) for one in names)
            return OPEN if any(_HOLE in one for one in names) else Fields(exact, token=token)
    return OPEN


def _included(model: Queries, app: AppKey, path: str, selector: str) -> Fields:
    """The fields that a selector of `hx-include` brings; open where it may be any."""
    if selector in ("closest form", ""):
        return NO_FIELDS  # the form around an element is looked at in any case
    if selector.startswith("#") and _is_word(selector[1:]):
        return of_id(model, app, selector[1:])
    tag, _, rest = selector.partition("[name=")
    name = rest.removesuffix("]").strip("'\"")
    if rest.endswith("]") and _is_word(name) and tag in ("", "input", "select", "textarea"):
        return Fields(((name, Span(path, 0, 0)),))
    return OPEN


def _is_word(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum()


@query
def handed_on(model: Queries, app: AppKey) -> Fields:
    """What elements that send nothing themselves may add to what others send, wherever these come to stand in them."""
    return united(_handed_on_in(model, app, path) for path in sorted(paths(model, app)))


@query
def _handed_on_in(model: Queries, app: AppKey, path: str) -> Fields:
    facts = template_facts(model, path) if sketch(model, path).adds else None
    return united(added_by(model, app, path, one) for one in _holders(facts)) if facts is not None else NO_FIELDS


def _holders(facts: TemplateFacts) -> Iterator[Element]:
    return (one for one in facts.elements if attribute(one, *REQUESTS) is None)
