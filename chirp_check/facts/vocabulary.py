"""The filters and tests that a template names and that Kida does not have itself, where they are written."""

from collections.abc import Iterable

from chirp_check.facts.templates import Ident
from chirp_check.grammar.vocabulary import KIDA_FILTERS, KIDA_TESTS


def foreign(applied: Iterable[tuple[str, int, int, str]]) -> tuple[tuple[Ident, ...], tuple[Ident, ...]]:
    """The filters (`|`) and the tests (`is`), in the order of their places."""
    filters: list[Ident] = []
    tests: list[Ident] = []
    for kind, start, end, name in applied:
        if kind == "|" and name not in KIDA_FILTERS:
            filters.append(Ident(start, end, name))
        elif kind == "is" and name not in KIDA_TESTS:
            tests.append(Ident(start, end, name))
    return _sorted(filters), _sorted(tests)


def _sorted(found: list[Ident]) -> tuple[Ident, ...]:
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))
