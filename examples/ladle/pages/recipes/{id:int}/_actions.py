"""What can be done with a recipe where it is shown."""

from chirp import FormAction, Fragment
from chirp.pages import action
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import buy_for, done, number, store
from examples.ladle.words import plural

LAYOUT = "recipes/{id:int}/_layout.html"
PAGE = "recipes/{id:int}/page.html"


@action("rate")
def rate(recipe: Recipe, stars: str) -> FormAction:
    rated = store().rate(recipe.id, number(stars, 0))
    return done(f"/recipes/{rated.id}", Fragment(LAYOUT, "rating", recipe=rated), message="Rated.")


@action("favourite")
def favourite(recipe: Recipe) -> FormAction:
    turned = store().turn_favourite(recipe.id)
    message = "One of your favourites." if turned.favourite else "No longer a favourite."
    return done(f"/recipes/{turned.id}", Fragment(LAYOUT, "favourite", recipe=turned), message=message)


@action("shop")
def shop(recipe: Recipe, portions: str) -> FormAction:
    count = number(portions, recipe.draft.serves) or recipe.draft.serves
    lines = buy_for(recipe, count)
    return done(
        f"/recipes/{recipe.id}",
        Fragment(PAGE, "ingredients", people=count, ingredients=recipe.ingredients_for(count)),
        message=f"{plural(lines, 'line')} on the shopping list.",
    )
