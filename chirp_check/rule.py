"""A rule: a named pure function of one subject and the model. It knows neither its level nor any other rule."""

from annotationlib import get_annotations
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.model import Model

type Check[Subject] = Callable[[Subject, Model], Iterator[Finding]]


class Rule(msgspec.Struct, frozen=True):
    """An inert value: `check` is called with each model entity of the class `subject`; `level` is its default.

    A rule of the `migration` runs only where its own name is given; `all` does not stand for it.
    """

    name: str
    since: str
    level: Level
    subject: type[Any]
    check: Callable[[Any, Model], Iterable[Finding]]
    migration: bool = False

    @property
    def summary(self) -> str:
        """The first line of the check's docstring."""
        return (self.check.__doc__ or "").strip().splitlines()[0]


def rule[Subject](
    name: str, *, since: str, level: Level = Level.ERROR, migration: bool = False
) -> Callable[[Check[Subject]], Rule]:
    """Make a `Rule` of a function whose first parameter's annotation names its subject."""

    def decorate(check: Check[Subject]) -> Rule:
        hints = get_annotations(check, eval_str=True)
        subject = next(hint for key, hint in hints.items() if key != "return")
        return Rule(name, since, Level.OFF if migration else level, subject, check, migration)

    return decorate
