"""The names that the checker takes for Kida's own are those of the Kida that is installed."""

from kida import Environment

from chirp_check.grammar.vocabulary import KIDA_FILTERS, KIDA_GLOBALS, KIDA_TESTS

ENVIRONMENT = Environment(bytecode_cache=False)


def test_filters() -> None:
    assert frozenset(ENVIRONMENT.filters.keys()) == KIDA_FILTERS


def test_tests() -> None:
    assert frozenset(ENVIRONMENT.tests.keys()) == KIDA_TESTS


def test_globals() -> None:
    assert frozenset(ENVIRONMENT.globals) == KIDA_GLOBALS
