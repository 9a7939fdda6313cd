"""The names that Kida looks up at the start of a body, because it reads them more than once; guards do not help them.

This follows `collect_variable_references` of Kida's compiler; what it overlooks is overlooked here.
"""

from collections.abc import Iterable, Iterator

from chirp_check.facts.reads import Read, Step

# What Kida takes to read no name for certain; a body of nothing else has no names looked up early.
_UNCERTAIN = frozenset(
    {"for", "if", "match", "set", "let", "export", "capture", "with", "given", "import", "from", "def"}
)
_UNCERTAIN_BLOCKS = frozenset({"block", "fragment"})
_TRANSPARENT = frozenset({"inside", "globals", "try", "slot", "region"})  # their bodies count like the text around


def hoisted(body: tuple[Step, ...]) -> tuple[Read, ...]:
    """The first read of each name that is looked up at the start of a body."""
    if all(step.kind in _UNCERTAIN or step.kind in _UNCERTAIN_BLOCKS for step in body):
        return ()
    count: dict[str, int] = {}
    first: dict[str, Read] = {}
    for read in _counted(body):
        count[read.name] = count.get(read.name, 0) + 1
        first.setdefault(read.name, read)
    if all(times < 2 for times in count.values()):
        return ()
    changed = frozenset(_changed(body))
    return tuple(read for name, read in first.items() if count[name] > 1 and name not in changed)


def _counted(steps: Iterable[Step]) -> Iterator[Read]:
    """The reads outside of loops, branches and their like."""
    for step in steps:
        match step.kind:
            case "block" | "fragment" | "def":
                continue
            case "if":
                yield from (read for read in step.arms[0].reads if read.counted)
            case "given":
                yield from (read for read in step.arms[0].reads if read.counted)
            case "region":
                yield from (read for _, default in step.defaults for read in default if read.counted)
            case _:
                yield from (read for read in step.reads if read.counted)
        if step.kind in _TRANSPARENT:
            for arm in step.arms:
                yield from _counted(arm.steps)


def _changed(steps: Iterable[Step]) -> Iterator[str]:
    """The names that Kida sees bound anywhere inside."""
    for step in steps:
        match step.kind:
            case "block" | "fragment":
                continue
            case "def":
                yield step.name
                continue
            case "set" | "let" | "export":
                yield from () if step.unpacked else step.names
            case "capture" | "with" | "import" | "from":
                yield from step.names
            case "for":
                yield from (name for arm in step.arms for name in arm.names)
                yield "loop"
            case "match":
                yield from (name for arm in step.arms for name in arm.names)
            case "given":
                yield from step.arms[0].names if len(step.arms[0].names) == 1 else ()
            case _:
                pass
        for arm in step.arms:
            yield from _changed(arm.steps)
