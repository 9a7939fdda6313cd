"""Ticking off, and forgetting what is bought."""

from chirp import FormAction, Fragment
from chirp.pages import action
from examples.ladle.kitchen import done, number, store
from examples.ladle.words import plural

PAGE = "shopping/page.html"


@action("tick")
def tick(item: str) -> FormAction:
    ticked = store().tick(number(item, 0))
    return done(
        "/shopping",
        Fragment("shopping/item.html", "item", item=ticked),
        message="In the basket." if ticked.ticked else "Not yet, then.",
    )


@action("clear")
def clear() -> FormAction:
    forgotten = store().clear_ticked()
    return done(
        "/shopping", Fragment(PAGE, "list", items=store().items()), message=f"{plural(forgotten, 'line')} less."
    )
