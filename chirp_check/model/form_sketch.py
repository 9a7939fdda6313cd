"""What of a template can matter for forms, told in one look at it, so that most templates need no second one."""

import msgspec

from chirp_check.facts.templates import ComponentCall, Element
from chirp_check.facts.values import Const, Mapping
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, is_oob, texts
from chirp_check.model.memory import Queries, gate

CONTROLS = frozenset({"input", "select", "textarea", "button", "output", "object"})
ADDING = frozenset({"hx-vals", "hx-vars", "hx-include", "hx-ext"})
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
ASKING = frozenset(name for name, method in REQUESTS.items() if method not in WITHOUT_BODY)
_PASSED = frozenset(name.replace("-", "_") for name in ASKING)
_SENDING = ASKING | {"formaction"}
_AIMING = frozenset({"hx-target", "hx-swap-oob"})


class Sketch(msgspec.Struct, frozen=True, gc=False):
    """Whether a template sends something (`sends`), has forms, controls, and attributes that add to what is sent.

    `attaches`: a control names the form that it belongs to. `aims` are the ids that answers of htmx may be swapped to,
    `into` those whose element stays; `aims_anywhere` when these may be any.
    """

    sends: bool = False
    forms: bool = False
    controls: bool = False
    adds: bool = False
    attaches: bool = False
    aims: frozenset[str] = frozenset()
    into: frozenset[str] = frozenset()
    aims_anywhere: bool = False


@gate
def sketch(model: Queries, path: str) -> Sketch:
    """The sketch of a template; an empty one when it cannot be read."""
    facts = template_facts(model, path)
    if facts is None:
        return Sketch()
    has_forms = has_controls = adds = attaches = is_open = False
    sends = any(passes(one) for one in facts.calls)
    found: set[str] = set()
    into: set[str] = set()
    for one in facts.elements:
        has_forms = has_forms or one.tag == "form"
        is_control = one.tag in CONTROLS
        has_controls = has_controls or is_control
        if not one.attributes:
            continue
        named = {each.name.removeprefix("data-").partition(":")[0] for each in one.attributes}
        sends = sends or not named.isdisjoint(_SENDING)
        adds = adds or not named.isdisjoint(ADDING)
        attaches = attaches or (is_control and "form" in named)
        if not named.isdisjoint(_AIMING):
            words, stays, unseen = _aimed(one, path)
            found |= words
            into |= words if stays else set()
            is_open = is_open or unseen
    sends = sends or has_forms
    return Sketch(sends, has_forms, has_controls, adds, attaches, frozenset(found), frozenset(into), is_open)


def passes(call: ComponentCall) -> bool:
    """Whether a call hands attributes to a component that make it send something."""
    return any(one.name in _PASSED or isinstance(one.value, Mapping) for one in call.arguments)


def _aimed(element: Element, path: str) -> tuple[set[str], bool, bool]:
    """The ids that an element names as a target, whether their elements stay, and whether they may be any."""
    is_own = is_oob(element)
    named = (attribute(element, "hx-target"), attribute(element, "id") if is_own else None)
    values = [value for one in named if one is not None for value in texts(one.value, path)]
    is_open = any(isinstance(value, Pattern) and value.pieces[0] in (None, "#") for value in values)
    swap = attribute(element, "hx-swap")
    style = swap.value.value if swap is not None and isinstance(swap.value, Const) else ""
    words = {value.value.removeprefix("#") for value in values if isinstance(value, Text)}
    return words, not is_own and not str(style).startswith("outerHTML"), is_open
