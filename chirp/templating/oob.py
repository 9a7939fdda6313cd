"""Rendered fragments prepared for an out-of-band swap, so that htmx finds their target and parsers keep their tags.

A fragment whose only root element carries the target's id gets `hx-swap-oob` on that element. Anything else is put into
a wrapper that carries the id and whose children are swapped. Table parts do not survive HTML parsing outside a table:
htmx 2 finds them in a `<template>`, htmx 4 in an `<hx-partial>`.
"""

from html import escape

from chirp.templating.markup import Tag, end_of, root_tag, skip_blank

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


def out_of_band(html: str, target: str, swap: str | None, *, htmx4: bool) -> str:
    """The fragment as it must stand in the response so that it is swapped into the element with id `target`."""
    root = root_tag(html)
    if root is not None and carries_id(html, target):
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


def _with_oob(html: str, root: Tag, style: str) -> str:
    value = "true" if style == "outerHTML" else escape(style)
    return f'{html[: root.name_end]} hx-swap-oob="{value}"{html[root.name_end :]}'


def carries_id(html: str, wanted: str) -> bool:
    """The text is one element, with this id; white space and comments may stand around it."""
    root = root_tag(html)
    if root is None or root.attributes.get("id") != wanted:
        return False
    return skip_blank(html, end_of(html, root).end) == len(html)
