"""Recipes that speak of something."""

from chirp import Page, Request
from examples.ladle.kitchen import show, store


def get(request: Request) -> Page:
    text = request.query.get("q", "").strip()
    return show("search/page.html", "results", q=text, recipes=store().recipes(text) if text else ())
