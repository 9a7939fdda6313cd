"""The elements that swaps go into: which template holds the one that a selector names, on the same screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chirp_check.facts.templates import Element
from chirp_check.grammar.selectors import Pieces, overlap
from chirp_check.map.answers import template_node
from chirp_check.map.atlas import Node
from chirp_check.model.applications import AppKey
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, ids, is_oob, pieces, texts
from chirp_check.model.memory import Queries
from chirp_check.model.routes import with_holes
from chirp_check.model.screens import islands, screen, shells
from chirp_check.model.templates import paths
from chirp_check.source import Span


@dataclass(slots=True)
class Regions:
    """Finds the regions of one application, and keeps the node of each that something asks for."""

    model: Queries
    app: AppKey
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    _exact: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _patterned: list[str] = field(default_factory=list[str])
    _near: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        for path in sorted(paths(self.model, self.app)):
            known = ids(self.model, self.app, path)
            for name in sorted(known.exact):
                self._exact.setdefault(name, []).append(path)
            if known.patterns | known.numbered:
                self._patterned.append(path)

    def holding(self, asker: str | None, wanted: Pieces) -> tuple[str, ...]:
        """The nodes of the regions that an id may be that of, for what the template at `asker` asks for."""
        own = [asker] if asker is not None and self._has(asker, wanted) else None
        return tuple(self._region(path, wanted) for path in (own or self._elsewhere(asker, wanted)))

    def at(self, path: str, element: Element) -> str | None:
        """The node of the region that an element itself is, by its id; None without one."""
        named = attribute(element, "id")
        written = texts(named.value, path) if named is not None else ()
        return self._made(path, element, with_holes(pieces(written[0]))) if written else None

    def _has(self, path: str, wanted: Pieces) -> bool:
        known = ids(self.model, self.app, path)
        text = wanted[0] if len(wanted) == 1 else None
        if text is not None and text in known.exact:
            return True
        named = (*((one,) for one in known.exact if text is None), *known.patterns, *known.numbered)
        return any(_is_told(one) and overlap(wanted, one) for one in named)

    def _elsewhere(self, asker: str | None, wanted: Pieces) -> Iterator[str]:
        text = wanted[0] if len(wanted) == 1 else None
        every = sorted({path for known in self._exact.values() for path in known}) if text is None else []
        exact = every if text is None else self._exact.get(text, [])
        for path in dict.fromkeys((*exact, *self._patterned)):
            if path != asker and self._on_screen(asker, path) and self._has(path, wanted):
                yield path

    def _on_screen(self, asker: str | None, path: str) -> bool:
        known = islands(self.model, self.app)
        here, there = known.of.get(asker or "", 0), known.of.get(path, 0)
        if not here or not there:
            return True
        if here not in self._near:
            screens = (screen(self.model, self.app, shell) for shell in shells(self.model, self.app))
            joined = 0
            for one in screens:
                joined |= one.islands if one.islands & here else 0
            self._near[here] = joined or -1
        return bool(self._near[here] & there)

    def _region(self, path: str, wanted: Pieces) -> str:
        facts = template_facts(self.model, path)
        found: list[tuple[bool, int, int, Element, Pieces]] = []
        for element in facts.elements if facts is not None else ():
            named = attribute(element, "id")
            for text in texts(named.value, path) if named is not None else ():
                written = pieces(text)
                if overlap(wanted, written):
                    told = sum(len(piece) for piece in written if piece is not None)
                    found.append((is_oob(element), -told, element.start, element, written))
        if not found:
            return self._made(path, None, with_holes(wanted))
        _, told, _, element, written = min(found, key=lambda one: one[:3])
        return self._made(path, element, with_holes(written if told else wanted))

    def _made(self, path: str, element: Element | None, name: str) -> str:
        key = f"region:{path}#{name}"
        if key not in self.nodes:
            span = Span(path, element.start, element.end) if element is not None else None
            self.nodes[key] = Node(key, "region", f"#{name}", span, "", template_node(path))
        return key


def _is_told(written: Pieces) -> bool:
    return any(piece for piece in written)
