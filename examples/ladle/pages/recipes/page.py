"""The collection, narrowed and sorted."""

from chirp import Page, Request
from examples.ladle.kitchen import show, store

SORTS = (("title", "A to Z"), ("quick", "Quickest"), ("stars", "Best rated"))


def get(request: Request) -> Page:
    text, tag = request.query.get("q", "").strip(), request.query.get("tag", "")
    sort = request.query.get("sort", "title")
    found = store().recipes(text, tag, sort)
    return show(
        "recipes/page.html", "list", recipes=found, q=text, tag=tag, sort=sort, sorts=SORTS, tags=store().tags()
    )
