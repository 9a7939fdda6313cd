"""Removing a note: by htmx with DELETE, by a browser with POST."""

from chirp import OOB, Fragment, Redirect
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import store


def delete(recipe: Recipe, note: int) -> OOB:
    store().delete_note(recipe.id, note)
    count = len(store().notes(recipe.id))
    return OOB("", Fragment("recipes/{id:int}/_layout.html", "note_count", target="note-count", note_count=count))


def post(recipe: Recipe, note: int) -> Redirect:
    store().delete_note(recipe.id, note)
    return Redirect(f"/recipes/{recipe.id}/notes", status=303)
