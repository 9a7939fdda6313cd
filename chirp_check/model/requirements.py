"""What a render of a template or of one of its blocks needs from whoever renders it."""

from collections.abc import Mapping

import msgspec

from chirp_check.facts.reads import Arm, Step
from chirp_check.facts.values import Const
from chirp_check.model.applications import AppKey
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.requirements_scope import (
    MACRO,
    BlockBody,
    Bound,
    Definition,
    Imported,
    Link,
    Requirement,
    Sources,
    Standing,
    Trouble,
)
from chirp_check.model.requirements_walk import Walk
from chirp_check.model.templates import chain, judged, paths, references, target
from chirp_check.source import Span

LAYOUT = "\0layout"  # instead of a block: the full render of a layout, whose `content` is given
CONTENT = "content"


class Requirements(msgspec.Struct, frozen=True, gc=False):
    """The names that a render looks up and does not bind itself, once for each place and way to it.

    `open`: a part of it cannot be seen. `troubles`: why every block of the template fails when rendered alone.
    """

    found: tuple[Requirement, ...]
    open: bool = False
    troubles: tuple[Trouble, ...] = ()


class Module(msgspec.Struct, frozen=True, gc=False):
    """A template that is imported: the names it binds, and what it needs for that."""

    names: tuple[tuple[str, Bound], ...]
    needs: tuple[Requirement, ...]


NO_MODULE = Module((), ())


@gate
def requirements(model: Queries, app: AppKey, path: str, block: str | None) -> Requirements:
    """What a full render of the template at `path` needs, or a render of one block alone; see also `LAYOUT`."""
    walk = Walk(_sources(model, app))
    at = Standing(path, {})
    if block is None:
        walk.full(path, at)
        return Requirements(tuple(walk.found), walk.open)
    above = chain(model, app, path)
    troubles: list[Trouble] = []
    for one in above.paths:
        at.path = one
        troubles += _set_up(walk, program(model, one) or (), at)
    if block == LAYOUT:
        at.blocks = {CONTENT: BlockBody(path, Step("block", arms=(Arm(()),), name=CONTENT))}
        walk.full(path, at)
        return Requirements(tuple(walk.found), walk.open, tuple(troubles))
    blocks: dict[str, BlockBody] = {}
    for one in above.paths:
        for name, step in block_steps(model, one).items():
            blocks.setdefault(name, BlockBody(one, step))
    at.blocks = blocks
    if block in blocks:
        walk.block(blocks[block], at)
    return Requirements(tuple(walk.found), walk.open or not above.complete or block not in blocks, tuple(troubles))


def _set_up(walk: Walk, steps: tuple[Step, ...], at: Standing) -> list[Trouble]:
    """What Kida runs before it renders a block alone: imports, `let`, components, regions, then `globals`.

    There it cannot look up names at all.
    """
    ordered = [step for kinds in _SET_UP for step in steps if step.kind in kinds]
    ordered += [inner for step in steps if step.kind == "globals" for arm in step.arms for inner in arm.steps]
    troubles: list[Trouble] = []
    for step in ordered:
        read = step.reads if step.kind not in ("def", "region", "call") else ()
        defaults = (one for _, default in step.defaults for one in default) if step.kind == "def" else ()
        troubles += (Trouble(at.path, one.at, one.name) for one in (*read, *defaults))
        quiet = msgspec.structs.replace(step, reads=() if step.kind != "region" else step.reads)
        if step.kind != "put":
            walk.steps((quiet,), at)
    return troubles


_SET_UP = (("from", "import"), ("let",), ("def",), ("region",))


def _sources(model: Queries, app: AppKey) -> Sources:
    return Sources(
        program=lambda path: program(model, path),
        link=lambda path, reference: links(model, app, path)[reference],
        blocks=lambda path: block_steps(model, path),
        macro=lambda path, name, filled: macro_needs(model, app, path, name, filled),
        module=lambda path: _module(model, app, path),
    )


def _module(model: Queries, app: AppKey, path: str) -> tuple[Mapping[str, Bound], tuple[Requirement, ...]]:
    found = NO_MODULE if path in entangled(model, app) else module(model, app, path)
    return dict(found.names), found.needs


@query
def program(model: Queries, path: str) -> tuple[Step, ...] | None:
    """The program of a template; None where it cannot be read or Kida refuses it."""
    facts = template_facts(model, path)
    return None if facts is None or facts.faults else facts.program


@query
def block_steps(model: Queries, path: str) -> Mapping[str, Step]:
    """The blocks, fragments and regions that a template defines; of one name the last."""
    found: dict[str, Step] = {}
    pending = list(reversed(program(model, path) or ()))
    while pending:
        step = pending.pop()
        if step.kind in ("block", "fragment", "region"):
            found[step.name] = step
        if step.kind != "embed":
            pending += [inner for arm in reversed(step.arms) for inner in reversed(arm.steps)]
    return found


@query
def links(model: Queries, app: AppKey, path: str) -> tuple[Link, ...]:
    """Where the tags of a template lead, in their order."""
    found: list[Link] = []
    for one in references(model, path):
        there = target(model, app, one, path)
        named = one.target.value if isinstance(one.target, Const) else None
        dynamic = there is None and not (isinstance(named, str) and judged(model, app, named))
        names = tuple((other.name, local.name) for other, local in one.names)
        found.append(Link(there, dynamic, one.with_context, names))
    return tuple(found)


@query
def module(model: Queries, app: AppKey, path: str) -> Module:
    """What importing a template binds and needs."""
    walk = Walk(_sources(model, app))
    at = Standing(path, {}, sealed=MACRO)
    walk.full(path, at)
    return Module(tuple(at.context.items()), tuple(walk.found))


@query
def macro_needs(model: Queries, app: AppKey, path: str, name: str, filled: bool) -> tuple[Requirement, ...]:
    """What an imported component needs beyond its own template; `filled`: it is given content."""
    names, _ = _module(model, app, path)
    found = names.get(name)
    walk = Walk(_sources(model, app))
    at = Standing(path, dict(names), sealed=MACRO)
    if isinstance(found, (Definition, Imported)):
        walk.called(found, at, filled=filled)
    return tuple(walk.found)


@query
def entangled(model: Queries, app: AppKey) -> frozenset[str]:
    """The templates that lead back to themselves."""
    alive = {path: {one.path for one in links(model, app, path) if one.path} for path in paths(model, app)}
    size = -1
    while size != len(alive):  # what leads nowhere, and where nothing leads, is on no way back
        size = len(alive)
        reached = {end for ends in alive.values() for end in ends}
        alive = {path: ends & alive.keys() for path, ends in alive.items() if path in reached}
        alive = {path: ends for path, ends in alive.items() if ends}
    return frozenset(alive)


@query
def places(model: Queries, path: str) -> tuple[tuple[int, int], ...]:
    """Where the reads of a template stand."""
    facts = template_facts(model, path)
    return () if facts is None else facts.places


def place(model: Queries, path: str, at: int) -> Span:
    """The place of a read."""
    start, end = places(model, path)[at]
    return Span(path, start, end)
