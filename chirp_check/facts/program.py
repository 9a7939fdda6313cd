"""The tags of a template to its program. Imports Kida, as `statements` does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import kida.nodes as k
import msgspec

from chirp_check.facts.expressions import names_of
from chirp_check.facts.reads import Arm, Read, Reads, Step, unplaced
from chirp_check.facts.statements import TagReader
from chirp_check.facts.values import AnyTerm, Attr, Call, Compare, Const, Either, Items, Name, Not, Opaque
from chirp_check.syntax.kida import Tag, word_of
from chirp_check.syntax.kida_blocks import Arm as Stretch
from chirp_check.syntax.kida_blocks import Block, Structure

_LOOP = "loop"
_NOTHING = Arm(())

type _Case = tuple[AnyTerm | None, AnyTerm | None]


@dataclass(slots=True)
class _Notes:
    """What the tags say by themselves; of a `case` its pattern (None: it always matches) and its guard."""

    steps: dict[Tag, tuple[Step, ...]] = field(default_factory=dict[Tag, tuple[Step, ...]])
    arms: dict[Tag, Arm] = field(default_factory=dict[Tag, Arm])
    subjects: dict[Tag, AnyTerm | None] = field(default_factory=dict[Tag, AnyTerm | None])
    patterns: dict[Tag, _Case] = field(default_factory=dict[Tag, _Case])


class ProgramReader:
    """Takes one readable tag after the other, and then puts their steps together."""

    def __init__(self) -> None:
        self._notes = _Notes()
        self._reads = Reads()
        self._references = 0

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the reads stand."""
        return tuple(self._reads.places)

    def program(self, structure: Structure, tags: Sequence[Tag]) -> tuple[Step, ...]:
        """The steps of the whole file."""
        return _Builder(structure, tags, self._notes).steps(structure.root)

    def take(self, tag: Tag, reader: TagReader, output: AnyTerm | None) -> None:
        """Note what a tag says; `output` is the expression of `{{ … }}`."""
        if output is not None:
            reads = self._reads.of(output)
            self._notes.steps[tag] = (Step("put", reads),) if reads else ()  # Kida makes plain text of a constant
            return
        made = tuple(step for node in reader.nodes for step in self._step(tag, node, reader))
        self._notes.steps[tag] = made or (Step("put"),)
        arm = self._arm(tag, reader)
        if arm is not None:
            self._notes.arms[tag] = arm
        if isinstance(reader.node, k.Match):
            self._note_match(tag, reader, reader.node)

    def _note_match(self, tag: Tag, reader: TagReader, node: k.Match) -> None:
        if tag.keyword == "match":
            self._notes.subjects[tag] = None if node.subject is None else reader.terms.read(node.subject)
            return
        pattern, guard, _ = node.cases[0]
        always = isinstance(pattern, k.Name)
        read = None if guard is None else reader.terms.read(guard)
        self._notes.patterns[tag] = (None if always else reader.terms.read(pattern), read)
        names = tuple(name for name in names_of(pattern) if name != "_")
        self._notes.arms[tag] = Arm((), None, self._reads.of(read), names)

    def _arm(self, tag: Tag, reader: TagReader) -> Arm | None:
        """What a tag says about the arm that it begins."""
        match reader.node:
            case k.For(target=target, iter=iterable, test=test) | k.AsyncFor(target=target, iter=iterable, test=test):
                if tag.keyword not in {"for", "async"}:
                    return None
                condition = reader.terms.read(iterable)
                names = (*names_of(target), _LOOP)
                if test is None:
                    return Arm((), unplaced(condition), (), names)
                read = reader.terms.read(test)
                return Arm((), unplaced(Either(0, 0, (condition, read), "and")), self._reads.of(read), names)
            case k.Try(error_name=str() as name) if tag.keyword == "fallback":
                return Arm((), names=(name,))
            case k.WithConditional(expr=expr, target=target) if tag.keyword == "with":
                value = reader.terms.read(expr)
                every = value
                if isinstance(value, Items) and value.elements:
                    every = Either(0, 0, value.elements, "and")
                return Arm((), unplaced(every), self._reads.of(value), tuple(names_of(target)) or ("it",))
            case k.Block():
                return None
            case _:
                tested = reader.condition()
        if tested is None:
            return None
        holds = Not(0, 0, tested) if tag.keyword == "unless" else tested
        return Arm((), unplaced(holds), self._reads.of(tested))

    def _step(self, tag: Tag, node: k.Node, reader: TagReader) -> Iterator[Step]:
        """The step of one node of a tag, without its bodies."""
        read, reads = reader.terms.read, self._reads.of
        match node:
            case k.Set() | k.Let() | k.Export():
                yield self._assignment(node, reader)
            case k.Include() | k.Embed() | k.Import() | k.FromImport() | k.Extends():
                yield self._load(tag, node, reader)
            case k.Match(subject=subject):
                yield Step("match", reads(None if subject is None else read(subject)))
            case k.If() | k.While():
                yield Step("if")
            case k.WithConditional():
                yield Step("given")
            case k.For() | k.AsyncFor():
                yield Step("for", reads(read(node.iter)))
            case k.With(targets=targets):
                names = tuple(name for name, _ in targets)
                found = (
                    one
                    for at, (_, value) in enumerate(targets)
                    for one in reads(read(value))
                    if one.name not in names[:at]  # bound by what stands before it in the tag
                )
                yield Step("with", tuple(found), names)
            case k.Try():
                yield Step("try")
            case k.Block(name=name, condition=condition, fragment=is_fragment):
                term = None if condition is None else unplaced(read(condition))
                inside = () if condition is None else reads(read(condition))
                yield Step("fragment" if is_fragment else "block", inside, name=name, condition=term)
            case k.Def(name=name) | k.Region(name=name):
                yield self._definition(tag, name, reader)
            case k.CallBlock(call=call):
                yield self._call(read(call))
            case k.Slot(name=name, bindings=bindings):
                given = reads(*(read(value) for _, value in bindings))
                yield Step("slot", given, tuple(one for one, _ in bindings), name=name)
            case k.SlotBlock(name=name, params=params):
                yield Step("slot", (), params, name=name)
            case k.Capture(name=name):
                yield Step("capture", names=(name,))
            case k.Globals() | k.Imports():
                yield Step("globals")
            case k.Trans(variables=variables):
                yield Step("put", reads(*(read(one.expr) for one in variables)))
            case _:
                yield Step("put", reads(*reader.operands()))

    def _assignment(self, node: k.Set | k.Let | k.Export, reader: TagReader) -> Step:
        kind = "set" if isinstance(node, k.Set) else "let" if isinstance(node, k.Let) else "export"
        target = node.target if isinstance(node, k.Set) else node.name
        reads = self._reads.of(reader.terms.read(node.value))
        unpacked = not isinstance(target, k.Name)
        return Step(kind, reads, tuple(names_of(target)), soft=node.coalesce, unpacked=unpacked)

    def _load(
        self, tag: Tag, node: k.Include | k.Embed | k.Import | k.FromImport | k.Extends, reader: TagReader
    ) -> Step:
        names: tuple[str, ...] = (node.target,) if isinstance(node, k.Import) else ()
        if isinstance(node, k.FromImport):
            names = tuple(alias or name for name, alias in node.names)
        self._references += 1
        reads = self._reads.of(reader.terms.read(node.template))
        return Step(tag.keyword, reads, names, reference=self._references - 1)

    def _definition(self, tag: Tag, name: str, reader: TagReader) -> Step:
        parameters = reader.parameters()
        defaults = tuple((one.name, self._reads.of(one.default)) for one in parameters if one.default is not None)
        reads: tuple[Read, ...] = ()
        if tag.keyword == "region":
            optional = dict(defaults)
            places = (self._reads.note(one.start, one.end) for one in parameters)
            reads = tuple(Read(at, one.name, one.name in optional) for at, one in zip(places, parameters, strict=True))
        return Step(tag.keyword, reads, tuple(one.name for one in parameters), name=name, defaults=defaults)

    def _call(self, term: AnyTerm) -> Step:
        function = term.function if isinstance(term, Call) else term
        name = ""
        if isinstance(function, Name):
            name = function.id
        elif isinstance(function, Attr) and isinstance(function.base, Name):
            name = f"{function.base.id}.{function.name}"
        return Step("call", self._reads.of(term), name=name)


