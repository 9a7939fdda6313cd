"""Fields that get into a form from elsewhere: by its id, by a swap, by a template that stands in it."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.domain import Record
from chirp_check.model.entities import Text
from chirp_check.model.form_fields import (
    NO_FIELDS,
    OPEN,
    Fields,
    deriving,
    fields_within,
    named,
    own_field,
    united,
)
from chirp_check.model.form_sketch import CONTROLS, sketch
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import attribute, pieces, texts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.program import records
from chirp_check.model.templates import composed, paths, target
from chirp_check.model.ways import Reader

ACTION_FIELD = "_action"

type Attached = tuple[tuple[Pieces, Fields], ...]


@query
def attached(model: Queries, app: AppKey) -> Attached:
    """The fields that name the form which they belong to, by its id."""
    return tuple(one for path in sorted(paths(model, app)) for one in _attached_in(model, app, path))


@query
def _attached_in(model: Queries, app: AppKey, path: str) -> Attached:
    facts = template_facts(model, path) if sketch(model, path).attaches else None
    found = [one for one in facts.elements if one.tag in CONTROLS] if facts is not None else []
    naming = [(one, form) for one in found if (form := attribute(one, "form")) is not None]
    if facts is None or not naming:
        return ()
    reader = Reader(model, app, facts)
    return tuple((pieces(to), own_field(one, reader)) for one, form in naming for to in texts(form.value, path))


@query
def swapped_in(model: Queries, app: AppKey) -> Fields:
    """The fields that stand in no form, so that an answer of htmx may bring them into any."""
    return united(_loose_in(model, app, path) for path in sorted(paths(model, app)))


@query
def _loose_in(model: Queries, app: AppKey, path: str) -> Fields:
    facts = template_facts(model, path) if sketch(model, path).controls else None
    loose = list(_outside(facts)) if facts is not None else []
    reader = Reader(model, app, facts) if facts is not None and loose else None
    return united(own_field(one, reader) for one in loose) if reader is not None else NO_FIELDS


def _outside(facts: TemplateFacts) -> Iterator[Element]:
    """The controls of a template that stand in none of its forms."""
    end = -1
    for one in facts.elements:
        if one.tag == "form":
            end = max(end, one.close or one.end)
        elif one.start >= end and one.tag in CONTROLS:
            yield one


class Aims(msgspec.Struct, frozen=True, gc=False):
    """The ids that answers of htmx may be swapped to, `into` those whose element stays. `open`: these may be any."""

    ids: frozenset[str]
    into: frozenset[str]
    open: bool


@gate
def aims(model: Queries, app: AppKey) -> Aims:
    """The ids that answers of htmx may be swapped to."""
    known = [sketch(model, path) for path in sorted(paths(model, app))]
    found = {word for path in application_files(model, app) for one in records(model, path) for word in _named_by(one)}
    into: set[str] = set()
    for one in known:
        found |= one.aims
        into |= one.into
    return Aims(frozenset(found), frozenset(into), any(one.aims_anywhere for one in known))


def _named_by(record: Record) -> Iterator[str]:
    """The ids that an answer names by itself, to replace their elements."""
    for name, value in record.kwargs:
        if name in ("target", "retarget") and isinstance(value, Text):
            yield value.value.removeprefix("#")


@gate
def intents(model: Queries, app: AppKey) -> Fields:
    """The form actions that forms ask for, as if they were fields."""
    return united(_intents_in(model, app, path) for path in sorted(paths(model, app)))


@query
def _intents_in(model: Queries, app: AppKey, path: str) -> Fields:
    facts = template_facts(model, path) if sketch(model, path).controls else None
    found = [one for one in facts.elements if one.tag in CONTROLS] if facts is not None else []
    if facts is None or not found:
        return NO_FIELDS
    reader = Reader(model, app, facts)
    asking = (one for one in found if own_field(one, reader).may_have(ACTION_FIELD))
    return united(named(reader.texts(attribute(one, "value"), one)) for one in asking)


@gate
def inside_forms(model: Queries, app: AppKey) -> frozenset[str]:
    """The templates that may stand in a form of another."""
    found: set[str] = set()
    for path in paths(model, app):
        found |= _inside_forms_of(model, app, path)
    return frozenset(found)


@gate
def _inside_forms_of(model: Queries, app: AppKey, path: str) -> frozenset[str]:
    facts = template_facts(model, path) if sketch(model, path).forms else None
    ranges = [(one.end, one.close) for one in facts.elements if one.tag == "form"] if facts is not None else []
    found: set[str] = set()
    if facts is None or not ranges:
        return frozenset()
    for start, end in ranges:
        for reference in facts.references:
            if start <= reference.tag_start < (end or reference.end) and reference.kind in ("include", "embed"):
                at = target(model, app, reference, path)
                found |= composed(model, app, at).files if at is not None else set()
        if any(start <= one.start < (end or one.end) for one in facts.blocks):
            for other in deriving(model, app).get(path, ()):
                found |= composed(model, app, other).files - {path}
    return frozenset(found)


@query
def of_id(model: Queries, app: AppKey, wanted: str) -> Fields:
    """The fields of the elements with an id, and in them; open where there is none that the text shows."""
    found = [one for path in sorted(paths(model, app)) for one in _of_id_in(model, app, path, wanted)]
    return united(found) if found else OPEN


def _of_id_in(model: Queries, app: AppKey, path: str, wanted: str) -> Iterator[Fields]:
    facts = template_facts(model, path) if wanted in (text(model, path) or "") else None
    for one in facts.elements if facts is not None else ():
        found = attribute(one, "id")
        if facts is None or found is None or not isinstance(found.value, Const) or found.value.value != wanted:
            continue
        if one.tag in CONTROLS:
            yield own_field(one, Reader(model, app, facts))
        else:
            yield fields_within(model, app, path, one.end, one.close) if one.close is not None else OPEN
