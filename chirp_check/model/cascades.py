"""What the files around a page provide for what it renders, as names with their values."""

from collections.abc import Iterable, Mapping

import msgspec

from chirp_check.grammar.pages import CONTEXT, META
from chirp_check.model.domain import Callable, Dict, Record, Scalar, Sequence, Value
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.memory import Queries
from chirp_check.model.mounts import Page, beside
from chirp_check.model.program import name_of, names_of, summary
from chirp_check.source import Span

# Files of the released framework that add names which are not read here.
VIEW_MODEL = "_viewmodel.py"

_NOWHERE = Span("", 0, 0)
_ANYTHING = Unknown("what the files around a page provide", _NOWHERE)


class Cascade(msgspec.Struct, frozen=True):
    """Names that reach everything a page renders, below what it passes itself.

    `entries` are there for sure, with their values where these are constants; `maybe` are there on some paths. `open`:
    there may be others. Nothing in it changes with the places of the text it comes from.
    """

    entries: tuple[tuple[str, Value], ...] = ()
    maybe: frozenset[str] = frozenset()
    open: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names that are there for sure."""
        return frozenset(name for name, _ in self.entries)

    def below(self, other: Cascade) -> Cascade:
        """This with what `other` adds or replaces."""
        entries = dict(self.entries) | dict(other.entries)
        return Cascade(tuple(entries.items()), (self.maybe | other.maybe) - entries.keys(), self.open or other.open)

    def either(self, other: Cascade) -> Cascade:
        """What is there when it is one of the two and nobody knows which."""
        both = tuple((name, value) for name, value in self.entries if name in other.names)
        sure = frozenset(name for name, _ in both)
        maybe = (self.names | other.names | self.maybe | other.maybe) - sure
        return Cascade(both, maybe, self.open or other.open)


NOTHING = Cascade()
UNSEEN = Cascade(open=True)


def contexts(model: Queries, folders: tuple[str, ...]) -> Cascade:
    """What the `_context.py` of some folders provide, the outermost first."""
    found = Cascade((("current_path", _ANYTHING),))
    for where in folders:
        provider = beside(model, where, CONTEXT)
        if provider is not None:
            found = found.below(_provided(model, name_of(model, provider, "context")))
    return found


def page_cascade(model: Queries, page: Page) -> Cascade:
    """What everything around a page provides."""
    found = contexts(model, page.folders)
    meta = beside(model, page.folders[-1], META)
    if meta is not None:
        found = found.below(_meta(model, names_of(model, meta)))
    if beside(model, page.folders[-1], VIEW_MODEL) is not None:
        found = found.below(UNSEEN)
    return found


def _provided(model: Queries, provider: Value | None) -> Cascade:
    """What a `context` function returns on every path that returns."""
    if not isinstance(provider, Callable):
        return UNSEEN
    given = summary(model, provider)
    if given.falls_off or not given.returned:
        return UNSEEN
    return any_of(_mapping(value) for value in given.returned)


def any_of(cascades: Iterable[Cascade]) -> Cascade:
    """What is there when it is one of these and nobody knows which."""
    found: Cascade | None = None
    for one in cascades:
        found = one if found is None else found.either(one)
    return found or NOTHING


def _mapping(value: Value) -> Cascade:
    if not isinstance(value, Dict):
        return UNSEEN
    return Cascade(tuple((name, _constant(one)) for name, one in value.entries), open=value.open)


def _constant(value: Value) -> Value:
    """A constant without its place; everything else is one and the same."""
    match value:
        case Text(text):
            return Text(text, _NOWHERE)
        case Scalar(known):
            return Scalar(known, _NOWHERE)
        case Sequence(items=(), open=False):
            return Sequence((), value.is_tuple, False, _NOWHERE)
        case Dict(entries=(), open=False):
            return Dict((), False, _NOWHERE)
        case _:
            return _ANYTHING


def _meta(model: Queries, names: Mapping[str, Value]) -> Cascade:
    """What the names of a `_meta.py` give to templates."""
    fixed, made = names.get("META"), names.get("meta")
    if fixed is not None and not (isinstance(fixed, Scalar) and fixed.value is None):
        return _described(fixed)
    if not isinstance(made, Callable):
        return UNSEEN
    given = summary(model, made)
    return any_of(_described(value) for value in given.returned) if given.returned else UNSEEN


def _described(meta: Value) -> Cascade:
    match meta:
        case Record(kind="RouteMeta"):
            given = dict(zip(("title", "section", "breadcrumb_label"), meta.args, strict=False)) | dict(meta.kwargs)
            is_open = meta.open or len(meta.args) > 1  # by position the two frameworks differ
        case Dict():
            given, is_open = dict(meta.entries), meta.open
        case _:
            return UNSEEN
    entries: list[tuple[str, Value]] = []
    if (title := given.get("title")) is not None and not is_none(title):
        entries.append(("page_title", _constant(title)))
    if (label := given.get("breadcrumb_label")) is not None and not is_none(label):
        entries += [("breadcrumb_label", _constant(label)), ("breadcrumb_items", _ANYTHING)]
    maybe = frozenset({"breadcrumb_prefix"} if entries else ())
    return Cascade(tuple(entries), maybe, is_open or "section" in given)


def is_none(value: Value) -> bool:
    """Whether this is None."""
    return isinstance(value, Scalar) and value.value is None
