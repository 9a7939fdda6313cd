"""The day of the path; there is no page for what is no day."""

from datetime import date

from chirp import NotFound
from examples.ladle.domain import Day
from examples.ladle.kitchen import store


def context(day: str) -> dict[str, Day]:
    try:
        return {"one": store().day(date.fromisoformat(day))}
    except ValueError:
        raise NotFound("that is no day") from None
