"""The filters and tests that a template names and that Kida does not have itself, where they are written."""

from collections.abc import Iterable, Iterator

import msgspec

from chirp_check.facts.templates import Ident
from chirp_check.facts.values import AnyTerm, Filter, Term, Test
from chirp_check.grammar.vocabulary import KIDA_FILTERS, KIDA_TESTS


def foreign(terms: Iterable[AnyTerm], text: str) -> tuple[tuple[Ident, ...], tuple[Ident, ...]]:
    """The filters and the tests in expressions, in the order of their places, each place once."""
    filters: set[Ident] = set()
    tests: set[Ident] = set()
    for term in _walk(one for one in terms if _may_name(one, text)):
        if isinstance(term, Filter) and term.name not in KIDA_FILTERS:
            filters.add(_written(term.name, term.base.end, text))
        elif isinstance(term, Test) and term.name not in KIDA_TESTS:
            tests.add(_written(term.name, term.value.end, text))
    return _sorted(filters), _sorted(tests)


def _may_name(term: AnyTerm, text: str) -> bool:
    """Whether an expression can hold a filter or test at all; most hold none."""
    return term.end == term.start or text.find("|", term.start, term.end) >= 0 or " is " in text[term.start : term.end]


def _sorted(found: set[Ident]) -> tuple[Ident, ...]:
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _walk(terms: Iterable[object]) -> Iterator[Term]:
    pending = list(terms)
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += one
        elif isinstance(one, msgspec.Struct):
            if isinstance(one, Term):
                yield one
            pending += msgspec.structs.astuple(one)


def _written(name: str, behind: int, text: str) -> Ident:
    """A name where it stands as a word of its own behind an operand; what is between are signs, `is` and `not`."""
    at = text.find(name, behind)
    while at > 0 and (text[at - 1].isidentifier() or text[at + len(name) : at + len(name) + 1].isidentifier()):
        at = text.find(name, at + 1)
    at = max(at, behind)
    return Ident(at, at + len(name), name)
