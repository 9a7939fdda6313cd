"""The notes on the recipe above."""

from examples.ladle.domain import Note, Recipe
from examples.ladle.kitchen import store


def context(recipe: Recipe) -> dict[str, tuple[Note, ...]]:
    return {"notes": store().notes(recipe.id)}
