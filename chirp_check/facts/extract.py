"""A template file to its facts."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chirp_check.facts.expressions import TERMS
from chirp_check.facts.markup import BRANCHING, MarkupReader
from chirp_check.facts.program import ProgramReader
from chirp_check.facts.reads import Step
from chirp_check.facts.statements import REFERENCES, bindings, parameters, reference
from chirp_check.facts.templates import (
    Binding,
    BlockDef,
    ComponentCall,
    ComponentDef,
    Conditional,
    ConditionalArm,
    Fault,
    Ident,
    Parameter,
    SlotContent,
    TemplateFacts,
    TemplateRef,
)
from chirp_check.facts.values import AnyTerm, Arg, Call
from chirp_check.facts.vocabulary import foreign
from chirp_check.source import SourceFile
from chirp_check.syntax.kida import KidaError, scan
from chirp_check.syntax.kida import Tag as AnyTag
from chirp_check.syntax.kida_blocks import Arm, Block, structure
from chirp_check.syntax.kida_compile import compile_errors
from chirp_check.syntax.kida_saying import Saying
from chirp_check.syntax.letters import turning
from chirp_check.syntax.limits import check_markup

type Tag = AnyTag[AnyTerm]

_BLOCKS = frozenset({"block", "fragment", "region"})


def read_template(file: SourceFile) -> TemplateFacts:
    """The facts of one template, whatever its text. What Kida refuses is a fault; the rest is still there."""
    check_markup(file.text.count("<"), "tags")
    reader = _TemplateReader(file)
    facts = reader.read()
    reader.forget()
    return facts


class _Around(NamedTuple):
    """What stands around an arm, itself included: the kinds of blocks, and the innermost `def`."""

    kinds: frozenset[str]
    component: Tag | None


class _TemplateReader:
    """Reads one file, once."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.text = _encodable(file.text)
        self.scan = scan(self.text, TERMS)
        self.structure = structure(self.scan)
        blocks = self.structure.blocks
        self.opened: dict[Tag, Block] = {block.open: block for block in blocks}
        self.begins = {arm.tag: arm for block in blocks for arm in block.arms if arm.tag is not None}
        self.arm_of = dict(zip(self.scan.tags, self.structure.arms, strict=True))
        self.around: dict[Arm, _Around] = {self.structure.root: _Around(frozenset(), None)}
        self.slots: dict[Tag, list[SlotContent]] = {}
        self.yielded: dict[Tag, list[Ident]] = {}
        self.references: list[TemplateRef] = []
        self.bindings: list[Binding] = []
        self.operands: list[AnyTerm] = []
        self.applied: list[tuple[str, int, int, str]] = []
        self.calls: list[ComponentCall] = []
        self.outputs: dict[Tag, AnyTerm] = {}
        self.conditions: dict[Tag, AnyTerm] = {}
        self.parameters: dict[Tag, tuple[Parameter, ...]] = {}
        self.program: tuple[Step, ...] = ()
        self.places: tuple[tuple[int, int], ...] = ()

    def forget(self) -> None:
        """Let go of blocks and arms, which know each other: where nobody looks for circles, nothing else frees them."""
        for block in self.structure.blocks:
            block.arms.clear()

    def read(self) -> TemplateFacts:
        self._read_nesting()
        if self.scan.tags:
            self._read_tags()
        markup = MarkupReader(self.text, self.scan, self.structure, self.outputs, self.conditions)
        blocks = list(self._blocks())
        faults = [_fault(error) for error in self._errors()]
        comments = ((start + 2, end - 2) for start, end in self.scan.comments)
        filters, tests = foreign(self.applied)
        return TemplateFacts(
            path=self.file.path,
            references=tuple(self.references),
            blocks=tuple(block for block, embedded in blocks if not embedded),
            components=tuple(self._components()),
            calls=tuple(sorted(self.calls, key=lambda call: (call.start, -call.end))),
            bindings=tuple(self.bindings),
            elements=markup.elements(),
            unscripted=markup.unscripted(),
            expressions=tuple(self.outputs.values()),
            scripts=markup.scripts,
            comments=tuple(Ident(start, end, self.text[start:end]) for start, end in comments),
            faults=tuple(sorted(faults, key=lambda fault: (fault.start, fault.end))),
            overrides=tuple(block for block, embedded in blocks if embedded),
            conditionals=tuple(self._conditionals()),
            operands=tuple(self.operands),
            program=self.program,
            places=self.places,
            filters=filters,
            tests=tests,
            turning=turning(self.text),
        )

    def _errors(self) -> Iterable[KidaError]:
        """What Kida refuses. Its compiler sees only what its parser accepts."""
        errors = [*self.scan.errors, *(self.structure.errors if self.scan.complete else ())]
        if errors or not self.scan.tags:
            return errors
        return compile_errors(self.scan.tags, self.structure)

    def _read_nesting(self) -> None:
        """What is around each arm; the slots that calls fill and definitions yield."""
        for block in self.structure.blocks:
            parent = block.arms[0].parent or self.structure.root
            outer = self.around[parent]
            component = block.open if block.kind == "def" else outer.component
            around = _Around(outer.kinds | {block.kind}, component)
            self.around.update(dict.fromkeys(block.arms, around))
            if block.kind == "slot" and parent.tag is not None and _is_call(parent):
                body = (block.open.end, block.arms[-1].end)
                content = SlotContent(block.open.start, block.end, self._slot_name(block.open), *body)
                self.slots.setdefault(parent.tag, []).append(content)
        for tag, arm in self.arm_of.items():
            if tag.word == "yield" or (tag.word == "slot" and not _is_call(arm)):
                component = self.around[arm].component
                if component is not None:
                    self.yielded.setdefault(component, []).append(self._slot_name(tag))

    def _read_tags(self) -> None:
        program = ProgramReader()
        for tag in self.scan.tags:
            said = tag.said
            if said is None:
                continue
            program.take(tag, said)
            if not tag.is_output:
                self._statement(tag, said)
            elif said.value is not None:
                self.outputs[tag] = said.value
            self.applied += said.applied
            calls = said.calls[:-1] if tag.keyword == "call" and isinstance(said.value, Call) else said.calls
            for call in calls:
                if isinstance(call, Call):
                    self.calls.append(ComponentCall(call.start, call.end, call.function, call.arguments, False, ()))
        if not self.scan.errors and not self.structure.errors:
            self.program = program.program(self.structure, self.scan.tags)
            self.places = program.places

    def _statement(self, tag: Tag, said: Saying[AnyTerm]) -> None:
        keyword = tag.keyword
        if keyword in REFERENCES:
            self.references += reference(tag, said)
            return
        if said.condition is not None:
            self.conditions[tag] = said.condition
        self.bindings += (self._binding(tag, *bound) for bound in bindings(said))
        self.operands += said.operands
        if keyword in {"def", "region"}:
            self.parameters[tag] = parameters(said)
        if keyword == "call" and said.value is not None:
            self._call(tag, said.value)

    def _call(self, tag: Tag, term: AnyTerm) -> None:
        """`{% call … %}`, whose call is told with the slots it fills."""
        end = self.opened[tag].end if tag in self.opened else tag.end
        called: tuple[AnyTerm, tuple[Arg, ...]] = (term, ())
        if isinstance(term, Call):
            called = (term.function, term.arguments)
        self.calls.append(ComponentCall(tag.start, end, *called, True, tuple(self.slots.get(tag, ()))))

    def _binding(self, tag: Tag, kind: str, name: Ident, value: AnyTerm | None) -> Binding:
        """A binding with the range in which the name may be read."""
        size = len(self.text)
        around = self.arm_of[tag]
        scope = (tag.end, size)
        if tag in self.begins and kind != "capture":
            scope = (self.begins[tag].start, self.begins[tag].end)
        elif around.block is not None and around.block.kind in {"globals", "imports"}:
            kind, scope = "global", (0, size)
        elif kind == "set":
            scope = (tag.end, around.end)
        return Binding(tag.start, tag.end, kind, name, value, *scope)

    def _slot_name(self, tag: Tag) -> Ident:
        """The name of a slot; the keyword's place where none is written, which means `default`."""
        name = self._name(tag)
        if name is not None and name.name != "let":
            return name
        tokens = tag.tokens
        if tokens is None or not tokens.spans:
            return Ident(tag.start, tag.start + 2, "default")
        return Ident(*tokens.spans[0], "default")

    def _name(self, tag: Tag) -> Ident | None:
        """The name behind the keyword, also where the rest of the tag is broken."""
        if tag.tokens is None or not tag.name:
            return None
        return Ident(*tag.tokens.name_span, tag.name)

    def _blocks(self) -> Iterator[tuple[BlockDef, bool]]:
        """The blocks, and whether each stands in an `embed`."""
        for block in self.structure.blocks:
            name = self._name(block.open) if block.kind in _BLOCKS else None
            if name is None:
                continue
            kinds = self.around[block.arms[0].parent or self.structure.root].kinds
            made = BlockDef(
                block.open.start,
                block.end,
                block.kind,
                name,
                block.open.end,
                block.arms[-1].end,
                self.parameters.get(block.open, ()),
                "match" in kinds,
                "try" in kinds,
            )
            yield made, "embed" in kinds

    def _components(self) -> Iterator[ComponentDef]:
        for block in self.structure.blocks:
            name = self._name(block.open) if block.kind == "def" else None
            if name is not None:
                yield ComponentDef(
                    block.open.start,
                    block.end,
                    name,
                    self.parameters.get(block.open, ()),
                    tuple(self.yielded.get(block.open, ())),
                    block.open.end,
                    block.arms[-1].end,
                )

    def _conditionals(self) -> Iterator[Conditional]:
        for block in self.structure.blocks:
            if block.kind in BRANCHING or (block.kind == "with" and block.open in self.conditions):
                arms = (
                    ConditionalArm(arm.start, arm.end, self.conditions.get(arm.tag) if arm.tag else None)
                    for arm in block.arms
                )
                yield Conditional(block.open.start, block.end, block.kind, tuple(arms))


def _encodable(text: str) -> str:
    """The text without lone surrogates, which an editor may send and the stored form of facts cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def _is_call(arm: Arm) -> bool:
    return arm.block is not None and arm.block.kind == "call"


def _fault(error: KidaError) -> Fault:
    return Fault(error.start, error.end, error.message, error.help, error.code, error.related)
