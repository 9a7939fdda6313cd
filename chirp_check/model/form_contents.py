"""The fields of what is sent: those of its form, and what comes to it from elsewhere."""

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import overlap
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Text
from chirp_check.model.form_additions import added_by, handed_on
from chirp_check.model.form_fields import NO_FIELDS, OPEN, Fields, fields_within, own_field, united
from chirp_check.model.form_places import aims, attached, inside_forms, swapped_in
from chirp_check.model.form_senders import Sender, inside
from chirp_check.model.form_sketch import CONTROLS
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, in_scripts, pieces, scripted, texts
from chirp_check.model.memory import Queries, query
from chirp_check.model.ways import Reader

_SCRIPTED = ("on", "hx-on", "@", "x-", "v-", "data-action", "data-controller", "_", ":")  # the attributes of scripts


@query
def contents(model: Queries, app: AppKey, sender: Sender) -> Fields:
    """The fields that a sender sends; open where more may come than the text shows."""
    facts = template_facts(model, sender.tag.path)
    element = _at(facts, sender.tag.start)
    if facts is None or facts.faults or element is None:
        return OPEN
    form = _at(facts, sender.form) if sender.form is not None else None
    if sender.plain:
        return _of_form(model, app, facts.path, form.start) if form is not None else OPEN
    return _Contents(model, app, facts).of_request(element, form)


@query
def _of_form(model: Queries, app: AppKey, path: str, start: int) -> Fields:
    facts = template_facts(model, path)
    form = _at(facts, start)
    return _Contents(model, app, facts).of_form(form) if facts is not None and form is not None else OPEN


def _at(facts: TemplateFacts | None, start: int) -> Element | None:
    return next((one for one in facts.elements if one.start == start), None) if facts is not None else None


class _Contents:
    """The fields of the senders of one template."""

    def __init__(self, model: Queries, app: AppKey, facts: TemplateFacts) -> None:
        self.model = model
        self.app = app
        self.facts = facts

    def of_request(self, element: Element, form: Element | None) -> Fields:
        """What htmx sends for an element: itself, the form that it is or stands in, and what attributes add."""
        path = self.facts.path
        found = _of_form(self.model, self.app, path, form.start) if form is not None else self._loose(element)
        return united((found, own_field(element, Reader(self.model, self.app, self.facts)), self._added(element)))

    def of_form(self, form: Element) -> Fields:
        """The fields of a form; open where more may come than the text shows."""
        if form.close is None or form.dynamic or _is_scripted(self.model, self.app, form):
            return OPEN
        end = form.close
        if any(one.close is None and one.tag == "form" for one in inside(self.facts, form)):
            return OPEN
        return united(
            (
                fields_within(self.model, self.app, self.facts.path, form.end, end),
                self._attached(form),
                swapped_in(self.model, self.app) if self._is_target(form) else NO_FIELDS,
            )
        )

    def _loose(self, element: Element) -> Fields:
        """The fields of a form that may be around what the text of the template alone does not show in one."""
        brought = self.facts.path in inside_forms(self.model, self.app)
        blocks = any(one.start <= element.start < one.end for one in self.facts.components)
        return OPEN if brought or blocks else NO_FIELDS

    def _attached(self, form: Element) -> Fields:
        """The fields that belong to the form by its id."""
        found = attribute(form, "id")
        if found is None:
            return NO_FIELDS
        ids = [pieces(one) for one in texts(found.value, self.facts.path)]
        known = attached(self.model, self.app)
        return united(fields for wanted, fields in known for one in ids if overlap(wanted, one))

    def _is_target(self, form: Element) -> bool:
        """Whether answers of htmx may be put into a form, and not in its place."""
        known = aims(self.model, self.app)
        if self._has_id(form, known.into) or self._may_be_own_target(form):
            return True
        places = [one for one in inside(self.facts, form) if one.tag not in CONTROLS]
        if any(self._has_id(one, known.ids) or (known.open and attribute(one, "id") is not None) for one in places):
            return True
        return any(self._may_be_own_target(one) for one in inside(self.facts, form))

    def _has_id(self, element: Element, known: frozenset[str]) -> bool:
        found = attribute(element, "id")
        values = texts(found.value, self.facts.path) if found is not None and known else ()
        if any(isinstance(value, Text) and value.value in known for value in values):
            return True
        patterns = [pieces(value) for value in values if not isinstance(value, Text)]
        return any(overlap((one,), pattern) for pattern in patterns for one in known)

    def _may_be_own_target(self, element: Element) -> bool:
        """Whether what an element asks for may come into it, or near to it."""
        if attribute(element, *REQUESTS) is None:
            return False
        swap, target = attribute(element, "hx-swap"), attribute(element, "hx-target")
        style = str(swap.value.value) if swap is not None and isinstance(swap.value, Const) else ""
        aim = str(target.value.value) if target is not None and isinstance(target.value, Const) else "this"
        if style.startswith(("none", "delete")) or aim.startswith("#"):
            return False
        return element.tag != "form" or not (style.startswith("outerHTML") and aim == "this")

    def _added(self, element: Element) -> Fields:
        """What attributes of htmx add to what is sent, on the element or on those around it."""
        outer = [one for one in self.facts.elements if one.start < element.start and _reaches(one, element)]
        found = (added_by(self.model, self.app, self.facts.path, one) for one in (element, *outer))
        return united((*found, handed_on(self.model, self.app)))


def _reaches(outer: Element, element: Element) -> bool:
    return outer.close is None or element.start < outer.close


def _is_scripted(model: Queries, app: AppKey, form: Element) -> bool:
    """Whether a script may send a form itself, or add to it.

    What a script adds to every form is found by the names of the fields.
    """
    if any(one.name.startswith(_SCRIPTED) for one in form.attributes):
        return True
    known = (attribute(form, "id"), attribute(form, "name"))
    words = [one.value.value for one in known if one is not None and isinstance(one.value, Const)]
    found = attribute(form, "class")
    classes = found.value.value if found is not None and isinstance(found.value, Const) else ""
    return any(scripted(model, app, one) for one in words if isinstance(one, str)) or any(
        in_scripts(model, app, f".{one}") for one in str(classes).split()
    )
