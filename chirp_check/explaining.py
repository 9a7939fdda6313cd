"""Whether a value that a handler was seen to give is one of those that the text says it can give.

What the text does not determine explains everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from chirp_check.grammar.selectors import overlap
from chirp_check.model.context import context_of
from chirp_check.model.domain import Dict, Record, Scalar, Sequence, Value, Yields
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.framework import RETURN_TYPES, is_a, type_of
from chirp_check.observed import Seen, SeenValue, described

# The arguments that are compared besides templates and blocks, and where they stand.
_OTHERS = {
    "Fragment": ((None, "target"), (None, "swap")),
    "ValidationError": ((None, "retarget"),),
    "Redirect": ((0, "url"),),
    "FormAction": ((0, "redirect"),),
}
_DEFAULTS = {"Redirect": 302, "FormAction": 303, "ValidationError": 422}
_CARRIERS = frozenset({"OOB", "FormAction"})
_CONTEXT = frozenset(
    {"Fragment", "LayoutPage", "Page", "Stream", "Suspense", "Template", "TemplateStream", "ValidationError"}
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something about a value that is not as the text says: how near the two are otherwise, and what was expected.

    `name` is that of the argument, or of the name in the context.
    """

    nearness: int
    what: str
    message: str
    name: str = ""


KIND, TEMPLATE, BLOCK, ARGUMENT, PARTS, NAMES = range(6)


def explains(value: Value, seen: Seen) -> bool:
    """Whether a value of the text may be what was seen."""
    return next(differences(value, seen), None) is None


def differences(value: Value, seen: Seen) -> Iterator[Difference]:
    """What keeps a value of the text from being what was seen, the weightiest first."""
    match value:
        case Text(text):
            if seen != text or not isinstance(seen, str):
                yield _other(seen, f"`{text}`" if len(text) <= 40 else "another text")
        case Pattern(pieces):
            if not isinstance(seen, str) or not overlap((seen,), pieces):
                yield _other(seen, f"`{value}`")
        case Scalar(known):
            if isinstance(seen, (str, SeenValue)) or known != seen or type(known) is not type(seen):
                yield _other(seen, f"`{known}`")
        case Yields():
            return
        case Sequence(is_tuple=True):
            yield from _tuple(value, seen)
        case Dict():
            if not isinstance(seen, SeenValue) or seen.kind in RETURN_TYPES or seen.kind == "tuple":
                yield _other(seen, "`dict`")
        case Record(kind=kind) if kind in RETURN_TYPES:
            yield from _record(value, seen)
        case _:
            return


def _other(seen: Seen, expected: str) -> Difference:
    return Difference(KIND, "answer", f"{described(seen)} is given where the text says {expected}")


def _tuple(value: Sequence, seen: Seen) -> Iterator[Difference]:
    if not isinstance(seen, SeenValue) or seen.kind != "tuple":
        yield _other(seen, "`tuple`")
    elif not value.open and len(value.items) != len(seen.parts):
        yield _other(seen, f"a tuple of {len(value.items)}")
    elif not value.open:
        yield from differences(value.items[0], seen.parts[0])
        status = value.items[1] if len(value.items) > 1 else None
        if isinstance(status, Scalar) and status.value != seen.parts[1]:
            yield Difference(
                ARGUMENT, "status", f"the status is {seen.parts[1]}, where the text says {status.value}", "status"
            )


def _record(value: Record, seen: Seen) -> Iterator[Difference]:
    kind = type_of(value.kind)
    if not isinstance(seen, SeenValue) or not is_a(value.kind, seen.kind):
        responses = isinstance(seen, SeenValue) and seen.kind.endswith("Response") and kind.endswith("Response")
        if not responses:
            yield _other(seen, f"`{kind}`")
        return
    for (position, name), what, nearness in _named(kind):
        yield from _argument(value, seen, (position, name), (what, nearness))
    status = value.argument(None, "status")
    expected = status.value if isinstance(status, Scalar) else _DEFAULTS.get(kind) if status is None else None
    given = seen.get("status")
    if not value.open and expected is not None and given is not None and given != expected and kind in _DEFAULTS:
        said = f"the status is {given}, where the text says {expected}"
        yield Difference(ARGUMENT, "status", said, "status")
    if kind in _CARRIERS:
        yield from _parts(value, seen)
    if kind in _CONTEXT:
        yield from _names(value, seen)


def _named(kind: str) -> Iterator[tuple[tuple[int | None, str], str, int]]:
    signature = RETURN_TYPES[kind]
    if signature.template is not None:
        yield signature.template, "template", TEMPLATE
    for one in signature.blocks:
        yield one, "block", BLOCK
    for other in _OTHERS.get(kind, ()):
        yield other, other[1], ARGUMENT


def _argument(
    value: Record, seen: SeenValue, at: tuple[int | None, str], as_what: tuple[str, int]
) -> Iterator[Difference]:
    expected, given = value.argument(*at), seen.get(at[1])
    what, nearness = as_what
    if expected is None:
        if given is not None and not value.open:
            yield Difference(nearness, what, f"{_called(what)} is `{given}`, where the text gives none", at[1])
    elif not explains(expected, given):
        known = f"`{expected}`" if isinstance(expected, (Text, Pattern)) else "another"
        yield Difference(nearness, what, f"{_called(what)} is `{given}`, where the text says {known}", at[1])


def _called(what: str) -> str:
    return {"redirect": "the redirect", "url": "the redirect"}.get(what, f"the {what}")


def _parts(value: Record, seen: SeenValue) -> Iterator[Difference]:
    """What a return type carries: the main answer of an OOB, and fragments."""
    listed = value.argument(None, "fragments")
    if value.open or (listed is not None and (not isinstance(listed, Sequence) or listed.open)):
        return
    own = value.args if type_of(value.kind) == "OOB" else value.args[1:]
    expected = (*own, *(listed.items if isinstance(listed, Sequence) else ()))
    if len(expected) != len(seen.parts):
        counted = f"{len(seen.parts)} parts, where the text gives {len(expected)}"
        yield Difference(PARTS, "parts", f"{described(seen)} has {counted}")
        return
    for one, part in zip(expected, seen.parts, strict=True):
        for difference in differences(one, part):
            yield Difference(PARTS, difference.what, difference.message, difference.name)


def _names(value: Record, seen: SeenValue) -> Iterator[Difference]:
    """The keys of the context: all that is given comes from the text, and all that the text gives is there."""
    context = context_of(value)
    if context is None:
        return
    for name in sorted(seen.names - context.keys()):
        yield Difference(NAMES, "context", f"`{name}` is in the context, where the text does not give it", name)
    for name in sorted(context.keys() - seen.names):
        yield Difference(NAMES, "context", f"`{name}` is not in the context, where the text gives it", name)
