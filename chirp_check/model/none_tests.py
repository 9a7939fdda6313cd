"""Tests of templates that ask whether an attribute is None."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import TemplateFacts
from chirp_check.facts.values import Attr, Compare, Const
from chirp_check.facts.walk import every_part
from chirp_check.model.inputs import template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import template_files
from chirp_check.source import Span


class NoneTest(msgspec.Struct, frozen=True, gc=False):
    """`base.attribute is none` (or `is not`: `negated`) as it is written, and the place of its last dot."""

    written: str
    base: str
    attribute: str
    negated: bool
    span: Span
    dot: Span


@query
def none_tests(model: Queries, path: str) -> tuple[NoneTest, ...]:
    """The tests of a template for None that never hold."""
    facts = template_facts(model, path) if path in template_files(model) else None
    source = text(model, path) if facts is not None else None
    if facts is None or source is None or not (" none" in source or " None" in source):
        return ()
    return tuple(dict.fromkeys(_found(facts, source)))


def _found(facts: TemplateFacts, source: str) -> Iterator[NoneTest]:
    for term in _terms(facts):
        match term:
            case Compare(left=Attr(optional=False) as tested, operator=operator, right=Const(value=None)):
                if operator in _ASKING:
                    yield _described(term, tested, facts.path, source, negated=operator in ("is not", "!="))
            case _:
                pass


_ASKING = frozenset({"is", "is not", "==", "!="})


def _described(term: Compare, tested: Attr, path: str, source: str, *, negated: bool) -> NoneTest:
    base = source[tested.base.start : tested.base.end]
    dot = source.index(".", tested.base.end)
    span = Span(path, term.start, term.end)
    return NoneTest(source[term.start : term.end], base, tested.name, negated, span, Span(path, dot, dot + 1))


def _terms(facts: TemplateFacts) -> Iterator[object]:
    """Every comparison of a template, in no order."""
    written = (
        facts.expressions,
        facts.operands,
        facts.conditionals,
        facts.calls,
        facts.bindings,
        facts.components,
    )
    return (one for one in every_part(written) if isinstance(one, Compare))