class _Builder:
    """Puts the steps of one file together. Inner blocks come first, so that no nesting is too deep."""

    def __init__(self, structure: Structure, tags: Sequence[Tag], notes: _Notes) -> None:
        self.notes = notes
        opened = {block.open: block for block in structure.blocks}
        begins = {arm.tag for block in structure.blocks for arm in block.arms[1:]}
        self.inside: dict[int, list[Tag | Block]] = {}
        self.made: dict[Tag, tuple[Step, ...]] = {}
        for tag, stretch in zip(tags, structure.arms, strict=True):
            if tag in opened:
                self.inside.setdefault(id(stretch), []).append(opened[tag])
            elif tag not in begins and not word_of(tag).startswith("end"):
                self.inside.setdefault(id(stretch), []).append(tag)
        for block in reversed(structure.blocks):
            self.made[block.open] = self._block(block)

    def steps(self, stretch: Stretch) -> tuple[Step, ...]:
        """The steps of one arm, whose inner blocks are made."""
        found: list[Step] = []
        for one in self.inside.get(id(stretch), ()):
            found += self.made.get(one.open, ()) if isinstance(one, Block) else self.notes.steps.get(one, ())
        return tuple(found)

    def _block(self, block: Block) -> tuple[Step, ...]:
        steps = self.notes.steps.get(block.open, ())
        first = steps[0] if steps else Step("inside")
        if block.kind == "match":
            return (self._match(first, block),)
        if block.kind == "trans":
            return (first,)
        if first.kind == "put":
            first = msgspec.structs.replace(first, kind="inside")
        if first.kind == "call":
            return (msgspec.structs.replace(first, arms=self._contents(block)),)
        arms = tuple(self._arm(stretch) for stretch in block.arms)
        total = first.kind in ("if", "given") and len(arms) > 1 and arms[-1].condition is None
        return (msgspec.structs.replace(first, arms=arms, total=total), *steps[1:])

    def _arm(self, stretch: Stretch) -> Arm:
        noted = self.notes.arms.get(stretch.tag, _NOTHING) if stretch.tag is not None else _NOTHING
        return msgspec.structs.replace(noted, steps=self.steps(stretch))

    def _match(self, first: Step, block: Block) -> Step:
        subject = self.notes.subjects.get(block.open)
        arms: list[Arm] = []
        for stretch in block.arms[1:]:
            pattern, guard = self.notes.patterns.get(stretch.tag, (None, None)) if stretch.tag else (None, None)
            arms.append(msgspec.structs.replace(self._arm(stretch), condition=_case(subject, pattern, guard)))
        total = any(arm.condition is None for arm in arms)
        return msgspec.structs.replace(first, kind="match", arms=tuple(arms), total=total)

    def _contents(self, block: Block) -> tuple[Arm, ...]:
        """What a `call` passes: the content of its named slots, and all the rest as that of the default one."""
        rest: list[Step] = []
        slots: list[Arm] = []
        for one in self.inside.get(id(block.arms[0]), ()):
            if isinstance(one, Block) and one.kind == "slot":
                (slot,) = self.made.get(one.open) or (Step("slot", name="default"),)
                slots.append(Arm(self.steps(one.arms[0]), names=slot.names, name=slot.name))
            else:
                rest += self.made.get(one.open, ()) if isinstance(one, Block) else self.notes.steps.get(one, ())
        return (Arm(tuple(rest), name="default"), *slots)


def _case(subject: AnyTerm | None, pattern: AnyTerm | None, guard: AnyTerm | None) -> AnyTerm | None:
    """The condition of a `case`; None for one that always matches."""
    matches: AnyTerm | None = None
    if isinstance(pattern, Const) and subject is not None:
        matches = Compare(0, 0, subject, "==", pattern)
    elif pattern is not None:
        matches = Opaque(0, 0, "a pattern")
    if matches is not None and guard is not None:
        matches = Either(0, 0, (matches, guard), "and")
    condition = guard if matches is None else matches
    return None if condition is None else unplaced(condition)
