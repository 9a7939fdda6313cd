"""What can be done with a whole week."""

from datetime import date

from chirp import FormAction, Fragment
from chirp.pages import action
from examples.ladle.domain import Day
from examples.ladle.kitchen import buy_for, dishes, done, store
from examples.ladle.words import plural

PAGE = "plan/page.html"


@action("shop")
def shop(week: tuple[Day, ...]) -> FormAction:
    lines = sum(buy_for(recipe, recipe.draft.serves) for recipe in dishes(week))
    return done("/plan", Fragment(PAGE, "week"), message=f"{plural(lines, 'line')} on the shopping list.")


@action("clear")
def clear(week: tuple[Day, ...], today: date) -> FormAction:
    emptied = tuple(store().plan(day.date, None) if day.date >= today else day for day in week)
    return done("/plan", Fragment(PAGE, "week", week=emptied), message="The rest of the week is free.")
