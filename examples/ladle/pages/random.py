"""Leads to a recipe, another one every day."""

from datetime import date

from chirp import Redirect
from examples.ladle.kitchen import store


def get(today: date) -> Redirect:
    recipes = store().recipes()
    return Redirect(f"/recipes/{recipes[today.toordinal() % len(recipes)].id}" if recipes else "/recipes")
