"""A day's name."""

from chirp.pages import RouteMeta
from examples.ladle.domain import Day
from examples.ladle.words import weekday


def meta(one: Day) -> RouteMeta:
    return RouteMeta(title=weekday(one.date))
