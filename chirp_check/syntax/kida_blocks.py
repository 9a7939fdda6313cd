"""Tags to nested blocks, by the rules of Kida's parser, with recovery where they are broken."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from chirp_check.diagnostic import nearest
from chirp_check.syntax.kida import MAX_ERRORS, KidaError, Tag, slot_in_call, word_of
from chirp_check.syntax.kida_scan import SKIPPED_ENDS

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


@dataclass(slots=True, eq=False)
class Arm:
    """A stretch of a block between two of its tags; `tag` begins it. The file is an arm without block and tag."""

    parent: Arm | None
    block: Block | None
    index: int
    tag: Tag | None
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Block:
    """A tag with a body: its kind (the keyword, "for" for `async for`), its arms, and its end tag if it has one."""

    kind: str
    open: Tag
    arms: list[Arm]
    close: Tag | None = None
    end: int = 0


@dataclass(slots=True)
class Structure:
    """The blocks of a file in the order they open, each tag's arm, and what is wrong with the nesting."""

    root: Arm
    blocks: list[Block] = field(default_factory=list[Block])
    arms: list[Arm] = field(default_factory=list[Arm])
    errors: list[KidaError] = field(default_factory=list[KidaError])
    skipped_end: bool = False


def structure(tags: list[Tag], comments: Sequence[tuple[int, int]], size: int) -> Structure:
    """Nest the tags of a file of `size` code points, with its comments (sorted).

    A `slot` is replaced in `tags` by what it is where it stands.
    Kida skips three end tags. Where it gets through the file that way there is nothing to report; where it does not,
    those end tags are the reason, and the blocks are read as the author meant them.
    """
    found = _Nester(tags, size, skip_ends=True).run()
    if found.errors and found.skipped_end:
        found = _Nester(tags, size, skip_ends=False).run()
    for block in found.blocks:
        if block.kind == "trans":
            inside = comments[bisect_left(comments, (block.open.end, 0)) : bisect_left(comments, (block.end, 0))]
            found.errors += (KidaError(*one, "a comment stands in `trans`", "move it out of it") for one in inside)
    return found


