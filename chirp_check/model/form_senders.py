"""What sends forms: the elements of templates that do, where to, by which method, and with which fields."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import overlap
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.form_additions import added_by, handed_on
from chirp_check.model.form_fields import CONTROLS, NO_FIELDS, OPEN, Fields, fields_within, own_field, united
from chirp_check.model.form_places import aims, attached, inside_forms, swapped_in
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, in_scripts, pieces, scripted, texts
from chirp_check.model.memory import Queries, query
from chirp_check.model.ways import Reader
from chirp_check.source import Span

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_SCRIPTED = ("on", "hx-on", "@", "x-", "v-", "data-action", "data-controller", "_", ":")  # the attributes of scripts

type Url = Text | Pattern | Unknown


class Sender(msgspec.Struct, frozen=True, gc=False):
    """An element that sends a form: `urls` where to (none: to the page it is on), and by which method.

    `tag` is its start tag. `plain`: a browser sends it without htmx. `sure`: it is known to do so.
    """

    tag: Span
    urls: tuple[Url, ...]
    method: str
    fields: Fields
    plain: bool
    sure: bool = True


@query
def senders_in(model: Queries, app: AppKey, path: str) -> tuple[Sender, ...]:
    """The elements of a template that send something in the body of a request."""
    facts = template_facts(model, path)
    if facts is None or not _may_send(facts):
        return ()
    return tuple(_Senders(model, app, facts).all())


def _may_send(facts: TemplateFacts) -> bool:
    asking = (one.name for call in facts.calls for one in call.arguments if one.name is not None)
    return any(one.startswith("hx_") for one in asking) or any(
        one.tag == "form" or attribute(one, *REQUESTS) is not None for one in facts.elements
    )


class _Senders:
    """The senders of one template."""

    def __init__(self, model: Queries, app: AppKey, facts: TemplateFacts) -> None:
        self.model = model
        self.app = app
        self.facts = facts
        self.reader = Reader(model, app, facts)

    def all(self) -> Iterator[Sender]:
        """Each of them, in the order of the text."""
        for element in self.facts.elements:
            if element.tag == "form":
                yield from self._form(element)
            elif attribute(element, "formaction") is not None and self._around(element) is None:
                urls = self.reader.texts(attribute(element, "formaction"), element)
                yield Sender(self._tag(element), _own(urls), "POST", OPEN, plain=True, sure=False)
            yield from self._requests(element)
        for call in self.facts.calls:
            for name, url in self.reader.arguments(call):
                if name in REQUESTS and REQUESTS[name] not in WITHOUT_BODY:
                    tag = Span(self.facts.path, call.start, call.end)
                    yield Sender(tag, (url,), REQUESTS[name], OPEN, plain=False, sure=False)

    def _form(self, form: Element) -> Iterator[Sender]:
        """What a browser sends by itself: to its action, and to those of its buttons."""
        fields = self._of_form(form)
        method, sure = self._method(attribute(form, "method"), form)
        if method == "POST":
            urls = self.reader.texts(attribute(form, "action"), form)
            yield Sender(self._tag(form), _own(urls), "POST", fields, plain=True, sure=sure and not form.dynamic)
        for button in self._inside(form):
            verb = attribute(button, "formmethod")
            url = attribute(button, "formaction")
            sent, known = self._method(verb, button) if verb is not None else (method, sure)
            if sent == "POST" and (url is not None or verb is not None):
                target = self.reader.texts(url or attribute(form, "action"), button if url is not None else form)
                yield Sender(self._tag(button), _own(target), "POST", fields, plain=True, sure=known)

    def _method(self, found: Attribute | None, element: Element) -> tuple[str, bool]:
        """The method of a form, and whether it is known."""
        values = self.reader.texts(found, element)
        if not values:
            return "GET", True
        known = {one.value.strip().upper() if isinstance(one, Text) else None for one in values}
        if known <= {"GET", "DIALOG"}:
            return "GET", True
        return "POST", known == {"POST"} and found is not None and not found.branches

    def _requests(self, element: Element) -> Iterator[Sender]:
        """What htmx sends for an element."""
        for name, method in REQUESTS.items():
            found = attribute(element, name)
            if found is None or method in WITHOUT_BODY:
                continue
            form = element if element.tag == "form" else self._around(element)
            fields = self._of_form(form) if form is not None else self._loose(element)
            fields |= united((own_field(element, self.reader), self._added(element)))
            urls = self.reader.texts(found, element)
            yield Sender(self._tag(element), _own(urls), method, fields, plain=False, sure=not found.branches)

    def _of_form(self, form: Element) -> Fields:
        """The fields of a form; open where more may come than the text shows."""
        if form.close is None or form.dynamic or _is_scripted(self.model, self.app, form):
            return OPEN
        end = form.close
        if any(one.close is None and one.tag == "form" for one in self._inside(form)):
            return OPEN
        return united(
            (
                fields_within(self.model, self.app, self.facts.path, form.end, end),
                self._attached(form),
                swapped_in(self.model, self.app) if self._is_target(form) else NO_FIELDS,
            )
        )

    def _inside(self, form: Element) -> Iterator[Element]:
        return (one for one in self.facts.elements if form.end <= one.start < (form.close or form.end))

    def _around(self, element: Element) -> Element | None:
        """The form that an element stands in."""
        found = [one for one in self.facts.elements if one.tag == "form" and one.end <= element.start]
        return next((one for one in reversed(found) if one.close is None or element.start < one.close), None)

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
        inside = [one for one in self._inside(form) if one.tag not in CONTROLS]
        if any(self._has_id(one, known.ids) or (known.open and attribute(one, "id") is not None) for one in inside):
            return True
        return any(self._may_be_own_target(one) for one in self._inside(form))

    def _has_id(self, element: Element, known: frozenset[str]) -> bool:
        found = attribute(element, "id")
        values = texts(found.value, self.facts.path) if found is not None else ()
        return any(overlap((one,), pieces(value)) for value in values for one in known)

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

    def _tag(self, element: Element) -> Span:
        return Span(self.facts.path, element.start, element.end)


def _own(urls: tuple[Url, ...]) -> tuple[Url, ...]:
    """The URLs without those that mean the page itself, if all do."""
    return () if all(isinstance(one, Text) and one.value.strip() in ("", ".") for one in urls) else urls


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
