"""A hostile case: a number, the clause that it is about, and what has to hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError
from typing import Any

from tests.hostile.framework import Broken, Framework, NotThere, silence

type Run = Callable[[Framework], None]

CASES: dict[str, Case] = {}


@dataclass(frozen=True, slots=True)
class Case:
    """`run` raises AssertionError where a framework falls, NotThere where it has no such feature."""

    id: str
    topic: str
    clause: str
    run: Run

    def outcome(self, framework: Framework) -> str:
        """`passes`, `fails` or `–`; whatever a framework raises instead of an answer is a failure."""
        try:
            with silence():
                self.run(framework)
        except NotThere:
            return "–"
        except Exception:  # noqa: BLE001 - whatever it is
            return "fails"
        return "passes"


class Topic:
    """The cases of one topic: their numbers start at a hundred of their own, and never change."""

    def __init__(self, first: int, title: str) -> None:
        self._first = first
        self._title = title

    def add(self, number: int, clause: str, run: Run) -> None:
        """The case `H-<hundred + number>`."""
        assert 0 < number < 100
        case = Case(f"H-{self._first + number:04}", self._title, clause, run)
        assert CASES.setdefault(case.id, case) is case, f"{case.id} twice"

    def case(self, number: int, clause: str) -> Callable[[Run], Run]:
        def register(run: Run) -> Run:
            self.add(number, clause, run)
            return run

        return register

    def table(self, first: int, rows: Mapping[str, Any], run: Callable[[Framework, Any], None]) -> None:
        """One case per row, in order: its clause, and what `run` is given."""
        for number, (clause, row) in enumerate(rows.items(), first):
            self.add(number, clause, _with(run, row))


def _with(run: Callable[[Framework, Any], None], row: Any) -> Run:
    return lambda framework: run(framework, row)


REFUSALS = (ValueError, TypeError, CookieError, AssertionError)


def refused(call: Callable[[], object]) -> None:
    """The call itself says no, in whatever way the framework does: not the server later, and not silence."""
    try:
        call()
    except Broken:
        raise
    except REFUSALS:
        return
    raise AssertionError("taken as it was")
