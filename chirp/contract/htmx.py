"""What htmx reads of a page: its version and settings, the attributes that count for an element, and where answers go.

`Unsure` is raised for what is not modelled; nothing is said then.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chirp.contract.dom import Node
from chirp.contract.selectors import Unreadable, matches, select
from chirp_check.grammar.htmx import HTMX_2, HTMX_4, STYLES, is_htmx, version_of
from chirp_check.grammar.hx import REQUESTS

_NOT_MODELLED = ("prefix", "metaCharacter", "disableInheritance", "compat", "disableSelector")
_ALIASES = {"before": "beforebegin", "prepend": "afterbegin", "append": "beforeend", "after": "afterend"}
_LIKE = {"innerMorph": "innerHTML", "outerMorph": "outerHTML", "outerSync": "outerHTML"}
_EXTENDED = ("closest ", "find ", "next ", "previous ", "findAll ", "global ", "host", "root", "inherit", "<")
_HARMLESS = frozenset({"class-tools", "debug", "head-support", "json-enc", "loading-states", "preload", "sse", "ws"})
_RESPONSES: tuple[Mapping[str, Any], ...] = (
    {"code": "204", "swap": False},
    {"code": "[23]..", "swap": True},
    {"code": "[45]..", "swap": False},
)


class Unsure(Exception):
    """Something of htmx that is not modelled here."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One version of htmx, and what the page configures."""

    version: int
    config: Mapping[str, Any]

    def get(self, name: str, default: object = None) -> Any:
        return self.config.get(name, default)


def settings_of(root: Node) -> tuple[Settings, ...]:
    """The ways in which htmx may run on a page: one, or one for each version where the page does not tell which."""
    config: Mapping[str, Any] = {}
    for meta in root.walk():
        if meta.tag == "meta" and meta.attributes.get("name") == "htmx-config":
            config = _config(meta.attributes.get("content", ""))
    if any(name in config for name in _NOT_MODELLED):
        return ()
    scripts = [one.attributes.get("src", "") for one in root.walk() if one.tag == "script"]
    versions = {version_of(one) for one in scripts if is_htmx(one)}
    if len(versions) == 1 and None not in versions:
        return tuple(Settings(one, config) for one in versions if one is not None)
    return Settings(HTMX_2, config), Settings(HTMX_4, config)


def _config(text: str) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {"prefix": "unread"}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def effective(node: Node, name: str, settings: Settings) -> tuple[str, Node] | None:
    """The value that counts for an element, and the element that has it."""
    own = _own(node, name)
    if own is not None:
        return _set(own, settings, node)
    inherits = settings.version == HTMX_2 or settings.get("implicitInheritance")
    for one in (node, *node.around):
        if f"{name}:append" in one.attributes or f"{name}:inherited:append" in one.attributes:
            raise Unsure(name)
        handed = one.attributes.get(f"{name}:inherited") if settings.version == HTMX_4 else None
        if handed is None and inherits and one is not node:
            handed = _own(one, name)
            if settings.version == HTMX_2 and _disinherits(one, name):
                return None
        if handed is not None:
            return _set(handed, settings, one)
    return None


def _own(node: Node, name: str) -> str | None:
    return node.attributes.get(name, node.attributes.get(f"data-{name}"))


def _set(value: str, settings: Settings, node: Node) -> tuple[str, Node] | None:
    return None if settings.version == HTMX_2 and value == "unset" else (value, node)


def _disinherits(node: Node, name: str) -> bool:
    words = (_own(node, "hx-disinherit") or "").split()
    return "*" in words or name in words


@dataclass(frozen=True, slots=True)
class Plan:
    """How an answer enters a page: the element it is for (None: there is none), the style, and what of it is taken."""

    source: Node
    target: Node | None
    target_text: str
    style: str
    select: str | None
    boosted: bool = False


def plan_of(root: Node, source: Node, settings: Settings, *, boosted: bool) -> Plan:
    """What an element's attributes say of the answer to its request."""
    if _switched_off(source, settings):
        raise Unsure("switched off")
    extensions = effective(source, "hx-ext", settings)
    if extensions is not None and not _HARMLESS.issuperset(extensions[0].replace(",", " ").split()):
        raise Unsure("hx-ext")
    if effective(source, "hx-select-oob", settings) is not None:
        raise Unsure("hx-select-oob")
    if settings.version == HTMX_4 and any(name.startswith("hx-status") for name in source.attributes):
        raise Unsure("hx-status")
    found = effective(source, "hx-target", settings)
    if found is not None:
        target = locate(root, found[0], source, found[1])
    else:
        target = body_of(root) if boosted else source
    swap = effective(source, "hx-swap", settings)
    chosen = effective(source, "hx-select", settings)
    text = found[0] if found is not None else ""
    return Plan(
        source,
        target,
        text,
        style_of(swap[0] if swap is not None else "", settings),
        None if chosen is None else chosen[0],
        boosted,
    )


