"""Content for slots that a component does not yield."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, Label, rename
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.component_uses import name_span
from chirp_check.model.entities import ComponentUse
from chirp_check.model.model import Model
from chirp_check.model.slots import DEFAULT_SLOT, dropped_body, is_handed_on
from chirp_check.rule import rule
from chirp_check.source import Span


@rule("unknown-slot", since="0.1.0")
def unknown_slot(use: ComponentUse, model: Model) -> Iterator[Finding]:
    """A call fills a slot that the component does not yield, so that the content is dropped."""
    component = use.component
    if component.open or component.kind != "def":
        return
    defined = name_span(model, component)
    related = (Label(f"`{component.name}` is defined here", defined),) if defined is not None else ()
    taken = {slot.name.name for slot in use.call.slots}
    for slot in use.call.slots:
        name = slot.name.name
        if name not in component.slots:
            at = Span(use.path, slot.name.start, slot.name.end)
            free = component.slots - taken
            near = nearest(name, free)
            fix: Fix | None = None
            if near is not None:
                fix = rename(at, name, near, safe=is_clear(name, near, free))
            help_ = f"did you mean `{near}`?" if near is not None else _help(component.slots)
            if near is None and is_handed_on(model, use, slot):
                help_ = f"write `{{% yield {name} %}}` to render what the outer component was given"
            missing = "for its content" if name == DEFAULT_SLOT else f"`{name}`"
            yield Finding(f"`{component.name}` has no slot {missing}", at=at, related=related, help=help_, fix=fix)
    if dropped_body(model, use):
        at = Span(use.path, use.call.function.start, use.call.function.end)
        message = f"`{component.name}` has no slot for its content"
        yield Finding(message, at=at, related=related, help=_help(component.slots))


def _help(slots: frozenset[str]) -> str:
    if not slots:
        return "the component takes no content at all"
    listed = ", ".join(f"`{slot}`" for slot in sorted(slots)[:5])
    return f"its slots are {listed}" if len(slots) > 1 else f"its only slot is {listed}"
