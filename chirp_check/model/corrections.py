"""Corrections in templates that take more than another name: a method, a block, an input."""

from chirp_check.diagnostic import Edit, Fix
from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.entities import BlockUse, UrlUse
from chirp_check.model.form_faults import UnknownField
from chirp_check.model.form_senders import inside
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.markup import attribute, word
from chirp_check.model.memory import Queries
from chirp_check.source import Span

UNASKED = frozenset({"HEAD", "OPTIONS"})
TYPES = {"int": "number", "float": "number", "Decimal": "number", "date": "date", "datetime": "datetime-local"}


# A method.


def other_method(model: Queries, use: UrlUse, methods: frozenset[str], *, alone: bool) -> Fix | None:
    """Ask with the only method that is taken. `alone`: nothing else asks as this does.

    That is safe where the route names its method, so that the slip is in the template, and the element is not one that
    asks by itself.
    """
    taken = methods - UNASKED
    if use.element is None or len(taken) != 1:
        return None
    element, path = use.element.element, use.element.path
    (method,) = taken
    safe = alone and method != "GET" and attribute(element, "hx-trigger") is None
    edit = _asked(model, path, element, use.via, method) if use.via in REQUESTS else None
    if use.via == "action" and method in ("GET", "POST"):
        edit = _sent(path, element, method)
    return Fix(f"request it with `{method}`", (edit,), safe) if edit is not None else None


def _asked(model: Queries, path: str, element: Element, via: str, method: str) -> Edit | None:
    """The attribute of a request with its method."""
    found = attribute(element, via)
    meant = next(name for name, asked in REQUESTS.items() if asked == method)
    if found is None or attribute(element, meant) is not None:
        return None
    written = (text(model, path) or "")[found.name_start : found.name_end]
    start = found.name_start + written.lower().rfind(via)
    return Edit(Span(path, start, start + len(via)), meant)


def _sent(path: str, form: Element, method: str) -> Edit | None:
    """The method of a form."""
    found = attribute(form, "method")
    if found is None:
        at = form.start + 1 + len(form.tag)
        return Edit(Span(path, at, at), f' method="{method.lower()}"')
    if found.value is None or word(form, "method") is None:
        return None
    return Edit(Span(path, found.value.start, found.value.end), method.lower())


# A block.


def skeleton(model: Queries, use: BlockUse) -> Fix | None:
    """The block that is rendered, empty, at the end of its template."""
    name, source = use.block.value, text(model, use.path)
    if source is None or not name.isidentifier():
        return None
    end = len(source)
    before = "" if source.endswith("\n") or not source else "\n"
    return Fix(
        f"add the block `{name}`",
        (Edit(Span(use.path, end, end), f"{before}{{% block {name} %}}\n{{% end %}}\n"),),
        safe=False,
    )


# An input.


def missing_input(model: Queries, found: UnknownField) -> Fix | None:
    """The input of a field of a dataclass, in front of what sends the form."""
    path = found.form.path
    facts, source = template_facts(model, path), text(model, path)
    form = next((one for one in facts.elements if one.start == found.form.start), None) if facts is not None else None
    if facts is None or source is None or form is None or form.tag != "form" or form.close is None or not found.owner:
        return None
    at = _last_place(facts, form, source)
    line = source.rfind("\n", 0, at) + 1
    indent = source[line:at]
    own_line = indent.strip() == ""
    written = f"{_input(model, found)}\n{indent}" if own_line else _input(model, found)
    return Fix(f"add an input `{found.name}`", (Edit(Span(path, at, at), written),), safe=False)


def _last_place(facts: TemplateFacts, form: Element, source: str) -> int:
    """Where the button begins that sends a form, or else where the form ends."""
    for one in inside(facts, form):
        kind = word(one, "type") or ("submit" if one.tag == "button" else "")
        if one.tag in ("button", "input") and kind.lower() == "submit" and not one.branches[len(form.branches) :]:
            return one.start
    return source.lower().rfind("</form", form.end, form.close)


def _input(model: Queries, found: UnknownField) -> str:
    """A labelled input that fits the type of the field."""
    rest = (text(model, found.at.path) or "")[found.at.end :].partition("\n")[0]
    annotation = rest.partition(":")[2].partition("=")[0].split("|")[0].strip()
    label = found.name.replace("_", " ").capitalize()
    needed = " required" if found.required and annotation != "bool" else ""
    kind = "checkbox" if annotation == "bool" else TYPES.get(annotation)
    typed = f' type="{kind}"' if kind is not None else ""
    return f'<label>{label} <input{typed} name="{found.name}"{needed}></label>'
