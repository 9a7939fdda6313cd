"""The names of one template: what binds them, where their reads are, which component they stand in."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from chirp_check.facts.templates import Binding, BlockDef, ComponentDef, Conditional, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Name
from chirp_check.source import Span

LOOPS = 5  # loops over what loops bind


class Scopes(msgspec.Struct):
    """Looks up the names of one template. `source` gives its text; nothing is looked at before it is asked for."""

    facts: TemplateFacts
    source: Callable[[], str | None]
    _conditionals: dict[int, Conditional] | None = None
    _bindings: dict[str, list[Binding]] | None = None
    _places: dict[tuple[int, int], int] | None = None

    @property
    def conditionals(self) -> Mapping[int, Conditional]:
        """The tags that decide what comes, by their offsets."""
        if self._conditionals is None:
            self._conditionals = {one.start: one for one in self.facts.conditionals}
        return self._conditionals

    @property
    def places(self) -> Mapping[tuple[int, int], int]:
        """The numbers of the places where names are read."""
        if self._places is None:
            self._places = {place: at for at, place in enumerate(self.facts.places)}
        return self._places

    def _bound(self, name: str) -> Sequence[Binding]:
        """All bindings of a name."""
        if self._bindings is None:
            self._bindings = {}
            for one in self.facts.bindings:
                self._bindings.setdefault(one.name.name, []).append(one)
        return self._bindings.get(name, ())

    def span(self, term: AnyTerm) -> Span:
        """The place of a term."""
        return Span(self.facts.path, term.start, term.end)

    def bound(self, name: Name) -> list[Binding]:
        """The bindings that a name can mean, nearest first, up to the one that hides all others."""
        found: list[Binding] = []
        for one in reversed(self._bound(name.id)):
            if one.scope_start <= name.start < one.scope_end and not self._is_elsewhere(one, name.start):
                found.append(one)
                if self.decides(one, name.start):
                    break
        return found

    def _is_elsewhere(self, binding: Binding, offset: int) -> bool:
        """Whether a binding stands in a component that the offset is not in."""
        return any(
            one.body_start <= binding.start < one.body_end and not one.body_start <= offset < one.body_end
            for one in self.facts.components
        )

    def decides(self, binding: Binding, offset: int) -> bool:
        """Whether a binding always takes place before an offset is reached."""
        conditional = any(
            arm.start <= binding.start < arm.end and not arm.start <= offset < arm.end
            for one in self.facts.conditionals
            for arm in one.arms
        )
        return not conditional and not self.is_soft(binding)

    def is_soft(self, binding: Binding) -> bool:
        """Whether it is `??=`, which binds only what is not bound yet."""
        if binding.value is None or binding.kind not in ("set", "let", "export"):
            return False
        return (self.source() or "")[binding.name.end : binding.value.start].lstrip().startswith("??")

    def iterable(self, binding: Binding) -> AnyTerm | None:
        """What the loop goes through that binds a name."""
        if binding.kind != "for":
            return None
        inside = (one for one in self.facts.operands if binding.start <= one.start and one.end <= binding.end)
        return min(inside, key=lambda one: one.start, default=None)

    def part(self, binding: Binding) -> tuple[int, int]:
        """Which of how many names of its loop this is."""
        names = [one.name.start for one in self.facts.bindings if one.kind == "for" and one.start == binding.start]
        return names.index(binding.name.start), len(names)

    def is_condition(self, tag: int) -> bool:
        """Whether the tag at an offset begins an `if`."""
        known = self.conditionals.get(tag)
        return known is not None and known.kind in ("if", "unless")

    def is_data(self, term: AnyTerm) -> bool:
        """Whether a name or its attribute is nothing that the template itself tells: no value of it is written here."""
        while isinstance(term, Attr):
            term = term.base
        return isinstance(term, Name) and not self._is_told(term.id, 0)

    def _is_told(self, name: str, depth: int) -> bool:
        for one in self._bound(name):
            iterable = self.iterable(one)
            looped = isinstance(iterable, Name) and depth < LOOPS and not self._is_told(iterable.id, depth + 1)
            if one.value is not None or (one.kind == "for" and not looped and not isinstance(iterable, Attr)):
                return True
        return False

    def place(self, name: Name) -> int | None:
        """The number of the place where a name is read."""
        return self.places.get((name.start, name.end))

    def component_at(self, offset: int) -> ComponentDef | BlockDef | None:
        """The component around an offset, or the region with parameters."""
        around: list[ComponentDef | BlockDef] = [*self.facts.components]
        around += (one for one in self.facts.blocks if one.kind == "region" and one.parameters)
        inside = [one for one in around if one.body_start <= offset < one.body_end]
        return max(inside, key=lambda one: one.start, default=None)


def is_parameter(name: str, owner: ComponentDef | BlockDef | None) -> bool:
    """Whether a component takes a name."""
    return owner is not None and any(one.name == name for one in owner.parameters)
