"""Tags to nested blocks, by the rules of Kida's parser, with recovery where they are broken."""

from bisect import bisect_left
from collections import Counter
from typing import Any

import msgspec

from chirp_check.grammar.names import nearest
from chirp_check.syntax.kida import MAX_ERRORS, AnyTag, KidaError, Scan, read_slot
from chirp_check.syntax.kida_layout import odd
from chirp_check.syntax.kida_scan import SKIPPED_ENDS

SLIPS = 8  # end tags of other blocks, of which it is tried what they may mean
DEPTH = 200  # blocks inside blocks; Kida's recursive parser gives up a little above, depending on its caller

# What may continue a block, and so begin another arm of it.
_CONTINUES: dict[str, frozenset[str]] = {
    "if": frozenset({"elif", "else"}),
    "unless": frozenset({"else"}),
    "for": frozenset({"else", "empty"}),
    "with": frozenset({"else", "empty"}),
    "match": frozenset({"case"}),
    "try": frozenset({"fallback"}),
    "trans": frozenset({"plural"}),
}
_REPEATABLE = frozenset({"elif", "case"})
_CONTINUATIONS: frozenset[str] = frozenset[str]().union(*_CONTINUES.values())
_BODIED = frozenset(
    {
        *_CONTINUES, "while", "def", "region", "call", "capture", "cache", "filter", "spaceless", "block", "globals",
        "imports", "fragment", "push", "provide", "embed",
    }
)  # fmt: skip
_ALONE = frozenset(
    {
        "break", "continue", "set", "let", "export", "promote", "template", "extends", "include", "import", "from",
        "flush", "yield", "stack", "slot", "raw",
    }
)  # fmt: skip
KNOWN_TAGS = frozenset({*_BODIED, *_ALONE, *_CONTINUATIONS, "async", "end", *(f"end{kind}" for kind in _BODIED)})
_HOMES = {
    "elif": "an `if`", "else": "an `if`, `unless`, `for` or `with`", "empty": "a `for` or `with`", "case": "a `match`",
    "fallback": "a `try`", "plural": "a `trans`",
}  # fmt: skip


class Arm(msgspec.Struct, eq=False):
    """A stretch of a block between two of its tags; `tag` begins it. The file is an arm without block and tag."""

    parent: Arm | None
    block: Block | None
    index: int
    tag: AnyTag | None
    start: int
    end: int


class Block(msgspec.Struct, eq=False):
    """A tag with a body: its kind (the keyword, "for" for `async for`), its arms, and its end tag if it has one."""

    kind: str
    open: AnyTag
    arms: list[Arm]
    close: AnyTag | None = None
    end: int = 0


class Structure(msgspec.Struct):
    """The blocks of a file in the order they open, each tag's arm, and what is wrong with the nesting.

    `misplaced` are the end tags that do not name the innermost block. `loose`: the tag of the first block without an
    end, or the first end without a block.
    """

    root: Arm
    blocks: list[Block] = msgspec.field(default_factory=list[Block])
    arms: list[Arm] = msgspec.field(default_factory=list[Arm])
    errors: list[KidaError] = msgspec.field(default_factory=list[KidaError])
    skipped_end: bool = False
    misplaced: list[int] = msgspec.field(default_factory=list[int])
    loose: AnyTag | None = None


def structure(scanned: Scan[Any]) -> Structure:
    """Nest the tags of a file, and read its slots, whose grammar depends on where they stand.

    Kida skips three end tags. Where it gets through the file that way there is nothing to report; where it does not,
    those end tags are the reason, and the blocks are read as the author meant them. An end tag that names a block
    further out either closes that one, or is a slip for the end of the innermost: what leaves fewer faults is meant.
    """
    skip_ends = True
    found = _Nester(scanned, skip_ends=True).run()
    if found.errors and found.skipped_end:
        skip_ends = False
        found = _Nester(scanned, skip_ends=False).run()
    slips: frozenset[int] = frozenset()
    for tag in found.misplaced[: -SLIPS - 1 : -1] if len(found.errors) > 1 else ():
        other = _Nester(scanned, skip_ends=skip_ends, slips=slips | {tag}).run()
        if len(other.errors) < len(found.errors):
            found, slips = other, slips | {tag}
    if found.loose is not None and len(found.errors) == 1 and not scanned.errors:
        found = _by_layout(scanned, found, skip_ends=skip_ends)
    comments = scanned.comments
    for block in found.blocks if comments else ():
        if block.kind == "trans":
            inside = comments[bisect_left(comments, (block.open.end, 0)) : bisect_left(comments, (block.end, 0))]
            found.errors += (KidaError(*one, "a comment stands in `trans`", "move it out of it") for one in inside)
    return found


