"""The recipes of a tag."""

from chirp import NotFound, Page
from examples.ladle.kitchen import show, store


def get(tag: str) -> Page:
    recipes = store().recipes(tag=tag)
    if not recipes:
        raise NotFound("no recipe has this tag")
    return show("tags/{tag}/page.html", "tagged", tag=tag, recipes=recipes)
