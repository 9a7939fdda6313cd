"""The notes on a recipe."""

from chirp.pages import RouteMeta
from examples.ladle.domain import Recipe


def meta(recipe: Recipe) -> RouteMeta:
    return RouteMeta(title=f"Notes on {recipe.title}")
