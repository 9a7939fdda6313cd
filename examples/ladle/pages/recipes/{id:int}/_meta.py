"""A recipe's own title."""

from chirp.pages import RouteMeta
from examples.ladle.domain import Recipe


def meta(recipe: Recipe) -> RouteMeta:
    return RouteMeta(title=recipe.title)
