"""The markup of a template: start tags with their attributes, end tags and script texts, with exact offsets.

Template tags are masked with fillers of the same length first, so offsets are those of the file: an output tag reads as
part of a name or value, a statement tag as space between attributes.
"""

import re
from collections.abc import Iterable

import msgspec

from chirp_check.syntax.limits import check_markup

OUTPUT = "\ufffc"  # filler for what puts text out: part of a name or a value
STATEMENT = "\ufffd"  # filler for what does not: parts attributes, belongs to a value
RAW_TEXT = frozenset({"script", "style", "textarea", "title", "iframe", "noembed", "noframes", "noscript", "xmp"})
VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    }
)  # fmt: skip

_MARKUP = re.compile(r"<(?:(!--)|(/?)([A-Za-z\ufffc][^\s/>\ufffd]*+)|[!?])")
# What stands between two attributes, and then the end of the tag, or a name and perhaps a value in one of three forms.
_ATTRIBUTE = re.compile(
    r"[\s/\ufffd]*+(?:(>)|(=?[^\s/>=\ufffd]*+)"
    r"""(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]*+)))?)"""
)
_QUOTES = {3: '"', 4: "'", 5: ""}
_COMMENT_END = re.compile(r"--!?>")


class HtmlAttribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute's ranges; the value's is None without `=`, and excludes the quotes. `name` is lower case.

    `masked` is the value with its fillers.
    """

    name: str
    name_start: int
    name_end: int
    value: tuple[int, int] | None
    quote: str
    end: int
    masked: str


class StartTag(msgspec.Struct, frozen=True, gc=False):
    """`<name …>`. `name` is lower case, and empty where an expression makes it.

    `dynamic`: expressions stand among the attribute names. `parted`: statement tags stand in it.
    """

    name: str
    start: int
    end: int
    attributes: tuple[HtmlAttribute, ...]
    dynamic: bool
    parted: bool
    self_closing: bool


class EndTag(msgspec.Struct, frozen=True, gc=False):
    """`</name>`."""

    name: str
    start: int
    end: int


class Markup(msgspec.Struct, frozen=True, gc=False):
    """Start and end tags in document order, and the ranges of script texts.

    `unscripted` are the ranges inside `<noscript>`, whose tags are there only where no scripts run.
    """

    tags: tuple[StartTag | EndTag, ...]
    scripts: tuple[tuple[int, int], ...]
    unscripted: tuple[tuple[int, int], ...] = ()


def mask(text: str, outputs: Iterable[tuple[int, int]], statements: Iterable[tuple[int, int]]) -> str:
    """The text with template tags replaced by fillers. The ranges do not overlap."""
    pieces: list[str] = []
    at = 0
    ranges = [(start, end, OUTPUT) for start, end in outputs] + [(start, end, STATEMENT) for start, end in statements]
    ranges.sort()
    for start, end, filler in ranges:
        pieces += (text[at:start], filler * (end - start))
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def read_markup(masked: str, start: int = 0, end: int | None = None) -> Markup:
    """The markup of a masked template whose tags begin between `start` and `end`. Any text has one."""
    tags: list[StartTag | EndTag] = []
    raw: dict[str, list[tuple[int, int]]] = {}
    at = start
    last = len(masked) if end is None else end
    while found := _MARKUP.search(masked, at, last):
        name = found[3]
        if name is None:
            at = _behind_comment(masked, found)
            continue
        tag = _end_tag(masked, found, name) if found[2] else _start_tag(masked, found.start(), name)
        tags.append(tag)
        at = tag.end
        if isinstance(tag, StartTag) and tag.name in RAW_TEXT and not tag.self_closing:
            at = _raw_text_end(masked, at, tag.name)
            raw.setdefault(tag.name, []).append((tag.end, at))
    return Markup(tuple(tags), tuple(raw.get("script", ())), tuple(raw.get("noscript", ())))


def _end_tag(masked: str, found: re.Match[str], name: str) -> EndTag:
    end = masked.find(">", found.end())
    return EndTag(_tag_name(name)[0], found.start(), len(masked) if end < 0 else end + 1)


def _behind_comment(masked: str, found: re.Match[str]) -> int:
    if not found[1]:
        end = masked.find(">", found.end())
        return len(masked) if end < 0 else end + 1
    if masked.startswith((">", "->"), found.end()):
        return masked.index(">", found.end()) + 1
    end_of_comment = _COMMENT_END.search(masked, found.end())
    return end_of_comment.end() if end_of_comment else len(masked)


_ENDS = {name: re.compile(rf"</{name}(?=[\s/>\ufffd])", re.IGNORECASE) for name in RAW_TEXT}


def _raw_text_end(masked: str, at: int, name: str) -> int:
    end = _ENDS[name].search(masked, at)
    return end.start() if end else len(masked)


def _tag_name(written: str) -> tuple[str, bool]:
    """The name of a tag, and whether expressions follow it as attributes (`<div{{ attrs }}>`)."""
    if OUTPUT not in written:
        return written.lower(), False
    literal, _, rest = written.partition(OUTPUT)
    if rest.strip(OUTPUT) == "" and literal.lower() in KNOWN:
        return literal.lower(), True
    return "", False


def _start_tag(masked: str, start: int, written: str) -> StartTag:
    name, dynamic = _tag_name(written)
    attributes: list[HtmlAttribute] = []
    end = len(masked)
    closing = False
    for found in _ATTRIBUTE.finditer(masked, start + 1 + len(written)):
        if found[1]:
            end = found.end()
            closing = end - 1 > found.start() and masked[end - 2] == "/"
            break
        name_start, name_end = found.span(2)
        if name_start == end:
            break
        label = found[2].lower()
        if OUTPUT in label:
            dynamic = True
        elif (group := found.lastindex or 2) > 2:
            value = found.span(group)
            attributes.append(
                HtmlAttribute(label, name_start, name_end, value, _QUOTES[group], found.end(), found[group])
            )
        else:
            attributes.append(HtmlAttribute(label, name_start, name_end, None, "", name_end, ""))
    check_markup(len(attributes), "attributes")
    parted = masked.find(STATEMENT, start, end) >= 0
    return StartTag(name, start, end, tuple(attributes), dynamic, parted, closing)


# Tag names of HTML, after which an expression can only be attributes.
KNOWN = frozenset(
    {
        *VOID, *RAW_TEXT, "a", "abbr", "address", "article", "aside", "audio", "b", "bdi", "bdo", "blockquote", "body",
        "button", "canvas", "caption", "circle", "cite", "code", "colgroup", "data", "datalist", "dd", "del", "details",
        "dfn", "dialog", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "footer", "form", "g", "h1", "h2",
        "h3", "h4", "h5", "h6", "head", "header", "hgroup", "html", "i", "ins", "kbd", "label", "legend", "li", "main",
        "map", "mark", "menu", "meter", "nav", "object", "ol", "optgroup", "option", "output", "p", "path", "picture",
        "pre", "progress", "q", "rect", "rp", "rt", "ruby", "s", "samp", "search", "section", "select", "slot", "small",
        "span", "strong", "sub", "summary", "sup", "svg", "table", "tbody", "td", "template", "tfoot", "th", "thead",
        "time", "tr", "u", "ul", "use", "var", "video",
    }
)  # fmt: skip
