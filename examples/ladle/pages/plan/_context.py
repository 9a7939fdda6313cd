"""The week that is shown, and what can be cooked."""

from datetime import date, timedelta

from chirp import Request
from examples.ladle.kitchen import store


def context(request: Request, today: date) -> dict[str, object]:
    try:
        start = date.fromisoformat(request.query.get("from", ""))
    except ValueError:
        start = today
    week = store().week(start)
    return {
        "week": week,
        "earlier": (week[0].date - timedelta(days=7)).isoformat(),
        "later": (week[0].date + timedelta(days=7)).isoformat(),
        "choices": store().recipes(),
    }
