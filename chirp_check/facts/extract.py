"""A template file to its facts."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from chirp_check.facts.markup import MarkupReader
from chirp_check.facts.templates import (
    Binding,
    BlockDef,
    ComponentCall,
    ComponentDef,
    Fault,
    Ident,
    Parameter,
    SlotContent,
    TemplateFacts,
    TemplateRef,
)
from chirp_check.facts.values import AnyTerm
from chirp_check.source import SourceFile
from chirp_check.syntax.kida import KidaError, Tag, scan, word_of
from chirp_check.syntax.kida_blocks import Block, Structure, structure

if TYPE_CHECKING:
    from chirp_check.facts.statements import TagReader

_BLOCKS = frozenset({"block", "fragment", "region"})


def read_template(file: SourceFile) -> TemplateFacts:
    """The facts of one template, whatever its text. What Kida refuses is a fault; the rest is still there."""
    return _TemplateReader(file).read()


class _TemplateReader:
    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.text = file.text
        self.scan = scan(file.text)
        self.structure: Structure = structure(self.scan.tags, len(file.text))
        self.opened: dict[Tag, Block] = {block.open: block for block in self.structure.blocks}
        self.references: list[TemplateRef] = []
        self.bindings: list[Binding] = []
        self.calls: list[ComponentCall] = []
        self.outputs: dict[Tag, AnyTerm] = {}
        self.conditions: dict[Tag, AnyTerm] = {}
        self.parameters: dict[Tag, tuple[Parameter, ...]] = {}

    def read(self) -> TemplateFacts:
        if self.scan.tags:
            self._read_tags()
        markup = MarkupReader(self.text, self.scan, self.structure, self.opened, self.outputs, self.conditions)
        elements = markup.elements()
        return TemplateFacts(
            path=self.file.path,
            references=tuple(self.references),
            blocks=tuple(self._blocks()),
            components=tuple(self._components()),
            calls=tuple(sorted(self.calls, key=lambda call: (call.start, -call.end))),
            bindings=tuple(self.bindings),
            elements=elements,
            expressions=tuple(self.outputs.values()),
            scripts=markup.scripts,
            comments=tuple(
                Ident(start + 2, end - 2, self.text[start + 2 : end - 2]) for start, end in self.scan.comments
            ),
            faults=tuple(
                sorted(map(_fault, chain(self.scan.errors, self.structure.errors)), key=lambda one: one.start)
            ),
        )

    def _read_tags(self) -> None:
        from chirp_check.facts.statements import TagReader

        for tag in self.scan.tags:
            if tag.parsed.node is None:
                continue
            reader = TagReader(tag, self.text)
            if tag.is_output:
                term = reader.output()
                if term is not None:
                    self.outputs[tag] = term
            else:
                self._statement(tag, reader)
            self.calls += (
                ComponentCall(call.start, call.end, call.function, call.arguments, False, ())
                for call in reader.terms.calls
            )

    def _statement(self, tag: Tag, reader: TagReader) -> None:
        reference = reader.reference()
        if reference is not None:
            self.references.append(reference)
            return
        condition = reader.condition()
        if condition is not None:
            self.conditions[tag] = condition
        self.bindings += reader.bindings()
        for _ in reader.other_expressions():
            pass
        if tag.keyword in {"def", "region"}:
            self.parameters[tag] = reader.parameters()
        call = reader.call()
        if call is not None:
            end = self.opened[tag].end if tag in self.opened else tag.end
            self.calls.append(ComponentCall(tag.start, end, *call, True, tuple(self._slots_in(tag))))

    def _slots_in(self, call: Tag) -> Iterator[SlotContent]:
        for block in self.structure.blocks:
            parent = block.arms[0].parent
            if block.kind == "slot" and parent is not None and parent.tag is call:
                yield SlotContent(
                    block.open.start, block.end, self._slot_name(block.open), block.open.end, block.arms[-1].end
                )

    def _slot_name(self, tag: Tag) -> Ident:
        tokens = tag.parsed.tokens
        start, end = tag.token(2)
        if tokens[2].value != "let" and self.text[start:end].isidentifier():
            return Ident(start, end, self.text[start:end])
        start, end = tag.token(1)
        return Ident(start, end, "default")

    def _name(self, tag: Tag) -> Ident | None:
        """The name behind the keyword, also where the rest of the tag is broken."""
        if len(tag.parsed.tokens) > 2:
            start, end = tag.token(2)
            if self.text[start:end].isidentifier():
                return Ident(start, end, self.text[start:end])
        return None

    def _blocks(self) -> Iterator[BlockDef]:
        for block in self.structure.blocks:
            name = self._name(block.open) if block.kind in _BLOCKS else None
            if name is None:
                continue
            around = {outer.kind for outer in _around(block)}
            yield BlockDef(
                block.open.start,
                block.end,
                block.kind,
                name,
                block.open.end,
                block.arms[-1].end,
                self.parameters.get(block.open, ()),
                "match" in around,
                "try" in around,
            )

    def _components(self) -> Iterator[ComponentDef]:
        yielded = self._yielded()
        for block in self.structure.blocks:
            name = self._name(block.open) if block.kind == "def" else None
            if name is not None:
                yield ComponentDef(
                    block.open.start,
                    block.end,
                    name,
                    self.parameters.get(block.open, ()),
                    tuple(yielded.get(block.open, ())),
                    block.open.end,
                    block.arms[-1].end,
                )

    def _yielded(self) -> dict[Tag, list[Ident]]:
        """The slots that each `def` has places for."""
        found: dict[Tag, list[Ident]] = {}
        for tag, arm in zip(self.scan.tags, self.structure.arms, strict=True):
            if word_of(tag) not in {"slot", "yield"} or len(tag.parsed.tokens) < 3:
                continue
            if word_of(tag) == "slot" and arm.block is not None and arm.block.kind == "call":
                continue
            at = arm
            while at.block is not None and at.block.kind != "def" and at.parent is not None:
                at = at.parent
            if at.block is not None:
                found.setdefault(at.block.open, []).append(self._slot_name(tag))
        return found


def _around(block: Block) -> Iterator[Block]:
    arm = block.arms[0].parent
    while arm is not None and arm.block is not None:
        yield arm.block
        arm = arm.parent


def _fault(error: KidaError) -> Fault:
    return Fault(error.start, error.end, error.message, error.help, error.code)
