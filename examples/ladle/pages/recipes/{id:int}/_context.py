"""The recipe that all pages below are about."""

from examples.ladle.domain import Recipe
from examples.ladle.kitchen import store


def context(id: int) -> dict[str, Recipe | int]:
    recipe = store().recipe(id)
    return {"recipe": recipe, "people": recipe.draft.serves, "note_count": len(store().notes(id))}
