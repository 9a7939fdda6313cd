"""Walks the program of a render and notes which names it looks up that the template has not bound.

What binds and what sees what follows Kida's compiler, point by point; `tests/cases/context-scope.md` renders each.
"""

from collections.abc import Callable, Iterable
from copy import replace

import msgspec

from chirp_check.facts.reads import Arm, Read, Step
from chirp_check.facts.values import AnyTerm, Name, Test
from chirp_check.facts.walk import names_in
from chirp_check.model.requirements_hoisting import hoisted
from chirp_check.model.requirements_scope import (
    ALONE,
    GIVEN,
    MACRO,
    BlockBody,
    Bound,
    Condition,
    Definition,
    Imported,
    Link,
    Requirement,
    Sources,
    Standing,
)

DEPTH = 50  # templates inside templates; as many as Kida follows
EXPANSIONS = 8  # of one component in one render, where neither is implied by another
CONDITIONS = 40  # around one read; beyond, it is left out


class Walk:
    """One render. `found` is what it needs; `open` when a part of it cannot be seen."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.found: dict[Requirement, None] = {}
        self.open = False
        self._active: list[tuple[str, str]] = []
        self._expanded: dict[tuple[str, str, bool], list[tuple[tuple[Condition, ...], frozenset[str]]]] = {}

    # Names.

    def reads(self, reads: Iterable[Read], at: Standing) -> None:
        """Names that are looked up at a point."""
        for read in reads:
            if at.binds(read.name):
                self._used(read, at)
            elif not (read.caught or at.caught or at.anything):
                self._require(read, at)

    def _require(self, read: Read, at: Standing, *, early: bool = False) -> None:
        conditions = at.conditions
        if not early:
            guards = (at.condition(guard.condition, holds=guard.holds) for guard in read.guards)
            conditions = (*conditions, *guards)
        if len(conditions) <= CONDITIONS:
            self.found[Requirement(read.name, at.path, read.at, conditions, early, at.sealed)] = None

    def _used(self, read: Read, at: Standing, *, filled: bool = False) -> None:
        """A bound name is read: a component is called, or may be."""
        bound = _component(read.name, at)
        if isinstance(bound, Imported) and bound.name is None and read.member is not None:
            bound = replace(bound, name=read.member)
        inner = at
        for guard in read.guards:
            inner = inner.behind(guard.condition, holds=guard.holds)
        if bound is not None:
            self.called(bound, inner, filled=filled)

    def called(self, bound: Definition | Imported, at: Standing, *, filled: bool) -> None:
        """A component is called, with content (`filled`) or without."""
        if isinstance(bound, Definition):
            self._expand(bound, at, filled=filled)
        elif bound.name is not None:
            self._needed(self.sources.macro(bound.path, bound.name, filled), bound.names, at)

    def _expand(self, found: Definition, at: Standing, *, filled: bool) -> None:
        """The body of a component, called at a point of its own template."""
        known = frozenset(at.context)
        key = (found.path, found.step.name, filled)
        before = self._expanded.setdefault(key, [])
        implied = any(at.conditions[: len(conditions)] == conditions and names <= known for conditions, names in before)
        active = ("def", f"{found.path}\0{found.step.name}")
        if implied or active in self._active or len(before) >= EXPANSIONS or len(self._active) > DEPTH:
            return
        before.append((at.conditions, known))
        names = dict.fromkeys((*found.step.names, "caller", "has_slot"))
        scope = at.scope if found.path == at.path else frozenset[str]()
        inner = replace(at, path=found.path, local=frozenset(), scope=scope, looping=False, called=filled)
        inner.context = {**at.context, **names}
        self._active.append(active)
        self._body(found.step.arms, inner)
        self._active.pop()

    # Whole renders.

    def full(self, path: str, at: Standing) -> None:
        """A full render of a template."""
        program = self.sources.program(path)
        active = ("render", path)
        if program is None or active in self._active or len(self._active) > DEPTH:
            self.open = self.open or program is None
            at.anything = at.anything or program is None
            return
        at.path = path
        own = {name: BlockBody(path, step) for name, step in self.sources.blocks(path).items()}
        parent = next((step for step in program if step.kind == "extends"), None)
        self._active.append(active)
        if parent is None:
            at.blocks = {**own, **at.blocks}
            self._early(program, at)
            self.steps(program, at)
        else:
            at.blocks = {**own, **at.blocks}
            self.steps((step for step in program if step.kind in _CHILD), at)
            self.reads(parent.reads, at)
            above = self.sources.link(path, parent.reference).path
            if above is None:
                self.open = True
            else:
                self.full(above, at)
        self._active.pop()

    def _early(self, body: tuple[Step, ...], at: Standing) -> None:
        """The names that Kida looks up before a body starts."""
        for read in hoisted(body):
            if not (at.binds(read.name) or at.caught or at.anything):
                self._require(read, at, early=True)

    def block(self, body: BlockBody, at: Standing) -> None:
        """A block, from where it stands or alone."""
        active = ("block", f"{body.path}\0{body.step.name}")
        if active in self._active or len(self._active) > DEPTH:
            return
        self._active.append(active)
        inner = replace(at, path=body.path, local=body.around, scope=frozenset(), scoped=False, looping=False)
        if body.step.kind == "region":
            for read in body.step.reads:
                if not (read.caught or inner.binds(read.name)):
                    self._require(read, inner)
            self._defaults(body.step, inner)
            inner = inner.inside(*body.step.names)
        else:
            self._early(body.step.arms[0].steps, inner)
        self._body(body.step.arms, inner)
        at.anything = at.anything or inner.anything
        self._active.pop()

    def _defaults(self, step: Step, at: Standing) -> None:
        """A region rendered alone takes a parameter from the context, and its default only where that has none."""
        for read in step.reads:
            default = dict(step.defaults).get(read.name)
            if default is not None and not at.binds(read.name):
                self.reads(default, at.behind(_given(read.name), holds=False))

    # Steps.

    def steps(self, steps: Iterable[Step], at: Standing) -> None:
        """One step after the other; what they bind stays bound."""
        for step in steps:
            _STEPS[step.kind](self, step, at)

    def _body(self, arms: tuple[Arm, ...], at: Standing) -> None:
        for arm in arms:
            self.steps(arm.steps, at)

    def put(self, step: Step, at: Standing) -> None:
        self.reads(step.reads, at)

    def assign(self, step: Step, at: Standing) -> None:
        self.reads(step.reads, at)
        if step.kind == "set" and at.scoped:
            at.scope = at.scope.union(step.names)
        else:
            at.context.update(dict.fromkeys(step.names))

    def capture(self, step: Step, at: Standing) -> None:
        self._body(step.arms, at)
        at.context.update(dict.fromkeys(step.names))

    def inside(self, step: Step, at: Standing) -> None:
        self.reads(step.reads, at)
        self._body(step.arms, at)

    def within(self, step: Step, at: Standing) -> None:
        """`with`: names in the context for as long as its body."""
        self.reads(step.reads, at)
        before = {name: at.context[name] for name in step.names if name in at.context}
        at.context.update(dict.fromkeys(step.names))
        self._body(step.arms, at)
        for name in step.names:
            at.context.pop(name, None)
        at.context.update(before)

    def branches(self, step: Step, at: Standing) -> None:
        """The arms of a conditional, each on its own; what any of them binds may be bound behind it."""
        self.reads(step.reads, at)
        after: dict[str, Bound] = {}
        current = at
        for arm in _in_order(step):
            self.reads(arm.reads, current.inside(*arm.names) if step.kind in ("for", "match") else current)
            inner = current.behind(arm.condition)
            inner.context = dict(at.context)
            self._enter(step, arm, inner)
            self.steps(arm.steps, inner)
            after.update((name, bound) for name, bound in inner.context.items() if name not in at.context)
            if step.kind == "given":
                after = {name: bound for name, bound in after.items() if name not in arm.names}
            at.anything = at.anything or inner.anything
            if arm.condition is not None:
                current = current.behind(arm.condition, holds=False)
        at.context.update(after)

    def _enter(self, step: Step, arm: Arm, inner: Standing) -> None:
        """What the arm of a conditional binds for its body."""
        if step.kind == "given":
            inner.context.update(dict.fromkeys(arm.names))
        elif arm.names:
            inner.local = inner.local.union(arm.names)
        inner.scoped = inner.scoped or step.kind in ("if", "for")
        inner.looping = inner.looping or (step.kind == "for" and bool(arm.names))

    def attempt(self, step: Step, at: Standing) -> None:
        """`try`: an undefined name in its body leads to the fallback."""
        for index, arm in enumerate(step.arms):
            inner = replace(at, caught=True) if index == 0 else at.inside(*arm.names)
            self.steps(arm.steps, inner)
            at.anything = at.anything or inner.anything

    def define(self, step: Step, at: Standing) -> None:
        for _, default in step.defaults if step.kind == "def" else ():
            self.reads(default, at)
        at.context[step.name] = Definition(at.path, step)

    def place(self, step: Step, at: Standing) -> None:
        """A block where it stands: the nearest of its name is rendered."""
        if step.kind == "fragment":
            return
        self.reads(step.reads, at)
        inner = at.behind(step.condition)
        body = at.blocks.get(step.name, BlockBody(at.path, step))
        self.block(body, inner)
        at.anything = at.anything or inner.anything

    def call(self, step: Step, at: Standing) -> None:
        """`call`: a component, and the content of its slots that it shows."""
        function, _, member = step.name.partition(".")
        for read in step.reads:
            if read.name == function and (not member or read.member == member) and at.binds(function):
                self._used(read, at, filled=True)
            else:
                self.reads((read,), at)
        shown = self._shown(function, member, at)
        for arm in step.arms:
            if shown is None or arm.name in shown:
                self.steps(arm.steps, replace(at, scope=at.scope.union(arm.names)))

    def _shown(self, function: str, member: str, at: Standing) -> frozenset[str] | None:
        """The slots that a component can show; None where it is not known."""
        bound = _component(function, at)
        if isinstance(bound, Definition):
            return _slots(bound.step.arms[0].steps)
        if not isinstance(bound, Imported):
            return None
        names, _ = self.sources.module(bound.path)
        there = names.get(bound.name or member)
        return _slots(there.step.arms[0].steps) if isinstance(there, Definition) else None

    def slot(self, step: Step, at: Standing) -> None:
        """`slot` in a component: what it offers, and its own content where the caller gave none."""
        self.reads(step.reads, at)
        if not at.called:
            self._body(step.arms, at.inside(*step.names))

    # Other templates.

    def include(self, step: Step, at: Standing) -> None:
        self.reads(step.reads, at)
        link = self.sources.link(at.path, step.reference)
        if link.path is None:
            self._unseen(link, at)
            return
        alone = not link.with_context
        context: dict[str, Bound] = {} if alone else at.context
        if at.looping and not alone:
            context = {**at.context, **dict.fromkeys(at.scope | at.local)}
        sealed = ALONE if alone else at.sealed
        inner = Standing(link.path, context, conditions=at.conditions, caught=at.caught, sealed=sealed)
        inner.anything = at.anything and not alone
        self.full(link.path, inner)
        at.anything = at.anything or (inner.anything and not alone)

    def embed(self, step: Step, at: Standing) -> None:
        self.reads(step.reads, at)
        link = self.sources.link(at.path, step.reference)
        if link.path is None:
            self._unseen(link, at)
            return
        blocks = dict(at.blocks)
        for arm in step.arms:
            blocks.update(
                (one.name, BlockBody(at.path, one, at.local | at.scope)) for one in arm.steps if one.kind == "block"
            )
        inner = replace(at, blocks=blocks, local=frozenset(), scope=frozenset(), scoped=False, looping=False)
        self.full(link.path, inner)
        at.anything = at.anything or inner.anything

    def _unseen(self, link: Link, at: Standing) -> None:
        """A template that nobody sees may need anything, and bind anything."""
        self.open = self.open or link.dynamic
        at.anything = at.anything or link.dynamic

    def bring(self, step: Step, at: Standing) -> None:
        """`import` and `from`."""
        self.reads(step.reads, at)
        link = self.sources.link(at.path, step.reference)
        if link.path is None:
            at.context.update(dict.fromkeys(step.names))
            return
        names = frozenset(at.context) if link.with_context else None
        _, needs = self.sources.module(link.path)
        self._needed(needs, names, at)
        if step.kind == "import":
            at.context.update((name, Imported(link.path, None, names)) for name in step.names)
        else:
            at.context.update((local, Imported(link.path, there, names)) for there, local in link.names)

    def _needed(self, needs: Iterable[Requirement], names: frozenset[str] | None, at: Standing) -> None:
        """What another template needs when it is imported or its component called; `names` if it sees the context."""
        for one in needs:
            conditions = (*at.conditions, *one.conditions)
            sealed = MACRO if names is None else at.sealed
            if len(conditions) <= CONDITIONS and (names is None or not (one.name in names or at.caught or at.anything)):
                self.found[msgspec.structs.replace(one, conditions=conditions, sealed=sealed)] = None


def _component(name: str, at: Standing) -> Bound:
    """The component that a name means at a point."""
    return None if name in at.local or name in at.scope else at.context.get(name)


def _given(name: str) -> AnyTerm:
    return Test(0, 0, Name(0, 0, name), GIVEN, False, ())


def _in_order(step: Step) -> Iterable[Arm]:
    """The arms of a conditional in the order in which they are tried: Kida tries the last `elif` first."""
    if step.kind != "if" or len(step.arms) < 3:
        return step.arms
    last = len(step.arms) - step.total
    return (step.arms[0], *reversed(step.arms[1:last]), *step.arms[last:])


def _slots(steps: Iterable[Step]) -> frozenset[str]:
    """The slots that a component shows, whatever it is given; what asks for content itself counts as showing it."""
    found: set[str] = set()
    for step in steps:
        if step.kind == "slot":
            found.add(step.name)
        arms = [_slots(arm.steps) for arm in step.arms if step.kind != "def"]
        asked = any(one.id in _CONTENT for arm in step.arms for one in names_in(arm.condition))
        if step.kind not in ("if", "match", "given") or asked:
            found.update(*arms)
        elif step.total and arms:
            found |= frozenset[str].intersection(*arms)
    return frozenset(found)


_CONTENT = frozenset({"caller", "has_slot"})  # what a component can ask about the content that it is given
_CHILD = frozenset({"from", "import", "set", "let", "export", "def", "region"})  # what a child does before its parent
_STEPS: dict[str, Callable[[Walk, Step, Standing], None]] = {
    "put": Walk.put,
    "set": Walk.assign,
    "let": Walk.assign,
    "export": Walk.assign,
    "capture": Walk.capture,
    "if": Walk.branches,
    "match": Walk.branches,
    "given": Walk.branches,
    "for": Walk.branches,
    "try": Walk.attempt,
    "with": Walk.within,
    "inside": Walk.inside,
    "globals": Walk.inside,
    "block": Walk.place,
    "fragment": Walk.place,
    "region": Walk.define,
    "def": Walk.define,
    "call": Walk.call,
    "slot": Walk.slot,
    "include": Walk.include,
    "embed": Walk.embed,
    "import": Walk.bring,
    "from": Walk.bring,
    "extends": Walk.put,
}
