"""What was written after cooking, and a form for one more."""

from chirp import FormAction, Fragment, Page, Request
from examples.ladle.domain import Recipe
from examples.ladle.kitchen import done, show, store

PAGE = "recipes/{id:int}/notes/page.html"


def get() -> Page:
    return show(PAGE, "note_list", error="", text="")


async def post(request: Request, recipe: Recipe) -> FormAction | tuple[Page, int]:
    text = (await request.form()).get("text", "").strip()
    if not text:
        return show(PAGE, "note_form", error="Write something first.", text=text), 422
    note = store().add_note(recipe.id, text)
    return done(
        f"/recipes/{recipe.id}/notes",
        Fragment(PAGE, "note_form", error="", text=""),
        Fragment("recipes/{id:int}/notes/note.html", "note", target="notes", swap="afterbegin", note=note),
        Fragment(
            "recipes/{id:int}/_layout.html", "note_count", target="note-count", note_count=len(store().notes(recipe.id))
        ),
        message="Noted.",
    )
