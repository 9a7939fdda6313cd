"""What sends forms: the elements of templates that do, where to, and by which method."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.form_sketch import ASKING, passes, sketch
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute
from chirp_check.model.memory import Queries, query
from chirp_check.model.ways import Reader
from chirp_check.source import Span

type Url = Text | Pattern | Unknown


class Sender(msgspec.Struct, frozen=True, gc=False):
    """An element that sends something in the body of a request: to `urls` (none: to the page it is on).

    `tag` is its start tag, `form` where the form begins that it is or stands in. `plain`: a browser sends it without
    htmx. `sure`: it is known to send, and by which method.
    """

    tag: Span
    urls: tuple[Url, ...]
    method: str
    form: int | None
    plain: bool
    sure: bool = True


@query
def senders_in(model: Queries, app: AppKey, path: str) -> tuple[Sender, ...]:
    """The senders of a template."""
    facts = template_facts(model, path) if sketch(model, path).sends else None
    return tuple(_Senders(Reader(model, app, facts)).all()) if facts is not None else ()


def form_around(facts: TemplateFacts, element: Element) -> Element | None:
    """The form that an element is, or stands in."""
    if element.tag == "form":
        return element
    found = [one for one in facts.elements if one.tag == "form" and one.end <= element.start]
    return next((one for one in reversed(found) if one.close is None or element.start < one.close), None)


def inside(facts: TemplateFacts, form: Element) -> Iterator[Element]:
    """The elements in a form."""
    return (one for one in facts.elements if form.end <= one.start < (form.close or form.end))


class _Senders:
    """The senders of one template."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.facts = reader.facts

    def all(self) -> Iterator[Sender]:
        """Each of them, in the order of the text."""
        for element in self.facts.elements:
            if element.tag == "form":
                yield from self._form(element)
            elif attribute(element, "formaction") is not None and form_around(self.facts, element) is None:
                urls = self.reader.texts(attribute(element, "formaction"), element)
                yield Sender(self._tag(element), _own(urls), "POST", None, plain=True, sure=False)
            yield from self._requests(element)
        for call in filter(passes, self.facts.calls):
            tag = Span(self.facts.path, call.start, call.end)
            for name, url in self.reader.arguments(call):
                if name in ASKING:
                    yield Sender(tag, (url,), REQUESTS[name], None, plain=False, sure=False)

    def _form(self, form: Element) -> Iterator[Sender]:
        """What a browser sends by itself: to its action, and to those of its buttons."""
        method, sure = self._method(attribute(form, "method"), form)
        if method == "POST":
            urls = self.reader.texts(attribute(form, "action"), form)
            known = sure and not form.dynamic
            yield Sender(self._tag(form), _own(urls), "POST", form.start, plain=True, sure=known)
        for button in inside(self.facts, form):
            verb, url = attribute(button, "formmethod"), attribute(button, "formaction")
            if verb is None and url is None:
                continue
            sent, known = self._method(verb, button) if verb is not None else (method, sure)
            if sent == "POST":
                urls = self.reader.texts(url or attribute(form, "action"), button if url is not None else form)
                yield Sender(self._tag(button), _own(urls), "POST", form.start, plain=True, sure=known)

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
        for name in REQUESTS:
            found = attribute(element, name) if name in ASKING else None
            if found is not None:
                form = form_around(self.facts, element)
                urls = _own(self.reader.texts(found, element))
                start = form.start if form is not None else None
                yield Sender(self._tag(element), urls, REQUESTS[name], start, plain=False, sure=not found.branches)

    def _tag(self, element: Element) -> Span:
        return Span(self.facts.path, element.start, element.end)


def _own(urls: tuple[Url, ...]) -> tuple[Url, ...]:
    """The URLs without those that mean the page itself, if all do."""
    return () if all(isinstance(one, Text) and one.value.strip() in ("", ".") for one in urls) else urls
