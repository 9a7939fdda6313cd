"""The compiled route table: a dict for paths without parameters before a trie that converts while it matches.

Of the routes that match a path and answer a method, the one of least rank wins (see `chirp_check.grammar.path`); when
none answers the method, the allowed methods are those of all routes that match the path.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chirp.errors import ConfigurationError, MethodNotAllowed, NotFound
from chirp.routing.route import Route, RouteMatch
from chirp_check.grammar.path import CONVERTERS

type Value = str | int | float


@dataclass(frozen=True, slots=True)
class _Entry[E]:
    """What a leaf holds for one method."""

    target: E
    names: tuple[str, ...]
    route: Route


class _Node[E]:
    """One position in the trie; mutable while it is built, never after."""

    __slots__ = ("leaf", "params", "rest", "static")

    def __init__(self) -> None:
        self.static: dict[str, _Node[E]] = {}
        self.params: list[tuple[int, str, Callable[[str], Value], _Node[E]]] = []
        self.rest: dict[str, _Entry[E]] = {}
        self.leaf: dict[str, _Entry[E]] = {}

    def child(self, shape: str, *, is_param: bool) -> _Node[E]:
        if not is_param:
            return self.static.setdefault(shape, _Node())
        converter = CONVERTERS[shape[1:-1]]
        for _, name, _, node in self.params:
            if name == converter.name:
                return node
        node = _Node[E]()
        self.params.append((converter.rank, converter.name, converter.convert, node))
        self.params.sort(key=lambda param: param[0])
        return node


class Router[E]:
    """Finds the target of a request; `compile` makes one."""

    __slots__ = ("_root", "_static")

    def __init__(self) -> None:
        self._static: dict[str, dict[str, _Entry[E]]] = {}
        self._root = _Node[E]()

    @staticmethod
    def compile[T](routes: Iterable[Route], target_of: Callable[[Route], T]) -> Router[T]:
        """A router for these routes; `target_of` says once per route what the target of a request is.

        ConfigurationError for two routes that answer the same method of the same paths.
        """
        router = Router[T]()
        for route in routes:
            router._add(route, target_of(route))
        return router

    def _add(self, route: Route, target: E) -> None:
        pattern = route.pattern
        entry = _Entry(target, tuple(pattern.params), route)
        node, leaf = self._root, self._root.leaf
        for segment, shape in zip(pattern.segments, pattern.shape, strict=True):
            if segment.is_param and segment.param_type == "path":
                leaf = node.rest
            else:
                node = node.child(shape, is_param=segment.is_param)
                leaf = node.leaf
        for method in route.methods:
            if (other := leaf.get(method)) is not None:
                raise ConfigurationError(
                    f"{method} {route.path} ({route.place}) is registered already as {other.route.path} "
                    f"({other.route.place})"
                )
            leaf[method] = entry
        _answer_head(leaf)
        if not pattern.params:
            self._static[pattern.text] = leaf

    def find(self, method: str, path: str) -> tuple[E, dict[str, Value]] | None:
        """The target and its parameters for a decoded path, or None."""
        leaf = self._static.get(path)
        if leaf is not None:
            entry = leaf.get(method)
            if entry is not None:
                return entry.target, {}
        found = self._search(method, path)
        return None if found is None else (found[0].target, found[1])

    def _search(self, method: str, path: str) -> tuple[_Entry[E], dict[str, Value]] | None:
        if path[:1] != "/":
            return None
        values: list[Value] = []
        entry = _walk(self._root, path.split("/"), 1, values, method)
        return None if entry is None else (entry, dict(zip(entry.names, values, strict=True)))

    def match(self, method: str, path: str) -> RouteMatch:
        """The route for a decoded path; NotFound or MethodNotAllowed when there is none."""
        found = self._search(method, path)
        if found is None:
            raise self.miss(path)
        return RouteMatch(found[0].route, found[1])

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods of all routes that match a path, sorted, with those answered automatically; empty for none."""
        methods: set[str] = set()
        if path[:1] == "/":
            _collect(self._root, path.split("/"), 1, methods)
        return tuple(sorted(methods | {"OPTIONS"})) if methods else ()

    def miss(self, path: str) -> NotFound | MethodNotAllowed:
        """The error for a path for which `find` gave nothing."""
        allowed = self.allowed(path)
        return MethodNotAllowed(allowed) if allowed else NotFound()


def _answer_head[E](leaf: dict[str, _Entry[E]]) -> None:
    if "GET" in leaf:
        leaf.setdefault("HEAD", leaf["GET"])


def _walk[E](node: _Node[E], parts: Sequence[str], index: int, values: list[Value], method: str) -> _Entry[E] | None:
    """The entry of least rank below `node`; the values of its parameters are appended in order."""
    end = len(parts)
    while index < end and not node.params and not node.rest:
        only = node.static.get(parts[index])
        if only is None:
            return None
        node = only
        index += 1
    if index == end:
        return node.leaf.get(method)
    part = parts[index]
    child = node.static.get(part)
    if child is not None and (found := _walk(child, parts, index + 1, values, method)) is not None:
        return found
    for _, _, convert, below in node.params:
        try:
            values.append(convert(part))
        except ValueError:
            continue
        if (found := _walk(below, parts, index + 1, values, method)) is not None:
            return found
        values.pop()
    entry = node.rest.get(method)
    if entry is None:
        return None
    try:
        values.append(CONVERTERS["path"].convert("/".join(parts[index:])))
    except ValueError:
        return None
    return entry


def _collect[E](node: _Node[E], parts: Sequence[str], index: int, methods: set[str]) -> None:
    if index == len(parts):
        methods.update(node.leaf)
        return
    part = parts[index]
    if (child := node.static.get(part)) is not None:
        _collect(child, parts, index + 1, methods)
    for _, _, convert, below in node.params:
        if _fits(convert, part):
            _collect(below, parts, index + 1, methods)
    if node.rest and _fits(CONVERTERS["path"].convert, "/".join(parts[index:])):
        methods.update(node.rest)


def _fits(convert: Callable[[str], Value], text: str) -> bool:
    try:
        convert(text)
    except ValueError:
        return False
    return True
