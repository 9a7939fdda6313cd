"""A recipe: ingredients for so many people, and how it is made."""

from chirp import Page, Request
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import number, show


def get(request: Request, recipe: Recipe) -> Page:
    people = number(request.query.get("people", ""), recipe.draft.serves) or recipe.draft.serves
    return show("recipes/{id:int}/page.html", "ingredients", people=people, ingredients=recipe.ingredients_for(people))
