"""Expressions of templates that stand where escaping for HTML does not help: values without quotes, scripts, `safe`.

Quotes are a matter of the text alone. Scripts, addresses and `safe` are judged where a render surely gives them what
came with a request, or what is no JavaScript.
"""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Choice, Const, Either, Filter, Join, Name
from chirp_check.model.applications import AppKey
from chirp_check.model.entities import Text
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.numbers import key, whole_numbers
from chirp_check.model.quoting_request import tainted
from chirp_check.model.quoting_sinks import SAFE, Sink, put_out, sinks_of
from chirp_check.model.template_scopes import Scopes, is_parameter
from chirp_check.model.templates import showing
from chirp_check.model.typing.faults import readings
from chirp_check.model.typing.inference import Inference
from chirp_check.model.typing.kinds import NUMBERS, Plain, Type
from chirp_check.model.typing.reading import Reader as TypeReader
from chirp_check.model.ways import Reader
from chirp_check.source import Span

_COUNTING = frozenset({"int", "length", "count", "float", "round", "abs", "wordcount"})
_BREAKING = frozenset(" \t\r\n\"'`=<>")


class Exposed(msgspec.Struct, frozen=True, gc=False):
    """An expression whose text can be more than text where it stands.

    `where`: "unquoted" for the value of the attribute called `name`, "quoted" for JSON in it with quotes of its own;
    "script", "handler", "json" or "address" for what comes with a request as `name`, at `given`. `mended` are the
    places and texts that are to be added, where that is all.
    """

    where: str
    name: str
    span: Span
    given: Span | None = None
    mended: tuple[tuple[Span, str], ...] = ()


class RawMarkup(msgspec.Struct, frozen=True, gc=False):
    """An expression that puts out as markup what comes with a request: the name that a render gives, at `given`."""

    name: str
    span: Span
    given: Span


@query
def quoting_faults(model: Queries, path: str) -> tuple[Exposed | RawMarkup, ...]:
    """The expressions of a template that nothing escapes for where they stand, in any application that has it."""
    apps = showing(model, path)
    facts = template_facts(model, path) if apps else None
    source = text(model, path) if facts is not None and facts.expressions else None
    if facts is None or source is None:
        return ()
    found: dict[Exposed | RawMarkup, None] = {}
    sinks = tuple(sinks_of(facts, source))
    bare = list(_bare(facts))
    json = list(_json(facts))
    for app in apps if sinks or bare or json else ():
        found.update(dict.fromkeys(_unescaped(model, app, facts, source, sinks)))
        found.update(dict.fromkeys(_unquoted(model, app, facts, bare)))
        found.update(dict.fromkeys(_quoted(model, app, facts, json)))
    return tuple(found)


# Values without quotes.


def _bare(facts: TemplateFacts) -> Iterator[tuple[Element, Attribute, Join]]:
    """The attributes without quotes that have an expression in their value."""
    for element in facts.elements:
        for one in element.attributes:
            if one.quote == "" and isinstance(one.value, Join):
                yield element, one, one.value


def _unquoted(
    model: Queries, app: AppKey, facts: TemplateFacts, bare: list[tuple[Element, Attribute, Join]]
) -> Iterator[Exposed]:
    if not bare:
        return
    harmless = _Harmless(model, app, facts)
    for element, found, value in bare:
        texts = harmless.reader.texts(found, element)
        if texts and all(isinstance(one, Text) and not _BREAKING.intersection(one.value) for one in texts):
            continue
        first = next((one for one in value.parts if not harmless.holds(one)), None)
        if first is not None:
            simple = not any(isinstance(one, Const) and '"' in str(one.value) for one in value.parts)
            ends = (Span(facts.path, at, at) for at in ((value.start, value.end) if simple else ()))
            added = tuple((at, '"') for at in ends)
            yield Exposed("unquoted", found.name, Span(facts.path, first.start, first.end), mended=added)


def _quoted(
    model: Queries, app: AppKey, facts: TemplateFacts, json: list[tuple[Attribute, Filter]]
) -> Iterator[Exposed]:
    harmless = _Harmless(model, app, facts) if json else None
    for found, term in json:
        if harmless is not None and not harmless.holds(term.base):
            end = Span(facts.path, term.end, term.end)
            added = () if term.arguments else ((end, "(attr=true)"),)
            yield Exposed("quoted", found.name, Span(facts.path, term.start, term.end), mended=added)


def _json(facts: TemplateFacts) -> Iterator[tuple[Attribute, Filter]]:
    """The expressions in double quotes that put out JSON as it is."""
    for one in (one for element in facts.elements for one in element.attributes):
        parts = one.value.parts if one.quote == '"' and isinstance(one.value, Join) else ()
        yield from ((one, part) for part in parts if isinstance(part, Filter) and _is_plain_json(part))


def _is_plain_json(term: Filter) -> bool:
    return term.name == "tojson" and all(one.name != "attr" for one in term.arguments)


class _Harmless:
    """Tells what needs no quotes: numbers, and text that is written without a blank."""

    def __init__(self, model: Queries, app: AppKey, facts: TemplateFacts) -> None:
        source = text(model, facts.path) or ""
        self.facts = facts
        self.reader = Reader(model, app, facts)
        self.numbers = whole_numbers(model, app, facts.path)
        asked = [one for one, _ in readings(model, app, facts.path)]
        self.types = [TypeReader(Inference(model), facts, source, one) for one in asked]

    def holds(self, term: AnyTerm) -> bool:
        """Whether what an expression puts out surely does not end the value."""
        match term:
            case Const(value=value):
                return not isinstance(value, str) or not _BREAKING.intersection(value)
            case Choice(then=left, other=right):
                return self.holds(left) and self.holds(right)
            case Either(operands=parts) | Join(parts=parts):
                return all(self.holds(one) for one in parts)
            case Filter(name=name) if name in _COUNTING:
                return True
            case Filter(base=base, name="default" | "d", arguments=given):
                return self.holds(base) and all(self.holds(one.value) for one in given)
            case Attr(base=Name(id="loop")):
                return True
            case Name() if self._is_numeric_parameter(term):
                return True
            case _:
                return key(term, self.facts) in self.numbers or self._is_number(term)

    def _is_numeric_parameter(self, term: Name) -> bool:
        owner = self.reader.scopes.component_at(term.start)
        if owner is None or self.reader.scopes.bound(term) or not is_parameter(term.id, owner):
            return False
        return next((one.annotation for one in owner.parameters if one.name == term.id), None) in NUMBERS

    def _is_number(self, term: AnyTerm) -> bool:
        known = [found for one in self.types if (found := one.quietly(term)) is not None]
        return bool(known) and all(map(_counts, known))


def _counts(known: Type) -> bool:
    return bool(known) and all(isinstance(one, Plain) and one.name in NUMBERS for one in known or ())


# What is put out as it came.


def _unescaped(
    model: Queries, app: AppKey, facts: TemplateFacts, source: str, sinks: tuple[Sink, ...]
) -> Iterator[Exposed | RawMarkup]:
    given = {one.at: one for one in tainted(model, app, facts.path)} if sinks else {}
    if not given:
        return
    scopes = Scopes(facts, lambda: source)
    for sink in sinks:
        places = (scopes.place(name) for name in put_out(sink.term, scopes))
        known = next((given[at] for at in places if at is not None and at in given), None)
        span = Span(facts.path, sink.term.start, sink.term.end)
        if known is not None and sink.where == SAFE:
            yield RawMarkup(known.name, span, known.given)
        elif known is not None:
            yield Exposed(sink.where, known.name, span, known.given)
