"""Templates by name: which file a name means, what it extends and includes, which blocks it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from chirp_check.diagnostic import nearest
from chirp_check.facts.templates import TemplateFacts, TemplateRef
from chirp_check.facts.values import Const
from chirp_check.model.entities import BlockAt
from chirp_check.model.paths import folder, resolve
from chirp_check.model.sources import Sources

SUFFIXES = (".html", ".htm", ".kida", ".xhtml", ".jinja", ".jinja2", ".j2")
DEPTH = 50  # as many as Kida follows


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that no root has, though all roots are known."""

    name: str


@dataclass(frozen=True, slots=True)
class Composition:
    """The files whose markup a full render can hold.

    `open`: others may come that nobody sees. `broken`: a file of them has a mistake that is reported by itself.
    """

    files: frozenset[str]
    open: bool
    broken: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """A reference that leads back to a template on the way to it: the names, first and last the same."""

    names: tuple[str, ...]
    reference: TemplateRef
    path: str


class Templates:
    """The templates below the roots of one application.

    `complete`: the roots are all that the application configures. `exhaustive`: a live application said so.
    """

    def __init__(self, sources: Sources, roots: tuple[str, ...], *, complete: bool, exhaustive: bool = False) -> None:
        self.exhaustive = exhaustive
        self.roots = roots
        self.complete = complete
        self._sources = sources
        self._chains: dict[str, tuple[str, ...]] = {}
        self._open: set[str] = set()
        self._composed: dict[str, Composition] = {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every template below a root, by name; of one name in several roots the first root's."""
        found: dict[str, str] = {}
        for root in self.roots:
            prefix = f"{root}/" if root else ""
            for path in sorted(self._sources.files()):
                if path.startswith(prefix) and path.endswith(SUFFIXES):
                    found.setdefault(path[len(prefix) :], path)
        return MappingProxyType(found)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The names by path."""
        return MappingProxyType({path: name for name, path in self.names.items()})

    def path(self, name: str, base: str | None = None) -> str | None:
        """The file of a name. A name that starts with `./` or `../` is seen from the template at the path `base`."""
        if name.startswith(("./", "../")) and base is not None:
            above = self.paths.get(base, "")
            relative = resolve(folder(above), name)
            return None if relative is None else self.path(relative)
        known = self.names.get(name)
        if known is not None:
            return known
        candidates = (f"{root}/{name}" if root else name for root in self.roots)
        return next((path for path in candidates if path in self._sources.files()), None)

    def judged(self, name: str) -> bool:
        """Whether the absence of a name can be claimed.

        A name in a folder that no root has, and that is no misspelling of one, may come from a package's own loader;
        only a live application knows better (`exhaustive`).
        """
        if not self.complete or name.startswith("@"):
            return False
        first, slash, _ = name.partition("/")
        if self.exhaustive or not slash or first in (".", ".."):
            return True
        folders = {known.partition("/")[0] for known in self.names if "/" in known}
        return first in folders or nearest(first, folders) is not None

    def facts(self, path: str) -> TemplateFacts | None:
        """The facts of a template file."""
        return self._sources.template(path)

    def all(self) -> Iterator[TemplateFacts]:
        """The facts of every template below the roots, in the order of names."""
        for _, path in sorted(self.names.items()):
            facts = self._sources.template(path)
            if facts is not None:
                yield facts

    def target(self, reference: TemplateRef, path: str) -> str | None:
        """The file a tag of the template at `path` names, or None when it is not known or not there."""
        if isinstance(reference.target, Const) and isinstance(reference.target.value, str):
            return self.path(reference.target.value, path)
        return None

    def chain(self, path: str) -> tuple[str, ...]:
        """The template and those it extends, nearest first; stops at what is not known and at a cycle."""
        known = self._chains.get(path)
        if known is not None:
            return known
        chain = [path]
        while len(chain) <= DEPTH:
            facts = self.facts(chain[-1])
            parent = _extends(facts) if facts is not None else None
            if facts is None or facts.faults:
                self._open.add(path)
            if parent is None:
                break
            above = self.target(parent, chain[-1])
            if above is None or above in chain:
                self._open.add(path)
                break
            chain.append(above)
        self._chains[path] = tuple(chain)
        return self._chains[path]

    def blocks(self, path: str) -> Mapping[str, BlockAt]:
        """The blocks that can be rendered of a template: its own and inherited ones, the nearest of each name."""
        found: dict[str, BlockAt] = {}
        for one in self.chain(path):
            facts = self.facts(one)
            for block in reversed(facts.blocks if facts is not None else ()):
                if not block.inside_try:
                    found.setdefault(block.name.name, BlockAt(one, block))
        return MappingProxyType(found)

    def blocks_complete(self, path: str) -> bool:
        """Whether every template of the chain is known and parses."""
        self.chain(path)
        return path not in self._open

    def composed(self, path: str) -> Composition:
        """What a full render of `path` is composed of."""
        known = self._composed.get(path)
        if known is None:
            known = self._composed[path] = self._compose(path)
        return known

    def _compose(self, path: str) -> Composition:
        seen: set[str] = set()
        is_open = broken = False
        pending = [path]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            facts = self.facts(current)
            broken = broken or facts is None or bool(facts.faults)
            for reference in facts.references if facts is not None else ():
                found = self.target(reference, current)
                if found is not None:
                    pending.append(found)
                elif self._reported(reference):
                    broken = True
                else:
                    is_open = is_open or not reference.ignore_missing
        return Composition(frozenset(seen), is_open, broken)

    def _reported(self, reference: TemplateRef) -> bool:
        """Whether a reference that leads nowhere is a mistake by itself, and no gap in what is known."""
        name = reference.target.value if isinstance(reference.target, Const) else None
        return isinstance(name, str) and self.judged(name)

    def cycles(self) -> Iterator[Cycle]:
        """References that come back to where they started, each cycle once, at the reference that closes it."""
        done: set[str] = set()
        for path in sorted(self.paths):
            yield from self._cycles_from(path, (), done)

    def _cycles_from(self, path: str, trail: tuple[str, ...], done: set[str]) -> Iterator[Cycle]:
        if path in done or len(trail) > DEPTH:
            return
        facts = self.facts(path)
        for reference in facts.references if facts is not None else ():
            found = self.target(reference, path)
            if found is None or reference.kind == "include":
                continue
            way = (*trail, path)
            if found in way:
                names = tuple(self.paths.get(one, one) for one in (*way[way.index(found) :], found))
                yield Cycle(names, reference, path)
            else:
                yield from self._cycles_from(found, way, done)
        done.add(path)


def _extends(facts: TemplateFacts) -> TemplateRef | None:
    """The tag that counts: the first `extends`; Kida ignores others."""
    return next((one for one in facts.references if one.kind == "extends"), None)
