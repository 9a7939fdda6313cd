"""What Kida's compiler refuses in a file that its parser accepts.

Kida drops code behind constant conditions before it compiles, so nothing is said about what stands in such a condition.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from chirp_check.syntax.kida import AnyTag, KidaError
from chirp_check.syntax.kida_blocks import Arm, Block, Structure

PYTHON_BLOCKS = 20  # loops, `try` and `provide` become Python blocks, and Python nests no more than these

_PLACED = frozenset(
    {
        "if", "unless", "for", "while", "with", "provide", "try", "match", "cache", "capture", "push", "spaceless",
        "filter",
    }
)  # fmt: skip
_UNITS = frozenset({"def", "region", "block", "fragment"})
_FUNCTIONS = _UNITS | {"call"}
_NAMED = frozenset({"block", "fragment", "region"})
_UNCOLLECTED = frozenset({"match", "embed", "try"})  # Kida does not look for blocks in them
_PYTHON_BLOCKS = frozenset({"for", "while", "try", "provide"})
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None", "not", "and", "or"})


def compile_errors(tags: list[AnyTag], found: Structure) -> Iterator[KidaError]:
    """The errors that remain once every tag and the nesting are right."""
    blocks: dict[str, str] = {}
    decided = _Decided(found)
    is_child = any(tag.keyword == "extends" and arm.block is None for tag, arm in zip(tags, found.arms, strict=True))
    for tag, arm in zip(tags, found.arms, strict=True):
        word = tag.word
        if word not in _WATCHED and (tag.said is None or not tag.said.loose):
            continue
        check = _CHECKS.get(word)
        if check is not None and (check is _definition or not is_child or _is_in_unit(arm)) and not decided.holds(arm):
            yield from check(tag, arm)
        if word in _NAMED and not decided.holds(arm):
            yield from _duplicate_region(tag, arm, word, blocks)
        if tag.said is not None and tag.said.loose and word not in {"for", "async"}:
            yield _whole(tag, "the variable of a comprehension must be a name or names")


class _Decided:
    """The conditionals that Kida decides before it compiles."""

    def __init__(self, found: Structure) -> None:
        self._any = any(block.kind in {"if", "unless"} for block in found.blocks)
        self._constant: dict[int, bool] = {}

    def holds(self, arm: Arm) -> bool:
        """Whether an arm stands in one."""
        return self._any and any(one.block is not None and self._is_constant(one.block) for one in _around(arm))

    def _is_constant(self, block: Block) -> bool:
        if id(block) not in self._constant:
            self._constant[id(block)] = block.kind in {"if", "unless"} and _is_constant(block)
        return self._constant[id(block)]


def _whole(tag: AnyTag, message: str, help_: str | None = None) -> KidaError:
    return KidaError(tag.start, tag.end, message, help_)


def _around(arm: Arm) -> Iterator[Arm]:
    at: Arm | None = arm
    while at is not None and at.block is not None:
        yield at
        at = at.parent


def _is_in_unit(arm: Arm) -> bool:
    """Whether it stands in what Kida compiles of a template that extends another."""
    return any(one.block is not None and one.block.kind in _UNITS for one in _around(arm))


def _is_constant(block: Block) -> bool:
    """Whether a condition of an `if` reads no name, so that Kida decides it before it compiles."""
    tags = (arm.tag for arm in block.arms if arm.tag is not None and arm.tag.keyword != "else")
    return not all(tag.tokens is not None and any(map(_may_be_name, tag.tokens.words[1:])) for tag in tags)


def _may_be_name(word: str) -> bool:
    first = word.strip("\"'").partition(".")[0]
    return first.isidentifier() and first not in _CONSTANTS


def _nested(tag: AnyTag, arm: Arm) -> Iterator[KidaError]:
    """`extends` and `template` belong to the whole file."""
    if arm.block is not None:
        yield _whole(tag, f"`{tag.word}` stands in `{arm.block.kind}`", "move it to the top of the file")


def _definition(tag: AnyTag, arm: Arm) -> Iterator[KidaError]:
    for one in _around(arm):
        if one.block is None or one.block.kind == "embed":
            break
        if one.block.kind in _PLACED:
            yield _whole(tag, f"`{tag.word}` stands in `{one.block.kind}`", f"move it out of the `{one.block.kind}`")
            break
    yield from _parameters(tag)


def _parameters(tag: AnyTag) -> Iterator[KidaError]:
    names = [] if tag.said is None else [one.word.name for one in tag.said.parameters]
    for name in names:
        if name in {"None", "True", "False"}:
            yield _whole(tag, f"a parameter cannot be called `{name}`")
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        yield _whole(tag, f"`{tag.name}` has two parameters called `{twice}`")


def _leave(tag: AnyTag, arm: Arm) -> Iterator[KidaError]:
    """`break` and `continue` reach only loops of the same generated function, and a loop's `empty` is no loop."""
    for one in _around(arm):
        if one.block is None or one.block.kind in _FUNCTIONS:
            break
        if one.block.kind == "while" or (one.block.kind == "for" and one.index == 0):
            return
    yield _whole(tag, f"`{tag.word}` stands outside a loop")


def _loop(tag: AnyTag, arm: Arm) -> Iterator[KidaError]:
    depth = 1
    for one in _around(arm):
        if one.block is None or one.block.kind in _FUNCTIONS:
            break
        depth += one.block.kind in _PYTHON_BLOCKS
    if depth > PYTHON_BLOCKS:
        yield _whole(tag, f"more than {PYTHON_BLOCKS} loops, `try` and `provide` are nested")
    if tag.said is not None and not tag.said.only_names:
        yield _whole(tag, "a loop variable must be a name or names", "write `{% for a, b in … %}`")


def _case(tag: AnyTag, arm: Arm) -> Iterator[KidaError]:
    """A `match` without subject decides by guards alone."""
    block = arm.block
    said = tag.said
    if block is None or said is None or block.open.said is None or block.open.said.operands:
        return
    if not (said.only_names and said.bound[0].words[0].name == "_"):
        yield _whole(tag, "a `match` without a subject has no patterns but `_`", "write `{% case _ if … %}`")


def _duplicate_region(tag: AnyTag, arm: Arm, word: str, blocks: dict[str, str]) -> Iterator[KidaError]:
    """A region shares its name with no other block. Blocks that Kida does not collect are left out."""
    if any(one.block is not None and one.block.kind in _UNCOLLECTED for one in _around(arm)):
        return
    name = tag.name
    if name in blocks and "region" in {word, blocks[name]} and tag.tokens is not None:
        start, end = tag.tokens.name_span
        yield KidaError(start, end, f"the file has another block called `{name}`", "a region needs its own name")
    blocks[name] = word


_CHECKS: dict[str, Callable[[AnyTag, Arm], Iterator[KidaError]]] = {
    "extends": _nested,
    "template": _nested,
    "def": _definition,
    "region": _definition,
    "break": _leave,
    "continue": _leave,
    "for": _loop,
    "async": _loop,
    "while": _loop,
    "try": _loop,
    "provide": _loop,
    "case": _case,
}
_WATCHED = _NAMED | _CHECKS.keys()
