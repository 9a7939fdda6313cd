"""The attributes of htmx 2 and 4, and what a value of one has to look like.

A value that both versions refuse is a fault in either; one that only one of them refuses is one where that version is
known to be used.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

HTMX_2, HTMX_4 = 2, 4
EITHER: Final = frozenset({HTMX_2, HTMX_4})

# fmt: off
_BOTH = frozenset({
    "hx-boost", "hx-confirm", "hx-delete", "hx-disable", "hx-encoding", "hx-get", "hx-headers", "hx-history-elt",
    "hx-include", "hx-indicator", "hx-patch", "hx-post", "hx-preserve", "hx-push-url", "hx-put", "hx-replace-url",
    "hx-select", "hx-select-oob", "hx-swap", "hx-swap-oob", "hx-sync", "hx-target", "hx-trigger", "hx-validate",
    "hx-vals",
})
_ONLY_2 = frozenset({
    "hx-disabled-elt", "hx-disinherit", "hx-ext", "hx-history", "hx-inherit", "hx-params", "hx-prompt", "hx-request",
    "hx-vars", "sse-close", "sse-connect", "sse-swap", "ws-connect", "ws-send",
})
_ONLY_4 = frozenset({
    "hx-action", "hx-config", "hx-ignore", "hx-method", "hx-morph-skip", "hx-morph-skip-children", "hx-query",
})
# Of extensions, and of older versions.
EXTENSIONS: Final = frozenset({
    "hx-alpine-compat", "hx-browser-indicator", "hx-csp", "hx-data", "hx-download", "hx-error", "hx-head",
    "hx-history-cache", "hx-live", "hx-multipart", "hx-nonce", "hx-on", "hx-optimistic", "hx-partial", "hx-pending",
    "hx-preload", "hx-ptag", "hx-push", "hx-sse", "hx-swap-transition", "hx-target-error", "hx-targets",
    "hx-trigger-name", "hx-upsert", "hx-val", "hx-ws",
})
# fmt: on
ATTRIBUTES: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    dict.fromkeys(_BOTH, EITHER)
    | dict.fromkeys(_ONLY_2, frozenset({HTMX_2}))
    | dict.fromkeys(_ONLY_4, frozenset({HTMX_4}))
)

# fmt: off
_STYLES = frozenset({
    "afterbegin", "afterend", "beforebegin", "beforeend", "delete", "innerHTML", "none", "outerHTML", "textContent",
})
STYLES: Final[Mapping[int, frozenset[str]]] = MappingProxyType({
    HTMX_2: _STYLES,
    HTMX_4: _STYLES | {
        "after", "append", "before", "innerMorph", "outerMorph", "outerSync", "prepend", "upsert",
    },
})
# Among those of htmx 4 are some of htmx 2, which it takes and passes over.
_SWAP_MODIFIERS: Mapping[int, frozenset[str]] = {
    HTMX_2: frozenset({"focus-scroll", "ignoreTitle", "scroll", "settle", "show", "swap", "transition"}),
    HTMX_4: frozenset({
        "focus-scroll", "focusScroll", "ignoreTitle", "scroll", "scrollTarget", "settle", "show", "showTarget", "strip",
        "swap", "swapEmpty", "target", "transition",
    }),
}
_TRIGGER_FLAGS: Mapping[int, frozenset[str]] = {
    HTMX_2: frozenset({"changed", "consume", "once"}),
    HTMX_4: frozenset({"capture", "changed", "consume", "halt", "once", "passive", "prevent", "stop"}),
}
_TRIGGER_KEYS: Mapping[int, frozenset[str]] = {
    HTMX_2: frozenset({"delay", "from", "queue", "root", "target", "threshold", "throttle"}),
    HTMX_4: frozenset({"delay", "from", "queue", "root", "rootMargin", "target", "threshold", "throttle"}),
}
# fmt: on
_SELECTOR_WORDS = frozenset({"closest", "find", "global", "next", "previous"})
SELECTORS: Final = frozenset({"hx-disabled-elt", "hx-include", "hx-indicator", "hx-select", "hx-target"})
_DIGITS = frozenset("0123456789")
_NO_SELECTOR = _DIGITS | frozenset("/?=!@%$;")
_SYNC = frozenset({"abort", "drop", "queue", "replace"})
_QUEUES = frozenset({"all", "first", "last"})
_TIMES = ("swap", "settle", "delay", "throttle")
# htmx 2 looks at the last letters alone: it reads these as they are meant, and `1sec` as a millisecond.
_UNITS: Mapping[int, frozenset[str]] = {
    HTMX_2: frozenset({"", "ms", "msec", "s", "secs", "seconds", "m"}),
    HTMX_4: frozenset({"", "ms", "s", "m"}),
}


class ValueFault(NamedTuple):
    """A part of a value, at an offset of it, that htmx does not take. `near` are the words that it takes there."""

    offset: int
    text: str
    message: str
    near: frozenset[str] = frozenset()


def is_htmx(url: str) -> bool:
    """Whether the URL of a script looks like that of htmx itself, and not of one of its extensions."""
    return any(mark in url for mark in ("htmx.org", "/htmx/", "htmx.min", "htmx.js", "htmx-2", "htmx-4", "htmax"))


def version_of(url: str) -> int | None:
    """The version of htmx that the URL of its script tells; None where it tells none."""
    for mark in ("htmx.org@", "/htmx/", "htmx-"):
        version = url.partition(mark)[2][:2]
        if version[:1] in "24" and version[:1] and not version[1:].isdigit():
            return int(version[0])
    return HTMX_4 if "htmax" in url else None


def is_known(name: str) -> bool:
    """Whether an attribute is one of htmx, of one of its extensions, or has a name that its user may choose."""
    plain = name.removeprefix("data-")
    return plain in ATTRIBUTES or plain in EXTENSIONS or any(mark in plain for mark in ":") or _is_numbered(plain)


def _is_numbered(name: str) -> bool:
    """`hx-target-404`, `hx-target-4*`, `hx-on-click`: their ends are the user's."""
    return name.startswith(("hx-target-", "hx-on-", "hx-status-", "hx-ws-", "hx-sse-"))


