"""The shopping list, and a form for one more line."""

from chirp import FormAction, Fragment, Page, Request
from examples.ladle.kitchen import done, show, store

PAGE = "shopping/page.html"


def get() -> Page:
    return show(PAGE, "list", error="")


async def post(request: Request) -> FormAction | tuple[Page, int]:
    text = (await request.form()).get("text", "").strip()
    if not text:
        return show(PAGE, "add", error="What is missing?"), 422
    item = store().buy(text)
    return done(
        "/shopping",
        Fragment(PAGE, "add", error=""),
        Fragment(PAGE, "list", target="shopping-list", swap="outerHTML", items=store().items()),
        message=f"{item.text} is on the list.",
    )
