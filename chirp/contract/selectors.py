"""CSS selectors on a tree, as far as the attributes of htmx use them; a selector beyond that is `Unreadable`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chirp.contract.dom import Node

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_COMBINATORS = " >+~"
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: wanted in value.split(),
    "|=": lambda value, wanted: value == wanted or value.startswith(f"{wanted}-"),
    "^=": lambda value, wanted: bool(wanted) and value.startswith(wanted),
    "$=": lambda value, wanted: bool(wanted) and value.endswith(wanted),
    "*=": lambda value, wanted: bool(wanted) and wanted in value,
}


class Unreadable(ValueError):
    """A selector that is not understood here."""


@dataclass(frozen=True, slots=True)
class _Compound:
    """What one element has to have, and how the one before it stands to it."""

    tests: tuple[Callable[[Node], bool], ...]
    combinator: str

    def fits(self, node: Node) -> bool:
        return all(test(node) for test in self.tests)


def select(root: Node, selector: str) -> Iterator[Node]:
    """The elements in a tree that a list of selectors names, in the order of the document."""
    ways = [_compounds(one) for one in _listed(selector)]
    return (one for one in root.walk() if any(_fits(one, way) for way in ways))


def matches(node: Node, selector: str) -> bool:
    """Whether an element is one that a list of selectors names."""
    return any(_fits(node, _compounds(one)) for one in _listed(selector))


def _fits(node: Node, way: tuple[_Compound, ...]) -> bool:
    last = way[-1]
    if not last.fits(node):
        return False
    rest = way[:-1]
    if not rest:
        return True
    siblings = node.parent.elements if node.parent is not None else [node]
    before = siblings[: next(at for at, one in enumerate(siblings) if one is node)]
    match last.combinator:
        case ">":
            near = [node.parent] if node.parent is not None and node.parent.tag else []
        case "+":
            near = before[-1:]
        case "~":
            near = before
        case _:
            near = list(node.around)
    return any(_fits(one, rest) for one in near)


def _listed(selector: str) -> list[str]:
    parts = [part.strip() for part in selector.split(",")]
    if not all(parts) or any(part.count("[") != part.count("]") for part in parts):
        raise Unreadable(selector)
    return parts


def _compounds(selector: str) -> tuple[_Compound, ...]:
    reader = _Reader(selector)
    found = [_Compound(reader.compound(), "")]
    while not reader.done:
        combinator = reader.combinator()
        found.append(_Compound(reader.compound(), combinator))
    return tuple(found)


class _Reader:
    """Reads one selector from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._text)

    def _refuse(self) -> Unreadable:
        return Unreadable(self._text)

    def _take(self, allowed: frozenset[str]) -> str:
        start = self._at
        while not self.done and self._text[self._at] in allowed:
            self._at += 1
        return self._text[start : self._at]

    def combinator(self) -> str:
        found = self._take(frozenset(_COMBINATORS)).strip()
        if len(found) > 1:
            raise self._refuse()
        return found or " "

    def compound(self) -> tuple[Callable[[Node], bool], ...]:
        tests: list[Callable[[Node], bool]] = []
        while not self.done and self._text[self._at] not in _COMBINATORS:
            tests.append(self._simple())
        if not tests:
            raise self._refuse()
        return tuple(tests)

    def _simple(self) -> Callable[[Node], bool]:
        mark = self._text[self._at]
        if mark == "[":
            return self._attribute()
        if mark in "#.*":
            self._at += 1
        name = "*" if mark == "*" else self._take(_NAME)
        if not name or not (mark in "#.*" or mark.isalpha()):
            raise self._refuse()
        match mark:
            case "*":
                return lambda _: True
            case "#":
                return lambda node: node.id == name
            case ".":
                return lambda node: name in node.attributes.get("class", "").split()
            case _:
                return lambda node: node.tag == name.lower()

    def _attribute(self) -> Callable[[Node], bool]:
        inner, bracket, _ = self._text[self._at + 1 :].partition("]")
        if not bracket:
            raise self._refuse()
        self._at += len(inner) + 2
        name, equals, value = inner.partition("=")
        operator = "="
        if equals and name[-1:] in "~|^$*":
            name, operator = name[:-1], f"{name[-1]}="
        name, value = name.strip().lower(), value.strip()
        if value[:1] in "\"'" and len(value) > 1 and value[-1] == value[0]:
            value = value[1:-1]
        if not name or any(char not in _NAME and char != ":" for char in name):
            raise self._refuse()
        compare = _OPERATORS[operator]
        if not equals:
            return lambda node: name in node.attributes
        return lambda node: name in node.attributes and compare(node.attributes[name], value)
