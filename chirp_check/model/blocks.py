"""Blocks that cannot be what their author meant: two of one name, and those that nothing renders."""

from collections.abc import Iterator

from chirp_check.facts.templates import BlockDef, TemplateFacts
from chirp_check.grammar.pages import CONTENT
from chirp_check.model import python_uses
from chirp_check.model.applications import IMPLICIT, AppKey, application
from chirp_check.model.entities import BlockAt, BlockTwice, BlockUse, Orphan, TemplateUse, Unknown
from chirp_check.model.inputs import template_facts
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, query
from chirp_check.model.mentions import mentioned, renders_itself
from chirp_check.model.mounts import mounted
from chirp_check.model.program import records
from chirp_check.model.templates import blocks, chain, target, template_path

UNSEEN = frozenset({"template", "block"})  # what an application may render though nobody sees it


def twice(model: Queries, path: str) -> Iterator[BlockTwice]:
    """The blocks of a template whose name an earlier one has. Kida itself refuses that of regions."""
    facts = template_facts(model, path)
    first: dict[str, BlockDef] = {}
    for block in facts.blocks if facts is not None else ():
        if block.kind == "region" or block.inside_match or block.inside_try:
            continue
        before = first.setdefault(block.name.name, block)
        if before is not block:
            yield BlockTwice(BlockAt(path, before), BlockAt(path, block))


def orphans(model: Queries, app: AppKey, path: str) -> Iterator[Orphan]:
    """The blocks of a template that nothing renders: no template above has one of the name, no handler asks for it."""
    facts = template_facts(model, path)
    if facts is None:
        return
    yield from _embedded(model, app, facts)
    line = chain(model, app, path)
    if len(line.paths) < 2 or not line.complete or app == IMPLICIT:
        return
    above = blocks(model, app, line.paths[1])
    unknown = (one for one in facts.blocks if one.kind == "block" and one.name.name not in above)
    lone = [one for one in unknown if _is_outermost(facts, one)]
    if not lone:
        return
    used = rendered(model, app)
    for one in lone if used is not None else ():
        if used is not None and (path, one.name.name) not in used and not _by_convention(model, app, one.name.name):
            yield Orphan(BlockAt(path, one), line.paths[1], tuple(sorted(above)))


def _by_convention(model: Queries, app: AppKey, name: str) -> bool:
    """Whether the framework may render a block of this name in folders of pages, by itself or because it is told to."""
    span = application(model, app).span
    pages = span is not None and bool(mounted(model, span))
    return pages and (name == CONTENT or name.startswith("page_") or name.endswith("_oob") or mentioned(model, name))


def _is_outermost(facts: TemplateFacts, block: BlockDef) -> bool:
    """Whether a block stands in no other and in no component, where it would be rendered with what is around it."""
    around = (*facts.blocks, *facts.components, *facts.overrides)
    return not any(one is not block and one.start < block.start < one.end for one in around)


def _embedded(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[Orphan]:
    """The blocks of an `embed` that the embedded template does not have."""
    embeds = [one for one in facts.references if one.kind == "embed"]
    for block in facts.overrides:
        if any(one is not block and one.start < block.start < one.end for one in facts.overrides):
            continue
        embed = next((one for one in reversed(embeds) if one.start < block.start), None)
        at = target(model, app, embed, facts.path) if embed is not None else None
        if at is None or not chain(model, app, at).complete:
            continue
        known = blocks(model, app, at)
        if block.name.name not in known:
            yield Orphan(BlockAt(facts.path, block), at, tuple(sorted(known)))


@query
def rendered(model: Queries, app: AppKey) -> frozenset[tuple[str, str]] | None:
    """The blocks that handlers render, by file and name; None where some of them cannot be told."""
    if any(renders_itself(model, path) for path in read_modules(model)):
        return None
    made = (record for path in read_modules(model) for record in records(model, path))
    uses = dict.fromkeys(use for record in made for use in python_uses.uses(model, app, record))
    known = {("template", use.site.span) for use in uses if isinstance(use, TemplateUse) and use.site is not None}
    known |= {("block", use.site.span) for use in uses if isinstance(use, BlockUse)}
    if any(isinstance(use, Unknown) and use.kind in UNSEEN and (use.kind, use.span) not in known for use in uses):
        return None
    named = {(use.path, use.block.value) for use in uses if isinstance(use, BlockUse)}
    for use in uses:  # a `Suspense` renders whatever block reads what it waits for
        path = template_path(model, app, use.name.value) if isinstance(use, TemplateUse) else None
        if path is not None and isinstance(use, TemplateUse) and use.site is not None and use.site.kind == "Suspense":
            named |= {(path, name) for name in blocks(model, app, path)}
    return frozenset((file, name) for path, name in named for file in chain(model, app, path).paths)
