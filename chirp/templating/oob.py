"""Rendered fragments prepared for an out-of-band swap, so that htmx finds their target and parsers keep their tags.

A fragment whose only root element carries the target's id gets `hx-swap-oob` on that element. Anything else is put into
a wrapper that carries the id and whose children are swapped. Table parts do not survive HTML parsing outside a table:
htmx 2 finds them in a `<template>`, htmx 4 in an `<hx-partial>`.
"""

from html import escape, unescape

_TABLE_PARTS = frozenset({"tr", "td", "th", "tbody", "thead", "tfoot", "caption", "colgroup", "col"})
_WRAPPERS = {
    "tr": "tbody",
    "td": "tr",
    "th": "tr",
    "col": "colgroup",
    "tbody": "table",
    "thead": "table",
    "tfoot": "table",
    "caption": "table",
    "colgroup": "table",
    "li": "ul",
    "option": "select",
    "optgroup": "select",
}
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW = frozenset({"script", "style", "textarea", "title"})
_SPACE = " \t\n\r\f"


def out_of_band(html: str, target: str, swap: str | None, *, htmx4: bool) -> str:
    """The fragment as it must stand in the response so that it is swapped into the element with id `target`."""
    root = _root_tag(html)
    if root is not None and root.attributes.get("id") == target and _is_only_root(html, root):
        if "hx-swap-oob" in root.attributes:
            return html
        style = swap or "outerHTML"
        if root.name in _TABLE_PARTS:
            if htmx4:
                return partial(html, target, style)
            return f"<template>{_with_oob(html, root, style)}</template>"
        return _with_oob(html, root, style)
    style = swap or "innerHTML"
    name = root.name if root is not None else ""
    if name in _TABLE_PARTS and htmx4:
        return partial(html, target, style)
    element = _WRAPPERS.get(name, "div")
    wrapped = f'<{element} id="{escape(target)}" hx-swap-oob="{escape(style)}">{html}</{element}>'
    return f"<template>{wrapped}</template>" if name in _TABLE_PARTS else wrapped


def partial(html: str, target: str, style: str) -> str:
    """The HTML as htmx 4 takes it for another target, wherever it stands."""
    return f'<hx-partial hx-target="#{escape(target)}" hx-swap="{escape(style)}">{html}</hx-partial>'


def _with_oob(html: str, root: _Tag, style: str) -> str:
    value = "true" if style == "outerHTML" else escape(style)
    return f'{html[: root.name_end]} hx-swap-oob="{value}"{html[root.name_end :]}'


class _Tag:
    """A start tag: its name, where the name and the tag end, its attributes, and whether it closes itself."""

    __slots__ = ("attributes", "end", "name", "name_end")

    def __init__(self, name: str, name_end: int, end: int, attributes: dict[str, str]) -> None:
        self.name = name
        self.name_end = name_end
        self.end = end
        self.attributes = attributes


def _root_tag(html: str) -> _Tag | None:
    """The first start tag, when nothing but white space and comments stands before it."""
    at = _skip_blank(html, 0)
    return _start_tag(html, at) if html[at : at + 1] == "<" else None


def _skip_blank(html: str, at: int) -> int:
    while at < len(html):
        if html[at] in _SPACE:
            at += 1
        elif html.startswith("<!--", at):
            end = html.find("-->", at + 4)
            at = len(html) if end < 0 else end + 3
        else:
            break
    return at


def _start_tag(html: str, at: int) -> _Tag | None:
    """The start tag at `<`; None when there is none or it does not end."""
    name_end = at + 1
    while name_end < len(html) and html[name_end] not in _SPACE + "/>":
        name_end += 1
    name = html[at + 1 : name_end].lower()
    if not name[:1].isalpha():
        return None
    attributes: dict[str, str] = {}
    at = name_end
    while True:
        while at < len(html) and html[at] in _SPACE + "/":
            at += 1
        if at >= len(html):
            return None
        if html[at] == ">":
            return _Tag(name, name_end, at + 1, attributes)
        key, value, at = _attribute(html, at)
        attributes.setdefault(key, value)


def _attribute(html: str, at: int) -> tuple[str, str, int]:
    """Name, value and end of the attribute at `at`."""
    start = at
    at += 1
    while at < len(html) and html[at] not in _SPACE + "/>=":
        at += 1
    key = html[start:at].lower()
    equals = at
    while equals < len(html) and html[equals] in _SPACE:
        equals += 1
    if html[equals : equals + 1] != "=":
        return key, "", at
    at = equals + 1
    while at < len(html) and html[at] in _SPACE:
        at += 1
    if html[at : at + 1] in {'"', "'"}:
        end = html.find(html[at], at + 1)
        end = len(html) if end < 0 else end
        return key, unescape(html[at + 1 : end]), end + 1
    start = at
    while at < len(html) and html[at] not in _SPACE + ">":
        at += 1
    return key, unescape(html[start:at]), at


def _is_only_root(html: str, root: _Tag) -> bool:
    """Nothing but white space and comments follows the element that `root` opens."""
    if root.name in _VOID:
        return _skip_blank(html, root.end) == len(html)
    depth, at = 1, root.end
    if root.name in _RAW:
        end = _raw_end(html, root.name, at)
        return _skip_blank(html, html.find(">", end) + 1) == len(html)
    while depth:
        at = html.find("<", at)
        if at < 0:
            return True
        if html.startswith("<!--", at):
            at = _skip_blank(html, at)
        elif html[at + 1 : at + 2] == "/":
            end = html.find(">", at)
            depth -= html[at + 2 : end].strip().lower() == root.name
            at = len(html) if end < 0 else end + 1
        elif (tag := _start_tag(html, at)) is None:
            at += 1
        else:
            depth += tag.name == root.name
            at = _raw_end(html, tag.name, tag.end) if tag.name in _RAW else tag.end
    return _skip_blank(html, at) == len(html)


def _raw_end(html: str, name: str, at: int) -> int:
    """Where the text of a script, style, textarea or title ends."""
    end = html.lower().find(f"</{name}", at)
    return len(html) if end < 0 else end