def _by_layout(scanned: Scan[Any], found: Structure, *, skip_ends: bool) -> Structure:
    """One tag is missing: the nesting that leaves the fewest pairs odd, where there is one that is better than all."""
    uneven = _uneven(scanned.text, found)
    tries: list[tuple[int, Structure]] = []
    for end in uneven[:SLIPS]:
        nester = _Nester(scanned, skip_ends=skip_ends)
        nester.odd_end, nester.loose = end, found.loose
        other = nester.run()
        tries += [(len(_uneven(scanned.text, other)), other)] if len(other.errors) == 1 else []
    least = min((left for left, _ in tries), default=len(uneven))
    best = [other for left, other in tries if left == least]
    return best[0] if len(best) == 1 and least < len(uneven) else found


def _uneven(text: str, found: Structure) -> list[int]:
    return odd(text, ((one.open.start, one.close.start) for one in found.blocks if one.close is not None))


class _Nester:
    def __init__(self, scanned: Scan[Any], *, skip_ends: bool, slips: frozenset[int] = frozenset()) -> None:
        self.scanned = scanned
        self.tags = scanned.tags
        self.size = len(scanned.text)
        self.skip_ends = skip_ends
        self.slips = slips  # where end tags close the innermost block, whichever they name
        self.stack: list[Block] = []
        self.found = Structure(Arm(None, None, 0, None, 0, self.size))
        self.arm = self.found.root
        self.kinds: Counter[str] = Counter()  # of the open blocks
        self.words = {tag.word for tag in self.tags}
        self.template_tags = 0
        self.too_deep = False
        self.asked = 0
        self.odd_end = -1  # an end tag that is one too many, or without the end of the innermost block before it
        self.loose: AnyTag | None = None  # what has no counterpart for that reason

    def run(self) -> Structure:
        arms = self.found.arms
        for tag in self.tags:
            if tag.keyword == "slot":
                self._slot(tag)
            arms.append(self.arm)
            if not tag.is_output:
                self._statement(tag, tag.word)
            elif self.stack:
                self._output(tag)
        while self.stack:
            self._never_closed(self.stack[-1], self.size)
        return self.found

    def _slot(self, tag: AnyTag) -> None:
        error = read_slot(tag, self.scanned, in_call=self._top == "call")
        if error is not None:
            self.found.errors.append(error)

    def _error(self, tag: AnyTag, message: str, help_: str | None = None) -> None:
        """Note an error at a tag, unless Kida has already refused the tag itself."""
        if not tag.broken and len(self.found.errors) < MAX_ERRORS:
            self.found.errors.append(KidaError(tag.start, tag.end, message, help_))

    @property
    def _top(self) -> str:
        return self.stack[-1].kind if self.stack else ""

    def _output(self, tag: AnyTag) -> None:
        top = self.stack[-1].kind if self.stack else ""
        if top == "trans":
            self._translated(tag)
        elif top == "embed" or (top == "match" and self._between_cases()):
            self._error(tag, f"`{{{{ … }}}}` stands directly in `{top}`")

    def _translated(self, tag: AnyTag) -> None:
        """Inside `trans`, only names that its tag declares may be put out."""
        declared = _declared(self.stack[-1].open)
        if not tag.lone:
            self._error(tag, "`trans` holds text and plain names only", "give the expression a name in the `trans` tag")
        elif declared is not None and tag.lone not in declared:
            self._error(tag, f"`trans` does not declare `{tag.lone}`", f"write `{{% trans {tag.lone}=… %}}`")

    def _between_cases(self) -> bool:
        return self._top == "match" and len(self.stack[-1].arms) == 1

    def _statement(self, tag: AnyTag, word: str) -> None:
        kind = "for" if word == "async" else word
        if word.startswith("end"):
            self._end(tag, word)
        elif word in _CONTINUATIONS:
            self._continue(tag, word)
        elif word in KNOWN_TAGS:
            self._misplaced(tag, word)
            jinja_set = word == "set" and tag.broken and "endset" in self.words
            if jinja_set or kind in _BODIED or (kind == "slot" and self._slot_has_body(tag)):
                self._open(tag, kind)
        else:
            self._unknown(tag, word)

    def _misplaced(self, tag: AnyTag, word: str) -> None:
        """What may not stand where it does."""
        if self._between_cases():
            self._error(tag, f"`{word}` stands in `match` before its first `case`")
        elif self._top == "embed" and word != "block":
            self._error(tag, f"`{word}` stands directly in `embed`", "an `embed` holds blocks only")
        elif self._top == "trans":
            self._error(tag, f"`{word}` stands in `trans`", "a `trans` holds text, names and `plural` only")
        elif word in {"break", "continue"} and not (self.kinds["for"] or self.kinds["while"]):
            self._error(tag, f"`{word}` stands outside a loop")
        elif word == "template" and not self.stack:
            self.template_tags += 1
            if self.template_tags > 1:
                self._error(tag, "the file has a second `template` declaration")

    def _slot_has_body(self, tag: AnyTag) -> bool:
        if self._top == "call":
            return True
        return tag.tokens is not None and ":" in tag.tokens.words

    def _open(self, tag: AnyTag, kind: str) -> None:
        block = Block(kind, tag, [])
        block.arms.append(Arm(self.arm, block, 0, tag, tag.end, tag.end))
        self.arm = block.arms[0]
        self.stack.append(block)
        self.kinds[kind] += 1
        self.found.blocks.append(block)
        if len(self.stack) > DEPTH and not self.too_deep:
            self.too_deep = True
            self._error(tag, f"blocks are nested more than {DEPTH} deep")

    def _continue(self, tag: AnyTag, word: str) -> None:
        block = self.stack[-1] if self.stack else None
        if block is None or word not in _CONTINUES.get(block.kind, ()) or self._is_assignment(block):
            self._error(tag, f"`{word}` stands outside {_HOMES[word]}")
            return
        last = block.arms[-1].tag
        if last is not None and last is not block.open and last.word not in _REPEATABLE:
            self._error(tag, f"`{word}` follows `{last.word}`")
        if word == "plural":
            self._plural(block, tag)
        block.arms[-1].end = tag.start
        parent = block.arms[0].parent
        block.arms.append(Arm(parent, block, len(block.arms), tag, tag.end, tag.end))
        self.arm = block.arms[-1]

    def _plural(self, block: Block, tag: AnyTag) -> None:
        declared = _declared(block.open)
        if declared is not None and "count" not in declared:
            self._error(tag, "`plural` needs `count`, which `trans` does not declare", "write `{% trans count=… %}`")

    def _is_assignment(self, block: Block) -> bool:
        """`{% with name = … %}`, which has no `else`."""
        tokens = block.open.tokens
        return block.kind == "with" and tokens is not None and tokens.words[2:3] == ["="]

    def _end(self, tag: AnyTag, word: str) -> None:
        if tag.start == self.odd_end and self.loose is not None and self.stack and self._odd(tag, self.loose):
            return
        if word in SKIPPED_ENDS and word == f"end{self._top}":
            self.found.skipped_end = True
            if self.skip_ends:
                return
            self._error(tag, f"Kida does not close `{self._top}` with `{word}`", "write `{% end %}`")
            self._close(tag)
        elif not self.stack:
            self.found.loose = self.found.loose or tag
            self._error(tag, f"`{word}` closes nothing", "remove it, or open a block before it")
        elif word == "endslot" == f"end{self._top}":
            self._error(tag, "Kida has no `endslot`", "write `{% end %}`")
            self._close(tag)
        elif word in {"end", f"end{self._top}"}:
            self._complete(self.stack[-1])
            self._close(tag)
        else:
            self._mismatch(tag, word)

    def _mismatch(self, tag: AnyTag, word: str) -> None:
        """An end tag of another block: it closes the one it names, and those inside stay without an end."""
        if self.kinds[word.removeprefix("end")]:
            self.found.misplaced.append(tag.start)
            if tag.start in self.slips:
                self._error(tag, f"`{word}` cannot close `{self._top}`", "write `{% end %}`")
                self._close(tag)
                return
            while f"end{self._top}" != word:
                self._never_closed(self.stack[-1], tag.start)
            self._close(tag)
            return
        top = self.stack[-1]
        meant = self._nearest(word, frozenset(f"end{kind}" for kind in +self.kinds))
        self._error(tag, f"`{word}` cannot close `{top.kind}`", f"did you mean `{meant or f'end{top.kind}'}`?")
        if meant == f"end{top.kind}" or (word == "endif" and top.kind == "unless"):
            self._close(tag)

    def _complete(self, block: Block) -> None:
        """What a block must have had by its end."""
        if block.kind == "match" and len(block.arms) == 1:
            self._error(block.open, "`match` has no `case`")
        elif block.kind == "try" and len(block.arms) == 1:
            self._error(block.open, "`try` has no `fallback`")

    def _close(self, tag: AnyTag) -> None:
        block = self.stack.pop()
        self.kinds[block.kind] -= 1
        block.close = tag
        block.end = tag.end
        block.arms[-1].end = tag.start
        self.arm = block.arms[0].parent or self.found.root

    def _leave(self, block: Block, at: int) -> None:
        self.stack.pop()
        self.kinds[block.kind] -= 1
        block.end = block.arms[-1].end = at
        self.arm = block.arms[0].parent or self.found.root

    def _never_closed(self, block: Block, at: int) -> None:
        self._leave(block, at)
        self.found.loose = self.found.loose or block.open
        self._error(block.open, f"`{block.kind}` is never closed", "add `{% end %}`")

    def _odd(self, tag: AnyTag, loose: AnyTag) -> bool:
        """Tell the tag that is one too many, or the block without an end. Whether that was an end."""
        block = self.stack[-1]
        if loose.word.startswith("end"):
            message = f"`{tag.word}` closes `{block.kind}` too early"
            others = ((block.open, f"this `{block.kind}`"), (loose, f"so that this `{loose.word}` closes nothing"))
            place, help_ = tag, "remove it, or open a block before it"
        else:
            message = f"`{block.kind}` is never closed"
            others = ((tag, f"this `{tag.word}` is of another block"), (loose, "which is never closed then"))
            place, help_ = block.open, "add `{% end %}`"
            self._leave(block, tag.start)
        related = tuple((one.start, one.end, said) for one, said in others)
        self.found.errors.append(KidaError(place.start, place.end, message, help_, related=related))
        return place is tag

    def _nearest(self, word: str, candidates: frozenset[str]) -> str | None:
        """What a misspelt word was meant to be; not asked for again and again in a file that is no template at all."""
        self.asked += 1
        return nearest(word, candidates) if self.asked <= MAX_ERRORS else None

    def _unknown(self, tag: AnyTag, word: str) -> None:
        """A tag Kida does not know, which it has refused already: read it as what it was meant to be."""
        meant = self._nearest(word, KNOWN_TAGS) if word else None
        if meant in {"end", f"end{self._top}"} and self.stack:
            self._close(tag)
        elif f"end{word}" in self.words:
            self._open(tag, word)
        elif meant in _BODIED:
            self._open(tag, meant)


def _declared(tag: AnyTag) -> frozenset[str] | None:
    """The names that a `{% trans … %}` declares, or None for a broken one."""
    return None if tag.said is None else frozenset(word.name for one in tag.said.bound for word in one.words)
