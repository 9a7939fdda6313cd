"""What the templates of an application refer to: other templates, URLs and ids, where they are written."""

from collections.abc import Iterator

from chirp_check.facts.templates import Attribute, TemplateFacts
from chirp_check.facts.values import Filter
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import stripped, tag_of
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import ElementAt, LinkUse, TargetUse, TemplateUse, Text, Unknown, UrlUse
from chirp_check.model.markup import attribute, hashed, is_oob, literal, pieces, texts, wanted_id
from chirp_check.model.memory import Queries
from chirp_check.model.relative import is_relative
from chirp_check.model.routes import is_local
from chirp_check.model.ways import Reader
from chirp_check.source import Span

METHODS = {**REQUESTS, "sse-connect": "GET"}

# How the attributes begin that can refer to something.
TELLING = ("hx-", "data-hx-", "sse-", "action", "formaction")

type Use = TemplateUse | UrlUse | TargetUse | LinkUse | Unknown


def uses(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Use]:
    """What one template refers to, in an application."""
    reader = Reader(model, app, facts)
    yield from _templates(facts, reader)
    for element in facts.elements:
        if not any(one.name.startswith(TELLING) for one in element.attributes):
            continue
        at = ElementAt(facts.path, element)
        for name, method in METHODS.items():
            yield from _urls(reader, attribute(element, name), method, name, at)
        yield from _forms(reader, at)
        yield from _targets(reader, attribute(element, "hx-target"), "hx-target", at)
        yield from _out_of_band(reader, at)
    for element in facts.unscripted:  # where no scripts run htmx asks for nothing, and forms are sent all the same
        yield from _forms(reader, ElementAt(facts.path, element))
    yield from _handed_over(reader)
    yield from _links(reader)


def _templates(facts: TemplateFacts, reader: Reader) -> Iterator[Use]:
    for reference in facts.references:
        for name in reader.computed(reference.target):
            if isinstance(name, Text):
                yield TemplateUse(name, reference.kind, None, reference.ignore_missing)
            else:
                reason = name.reason if isinstance(name, Unknown) else "a computed template name"
                yield Unknown(reason, Span(facts.path, reference.start, reference.end), "template")


def _handed_over(reader: Reader) -> Iterator[Use]:
    """URLs and targets that are no attributes, but arguments of components and entries of mappings for these."""
    found = [one for call in reader.facts.calls for one in reader.arguments(call)]
    found += (one for term in reader.facts.expressions if isinstance(term, Filter) for one in reader.mapped(term.base))
    for name, value in found:
        written = stripped(pieces(value))
        if name in METHODS and written and written[0] is not None:
            yield UrlUse(value, METHODS[name], name, None)
        elif name == "hx-target" and wanted_id(value) is not None and written and written[0] is not None:
            yield TargetUse(value, name, None, None)


def _links(reader: Reader) -> Iterator[LinkUse]:
    """The links to paths; what is downloaded may be a file that something else serves."""
    for element in (*reader.facts.elements, *reader.facts.unscripted):
        named = attribute(element, "href") if element.tag in ("a", "area") else None
        if named is None or attribute(element, "download") is not None:
            continue
        taken = attribute(element, *REQUESTS) is not None
        for url in reader.texts(named, element):
            if not isinstance(url, Unknown) and pieces(url)[0] is not None and (is_local(url) or is_relative(url)):
                yield LinkUse(url, ElementAt(reader.facts.path, element), taken)


def _urls(reader: Reader, found: Attribute | None, method: str | None, via: str, at: ElementAt) -> Iterator[Use]:
    if found is None:
        return
    for url in reader.texts(found, at.element):
        if isinstance(url, Unknown):
            yield Unknown(url.reason, url.span, "url")
        elif pieces(url)[0] is None:
            yield Unknown("a URL that begins with what the text does not tell", url.span, "url")
        else:
            yield UrlUse(url, method, via, at)


def _forms(reader: Reader, at: ElementAt) -> Iterator[Use]:
    """`action` with the form's method, `formaction` with its own; without a literal method any may be meant."""
    element = at.element
    if element.tag == "form":
        yield from _urls(
            reader, attribute(element, "action"), _method(attribute(element, "method"), "GET"), "action", at
        )
    if element.tag in ("button", "input"):
        method = _method(attribute(element, "formmethod"), None)
        yield from _urls(reader, attribute(element, "formaction"), method, "formaction", at)


def _method(found: Attribute | None, default: str | None) -> str | None:
    if found is None:
        return default
    written = literal(found)
    if written is not None:
        word = written.strip().upper()
        return "POST" if word == "POST" else "GET" if word != "DIALOG" else None
    first = {pieces(one)[0] for one in texts(found.value, "")} if not found.branches else {None}
    return None if any(one is None or _may_begin_a_method(one) for one in first) else "GET"


def _may_begin_a_method(start: str) -> bool:
    return any(one.startswith(start.lower()) for one in ("get", "post", "dialog"))


def _targets(reader: Reader, found: Attribute | None, via: str, at: ElementAt) -> Iterator[Use]:
    if found is None:
        return
    for selector in reader.texts(found, at.element):
        if isinstance(selector, Unknown):
            yield Unknown(selector.reason, selector.span, "target")
        elif pieces(selector)[0] is None:
            yield Unknown("a selector that begins with what the text does not tell", selector.span, "target")
        elif wanted_id(selector) is not None or tag_of(stripped(pieces(selector))) is not None:
            yield TargetUse(selector, via, at, None)


def _out_of_band(reader: Reader, at: ElementAt) -> Iterator[Use]:
    """An element that is always swapped out of band: into the element with its own id, or with the id it names."""
    found = attribute(at.element, "hx-swap-oob")
    if found is None or not is_oob(at.element):
        return
    for value in reader.texts(found, at.element):
        style, colon, selector = value.value.partition(":") if isinstance(value, Text) else ("", "", "")
        if colon:
            target = Text(selector, Span(at.path, value.span.start + len(style) + 1, value.span.end))
            if wanted_id(target) is not None:
                yield TargetUse(target, "hx-swap-oob", at, None)
        elif isinstance(value, Text) and style.strip() not in ("false", "none"):
            yield from _own_id(reader, at)


def _own_id(reader: Reader, at: ElementAt) -> Iterator[Use]:
    own = attribute(at.element, "id")
    for value in reader.texts(own, at.element):
        written = stripped(pieces(value)) if not isinstance(value, Unknown) else ()
        if written and written[0] is not None and not isinstance(value, Unknown):
            yield TargetUse(hashed(written, value.span), "hx-swap-oob", at, None)
