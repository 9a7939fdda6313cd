"""Today, the rest of the week, and the favourites."""

from datetime import date

from chirp import Page
from examples.ladle.kitchen import show, store


def get(today: date) -> Page:
    kitchen = store()
    week = kitchen.week(today)
    return show(
        "page.html",
        "tonight",
        tonight=kitchen.day(today),
        ahead=[day for day in week if day.date > today],
        favourites=[one for one in kitchen.recipes(sort="stars") if one.favourite],
    )