def value_faults(name: str, value: str, version: int) -> Iterator[ValueFault]:
    """What one version of htmx refuses in the value of one of its attributes."""
    check = _CHECKS.get(name.removeprefix("data-"))
    return check(value, version) if check is not None else iter(())


# What other attributes of an element take, and no element is called.
NO_TAGS = frozenset({
    "get", "post", "put", "patch", "true", "false", "outerhtml", "innerhtml", "textcontent", "beforebegin",
    "afterbegin", "beforeend", "afterend", "outermorph", "innermorph",
})  # fmt: skip


def is_no_selector(start: str, *, whole: bool) -> bool:
    """Whether a selector for htmx that begins like this is one that browsers refuse; `whole` when that is all of it.

    An identifier, also behind `#` and `.`, does not begin with a digit, and no selector with a `/` or the like.
    """
    text = start.strip() if whole else start.lstrip()
    while (first := text.partition(" ")[0]) in _SELECTOR_WORDS and first != text:
        text = text[len(first) :].lstrip()
    if not text or text in ("#", "."):
        return whole and text != ""
    return text[0] in _NO_SELECTOR or (text[0] in "#." and text[1] in _DIGITS)


def each_word(value: str, separators: str = "") -> Iterator[tuple[int, str]]:
    """The words of a value with their offsets; white space and the separators divide."""
    start = -1
    for at, char in enumerate(value + " "):
        if char.isspace() or char in separators:
            if start >= 0:
                yield start, value[start:at]
            start = -1
        elif start < 0:
            start = at


def is_no_swap(start: str, version: int) -> bool:
    """Whether no value of `hx-swap` begins like this, with something behind it that is not known."""
    words = start.split()
    if not words or start[-1].isspace():
        return any(_swap(start, version))
    known = STYLES[version] | {f"{one}:" for one in _SWAP_MODIFIERS[version]}
    return not any(one.startswith(words[0]) or (":" in one and words[0].startswith(one)) for one in known)


def _swap(value: str, version: int) -> Iterator[ValueFault]:
    styles, modifiers = STYLES[version], _SWAP_MODIFIERS[version]
    for at, (offset, word) in enumerate(each_word(value)):
        key, colon, setting = word.partition(":")
        if not colon and not at:
            if word not in styles:
                yield ValueFault(offset, word, f"htmx has no swap style `{word}`", styles)
        elif key not in modifiers:
            if version == HTMX_2 or colon:
                yield ValueFault(offset, word if not colon else key, f"`hx-swap` has no modifier `{key}`", modifiers)
        elif key in _TIMES and not _is_time(setting, version):
            yield ValueFault(offset, word, f"`{setting}` is no time")


