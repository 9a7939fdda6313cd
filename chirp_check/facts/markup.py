"""The markup of a template to elements and attributes whose values are terms."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from chirp_check.facts.templates import Attribute, Branch, Element
from chirp_check.facts.values import AnyTerm, Choice, Const, Either, Join, Opaque
from chirp_check.syntax.html import OUTPUT, STATEMENT, EndTag, HtmlAttribute, Markup, StartTag, mask, read_markup
from chirp_check.syntax.html_tree import close_elements
from chirp_check.syntax.kida import Scan
from chirp_check.syntax.kida import Tag as AnyTag
from chirp_check.syntax.kida_blocks import Arm, Block, Structure

type Tag = AnyTag[AnyTerm]

BRANCHING = frozenset({"if", "unless", "for", "while", "match", "try"})
_PLAIN = frozenset({"spaceless", "cache", "with", "provide"})  # what stands in them comes out as it is
_SILENT = frozenset({"set", "let", "export", "promote", "import", "from", "template", "flush", "break", "continue"})
DEPTH = 6  # blocks inside one attribute value
ARMS = 20  # of one conditional inside an attribute value
MOST_BRANCHES = 200  # around one element; Kida gives up at about as many


class _CrossingError(Exception):
    """A block begins inside an attribute value and ends outside, or the other way round."""


class MarkupReader:
    """Reads the elements of one template."""

    def __init__(
        self,
        text: str,
        scan: Scan[AnyTerm],
        blocks: Structure,
        outputs: Mapping[Tag, AnyTerm],
        conditions: Mapping[Tag, AnyTerm],
    ) -> None:
        self.text = text
        self.starts = [tag.start for tag in scan.tags]
        self.tags = scan.tags
        self.raws = frozenset(scan.raws)
        self.opened = {block.open: block for block in blocks.blocks}
        self.outputs = outputs
        self.conditions = conditions
        self.arms = _ArmIndex(blocks, conditions)
        outputs_at = [(tag.start, tag.end) for tag in scan.tags if tag.is_output]
        raw_starts = {start for start, _ in scan.raws}
        statements = [(tag.start, tag.end) for tag in scan.tags if not tag.is_output and tag.start not in raw_starts]
        masked = mask(text, [*outputs_at, *scan.raws], [*statements, *scan.comments])
        self.markup: Markup = read_markup(masked)
        self._masked = masked
        self.special = sorted([*scan.comments, *scan.raws])

    @property
    def scripts(self) -> tuple[tuple[int, int], ...]:
        """The ranges of what browsers run: script elements, `on*` and `hx-on*` attributes."""
        handlers = [
            attribute.value
            for tag in self.markup.tags
            if isinstance(tag, StartTag)
            for attribute in tag.attributes
            if attribute.value is not None and attribute.name.removeprefix("data-").startswith(("on", "hx-on"))
        ]
        return tuple(sorted([*self.markup.scripts, *handlers]))

    def elements(self) -> tuple[Element, ...]:
        """The elements in document order."""
        tags = self.markup.tags
        numbers = self.arms.around(tags)
        closes = close_elements(tags, numbers)
        branches = self.arms.branches
        return tuple(
            [
                self._element(tag, closes[tag.start], branches(number))
                for tag, number in zip(tags, numbers, strict=True)
                if isinstance(tag, StartTag)
            ]
        )

    def unscripted(self) -> tuple[Element, ...]:
        """The elements inside `<noscript>`, which are there only where no scripts run."""
        inside = (read_markup(self._masked, start, end).tags for start, end in self.markup.unscripted)
        found = [tag for tags in inside for tag in tags if isinstance(tag, StartTag)]
        around = zip(found, self.arms.around(found), strict=True)
        return tuple([self._element(tag, None, self.arms.branches(number)) for tag, number in around])

    def _element(self, tag: StartTag, close: int | None, branches: tuple[Branch, ...]) -> Element:
        attributes = tuple(
            [
                Attribute(
                    one.name_start,
                    one.end,
                    one.name,
                    one.name_start,
                    one.name_end,
                    None if one.value is None else self._value(one, *one.value),
                    one.quote,
                    self.arms.branches_at(one.name_start)[len(branches) :] if tag.parted else (),
                )
                for one in tag.attributes
            ]
        )
        return Element(tag.start, tag.end, tag.name, attributes, close, branches, tag.dynamic)

    def _value(self, attribute: HtmlAttribute, start: int, end: int) -> AnyTerm:
        masked = attribute.masked
        if OUTPUT not in masked and STATEMENT not in masked:
            return Const(start, end, masked)
        if self._next_tag(start, end) is None and self._next_special(start, end) is None:
            return Const(start, end, self.text[start:end])
        try:
            return Join(start, end, tuple(self._parts(start, end, 0)))
        except _CrossingError:
            return Opaque(start, end, "a value that crosses template branches")

    def _parts(self, start: int, end: int, depth: int) -> list[AnyTerm]:
        """The pieces of `[start, end)`: literals and expressions, with conditionals as choices."""
        if depth > DEPTH:
            return [Opaque(start, end, "blocks nested too deeply")]
        parts: list[AnyTerm] = []
        at = start
        while True:
            tag = self._next_tag(at, end)
            skip = self._next_special(at, end)
            if skip is not None and tag is not None and tag.start < skip[0]:
                skip = None
            stop = skip[0] if skip else tag.start if tag else end
            if stop > at:
                parts.append(Const(at, stop, self.text[at:stop]))
            if skip is not None:
                at = skip[1]
                if skip in self.raws:
                    parts.append(Opaque(*skip, "raw text"))
            elif tag is not None:
                at = self._part(tag, end, depth, parts)
            else:
                return parts
            if at > end:
                raise _CrossingError

    def _next_tag(self, at: int, end: int) -> Tag | None:
        index = bisect_left(self.starts, at)
        return self.tags[index] if index < len(self.tags) and self.starts[index] < end else None

    def _next_special(self, at: int, end: int) -> tuple[int, int] | None:
        """The next comment or raw block in a range."""
        index = bisect_left(self.special, (at, 0))
        return self.special[index] if index < len(self.special) and self.special[index][0] < end else None

    def _part(self, tag: Tag, end: int, depth: int, parts: list[AnyTerm]) -> int:
        """Add what a tag puts out; returns the offset behind it."""
        block = self.opened.get(tag)
        if block is not None:
            if block.end > end or block.close is None:
                raise _CrossingError
            parts += self._block(block, depth)
            return block.end
        word = tag.word
        if tag.is_output:
            parts.append(self.outputs.get(tag) or Opaque(tag.start, tag.end, "a broken expression"))
        elif word.startswith("end") or word in {"else", "elif", "empty", "case", "fallback", "plural"}:
            raise _CrossingError
        elif word not in _SILENT:
            parts.append(Opaque(tag.start, tag.end, f"what `{word}` puts out"))
        return tag.end

    def _block(self, block: Block, depth: int) -> list[AnyTerm]:
        arms = [self._parts(arm.start, arm.end, depth + 1) for arm in block.arms]
        start, end = block.open.start, block.end
        if block.kind == "capture":
            return []
        if block.kind in {"if", "unless"} and len(arms) <= ARMS:
            return [self._choice(block, arms, 0)]
        if block.kind in _PLAIN and len(arms) == 1 and block.open not in self.conditions:
            return arms[0]
        joined = [Join(arm.start, arm.end, tuple(parts)) for arm, parts in zip(block.arms, arms, strict=True)]
        if block.kind in {"match", "with"}:
            return [Either(start, end, (*joined, Const(end, end, "")))]
        return [Opaque(start, end, f"what `{block.kind}` puts out", tuple(joined))]

    def _choice(self, block: Block, arms: list[list[AnyTerm]], index: int) -> AnyTerm:
        """The choice between the arms of an `if` from `index` on."""
        if index == len(arms):
            return Const(block.end, block.end, "")
        arm = block.arms[index]
        then: AnyTerm = Join(arm.start, arm.end, tuple(arms[index]))
        tag = arm.tag
        condition = None if tag is None else self.conditions.get(tag)
        if tag is None or (condition is None and tag.word == "else"):
            return then
        other = self._choice(block, arms, index + 1)
        if condition is None:
            return Either(tag.start, block.end, (then, other))
        test = self.text[condition.start : condition.end]
        if tag.word == "unless":
            then, other = other, then
        return Choice(tag.start, block.end, test, condition, then, other)


def _offset(edge: tuple[int, Arm]) -> int:
    return edge[0]


class _ArmIndex:
    """The arm around any offset."""

    def __init__(self, blocks: Structure, conditions: Mapping[Tag, AnyTerm]) -> None:
        self._conditions = conditions
        edges: list[tuple[int, Arm]] = [(0, blocks.root)]
        for block in blocks.blocks:
            for arm in block.arms:
                edges.append((arm.start, arm))  # noqa: PERF401 - the hottest loop of a file with many blocks
            edges.append((block.end, block.arms[0].parent or blocks.root))
        edges.sort(key=_offset)
        self._offsets = [offset for offset, _ in edges]
        self._arms = [arm for _, arm in edges]
        first: dict[int, int] = {}
        self._numbers = [first.setdefault(id(arm), number) for number, arm in enumerate(self._arms)]
        self._branches: dict[int, tuple[Branch, ...]] = {}

    def around(self, tags: Sequence[StartTag | EndTag]) -> list[int]:
        """The numbers of the arms around the starts of tags, which are in document order."""
        offsets = self._offsets
        if len(offsets) == 1:
            return [0] * len(tags)
        numbers: list[int] = []
        at, size = 0, len(offsets)
        for tag in tags:
            start = tag.start
            while at < size and offsets[at] <= start:
                at += 1
            numbers.append(at - 1)
        return [self._numbers[number] for number in numbers]

    def branches(self, number: int) -> tuple[Branch, ...]:
        """The conditionals and loops around an arm, outermost first."""
        return self._of(self._arms[number])

    def branches_at(self, offset: int) -> tuple[Branch, ...]:
        """The same of the innermost arm around an offset."""
        return self._of(self._arms[bisect_right(self._offsets, offset) - 1])

    def _branches_at(self, block: Block) -> bool:
        return block.kind in BRANCHING or (block.kind == "with" and block.open in self._conditions)

    def _of(self, arm: Arm) -> tuple[Branch, ...]:
        known = self._branches.get(id(arm))
        if known is not None:
            return known
        pending: list[Arm] = []
        at: Arm | None = arm
        while at is not None and id(at) not in self._branches:
            pending.append(at)
            at = at.parent
        branches = self._branches[id(at)] if at is not None else ()
        for one in reversed(pending):
            if one.block is not None and len(branches) < MOST_BRANCHES and self._branches_at(one.block):
                branches = (*branches, Branch(one.block.open.start, one.index))
            self._branches[id(one)] = branches
        return branches
