"""The tags of a template to its steps. Imports Kida, as `statements` does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import kida.nodes as k
import msgspec

from chirp_check.facts.expressions import names_of
from chirp_check.facts.reads import Arm, Step, reads_of
from chirp_check.facts.statements import TagReader
from chirp_check.facts.values import AnyTerm, Attr, Call, Compare, Const, Either, Items, Name, Not, Opaque
from chirp_check.syntax.kida import Tag, word_of
from chirp_check.syntax.kida_blocks import Arm as Stretch
from chirp_check.syntax.kida_blocks import Block, Structure

_LOOP = "loop"
_NOTHING = Arm(())
_ASSIGNING = {k.Set: "set", k.Let: "let", k.Export: "export"}


@dataclass(slots=True)
class _Notes:
    """What the tags say by themselves; of a `case` its pattern (None: it always matches) and its guard."""

    steps: dict[Tag, tuple[Step, ...]] = field(default_factory=dict[Tag, tuple[Step, ...]])
    arms: dict[Tag, Arm] = field(default_factory=dict[Tag, Arm])
    subjects: dict[Tag, AnyTerm | None] = field(default_factory=dict[Tag, AnyTerm | None])
    patterns: dict[Tag, tuple[AnyTerm | None, AnyTerm | None]] = field(
        default_factory=dict[Tag, tuple[AnyTerm | None, AnyTerm | None]]
    )


class ProgramReader:
    """Takes one readable tag after the other, and then puts their steps together."""

    def __init__(self) -> None:
        self._notes = _Notes()

    def take(self, tag: Tag, reader: TagReader, output: AnyTerm | None) -> None:
        """Note what a tag says; `output` is the expression of `{{ … }}`."""
        if output is not None:
            self._notes.steps[tag] = (Step(tag.start, tag.end, "put", reads_of(output)),)
            return
        made = tuple(step for node in reader.nodes for step in _step(tag, node, reader))
        self._notes.steps[tag] = made or (Step(tag.start, tag.end, "put"),)
        arm = _arm(tag, reader)
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
        self._notes.arms[tag] = Arm((), None, reads_of(read), names)

    def program(self, structure: Structure, tags: Sequence[Tag]) -> tuple[Step, ...]:
        """The steps of the whole file."""
        return _Builder(structure, tags, self._notes).steps(structure.root)


class _Builder:
    def __init__(self, structure: Structure, tags: Sequence[Tag], notes: _Notes) -> None:
        self.notes = notes
        opened = {block.open: block for block in structure.blocks}
        begins = {arm.tag for block in structure.blocks for arm in block.arms[1:]}
        self.inside: dict[int, list[Tag | Block]] = {}
        for tag, stretch in zip(tags, structure.arms, strict=True):
            if tag in opened:
                self.inside.setdefault(id(stretch), []).append(opened[tag])
            elif tag not in begins and not word_of(tag).startswith("end"):
                self.inside.setdefault(id(stretch), []).append(tag)

    def steps(self, stretch: Stretch) -> tuple[Step, ...]:
        """The steps of one arm."""
        found: list[Step] = []
        for one in self.inside.get(id(stretch), ()):
            if isinstance(one, Block):
                found += self._block(one)
            else:
                found += self.notes.steps.get(one, ())
        return tuple(found)

    def _block(self, block: Block) -> tuple[Step, ...]:
        steps = self.notes.steps.get(block.open, ())
        first = steps[0] if steps else Step(block.open.start, block.open.end, "inside")
        if block.kind == "match":
            return (self._match(first, block),)
        if block.kind == "trans":
            return (first,)
        if first.kind == "put":
            first = msgspec.structs.replace(first, kind="inside")
        if first.kind == "call":
            return (msgspec.structs.replace(first, arms=self._contents(block)),)
        arms = tuple(self._arm(stretch) for stretch in block.arms)
        total = first.kind == "if" and len(arms) > 1 and arms[-1].condition is None
        return (msgspec.structs.replace(first, arms=arms, total=total), *steps[1:])

    def _arm(self, stretch: Stretch) -> Arm:
        noted = self.notes.arms.get(stretch.tag, _NOTHING) if stretch.tag is not None else _NOTHING
        return msgspec.structs.replace(noted, steps=self.steps(stretch))

    def _match(self, first: Step, block: Block) -> Step:
        subject = self.notes.subjects.get(block.open)
        arms: list[Arm] = []
        for stretch in block.arms[1:]:
            tag = stretch.tag
            pattern, guard = self.notes.patterns.get(tag, (None, None)) if tag is not None else (None, None)
            arm = self._arm(stretch)
            arms.append(msgspec.structs.replace(arm, condition=_case(subject, pattern, guard)))
        total = any(arm.condition is None for arm in arms)
        return msgspec.structs.replace(first, kind="if", arms=tuple(arms), total=total)

    def _contents(self, block: Block) -> tuple[Arm, ...]:
        """What a `call` passes: the content of its named slots, and all the rest as that of the default one."""
        rest: list[Step] = []
        slots: list[Arm] = []
        for one in self.inside.get(id(block.arms[0]), ()):
            if isinstance(one, Block) and one.kind == "slot":
                steps = self.notes.steps.get(one.open, ())
                name, names = (steps[0].name, steps[0].names) if steps else ("default", ())
                slots.append(Arm(self.steps(one.arms[0]), names=names, name=name))
            elif isinstance(one, Block):
                rest += self._block(one)
            else:
                rest += self.notes.steps.get(one, ())
        return (Arm(tuple(rest), name="default"), *slots)


def _case(subject: AnyTerm | None, pattern: AnyTerm | None, guard: AnyTerm | None) -> AnyTerm | None:
    """The condition of a `case`; None for one that always matches."""
    matches: AnyTerm | None = None
    if isinstance(pattern, Const) and subject is not None:
        matches = Compare(pattern.start, pattern.end, subject, "==", pattern)
    elif pattern is not None:
        matches = Opaque(pattern.start, pattern.end, "a pattern")
    if matches is None or guard is None:
        return guard if matches is None else matches
    return Either(matches.start, guard.end, (matches, guard), "and")


def _arm(tag: Tag, reader: TagReader) -> Arm | None:
    """What a tag says about the arm that it begins."""
    node = reader.node
    match node:
        case k.For(target=target, iter=iterable, test=test) | k.AsyncFor(target=target, iter=iterable, test=test):
            if tag.keyword not in {"for", "async"}:
                return None
            condition = reader.terms.read(iterable)
            names = (*names_of(target), _LOOP)
            if test is None:
                return Arm((), condition, (), names)
            read = reader.terms.read(test)
            both = Either(condition.start, read.end, (condition, read), "and")
            return Arm((), both, reads_of(read), names)
        case k.Try(error_name=str() as name) if tag.keyword == "fallback":
            return Arm((), names=(name,))
        case k.WithConditional(target=target) if tag.keyword == "with":
            value = reader.terms.read(node.expr)
            every = value
            if isinstance(value, Items) and value.elements:
                every = Either(value.start, value.end, value.elements, "and")
            return Arm((), every, reads_of(value), tuple(names_of(target)) or ("it",))
        case k.Block():
            return None
        case _:
            tested = reader.condition()
    if tested is None:
        return None
    holds = Not(tested.start, tested.end, tested) if tag.keyword == "unless" else tested
    return Arm((), holds, reads_of(tested))


def _step(tag: Tag, node: k.Node, reader: TagReader) -> Iterator[Step]:
    """The step of one node of a tag, without its bodies."""
    read = reader.terms.read
    at = (tag.start, tag.end)
    match node:
        case k.Set() | k.Let() | k.Export():
            yield _assignment(tag, node, reader)
        case k.Include() | k.Embed() | k.Import() | k.FromImport() | k.Extends():
            target = read(node.template)
            names: tuple[str, ...] = (node.target,) if isinstance(node, k.Import) else ()
            if isinstance(node, k.FromImport):
                names = tuple(alias or name for name, alias in node.names)
            yield Step(*at, tag.keyword, reads_of(target), names, reference=target.start)
        case k.If() | k.While() | k.WithConditional() | k.Match():
            yield Step(*at, "if", reads_of(read(node.subject)) if isinstance(node, k.Match) and node.subject else ())
        case k.For() | k.AsyncFor():
            yield Step(*at, "for", reads_of(read(node.iter)))
        case k.With(targets=targets):
            reads = reads_of(*(read(value) for _, value in targets))
            yield Step(*at, "with", reads, tuple(name for name, _ in targets))
        case k.Try():
            yield Step(*at, "try")
        case k.Block(name=name, condition=condition, fragment=is_fragment):
            term = None if condition is None else read(condition)
            yield Step(*at, "fragment" if is_fragment else "block", reads_of(term), name=name, condition=term)
        case k.Def(name=name) | k.Region(name=name):
            yield _definition(tag, name, reader)
        case k.CallBlock(call=call):
            yield _call(tag, read(call))
        case k.Slot(name=name, bindings=bindings):
            reads = reads_of(*(read(value) for _, value in bindings))
            yield Step(*at, "slot", reads, tuple(one for one, _ in bindings), name=name)
        case k.SlotBlock(name=name, params=params):
            yield Step(*at, "slot", (), params, name=name)
        case k.Capture(name=name):
            yield Step(*at, "capture", names=(name,))
        case k.Globals() | k.Imports():
            yield Step(*at, "globals")
        case _:
            yield Step(*at, "put", reads_of(*reader.operands(), *_translated(node, reader)))


def _assignment(tag: Tag, node: k.Set | k.Let | k.Export, reader: TagReader) -> Step:
    target = node.target if isinstance(node, k.Set) else node.name
    reads = reads_of(reader.terms.read(node.value))
    kind = _ASSIGNING[type(node)]
    unpacked = not isinstance(target, k.Name)
    names = tuple(names_of(target))
    return Step(tag.start, tag.end, kind, reads, names, soft=node.coalesce, unpacked=unpacked)


def _definition(tag: Tag, name: str, reader: TagReader) -> Step:
    parameters = reader.parameters()
    defaults = tuple((one.name, reads_of(one.default)) for one in parameters if one.default is not None)
    names = tuple(one.name for one in parameters)
    return Step(tag.start, tag.end, tag.keyword, (), names, name=name, defaults=defaults)


def _call(tag: Tag, term: AnyTerm) -> Step:
    function = term.function if isinstance(term, Call) else term
    name = ""
    if isinstance(function, Name):
        name = function.id
    elif isinstance(function, Attr) and isinstance(function.base, Name):
        name = f"{function.base.id}.{function.name}"
    return Step(tag.start, tag.end, "call", reads_of(term), name=name)


def _translated(node: k.Node, reader: TagReader) -> Iterator[AnyTerm]:
    if isinstance(node, k.Trans):
        yield from (reader.terms.read(one.expr) for one in node.variables)
