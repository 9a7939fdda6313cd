"""What Kida's compiler refuses in a file that its parser accepts. Imports Kida, so import it only for files with tags.

Kida drops code behind constant conditions before it compiles, so nothing is said about what stands in such a condition.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import kida.nodes as k

from chirp_check.syntax.kida import KidaError, Tag, word_of
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
_PYTHON_BLOCKS = frozenset({"for", "while", "try", "provide"})
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None", "not", "and", "or"})


def compile_errors(tags: list[Tag], found: Structure) -> Iterator[KidaError]:
    """The errors that remain once every tag and the nesting are right."""
    blocks: dict[str, str] = {}
    constant = frozenset(block for block in found.blocks if block.kind in {"if", "unless"} and _is_constant(block))
    is_child = any(tag.keyword == "extends" and arm.block is None for tag, arm in zip(tags, found.arms, strict=True))
    for tag, arm in zip(tags, found.arms, strict=True):
        if tag.is_output:
            yield from _comprehensions(tag)
            continue
        word = word_of(tag)
        check = _CHECKS.get(word)
        dead = any(one.block in constant for one in _around(arm)) if constant else False
        if check is not None and not dead and (check is _definition or not is_child or _is_in_unit(arm)):
            yield from check(tag, arm)
        if word in {"block", "fragment", "region"} and not dead:
            yield from _duplicate_region(tag, arm, word, blocks)
        yield from _comprehensions(tag)


def _whole(tag: Tag, message: str, help_: str | None = None) -> KidaError:
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
    conditions = (arm.tag.parsed.tokens[2:] for arm in block.arms if arm.tag is not None and arm.tag.keyword != "else")
    return not all(
        any(token.value.isidentifier() and token.value not in _CONSTANTS for token in tokens) for tokens in conditions
    )


def _nested(tag: Tag, arm: Arm) -> Iterator[KidaError]:
    """`extends` and `template` belong to the whole file."""
    if arm.block is not None:
        yield _whole(tag, f"`{word_of(tag)}` stands in `{arm.block.kind}`", "move it to the top of the file")


def _definition(tag: Tag, arm: Arm) -> Iterator[KidaError]:
    for one in _around(arm):
        if one.block is None or one.block.kind == "embed":
            break
        if one.block.kind in _PLACED:
            yield _whole(
                tag, f"`{word_of(tag)}` stands in `{one.block.kind}`", f"move it out of the `{one.block.kind}`"
            )
            break
    node = tag.parsed.node
    if isinstance(node, (k.Def, k.Region)):
        yield from _parameters(tag, node)


def _parameters(tag: Tag, node: k.Def | k.Region) -> Iterator[KidaError]:
    names = [*node.args, *(name for name in (node.vararg, node.kwarg) if name)]
    for name in names:
        if name in {"None", "True", "False"}:
            yield _whole(tag, f"a parameter cannot be called `{name}`")
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        yield _whole(tag, f"`{node.name}` has two parameters called `{twice}`")


def _leave(tag: Tag, arm: Arm) -> Iterator[KidaError]:
    """`break` and `continue` reach only loops of the same generated function, and a loop's `empty` is no loop."""
    for one in _around(arm):
        if one.block is None or one.block.kind in _FUNCTIONS:
            break
        if one.block.kind == "while" or (one.block.kind == "for" and one.index == 0):
            return
    yield _whole(tag, f"`{word_of(tag)}` stands outside a loop")


def _loop(tag: Tag, arm: Arm) -> Iterator[KidaError]:
    depth = 1
    for one in _around(arm):
        if one.block is None or one.block.kind in _FUNCTIONS:
            break
        depth += one.block.kind in _PYTHON_BLOCKS
    if depth > PYTHON_BLOCKS:
        yield _whole(tag, f"more than {PYTHON_BLOCKS} loops, `try` and `provide` are nested")
    node = tag.parsed.node
    if isinstance(node, (k.For, k.AsyncFor)) and not _can_bind(node.target):
        yield _whole(tag, "a loop variable must be a name or names", "write `{% for a, b in … %}`")


def _can_bind(target: k.Expr) -> bool:
    if isinstance(target, k.Tuple):
        return all(map(_can_bind, target.items))
    return isinstance(target, k.Name)


def _case(tag: Tag, arm: Arm) -> Iterator[KidaError]:
    """A `match` without subject decides by guards alone."""
    block = arm.block
    subject = block.open.parsed.node if block is not None else None
    node = tag.parsed.node
    if isinstance(subject, k.Match) and subject.subject is None and isinstance(node, k.Match):
        pattern = node.cases[0][0]
        if not (isinstance(pattern, k.Name) and pattern.name == "_"):
            yield _whole(tag, "a `match` without a subject has no patterns but `_`", "write `{% case _ if … %}`")


def _duplicate_region(tag: Tag, arm: Arm, word: str, blocks: dict[str, str]) -> Iterator[KidaError]:
    """A region shares its name with no other block. Blocks that Kida does not collect are left out."""
    kinds = {one.block.kind for one in _around(arm) if one.block is not None}
    node = tag.parsed.node
    if kinds & {"match", "embed", "try"} or not isinstance(node, (k.Block, k.Region)):
        return
    name = node.name
    if name in blocks and "region" in {word, blocks[name]}:
        start, end = tag.token(2)
        yield KidaError(start, end, f"the file has another block called `{name}`", "a region needs its own name")
    blocks[name] = word


def _comprehensions(tag: Tag) -> Iterator[KidaError]:
    if tag.keyword not in {"for", "async"} and any(token.value == "for" for token in tag.parsed.tokens):
        made = tag.parsed.node
        pending: list[k.Node] = [] if made is None else list(made) if isinstance(made, tuple) else [made]
        while pending:
            node = pending.pop()
            if isinstance(node, k.ListComp) and not _can_bind(node.target):
                yield _whole(tag, "the variable of a comprehension must be a name or names")
            pending += node.iter_child_nodes()


_CHECKS: dict[str, Callable[[Tag, Arm], Iterator[KidaError]]] = {
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
