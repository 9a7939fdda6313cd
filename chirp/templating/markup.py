"""HTML read just far enough to know its elements: where they start and end, and what is around a place in the text."""

from collections.abc import Iterator
from html import unescape

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
RAW = frozenset({"script", "style", "textarea", "title"})
_SPACE = " \t\n\r\f"


class Tag:
    """A start tag: its name, where the name and the tag end, its attributes, and whether it closes itself."""

    __slots__ = ("attributes", "end", "name", "name_end")

    def __init__(self, name: str, name_end: int, end: int, attributes: dict[str, str]) -> None:
        self.name: str = name
        self.name_end: int = name_end
        self.end: int = end
        self.attributes: dict[str, str] = attributes

    @property
    def start(self) -> int:
        """Where its `<` stands."""
        return self.name_end - len(self.name) - 1


def root_tag(html: str) -> Tag | None:
    """The first start tag, when nothing but white space and comments stands before it."""
    at = skip_blank(html, 0)
    return start_tag(html, at) if html[at : at + 1] == "<" else None


def skip_blank(html: str, at: int) -> int:
    """Where the white space and the comments at a place end."""
    while at < len(html):
        if html[at] in _SPACE:
            at += 1
        elif html.startswith("<!--", at):
            end = html.find("-->", at + 4)
            at = len(html) if end < 0 else end + 3
        else:
            break
    return at


def start_tag(html: str, at: int) -> Tag | None:
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
            return Tag(name, name_end, at + 1, attributes)
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


def raw_end(html: str, name: str, at: int) -> int:
    """Where the text of a script, style, textarea or title ends."""
    while (at := html.find("</", at)) >= 0:
        if html[at + 2 : at + 2 + len(name)].lower() == name:
            return at
        at += 2
    return len(html)


class End:
    """Where the content of an element ends, and where its end tag ends; both are the end of the text without one."""

    __slots__ = ("content", "end")

    def __init__(self, content: int, end: int) -> None:
        self.content: int = content
        self.end: int = end


def end_of(html: str, opened: Tag) -> End:
    """The end of the element that a start tag opens. Elements of the same name inside of it are expected to end."""
    if opened.name in VOID:
        return End(opened.end, opened.end)
    if opened.name in RAW:
        content = raw_end(html, opened.name, opened.end)
        return End(content, html.find(">", content) + 1 or len(html))
    depth = 1
    for at, tag in tags(html, opened.end):
        if isinstance(tag, Tag):
            depth += tag.name == opened.name
        else:
            depth -= tag == opened.name
            if not depth:
                return End(at, _after_end_tag(html, at))
    return End(len(html), len(html))


def tags(html: str, at: int = 0) -> Iterator[tuple[int, Tag | str]]:
    """The start tags from a place on, and the names of the end tags, each with where it begins."""
    while (at := html.find("<", at)) >= 0:
        if html.startswith("<!--", at):
            at = skip_blank(html, at)
        elif html[at + 1 : at + 2] == "/":
            end = _after_end_tag(html, at)
            yield at, html[at + 2 : end].rstrip(">").strip().lower()
            at = end
        elif (tag := start_tag(html, at)) is None:
            at += 1
        else:
            yield at, tag
            at = raw_end(html, tag.name, tag.end) if tag.name in RAW else tag.end


def _after_end_tag(html: str, at: int) -> int:
    return html.find(">", at) + 1 or len(html)


def find_id(html: str, wanted: str) -> Tag | None:
    """The start tag of the first element with this id."""
    if wanted not in html:
        return None
    starts = (tag for _, tag in tags(html) if isinstance(tag, Tag))
    return next((tag for tag in starts if tag.attributes.get("id") == wanted), None)


def around(html: str, place: int) -> str | None:
    """The name of the element that a place is in, empty at the top; None inside of a tag or a comment."""
    opened: list[str] = []
    after = 0
    for at, tag in tags(html):
        if at >= place:
            break
        after = _after_end_tag(html, at) if isinstance(tag, str) else tag.end
        if after > place:
            return None
        if isinstance(tag, str):
            if tag in opened:
                del opened[len(opened) - 1 - opened[::-1].index(tag) :]
        elif tag.name not in VOID:
            opened.append(tag.name)
    if html.rfind("<!--", after, place) > html.rfind("-->", after, place):
        return None
    return opened[-1] if opened else ""
