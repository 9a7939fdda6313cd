"""What the templates of an application refer to: other templates, URLs and ids, where they are written."""

from collections.abc import Iterator

from chirp_check.facts.templates import Attribute, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import stripped, tag_of
from chirp_check.model.entities import ElementAt, TargetUse, TemplateUse, Text, Unknown, UrlUse
from chirp_check.model.markup import attribute, hashed, is_oob, pieces, texts, wanted_id
from chirp_check.source import Span

METHODS = {**REQUESTS, "sse-connect": "GET"}

# How the attributes begin that can refer to something.
TELLING = ("hx-", "data-hx-", "sse-", "action", "formaction")

type Use = TemplateUse | UrlUse | TargetUse | Unknown


def uses(facts: TemplateFacts) -> Iterator[Use]:
    """What one template refers to."""
    yield from _templates(facts)
    for element in facts.elements:
        if not any(one.name.startswith(TELLING) for one in element.attributes):
            continue
        at = ElementAt(facts.path, element)
        for name, method in METHODS.items():
            yield from _urls(attribute(element, name), method, name, at)
        yield from _forms(at)
        yield from _targets(attribute(element, "hx-target"), "hx-target", at)
        yield from _out_of_band(at)


def _templates(facts: TemplateFacts) -> Iterator[Use]:
    for reference in facts.references:
        span = Span(facts.path, reference.start, reference.end)
        if isinstance(reference.target, Const) and isinstance(reference.target.value, str):
            literal = Span(facts.path, reference.target.start, reference.target.end)
            yield TemplateUse(Text(reference.target.value, literal), reference.kind, None, reference.ignore_missing)
        else:
            yield Unknown("a computed template name", span, "template")


def _urls(found: Attribute | None, method: str | None, via: str, at: ElementAt) -> Iterator[Use]:
    if found is None:
        return
    for url in texts(found.value, at.path):
        written = pieces(url)
        if written[0] is None:
            yield Unknown("a computed URL", url.span, "url")
        else:
            yield UrlUse(url, method, via, at)


def _forms(at: ElementAt) -> Iterator[Use]:
    """`action` with the form's method, `formaction` with its own; without a literal method any may be meant."""
    element = at.element
    if element.tag == "form":
        yield from _urls(attribute(element, "action"), _method(attribute(element, "method"), "GET"), "action", at)
    if element.tag in ("button", "input"):
        method = _method(attribute(element, "formmethod"), None)
        yield from _urls(attribute(element, "formaction"), method, "formaction", at)


def _method(found: Attribute | None, default: str | None) -> str | None:
    if found is None:
        return default
    if isinstance(found.value, Const) and isinstance(found.value.value, str) and not found.branches:
        word = found.value.value.strip().upper()
        return "POST" if word == "POST" else "GET" if word != "DIALOG" else None
    return None


def _targets(found: Attribute | None, via: str, at: ElementAt) -> Iterator[Use]:
    if found is None:
        return
    for selector in texts(found.value, at.path):
        if pieces(selector)[0] is None:
            yield Unknown("a computed selector", selector.span, "target")
        elif wanted_id(selector) is not None or tag_of(stripped(pieces(selector))) is not None:
            yield TargetUse(selector, via, at, None)


def _out_of_band(at: ElementAt) -> Iterator[Use]:
    """An element that is always swapped out of band: into the element with its own id, or with the id it names."""
    found = attribute(at.element, "hx-swap-oob")
    if found is None or not is_oob(at.element):
        return
    for value in texts(found.value, at.path):
        style, colon, selector = value.value.partition(":") if isinstance(value, Text) else ("", "", "")
        if colon:
            target = Text(selector, Span(at.path, value.span.start + len(style) + 1, value.span.end))
            if wanted_id(target) is not None:
                yield TargetUse(target, "hx-swap-oob", at, None)
        elif isinstance(value, Text) and style.strip() not in ("false", "none"):
            yield from _own_id(at)


def _own_id(at: ElementAt) -> Iterator[Use]:
    own = attribute(at.element, "id")
    for value in texts(own.value, at.path) if own is not None else ():
        written = stripped(pieces(value))
        if written and written[0] is not None:
            yield TargetUse(hashed(written, value.span), "hx-swap-oob", at, None)
