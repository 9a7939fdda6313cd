"""Seven days."""

from chirp import Page
from examples.ladle.kitchen import show


def get() -> Page:
    return show("plan/page.html", "week")
