"""The tags of a template to its program."""

from collections.abc import Sequence

import msgspec

from chirp_check.facts.reads import Arm, Read, Reads, Step, unplaced
from chirp_check.facts.values import AnyTerm, Attr, Call, Compare, Const, Either, Items, Name, Not, Opaque
from chirp_check.syntax.kida import Tag as AnyTag
from chirp_check.syntax.kida_blocks import Arm as Stretch
from chirp_check.syntax.kida_blocks import Block, Structure
from chirp_check.syntax.kida_saying import Saying

_LOOP = "loop"
_NOTHING = Arm(())
_ASSIGNING = {"set": "set", "let": "let", "export": "export", "promote": "export"}

type Tag = AnyTag[AnyTerm]
type _Said = Saying[AnyTerm]
type _Case = tuple[AnyTerm | None, AnyTerm | None]


class _Notes(msgspec.Struct):
    """What the tags say by themselves; of a `case` its pattern (None: it always matches) and its guard."""

    steps: dict[Tag, tuple[Step, ...]] = msgspec.field(default_factory=dict[Tag, tuple[Step, ...]])
    arms: dict[Tag, Arm] = msgspec.field(default_factory=dict[Tag, Arm])
    subjects: dict[Tag, AnyTerm | None] = msgspec.field(default_factory=dict[Tag, AnyTerm | None])
    patterns: dict[Tag, _Case] = msgspec.field(default_factory=dict[Tag, _Case])


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

    def take(self, tag: Tag, said: _Said) -> None:
        """Note what a tag says."""
        if tag.is_output:
            reads = self._reads.of(said.value)
            self._notes.steps[tag] = (Step("put", reads),) if reads else ()  # Kida makes plain text of a constant
            return
        if tag.keyword == "case":
            self._note_case(tag, said)
            return
        if tag.keyword == "match":
            self._notes.subjects[tag] = said.operands[0] if said.operands else None
        self._notes.steps[tag] = self._steps(tag, said)
        arm = self._arm(tag, said)
        if arm is not None:
            self._notes.arms[tag] = arm

    def _note_case(self, tag: Tag, said: _Said) -> None:
        pattern, guard = said.operands[0], said.operands[1] if len(said.operands) > 1 else None
        self._notes.patterns[tag] = (None if said.only_names else pattern, guard)
        names = tuple(word.name for word in said.bound[0].words if word.name != "_")
        self._notes.arms[tag] = Arm((), None, self._reads.of(guard), names)

    def _arm(self, tag: Tag, said: _Said) -> Arm | None:
        """What a tag says about the arm that it begins."""
        keyword = tag.keyword
        if keyword in {"for", "async"}:
            condition, *tests = said.operands
            names = (*_names(said), _LOOP)
            if not tests:
                return Arm((), unplaced(condition), (), names)
            return Arm((), unplaced(Either(0, 0, (condition, *tests), "and")), self._reads.of(*tests), names)
        if keyword == "fallback" and said.bound:
            return Arm((), names=_names(said))
        tested = said.condition
        if tested is None or keyword == "block":
            return None
        if keyword == "with":
            every: AnyTerm = tested
            if isinstance(tested, Items) and tested.elements:
                every = Either(0, 0, tested.elements, "and")
            return Arm((), unplaced(every), self._reads.of(tested), _names(said))
        holds = Not(0, 0, tested) if keyword == "unless" else tested
        return Arm((), unplaced(holds), self._reads.of(tested))

    def _steps(self, tag: Tag, said: _Said) -> tuple[Step, ...]:
        """The steps of a tag, without its bodies."""
        keyword = tag.keyword
        if keyword in _ASSIGNING:
            return tuple(
                Step(
                    _ASSIGNING[keyword],
                    self._reads.of(one.value),
                    tuple(word.name for word in one.words),
                    soft=one.soft,
                    unpacked=not one.plain,
                )
                for one in said.bound
            )
        return (self._step(tag, said),)

    def _step(self, tag: Tag, said: _Said) -> Step:
        keyword, reads = tag.keyword, self._reads.of
        match keyword:
            case "extends" | "include" | "embed" | "import" | "from":
                self._references += 1
                names = tuple(local.name for _, local in said.names)
                return Step(keyword, reads(said.value), names, reference=self._references - 1)
            case "with" if said.condition is None:
                return self._with(said)
            case "match":
                return Step("match", reads(*said.operands))
            case "if" | "elif" | "unless" | "while":
                return Step("if")
            case "with":
                return Step("given")
            case "for" | "async":
                return Step("for", reads(said.operands[0]))
            case "try":
                return Step("try")
            case "block" | "fragment":
                condition = None if said.condition is None else unplaced(said.condition)
                return Step(keyword, reads(said.condition), name=tag.name, condition=condition)
            case "def" | "region":
                return self._definition(tag, said)
            case "call":
                return self._call(said.value)
            case "slot" | "yield":
                return Step("slot", reads(*said.operands), _offered(said), name=_slot_name(tag))
            case "capture":
                return Step("capture", names=_names(said))
            case "globals" | "imports":
                return Step("globals")
            case "trans":
                return Step("put", reads(*(one.value for one in said.bound)))
            case _:
                return Step("put", reads(*said.operands))

    def _with(self, said: _Said) -> Step:
        """`with a = b, c = d`, where what stands further on may read what is bound before it."""
        names = _names(said)
        reads = (
            read
            for at, one in enumerate(said.bound)
            for read in self._reads.of(one.value)
            if read.name not in names[:at]
        )
        return Step("with", tuple(reads), names)

    def _definition(self, tag: Tag, said: _Said) -> Step:
        written = said.parameters
        names = tuple(one.word.name for one in written)
        defaults = tuple((one.word.name, self._reads.of(one.default)) for one in written if one.default is not None)
        reads: tuple[Read, ...] = ()
        if tag.keyword == "region":
            optional = dict(defaults)
            places = (self._reads.note(one.word.start, one.word.end) for one in written)
            reads = tuple(Read(at, name, name in optional) for at, name in zip(places, names, strict=True))
        return Step(tag.keyword, reads, names, name=tag.name, defaults=defaults)

    def _call(self, term: AnyTerm | None) -> Step:
        function = term.function if isinstance(term, Call) else term
        name = ""
        if isinstance(function, Name):
            name = function.id
        elif isinstance(function, Attr) and isinstance(function.base, Name):
            name = f"{function.base.id}.{function.name}"
        return Step("call", self._reads.of(term), name=name)


def _names(said: _Said) -> tuple[str, ...]:
    return tuple(word.name for one in said.bound for word in one.words)


def _offered(said: _Said) -> tuple[str, ...]:
    """What a slot offers, or receives."""
    return _names(said) or tuple(word.name for word, _ in said.names)


def _slot_name(tag: Tag) -> str:
    return tag.name if tag.name not in {"", "let"} else "default"


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
            elif tag not in begins and not tag.word.startswith("end"):
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
