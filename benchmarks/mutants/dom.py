"""A page as a tree of elements, and what htmx does to it: enough to see which ids are there when they are asked for."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import override

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Node:
    """An element, or the root of a document (without a tag)."""

    __slots__ = ("attributes", "children", "parent", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node] = []
        self.parent = parent

    def walk(self) -> Iterator[Node]:
        """The elements below, in document order."""
        for child in self.children:
            yield child
            yield from child.walk()

    def find(self, id: str) -> Node | None:
        """The first element below with this id."""
        return next((node for node in self.walk() if node.attributes.get("id") == id), None)

    def inherited(self, name: str) -> tuple[Node, str] | None:
        """An attribute of the element or of the closest one around it that has it, with its owner."""
        node: Node | None = self
        while node is not None:
            if name in node.attributes:
                return node, node.attributes[name]
            node = node.parent
        return None

    def copied(self, parent: Node | None = None) -> Node:
        """The element with everything below it."""
        made = Node(self.tag, self.attributes, parent)
        made.children = [child.copied(made) for child in self.children]
        return made


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = self.root

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in reversed(attrs)}, self.open)
        self.open.children.append(node)
        if tag not in VOID:
            self.open = node

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        node = self.open
        while node.parent is not None and node.tag != tag:
            node = node.parent
        if node.parent is not None:
            self.open = node.parent


def parse(html: str) -> Node:
    """The tree of a document or of a piece of one."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def target_of(element: Node, page: Node) -> tuple[Node | None, str | None]:
    """Where the answer to an element's request goes, and the selector that names it where it is judged."""
    found = element.inherited("hx-target")
    if found is None:
        return element, None
    owner, selector = found
    if selector == "this":
        return owner, None
    return resolve(selector, page), selector


def resolve(selector: str, page: Node) -> Node | None:
    """The first element that a selector of one id, or one tag name, means."""
    selector = selector.strip()
    if selector.startswith("#"):
        return page.find(selector[1:])
    return next((node for node in page.walk() if node.tag == selector.lower()), None)


def swap(target: Node, style: str, fresh: list[Node]) -> None:
    """Puts elements where a swap style says."""
    above = target.parent
    for node in fresh:
        node.parent = above if style == "outerHTML" else target
    if style in ("none", ""):
        return
    if style in ("outerHTML", "delete") and above is not None:
        at = above.children.index(target)
        above.children[at : at + 1] = fresh if style == "outerHTML" else []
    elif style in ("beforeend", "afterbegin"):
        target.children = [*target.children, *fresh]
    else:
        target.children = fresh
