"""Pairs end tags with start tags, as far as a template's text tells."""

from collections.abc import Sequence

from chirp_check.syntax.html import VOID, EndTag, StartTag

# A start tag of the second kind ends an open element of the first.
_IMPLIED: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}),
    "td": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "th": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "option": frozenset({"option", "optgroup"}),
    "p": frozenset(
        {"p", "div", "ul", "ol", "dl", "table", "section", "article", "form", "h1", "h2", "h3", "h4", "pre", "header"}
    ),
}
_OPTIONAL = frozenset({*_IMPLIED, "optgroup", "thead", "tbody", "tfoot", "colgroup", "body", "html", "head"})
_FOREIGN = frozenset({"svg", "math"})


class _Open:
    """The open elements of one template branch, innermost last, and how many there are of each name."""

    def __init__(self) -> None:
        self.tags: list[StartTag] = []
        self.names: dict[str, int] = {}

    def push(self, tag: StartTag) -> None:
        self.tags.append(tag)
        self.names[tag.name] = self.names.get(tag.name, 0) + 1

    def pop(self) -> StartTag:
        tag = self.tags.pop()
        self.names[tag.name] -= 1
        return tag


def close_elements(tags: Sequence[StartTag | EndTag], arms: Sequence[int]) -> dict[int, int | None]:
    """For the offset of each start tag, the offset behind its end tag, or None where the text does not tell.

    `arms` numbers the template branch around each tag. An end tag closes an element of the same branch only: what
    another branch opened may be open or not.
    """
    closes: dict[int, int | None] = {}
    branches: dict[int, _Open] = {}
    for tag, arm in zip(tags, arms, strict=True):
        opened = branches.get(arm)
        if opened is None:
            opened = branches[arm] = _Open()
        if isinstance(tag, EndTag):
            _close(opened, tag, closes)
            continue
        name = tag.name
        closes[tag.start] = None
        while opened.tags and name in _IMPLIED.get(opened.tags[-1].name, ()):
            closes[opened.pop().start] = tag.start
        if name in VOID or (tag.self_closing and (name in _FOREIGN or any(map(opened.names.get, _FOREIGN)))):
            closes[tag.start] = tag.end
        elif name:
            opened.push(tag)
    return closes


def _close(opened: _Open, end: EndTag, closes: dict[int, int | None]) -> None:
    if not opened.names.get(end.name):
        return
    while (inner := opened.pop()).name != end.name:
        if inner.name in _OPTIONAL:
            closes[inner.start] = end.start
    closes[inner.start] = end.end
