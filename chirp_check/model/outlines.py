"""What the rest of the project asks of a file again and again, taken from its facts at once.

Facts are large and are kept for a while only; an outline is small and stays.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import Import
from chirp_check.facts.templates import BlockDef, ComponentCall, TemplateFacts, TemplateRef
from chirp_check.facts.values import Attr, Name
from chirp_check.facts.walk import every_statement
from chirp_check.model.inputs import module_facts, template_facts
from chirp_check.model.memory import Queries, gate
from chirp_check.syntax.ignore import MARKER

COMPUTED = ""


class TemplateOutline(msgspec.Struct, frozen=True, gc=False):
    """The tags of a template that name others, its blocks that can be rendered, and the components that it calls.

    `calls` are by the name that each component has where it is defined; `COMPUTED` stands for what is no name.
    `parses`: it can be read and has no faults. `marked`: its comments may speak to the checker.
    """

    parses: bool = False
    marked: bool = False
    references: tuple[TemplateRef, ...] = ()
    blocks: tuple[BlockDef, ...] = ()
    calls: tuple[tuple[str, ComponentCall], ...] = ()


class ModuleOutline(msgspec.Struct, frozen=True, gc=False):
    """What a Python file imports: dotted names, and the dots in front.

    `parses`: it can be read and has no faults. `marked`: its comments may speak to the checker.
    """

    parses: bool = False
    marked: bool = False
    imports: tuple[tuple[str, str | None, int], ...] = ()


@gate
def template_outline(model: Queries, path: str) -> TemplateOutline:
    """The outline of a template; an empty one when it cannot be read."""
    facts = template_facts(model, path)
    if facts is None:
        return TemplateOutline()
    return TemplateOutline(
        parses=not facts.faults,
        marked=any(MARKER in one.name for one in facts.comments),
        references=facts.references,
        blocks=tuple(block for block in facts.blocks if not block.inside_try),
        calls=tuple(_calls(facts)) if facts.calls else (),
    )


def _calls(facts: TemplateFacts) -> Iterator[tuple[str, ComponentCall]]:
    local: Mapping[str, str] = {one.name.name: one.value.id for one in facts.bindings if isinstance(one.value, Name)}
    local = {**local, **{here.name: there.name for one in facts.references for there, here in one.names}}
    for call in facts.calls:
        match call.function:
            case Name(id=name):
                yield local.get(name, name), call
            case Attr(name=name):
                yield name, call
            case _:
                yield COMPUTED, call


@gate
def module_outline(model: Queries, path: str) -> ModuleOutline:
    """The outline of a Python file; an empty one when it cannot be read."""
    facts = module_facts(model, path)
    if facts is None:
        return ModuleOutline()
    imports = (one for one in every_statement(facts.body) if isinstance(one, Import))
    return ModuleOutline(
        parses=not facts.faults,
        marked=bool(facts.comments),
        imports=tuple(dict.fromkeys((one.module, one.attribute, one.level) for one in imports)),
    )
