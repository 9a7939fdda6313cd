"""Changing a recipe."""

from chirp import Page, Redirect, Request
from examples.ladle.domain import Recipe
from examples.ladle.forms import RecipeForm
from examples.ladle.kitchen import show, store

PAGE = "recipes/{id:int}/edit.html"


def get(recipe: Recipe) -> Page:
    return show(PAGE, "form", form=RecipeForm.of(recipe))


async def post(request: Request, recipe: Recipe) -> Redirect | tuple[Page, int]:
    form = RecipeForm.read(await request.form())
    if not form.ok:
        return show(PAGE, "form", form=form), 422
    store().change(recipe.id, form.draft())
    return Redirect(f"/recipes/{recipe.id}", status=303)
