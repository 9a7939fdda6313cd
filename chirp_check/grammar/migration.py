"""What of htmx 2 is another thing in htmx 4, or nothing: names of attributes and events, and parts of values."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from chirp_check.grammar.htmx import each_spec, each_word

# What elements get from those around them in htmx 2.
INHERITED: Final = frozenset({
    "hx-boost", "hx-confirm", "hx-disable", "hx-encoding", "hx-headers", "hx-include", "hx-indicator", "hx-push-url",
    "hx-replace-url", "hx-select", "hx-select-oob", "hx-swap", "hx-sync", "hx-target", "hx-vals",
})  # fmt: skip
RENAMED: Final[Mapping[str, str]] = MappingProxyType(
    {"hx-disabled-elt": "hx-disable", "sse-connect": "hx-sse:connect", "sse-close": "hx-sse:close"}
)
# What htmx 4 passes over, and what to do instead.
REMOVED: Final[Mapping[str, str]] = MappingProxyType({
    "hx-disinherit": "remove it: nothing is handed on that is not marked with `:inherited`",
    "hx-ext": "remove it: an extension is there once its script is loaded",
    "hx-history": "remove it: pages are not kept in the browser",
    "hx-inherit": "remove it, and mark what is to be handed on with `:inherited`",
    "hx-params": "choose what is sent in a listener to `htmx:config:request`",
    "hx-prompt": "load the extension `hx-prompt`",
    "hx-request": "write `hx-config`",
    "hx-vars": 'write `hx-vals="js:…"`',
    "sse-swap": "send messages without a name, with an `<hx-partial hx-target=…>` for each place",
})  # fmt: skip
_EVENTS_OF_2 = (
    "after-on-load", "after-process-node", "after-request", "after-settle", "after-swap", "bad-response-url",
    "before-cleanup-element", "before-history-save", "before-history-update", "before-on-load", "before-process-node",
    "before-request", "before-send", "before-swap", "before-transition", "config-request", "history-cache-error",
    "history-cache-hit", "history-cache-miss", "history-cache-miss-load", "history-cache-miss-load-error",
    "history-item-created", "history-restore", "invalid-path", "load", "on-load-error", "oob-after-swap",
    "oob-before-swap", "oob-error-no-target", "prompt", "pushed-into-history", "replaced-in-history", "response-error",
    "restored", "send-abort", "send-error", "swap-error", "target-error", "timeout", "validate-url",
)  # fmt: skip
_EVENTS_OF_4: Mapping[str, str] = {
    "after-process-node": "after:process", "after-request": "after:request", "after-settle": "after:settle",
    "after-swap": "after:swap", "before-cleanup-element": "before:cleanup", "before-process-node": "before:process",
    "before-request": "before:request", "before-swap": "before:swap", "config-request": "config:request",
    "response-error": "response:error", "send-error": "error", "swap-error": "error", "timeout": "error",
}  # fmt: skip
_NEAR = frozenset({"closest", "find", "next", "previous"})
_MORPHS: Mapping[str, str] = {"morph": "outerMorph", "morph:outerHTML": "outerMorph", "morph:innerHTML": "innerMorph"}
_SYNC = frozenset({"abort", "drop", "queue", "replace"})


class Reread(NamedTuple):
    """A part of a value, at an offset of it, that htmx 4 reads in another way. `text` is to stand in its place."""

    offset: int
    part: str
    message: str
    text: str | None = None


def event_name(name: str) -> tuple[str, str | None] | None:
    """The event of htmx 2 that an attribute `hx-on…` waits for in vain in htmx 4, and the attribute to write instead.

    None for what htmx 4 knows. The attribute is None where htmx 4 has no such event.
    """
    rest = name.removeprefix("hx-on")
    mark = next((one for one in (":htmx:", "::", "-htmx-", "--") if rest.startswith(one)), None)
    if mark is None:
        return (rest[1:], f"hx-on:{rest[1:]}") if rest.startswith("-") and len(rest) > 1 else None
    event = rest.removeprefix(mark)
    if event not in _EVENTS_OF_2:
        return (event, f"hx-on::{event}") if mark.startswith("-") else None
    meant = _EVENTS_OF_4.get(event)
    return (event, f"hx-on::{meant}" if meant is not None else None)


def reread(name: str, value: str, quote: str) -> Iterator[Reread]:
    """What htmx 4 reads in another way in the value of an attribute of htmx 2 that stands in these quotes."""
    if name in INHERITED and value.strip() == "unset":
        yield Reread(0, value, "htmx 4 takes `unset` for a value like any other")
        return
    check = _CHECKS.get(name)
    if check is not None:
        yield from check(value, "'" if quote == '"' else '"')


def _swap(value: str, quote: str) -> Iterator[Reread]:
    for at, (offset, word) in enumerate(each_word(value)):
        key, _, setting = word.partition(":")
        if not at and word in _MORPHS:
            yield Reread(offset, word, f"htmx 4 has no swap style `{word}`", _MORPHS[word])
        elif key == "focus-scroll" and setting:
            yield Reread(offset, word, "htmx 4 passes over `focus-scroll`", f"focusScroll:{setting}")
        elif key in ("show", "scroll") and ":" in setting:
            selector, _, end = setting.rpartition(":")
            plain = selector != "window" and not any(mark in selector for mark in ",'\"<>")
            text = f"{key}:{end} {key}Target:{selector}" if plain else None
            yield Reread(offset, word, f"htmx 4 passes over the selector in `{word}`", text)


def _trigger(value: str, quote: str) -> Iterator[Reread]:
    for start, spec in each_spec(value):
        found = list(each_word(spec))
        event = found[0][1] if found else ""
        if event.startswith("sse:") or event == "restored":
            yield Reread(start + found[0][0], event, f"htmx 4 never fires `{event}`")
        for (offset, word), (after, behind) in zip(found[1:], [*found[2:], (0, "")], strict=False):
            key, colon, setting = word.partition(":")
            if key in ("from", "target") and colon and setting in _NEAR and behind and ":" not in behind:
                part = value[start + offset : start + after + len(behind)]
                text = f"{key}:{quote}{setting} {behind}{quote}"
                yield Reread(start + offset, part, f"htmx 4 reads `{setting}` alone as the selector", text)
            elif key == "queue" and colon:
                yield Reread(start + offset, word, "htmx 4 passes over `queue`, and keeps the first")


def _sync(value: str, quote: str) -> Iterator[Reread]:
    word = value.strip()
    if word and ":" not in word and word.partition(" ")[0] not in _SYNC:
        yield Reread(value.index(word), word, f"htmx 4 queues where htmx 2 drops with `{word}`", f"{word}:drop")


def _select_oob(value: str, quote: str) -> Iterator[Reread]:
    at = 0
    for member in value.split(","):
        text = member.strip().partition(":")[0].strip()
        if text and text.replace("-", "").replace("_", "").isalnum() and text[0].isalpha():
            yield Reread(at + member.index(text), text, f"htmx 4 looks for an element `<{text}>`", f"#{text}")
        at += len(member) + 1


def _json(value: str, quote: str) -> Iterator[Reread]:
    text = value.lstrip()
    if text.startswith("{") and text != value:
        blank = value[: len(value) - len(text)]
        yield Reread(0, blank, "htmx 4 reads no JSON behind white space", "")


_CHECKS: Mapping[str, Callable[[str, str], Iterator[Reread]]] = {
    "hx-swap": _swap,
    "hx-trigger": _trigger,
    "hx-sync": _sync,
    "hx-select-oob": _select_oob,
    "hx-vals": _json,
    "hx-headers": _json,
}
