"""A new recipe."""

from chirp import Page, Redirect, Request
from examples.ladle.forms import RecipeForm
from examples.ladle.kitchen import show, store

PAGE = "recipes/new.html"
TITLE = "New recipe"


def get() -> Page:
    return show(PAGE, "form", page_title=TITLE, form=RecipeForm())


async def post(request: Request) -> Redirect | tuple[Page, int]:
    form = RecipeForm.read(await request.form())
    if not form.ok:
        return show(PAGE, "form", page_title=TITLE, form=form), 422
    return Redirect(f"/recipes/{store().add(form.draft()).id}", status=303)
