"""What a browser would send to a route: the fields of the forms that lead to it, each with something in it.

The values are examples for the types of the fields: enough to come past the checks that most handlers begin with.
"""

from collections.abc import Iterator, Mapping

from chirp_check.facts.templates import Element, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.fields import EXAMPLES, TEXT
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey
from chirp_check.model.exchanges import routes_of
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, texts
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import paths

CONTROLS = frozenset({"input", "textarea", "select"})
UNSENT = frozenset({"submit", "button", "reset", "image", "file"})

type Fields = tuple[tuple[str, str], ...]


@query
def forms_to(model: Queries, app: AppKey) -> Mapping[int, Fields]:
    """By number of the route that a form of an application leads to, what that form sends; the first form counts."""
    found: dict[int, Fields] = {}
    for path in sorted(paths(model, app)):
        facts = template_facts(model, path)
        for form in facts.elements if facts is not None else ():
            if form.tag != "form" or facts is None:
                continue
            fields = tuple(_fields(form, facts))
            for route in _routes(model, app, form, path):
                found.setdefault(route, fields)
    return found


def _routes(model: Queries, app: AppKey, form: Element, path: str) -> Iterator[int]:
    """The routes that a form is sent to."""
    asked = [(attribute(form, one), method) for one, method in REQUESTS.items() if method != "GET"]
    posts = any(str(one).lower() == "post" for one in _values(form, "method", path))
    asked += [(attribute(form, "action"), "POST")] if posts else []
    for named, method in asked:
        for url in texts(named.value, path) if named is not None else ():
            yield from (one.index for one in routes_of(model, app, url, method))


def _fields(form: Element, facts: TemplateFacts) -> Iterator[tuple[str, str]]:
    """The controls in a form, each with its own value or an example; one that is open to any text gets one."""
    inside = [one for one in facts.elements if form.start < one.start < (form.close or form.end)]
    for at, control in enumerate(inside):
        name = _constant(control, "name")
        kind = _constant(control, "type") or "text"
        if control.tag not in CONTROLS or not name or kind in UNSENT:
            continue
        own = _constant(control, "value")
        if control.tag == "select":
            options = (one for one in inside[at + 1 :] if one.tag == "option" and one.start < (control.close or 0))
            own = next((value for one in options if (value := _constant(one, "value"))), None)
        yield name, own or EXAMPLES.get(kind) or EXAMPLES.get(name) or TEXT


def _values(element: Element, name: str, path: str) -> tuple[object, ...]:
    found = attribute(element, name)
    return texts(found.value, path) if found is not None else ()


def _constant(element: Element, name: str) -> str | None:
    found = attribute(element, name)
    value = found.value if found is not None else None
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None
