"""Asks before a recipe is deleted."""

from chirp import Page, Redirect
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import show, store


def get() -> Page:
    return show("recipes/{id:int}/delete.html", "question")


def post(recipe: Recipe) -> Redirect:
    store().delete(recipe.id)
    return Redirect("/recipes", status=303)
