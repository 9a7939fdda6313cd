"""All tags."""

from chirp import Page
from examples.ladle.kitchen import show, store


def get() -> Page:
    return show("tags/page.html", "cloud", tags=store().tags())
