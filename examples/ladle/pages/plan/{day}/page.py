"""One day: what is cooked, and what could be."""

from chirp import FormAction, Fragment, Page, Request
from examples.ladle.domain import Day
from examples.ladle.kitchen import done, number, show, store


def get() -> Page:
    return show("plan/{day}/page.html", "ideas", ideas=store().recipes(sort="stars")[:4])


async def post(request: Request, one: Day) -> FormAction:
    chosen = number((await request.form()).get("recipe", ""), 0)
    planned = store().plan(one.date, chosen or None)
    title = planned.recipe.title if planned.recipe else "Nothing"
    return done(f"/plan/{planned.key}", Fragment("plan/day.html", "day", one=planned), message=f"{title}, then.")
