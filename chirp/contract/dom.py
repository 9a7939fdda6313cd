"""HTML as the tree that a browser makes of it, as far as elements, their attributes and their nesting go.

Open tags that HTML lets end without an end tag end where a browser ends them. Misnested formatting is not repaired.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import override

from chirp.templating.markup import VOID
from chirp_check.grammar.hx import REQUESTS

RAW = frozenset({"script", "style"})
HIDDEN = frozenset({"template", "noscript"})
"""What these hold is no part of the page."""
# fmt: off
_ENDS_A_P = frozenset({
    "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "main",
    "menu", "nav", "ol", "p", "pre", "search", "section", "table", "ul",
})
# What a start tag ends, and what it does not look beyond.
_ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
    "optgroup": (frozenset({"option", "optgroup"}), frozenset({"select"})),
    "tr": (frozenset({"tr", "td", "th", "caption", "colgroup"}), frozenset({"table", "template"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table", "template"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table", "template"})),
    "body": (frozenset({"head"}), frozenset({"html"})),
} | dict.fromkeys(
    ("tbody", "thead", "tfoot"),
    (frozenset({"tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"}), frozenset({"table", "template"})),
)
_WALLS = frozenset({"button", "td", "th", "caption", "table", "template", "object", "html", "body"})
# fmt: on


class Node:
    """An element; the root of a tree has an empty `tag`."""

    __slots__ = ("attributes", "children", "parent", "tag")

    def __init__(self, tag: str = "", attributes: Mapping[str, str] | None = None) -> None:
        self.tag: str = tag
        self.attributes: dict[str, str] = dict(attributes or {})
        self.children: list[Node | str] = []
        self.parent: Node | None = None

    @property
    def id(self) -> str | None:
        return self.attributes.get("id")

    @property
    def elements(self) -> list[Node]:
        """The elements in it, without those deeper inside."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def around(self) -> Iterator[Node]:
        """The elements around it, nearest first."""
        one = self.parent
        while one is not None and one.tag:
            yield one
            one = one.parent

    def walk(self, *, hidden: bool = False) -> Iterator[Node]:
        """The elements in it in the order of the document; `hidden`: also in templates."""
        pending = [child for child in reversed(self.children) if isinstance(child, Node)]
        while pending:
            node = pending.pop()
            yield node
            if hidden or node.tag not in HIDDEN:
                pending += [child for child in reversed(node.children) if isinstance(child, Node)]

    def first(self, *tags: str) -> Node | None:
        """The first element of a tag."""
        return next((one for one in self.walk() if one.tag in tags), None)

    def holds(self, other: Node) -> bool:
        """Whether another element is this one, or in it."""
        return other is self or self in other.around

    def append(self, child: Node | str) -> None:
        self.insert(len(self.children), [child])

    def insert(self, at: int, children: list[Node | str]) -> None:
        """Put what is in no tree into this one."""
        for child in children:
            if isinstance(child, Node):
                child.parent = self
        self.children[at:at] = children

    def take(self) -> list[Node | str]:
        """What it holds, which is in no tree from then on."""
        children, self.children = self.children, []
        for child in children:
            if isinstance(child, Node):
                child.parent = None
        return children

    def detach(self) -> int:
        """Take it out of its parent; the place that it had there."""
        assert self.parent is not None, "the root stays"
        at = next(index for index, child in enumerate(self.parent.children) if child is self)
        del self.parent.children[at]
        self.parent = None
        return at

    def copy(self) -> Node:
        """The same tree again."""
        made = Node(self.tag, self.attributes)
        for child in self.children:
            made.append(child.copy() if isinstance(child, Node) else child)
        return made

    @property
    def text(self) -> str:
        """The text in it, white space as it is."""
        return "".join(
            child if isinstance(child, str) else child.text
            for child in self.children
            if isinstance(child, str) or child.tag not in HIDDEN
        )

    @property
    def html(self) -> str:
        """The element as HTML; of a root what it holds."""
        inner = "".join(self._shown(child) for child in self.children)
        if not self.tag:
            return inner
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        return f"<{self.tag}{attributes}>" + ("" if self.tag in VOID else f"{inner}</{self.tag}>")

    def _shown(self, child: Node | str) -> str:
        if isinstance(child, Node):
            return child.html
        return child if self.tag in RAW else escape(child, quote=False)

    @property
    def start_tag(self) -> str:
        """Its start tag with what tells it from others."""
        telling = ("id", *REQUESTS, "href", "action")
        said = "".join(f' {name}="{self.attributes[name]}"' for name in telling if name in self.attributes)
        return f"<{self.tag}{said}>"

    @override
    def __repr__(self) -> str:
        return self.start_tag


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node()
        self.doctype = False
        self._at = self.root

    @override
    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl.lower().startswith("doctype")

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = self._start(tag, attrs)
        if tag not in VOID and any(one.tag in ("svg", "math") for one in (node, *node.around)):
            self._at = node.parent or self.root

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> Node:
        self._end_before(tag)
        attributes: dict[str, str] = {}
        for name, value in attrs:
            attributes.setdefault(name, value or "")  # of several the first counts
        node = Node(tag, attributes)
        self._at.append(node)
        if tag not in VOID:
            self._at = node
        return node

    def _end_before(self, tag: str) -> None:
        if tag in _ENDS:
            ended, walls = _ENDS[tag]
            self._close(ended, walls)
        if tag in _ENDS_A_P:
            self._close(frozenset({"p"}), _WALLS)

    def _close(self, ended: frozenset[str], walls: frozenset[str]) -> None:
        """End the outermost open element of some tags that stands within the nearest wall."""
        found = None
        for one in (self._at, *self._at.around):
            if one.tag in walls:
                break
            found = one if one.tag in ended else found
        if found is not None:
            self._at = found.parent or self.root

    @override
    def handle_endtag(self, tag: str) -> None:
        for one in (self._at, *self._at.around):
            if one.tag == tag:
                self._at = one.parent or self.root
                return
            if one.tag == "template":
                return

    @override
    def handle_data(self, data: str) -> None:
        self._at.append(data)


def read(html: str) -> Node:
    """The tree of a document, or of a piece of one, to look at."""
    return _built(html).root


def parse(html: str) -> Node:
    """The same tree to work with."""
    return read(html).copy()


def is_document(html: str) -> bool:
    """Whether it is a whole document, and not a piece of one."""
    built = _built(html)
    return built.doctype or any(one.tag in ("html", "body") for one in built.root.elements)


@lru_cache(maxsize=4)  # one answer is looked at several times
def _built(html: str) -> _Builder:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder
