"""Pairs end tags with start tags, as far as a template's text tells."""

from collections.abc import Callable, Sequence

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


def close_elements(tags: Sequence[StartTag | EndTag], arm_at: Callable[[int], object]) -> dict[int, int | None]:
    """For the offset of each start tag, the offset behind its end tag, or None where the text does not tell.

    An end tag closes an element of the same template branch only: what another branch opened may be open or not.
    """
    closes: dict[int, int | None] = {}
    stacks: dict[int, list[StartTag]] = {}
    for tag in tags:
        stack = stacks.setdefault(id(arm_at(tag.start)), [])
        if isinstance(tag, EndTag):
            _close(stack, tag, closes)
            continue
        closes[tag.start] = None
        if stack and tag.name in _IMPLIED.get(stack[-1].name, ()):
            closes[stack.pop().start] = tag.start
        if tag.name in VOID or (tag.self_closing and any(one.name in _FOREIGN for one in (*stack, tag))):
            closes[tag.start] = tag.end
        elif tag.name:
            stack.append(tag)
    return closes


def _close(stack: list[StartTag], end: EndTag, closes: dict[int, int | None]) -> None:
    at = len(stack) - 1
    while at >= 0 and stack[at].name != end.name:
        at -= 1
    if at < 0 or not end.name:
        return
    for inner in stack[at + 1 :]:
        closes[inner.start] = end.start if inner.name in _OPTIONAL else None
    closes[stack[at].start] = end.end
    del stack[at:]
