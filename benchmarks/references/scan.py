"""The references of an application, found by its tokens alone: nothing here knows the checker.

Python is read with `tokenize`, templates by a plain scanner of tags and attributes. Every reference has a kind, its
file, its range and its text as written.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

RENDERING = frozenset({"Template", "Fragment", "Page", "LayoutPage", "ValidationError", "Suspense"})
URLS = frozenset({"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "action", "formaction", "sse-connect"})
TARGETS = frozenset({"hx-target", "hx-swap-oob"})
SELECTORS = frozenset({"hx-include", "hx-indicator", "hx-select", "hx-select-oob", "hx-disabled-elt"})
IDS = frozenset({"for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"})
LOADING = frozenset({"extends", "include", "from", "import", "embed"})
SKIPPED = ("script", "style")
WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference; `kind` is "template", "block", "URL", "route name", "context" (a render site), …"""

    kind: str
    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of Python with its range; of an f-string the whole, its `value` up to the first hole."""

    kind: int
    text: str
    start: int
    end: int
    value: str | None = None


def references(files: Mapping[str, str]) -> list[Reference]:
    """All references of an application, in the order of files and places."""
    tokens = {path: _tokens(text) for path, text in files.items() if path.endswith(".py")}
    constants = {name for one in tokens.values() for name in _template_constants(one)}
    found: list[Reference] = []
    for path, text in sorted(files.items()):
        if path.endswith(".py"):
            found += _in_python(path, text, tokens[path], constants)
        elif path.endswith(".html"):
            found += _in_template(path, text)
    return sorted(set(found), key=lambda one: (one.path, one.start, one.kind))


# Python.


def _tokens(text: str) -> list[_Token]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[_Token] = []
    depth, begin, head = 0, 0, ""
    for one in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = starts[one.start[0] - 1] + one.start[1], starts[one.end[0] - 1] + one.end[1]
        if one.type == tokenize.FSTRING_START:
            begin, head = (start, "\0") if not depth else (begin, head)
            depth += 1
        elif one.type == tokenize.FSTRING_MIDDLE and depth == 1 and head == "\0":
            head = one.string
        elif one.type == tokenize.FSTRING_END:
            depth -= 1
            if not depth:
                found.append(_Token(tokenize.STRING, text[begin:end], begin, end, head.strip("\0")))
        elif not depth and one.type in (tokenize.NAME, tokenize.OP, tokenize.STRING, tokenize.NUMBER):
            value = ast.literal_eval(one.string) if one.type == tokenize.STRING else None
            found.append(_Token(one.type, one.string, start, end, value if isinstance(value, str) else None))
        elif not depth and one.type == tokenize.NEWLINE:
            found.append(_Token(tokenize.NEWLINE, "", start, end))
    return found


def _template_constants(tokens: list[_Token]) -> Iterator[str]:
    """The names that a line of the module binds to the name of a template: `X = "a.html"`, `X: Final = "a.html"`."""
    for at, one in enumerate(tokens):
        if one.value is not None and one.value.endswith(".html") and at >= 2 and tokens[at - 1].text == "=":
            names = [token.text for token in tokens[max(0, at - 4) : at - 1] if token.kind == tokenize.NAME]
            yield from (name for name in names if name.isupper())


def _in_python(path: str, text: str, tokens: list[_Token], constants: set[str]) -> Iterator[Reference]:
    for at, one in enumerate(tokens):
        before = [token.text for token in tokens[max(0, at - 3) : at]]
        kind = _kind_of_text(one, before, tokens[max(0, at - 2) : at], constants)
        if kind is not None:
            yield Reference(kind, path, one.start, one.end, one.text)
        following = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if one.text in RENDERING and one.kind == tokenize.NAME and following == "(" and before[-1:] != ["class"]:
            yield Reference("context", path, one.start, one.end, text[one.start : text.find("\n", one.start)])


def _kind_of_text(one: _Token, before: list[str], last: list[_Token], constants: set[str]) -> str | None:
    """The kind of reference that a text is, by the tokens in front of it."""
    if one.value is None:
        return None
    if one.value.endswith(".html") and " " not in one.value:
        return "template"
    if before[-1:] == [","] and len(last) == 2 and _names_template(last[0], constants):
        return "block"
    if before[-2:] in (["target", "="], ["retarget", "="]):
        return "target"
    if before[-3:] == [".", "route", "("]:
        return "route"
    if before[-2:] == ["url_for", "("]:
        return "route name"
    return "URL" if one.value.startswith("/") and not one.value.startswith("//") else None


def _names_template(token: _Token, constants: set[str]) -> bool:
    return token.text in constants or (token.value is not None and token.value.endswith(".html"))


# Templates.


def _in_template(path: str, text: str) -> Iterator[Reference]:
    at = 0
    while at < len(text):
        if text.startswith(("{%", "{{"), at):
            end = _tag_end(text, at)
            yield from _in_tag(path, text, at, end)
            at = end
        elif text.startswith("{#", at):
            at = _after(text, "#}", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif text[at] == "<" and text[at + 1 : at + 2].isalpha():
            end, name, found = _element(path, text, at)
            yield from found
            at = _after(text, f"</{name}", end) if name in SKIPPED else end
        else:
            at += 1


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)


def _tag_end(text: str, at: int) -> int:
    """The end of a Kida tag; marks inside quotes do not count."""
    mark, quote = ("%}" if text[at + 1] == "%" else "}}"), ""
    at += 2
    while at < len(text):
        if quote:
            quote = "" if text[at] == quote else quote
        elif text[at] in "\"'":
            quote = text[at]
        elif text.startswith(mark, at):
            return at + 2
        at += 1
    return at


def _in_tag(path: str, text: str, start: int, end: int) -> Iterator[Reference]:
    """The name of a template in a tag, and the names of routes in `url_for`."""
    inside = text[start + 2 : end - 2]
    words = inside.strip("- \n\t").split(None, 1)
    if text[start + 1] == "%" and words and words[0] in LOADING and len(words) == 2:
        quote = words[1][0]
        if quote in "\"'":
            begin = text.index(quote, start)
            stop = text.index(quote, begin + 1) + 1
            yield Reference("template", path, begin, stop, text[begin:stop])
        else:
            yield Reference("template", path, start, end, text[start:end])
    yield from _urls_in_tag(path, text, start, end)
    at = text.find("url_for(", start, end)
    while at >= 0:
        begin = at + len("url_for(")
        if text[begin] in "\"'":
            stop = text.index(text[begin], begin + 1) + 1
            yield Reference("route name", path, begin, stop, text[begin:stop])
        at = text.find("url_for(", begin, end)


def _urls_in_tag(path: str, text: str, start: int, end: int) -> Iterator[Reference]:
    """The texts of a tag that start like a path of the application, as arguments of components."""
    at = start + 2
    while at < end - 2:
        if text[at] in "\"'":
            stop = text.find(text[at], at + 1, end)
            before = text[start:at].rstrip()
            compared = before.endswith(("=", "startswith(", "endswith("))
            if text[at + 1] == "/" and stop > 0 and not compared and before[-1] not in "~+":
                yield Reference("URL", path, at, stop + 1, text[at : stop + 1])
            at = stop if stop > 0 else end
        at += 1


def _element(path: str, text: str, at: int) -> tuple[int, str, list[Reference]]:
    """The end of a start tag, its name, and the references in its attributes."""
    found: list[Reference] = []
    at += 1
    begin = at
    while at < len(text) and text[at] in WORD:
        at += 1
    name = text[begin:at].lower()
    while at < len(text) and text[at] != ">":
        if text.startswith(("{%", "{{"), at):
            end = _tag_end(text, at)
            found += _in_tag(path, text, at, end)
            at = end
        elif text.startswith("{#", at):
            at = _after(text, "#}", at)
        elif text[at] in WORD or text[at] in ":@":
            at, more = _attribute(path, text, at)
            found += more
        else:
            at += 1
    return at + 1, name, found


def _attribute(path: str, text: str, at: int) -> tuple[int, list[Reference]]:
    begin = at
    while at < len(text) and (text[at] in WORD or text[at] in ":.@"):
        at += 1
    name = text[begin:at].lower().removeprefix("data-")
    if text[at : at + 1] != "=":
        return at, []
    quote = text[at + 1]
    if quote not in "\"'":
        while at < len(text) and text[at] not in " \n>":
            at += 1
        return at, []
    start = at = at + 2
    found: list[Reference] = []
    while at < len(text) and text[at] != quote:
        if text.startswith(("{%", "{{"), at):
            end = _tag_end(text, at)
            found += _in_tag(path, text, at, end)
            at = end
        else:
            at += 1
    kind = _kind_of_value(name, text[start:at])
    if kind is not None:
        found.append(Reference(kind, path, start, at, text[start:at]))
    return at + 1, found


def _kind_of_value(name: str, value: str) -> str | None:
    """The kind of reference in an attribute; one whose whole value is an expression refers to nothing by itself."""
    value = value.strip()
    if name in URLS or name == "href":
        return ("link" if name == "href" else "URL") if value.startswith("/") else None
    if name in TARGETS or name in SELECTORS:
        kind = "target" if name in TARGETS else "selector"
        return kind if "#" in value else None
    return "id" if name in IDS and value else None