def _is_time(text: str, version: int) -> bool:
    unit = text.lstrip("0123456789.")
    number = text.removesuffix(unit)
    return number.replace(".", "", 1).isdigit() and unit in _UNITS[version]


def _trigger(value: str, version: int) -> Iterator[ValueFault]:
    for start, spec in each_spec(value):
        words = list(each_word(spec))
        if words and words[0][1] == "every":
            words = words[1:]
            if words and not _is_time(words[0][1].partition("[")[0], version):
                yield ValueFault(start + words[0][0], words[0][1], f"`{words[0][1]}` is no time")
        yield from _modifiers(start, words[1:], version)


def _modifiers(start: int, words: list[tuple[int, str]], version: int) -> Iterator[ValueFault]:
    """What is wrong with the modifiers of one trigger. Behind a selector of several words nobody looks on."""
    flags, keys = _TRIGGER_FLAGS[version], _TRIGGER_KEYS[version]
    for offset, word in words:
        key, colon, setting = word.partition(":")
        if key in ("from", "target", "root") and colon:
            return
        if colon and key not in keys:
            yield ValueFault(start + offset, key, f"`hx-trigger` has no modifier `{key}`", keys)
        elif not colon and word not in flags:
            yield ValueFault(start + offset, word, f"`hx-trigger` has no modifier `{word}`", flags)
        elif key in _TIMES and not _is_time(setting, version):
            yield ValueFault(start + offset, word, f"`{setting}` is no time")
        elif key == "queue" and setting not in (_QUEUES | {"none"}):
            yield ValueFault(start + offset, word, f"`{setting}` is no way to queue", _QUEUES | {"none"})


def each_spec(value: str) -> Iterator[tuple[int, str]]:
    """The triggers of a list with their offsets; what stands in brackets, quotes or parentheses does not divide.

    A filter in brackets is left out with blanks in its place: it is JavaScript.
    """
    start = depth = 0
    written: list[str] = []
    quote = ""
    for at, char in enumerate(value + ","):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        depth += (char in "[({") - (char in "])}")
        if char == "," and depth <= 0 and not quote:
            yield start, "".join(written)
            start, written = at + 1, []
        else:
            written.append(char if depth <= 0 and char not in "])}" and not quote else " ")


def _sync(value: str, version: int) -> Iterator[ValueFault]:
    selector, colon, strategy = value.rpartition(":")
    words = list(each_word(strategy))
    if not colon or not selector.strip() or not words or strategy.strip().startswith(("not(", "is(", "has(", "nth")):
        return
    offset = len(selector) + 1
    first = words[0][1]
    if first not in _SYNC:
        yield ValueFault(offset + words[0][0], first, f"`hx-sync` has no strategy `{first}`", _SYNC)
    elif first == "queue" and len(words) > 1 and words[1][1] not in _QUEUES:
        yield ValueFault(offset + words[1][0], words[1][1], f"`{words[1][1]}` is no way to queue", _QUEUES)


def _json(value: str, version: int) -> Iterator[ValueFault]:
    """An object in JSON; htmx 2 lets its braces be left out, and what htmx 4 takes beside it is not looked at."""
    from json import JSONDecodeError, loads

    text = value if version == HTMX_4 else value.strip()
    if not text or text.startswith(("js:", "javascript:", "unset")):
        return
    if not text.startswith("{"):
        if version == HTMX_4:
            return
        text = f"{{{text}}}"
    try:
        loads(text)
    except JSONDecodeError as error:
        yield ValueFault(0, value, f"this is no JSON: {error.msg.lower()}")
    except RecursionError, ValueError:
        return  # too deep, or a number of thousands of digits: browsers read it


def _choice(*allowed: str, only: int | None = None) -> Callable[[str, int], Iterator[ValueFault]]:
    """One of some words."""
    words = frozenset(allowed)

    def check(value: str, version: int) -> Iterator[ValueFault]:
        word = value.strip()
        if word and word not in words and (only is None or only == version):
            yield ValueFault(value.index(word), word, f"`{word}` is none of the values that htmx takes here", words)

    return check


_CHECKS: Mapping[str, Callable[[str, int], Iterator[ValueFault]]] = {
    "hx-swap": _swap,
    "hx-trigger": _trigger,
    "hx-sync": _sync,
    "hx-vals": _json,
    "hx-headers": _json,
    "hx-boost": _choice("true", "false", "unset", only=HTMX_2),
    "hx-encoding": _choice("multipart/form-data", "application/x-www-form-urlencoded", "unset"),
    "hx-validate": _choice("true", "false", "unset"),
}