def _switched_off(source: Node, settings: Settings) -> bool:
    name = "hx-disable" if settings.version == HTMX_2 else "hx-ignore"
    return any(name in one.attributes for one in (source, *source.around))


def style_of(text: str, settings: Settings) -> str:
    """The style of a swap, by the name that both versions know."""
    words = text.split()
    default = settings.get("defaultSwapStyle" if settings.version == HTMX_2 else "defaultSwap", "innerHTML")
    style = words[0] if words and ":" not in words[0] else str(default)
    moved = any(word.partition(":")[0] in ("target", "strip", "swapEmpty") for word in words[1:])
    if style not in STYLES[settings.version] or style == "upsert" or (moved and settings.version == HTMX_4):
        raise Unsure(text)  # an extension's, or none
    style = _ALIASES.get(style, style)
    return _LIKE.get(style, style)


def body_of(root: Node) -> Node:
    """The body; where nobody wrote one, the tree itself."""
    return root.first("body") or root


def locate(root: Node, selector: str, source: Node, owner: Node) -> Node | None:
    """The element that `hx-target` names, written on `owner`, for a request of `source`; None where there is none."""
    text = selector.strip()
    word, _, rest = text.partition(" ")
    try:
        match word:
            case "this":
                return owner
            case "body" | "document" | "window":
                return body_of(root)
            case "closest":
                return next((one for one in (source, *source.around) if matches(one, rest)), None)
            case "find":
                return next(select(source, rest), None)
            case "next" | "previous":
                return _beside(root, source, rest, forward=word == "next")
            case _ if text.startswith(_EXTENDED) or not text:
                raise Unsure(selector)
            case _:
                return next(select(root, text), None)
    except Unreadable:
        raise Unsure(selector) from None


def _beside(root: Node, source: Node, selector: str, *, forward: bool) -> Node | None:
    if not selector.strip():
        siblings = source.parent.elements if source.parent is not None else [source]
        at = next(index for index, one in enumerate(siblings) if one is source) + (1 if forward else -1)
        return siblings[at] if 0 <= at < len(siblings) else None
    order = list(root.walk())
    at = next((index for index, one in enumerate(order) if one is source), 0)
    near = order[at + 1 :] if forward else order[at - 1 :: -1] if at else []
    outside = (one for one in near if not source.holds(one) and not one.holds(source))
    return next((one for one in outside if matches(one, selector)), None)


def swaps(status: int, settings: Settings) -> bool:
    """Whether an answer with a status is swapped in."""
    if settings.version == HTMX_4:
        unswapped: Any = settings.get("noSwap", [204, 304])
        return not any(_fits_4(str(status), str(one)) for one in unswapped)
    for one in settings.get("responseHandling", _RESPONSES):
        if _fits_2(str(status), str(one.get("code", ""))):
            if one.keys() - {"code", "swap", "error", "ignoreTitle"}:
                raise Unsure("responseHandling")
            return bool(one.get("swap"))
    return False


def _fits_4(status: str, pattern: str) -> bool:
    return len(pattern) == 3 and all(mark in ("x", digit) for mark, digit in zip(pattern, status, strict=True))


def _fits_2(status: str, pattern: str) -> bool:
    """A regular expression of digits, dots and sets of digits."""
    return any(_fits_way(status, way) for way in pattern.split("|"))


def _fits_way(status: str, way: str) -> bool:
    marks = list(_marks(way))
    if len(marks) != len(status):
        raise Unsure(way)
    return all(digit in mark for digit, mark in zip(status, marks, strict=True))


def _marks(way: str) -> Iterator[str]:
    at = 0
    while at < len(way):
        if way[at] == "[":
            inner, _, _ = way[at + 1 :].partition("]")
            at += len(inner) + 2
            if not inner.isdigit():
                raise Unsure(way)
            yield inner
        elif way[at] == "." or way[at].isdigit():
            yield "0123456789" if way[at] == "." else way[at]
            at += 1
        else:
            raise Unsure(way)


def requests_of(node: Node) -> Iterator[tuple[str, str]]:
    """The requests that an element makes by attributes of its own: method and URL as written."""
    for name, url in node.attributes.items():
        method = REQUESTS.get(name.removeprefix("data-"))
        if method is not None:
            yield method, url
    if "hx-action" in node.attributes or "hx-query" in node.attributes:
        raise Unsure("hx-action")


def is_boosted(node: Node, settings: Settings) -> bool:
    """Whether htmx takes the click on a link, or the submission of a form."""
    if node.tag not in ("a", "form") or node.attributes.get("target") not in (None, "", "_self"):
        return False
    found = effective(node, "hx-boost", settings)
    return found is not None and (found[0] == "true" or (settings.version == HTMX_4 and found[0] not in ("", "false")))
