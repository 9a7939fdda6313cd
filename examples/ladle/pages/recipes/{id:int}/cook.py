"""One step after the other, large enough to read from the stove."""

from chirp import Page, Request
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import number, show


def get(request: Request, recipe: Recipe) -> Page:
    steps = recipe.draft.steps
    step = min(max(number(request.query.get("step", ""), 1), 1), len(steps))
    return show("recipes/{id:int}/cook.html", "step", step=step, last=len(steps), text=steps[step - 1])