class _Nester:
    def __init__(self, tags: list[Tag], size: int, *, skip_ends: bool) -> None:
        self.tags = tags
        self.size = size
        self.skip_ends = skip_ends
        self.stack: list[Block] = []
        self.found = Structure(Arm(None, None, 0, None, 0, size))
        self.arm = self.found.root
        self.kinds: Counter[str] = Counter()  # of the open blocks
        self.words = {word_of(tag) for tag in tags if not tag.is_output}
        self.template_tags = 0
        self.too_deep = False
        self.asked = 0

    def run(self) -> Structure:
        for index, tag in enumerate(self.tags):
            if tag.keyword == "slot":
                self.tags[index] = tag = self._slot(tag)
            self.found.arms.append(self.arm)
            if tag.is_output:
                self._output(tag)
            else:
                self._statement(tag, word_of(tag))
        while self.stack:
            self._never_closed(self.stack[-1], self.size)
        return self.found

    def _slot(self, tag: Tag) -> Tag:
        """A slot, whose grammar depends on where it stands."""
        if self._top == "call":
            tag = slot_in_call(tag)
        error = tag.parsed.error
        if error is not None:
            at = tag.start
            self.found.errors.append(KidaError(at + error.start, at + error.end, error.message, error.help, error.code))
        return tag

    def _error(self, tag: Tag, message: str, help_: str | None = None) -> None:
        """Note an error at a tag, unless Kida has already refused the tag itself."""
        if tag.parsed.error is None and len(self.found.errors) < MAX_ERRORS:
            self.found.errors.append(KidaError(tag.start, tag.end, message, help_))

    @property
    def _top(self) -> str:
        return self.stack[-1].kind if self.stack else ""

    def _output(self, tag: Tag) -> None:
        if self._top == "trans":
            self._translated(tag)
        elif self._between_cases() or self._top == "embed":
            self._error(tag, f"`{{{{ … }}}}` stands directly in `{self._top}`")

    def _translated(self, tag: Tag) -> None:
        """Inside `trans`, only names that its tag declares may be put out."""
        from chirp_check.syntax.kida_parser import lone_name, trans_names

        declared = trans_names(self.stack[-1].open.parsed)
        name = lone_name(tag.parsed)
        if name is None:
            self._error(tag, "`trans` holds text and plain names only", "give the expression a name in the `trans` tag")
        elif declared is not None and name not in declared:
            self._error(tag, f"`trans` does not declare `{name}`", f"write `{{% trans {name}=… %}}`")

    def _between_cases(self) -> bool:
        return self._top == "match" and len(self.stack[-1].arms) == 1

    def _statement(self, tag: Tag, word: str) -> None:
        kind = "for" if word == "async" else word
        if word.startswith("end"):
            self._end(tag, word)
        elif word in _CONTINUATIONS:
            self._continue(tag, word)
        elif word in KNOWN_TAGS:
            self._misplaced(tag, word)
            jinja_set = word == "set" and tag.parsed.error is not None and "endset" in self.words
            if jinja_set or kind in _BODIED or (kind == "slot" and self._slot_has_body(tag)):
                self._open(tag, kind)
        else:
            self._unknown(tag, word)

    def _misplaced(self, tag: Tag, word: str) -> None:
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

    def _slot_has_body(self, tag: Tag) -> bool:
        if self._top == "call":
            return True
        texts = [token.value for token in tag.parsed.tokens]
        return ":" in texts

    def _open(self, tag: Tag, kind: str) -> None:
        block = Block(kind, tag, [])
        block.arms.append(Arm(self.arm, block, 0, tag, tag.end, tag.end))
        self.arm = block.arms[0]
        self.stack.append(block)
        self.kinds[kind] += 1
        self.found.blocks.append(block)
        if len(self.stack) > DEPTH and not self.too_deep:
            self.too_deep = True
            self._error(tag, f"blocks are nested more than {DEPTH} deep")

    def _continue(self, tag: Tag, word: str) -> None:
        block = self.stack[-1] if self.stack else None
        if block is None or word not in _CONTINUES.get(block.kind, ()) or self._is_assignment(block):
            self._error(tag, f"`{word}` stands outside {_HOMES[word]}")
            return
        last = block.arms[-1].tag
        if last is not None and last is not block.open and word_of(last) not in _REPEATABLE:
            self._error(tag, f"`{word}` follows `{word_of(last)}`")
        if word == "plural":
            self._plural(block, tag)
        block.arms[-1].end = tag.start
        parent = block.arms[0].parent
        block.arms.append(Arm(parent, block, len(block.arms), tag, tag.end, tag.end))
        self.arm = block.arms[-1]

    def _plural(self, block: Block, tag: Tag) -> None:
        from chirp_check.syntax.kida_parser import trans_names

        declared = trans_names(block.open.parsed)
        if declared is not None and "count" not in declared:
            self._error(tag, "`plural` needs `count`, which `trans` does not declare", "write `{% trans count=… %}`")

    def _is_assignment(self, block: Block) -> bool:
        """`{% with name = … %}`, which has no `else`."""
        texts = [token.value for token in block.open.parsed.tokens[1:4]]
        return block.kind == "with" and len(texts) == 3 and texts[2] == "="

    def _end(self, tag: Tag, word: str) -> None:
        if word in SKIPPED_ENDS and word == f"end{self._top}":
            self.found.skipped_end = True
            if self.skip_ends:
                return
            self._error(tag, f"Kida does not close `{self._top}` with `{word}`", "write `{% end %}`")
            self._close(tag)
        elif not self.stack:
            self._error(tag, f"`{word}` closes nothing", "remove it, or open a block before it")
        elif word == "endslot" == f"end{self._top}":
            self._error(tag, "Kida has no `endslot`", "write `{% end %}`")
            self._close(tag)
        elif word in {"end", f"end{self._top}"}:
            self._complete(self.stack[-1])
            self._close(tag)
        else:
            self._mismatch(tag, word)

    def _mismatch(self, tag: Tag, word: str) -> None:
        """An end tag of another block: it closes the one it names, and those inside stay without an end."""
        if self.kinds[word.removeprefix("end")]:
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

    def _close(self, tag: Tag) -> None:
        block = self.stack.pop()
        self.kinds[block.kind] -= 1
        block.close = tag
        block.end = tag.end
        block.arms[-1].end = tag.start
        self.arm = block.arms[0].parent or self.found.root

    def _never_closed(self, block: Block, at: int) -> None:
        self.stack.pop()
        self.kinds[block.kind] -= 1
        block.end = block.arms[-1].end = at
        self.arm = block.arms[0].parent or self.found.root
        self._error(block.open, f"`{block.kind}` is never closed", "add `{% end %}`")

    def _nearest(self, word: str, candidates: frozenset[str]) -> str | None:
        """What a misspelt word was meant to be; not asked for again and again in a file that is no template at all."""
        self.asked += 1
        return nearest(word, candidates) if self.asked <= MAX_ERRORS else None

    def _unknown(self, tag: Tag, word: str) -> None:
        """A tag Kida does not know, which it has refused already: read it as what it was meant to be."""
        meant = self._nearest(word, KNOWN_TAGS) if word else None
        if meant in {"end", f"end{self._top}"} and self.stack:
            self._close(tag)
        elif f"end{word}" in self.words:
            self._open(tag, word)
        elif meant in _BODIED:
            self._open(tag, meant)
