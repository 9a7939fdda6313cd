"""The block or template that a place of a document is about, on either side of the boundary."""

from collections.abc import Iterator
from dataclasses import dataclass

from chirp_check.model.entities import BlockAt, BlockUse, TemplateUse
from chirp_check.model.model import Model
from chirp_check.source import Span


@dataclass(frozen=True, slots=True)
class BlockNamed:
    """A block's name at `span`: the block, and the file of the template through which it is named there."""

    span: Span
    path: str
    block: BlockAt


@dataclass(frozen=True, slots=True)
class TemplateNamed:
    """A template's name at `span`, and its file."""

    span: Span
    path: str


def named_at(model: Model, path: str, offset: int) -> tuple[BlockNamed | TemplateNamed, ...]:
    """What the text at an offset names; several when one literal reaches several calls."""
    found = (one for one in _named(model, path) if one.span.path == path and one.span.start <= offset <= one.span.end)
    return tuple(dict.fromkeys(found))


def _named(model: Model, path: str) -> Iterator[BlockNamed | TemplateNamed]:
    for use in model.subjects(BlockUse):
        block = model.blocks(use.path).get(use.block.value)
        if block is not None:
            yield BlockNamed(use.block.span, use.path, block)
    for name in model.subjects(TemplateUse):
        base = name.name.span.path if name.site is None else None
        target = model.template_path(name.name.value, base)
        if target is not None:
            yield TemplateNamed(name.name.span, target)
    yield from _defined(model, path)


def _defined(model: Model, path: str) -> Iterator[BlockNamed]:
    """The blocks that a template itself defines."""
    facts = model.sources.template(path) if path in model.templates().values() else None
    for block in facts.blocks if facts is not None else ():
        at = BlockAt(path, block)
        yield BlockNamed(at.span, path, at)


def uses(model: Model, block: BlockAt) -> tuple[BlockUse, ...]:
    """The places in Python that render a block, in the order of the text."""
    found = (use for use in model.subjects(BlockUse) if model.blocks(use.path).get(use.block.value) == block)
    return tuple(sorted(found, key=_place))


def _place(use: BlockUse) -> Span:
    return use.block.span
