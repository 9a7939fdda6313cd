"""What pages share: the store of this request, and how they answer."""

from datetime import date
from typing import Any, Final

from chirp import FormAction, Fragment, Page, Request, g

from .domain import Day, Recipe
from .store import Store
from .words import amount

LAYOUT: Final = "_layout.html"
THEME_COOKIE: Final = "ladle_theme"
THEMES: Final = (("auto", "As the system says"), ("light", "Light"), ("dark", "Dark"))


def store() -> Store:
    """The kitchen of this request."""
    kitchen: Store = g.store
    return kitchen


def today() -> date:
    """The day it is in this kitchen."""
    return store().clock().date()


def unticked() -> int:
    """How many things are still to buy."""
    return sum(not item.ticked for item in store().items())


def theme_of(request: Request) -> str:
    """`auto`, `light` or `dark`."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in dict(THEMES) else "auto"


def show(template: str, block: str, /, **context: Any) -> Page:
    """A page of which htmx gets a part; every page template has its content in the block `page`."""
    return Page(template, block, page_block_name="page", **context)


def done(url: str, *fragments: Fragment, message: str) -> FormAction:
    """Something was done: a browser goes to `url`, htmx gets the fragments, a toast and the navigation's number."""
    toast = Fragment("partials/toast.html", "toast", target="toasts", swap="beforeend", message=message)
    count = Fragment(LAYOUT, "unticked", target="unticked", unticked=unticked())
    return FormAction(url, *fragments, toast, count)


def buy_for(recipe: Recipe, people: int) -> int:
    """Puts the ingredients on the shopping list; says how many lines they are."""
    needed = recipe.ingredients_for(people)
    for one in needed:
        store().buy(" ".join(f"{amount(one.amount)} {one.unit} {one.name}".split()), recipe.title)
    return len(needed)


def dishes(days: tuple[Day, ...]) -> list[Recipe]:
    """What is cooked on these days."""
    return [day.recipe for day in days if day.recipe is not None]


def number(text: str, default: int) -> int:
    """A small whole number, or the default."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else default
