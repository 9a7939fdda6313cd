"""Things: the list, one thing, putting in, editing, taking out for good."""

import csv
import io
from typing import Final

from chirp import OOB, App, FormAction, Fragment, Page, Redirect, Request

from ..domain import Thing, ThingFilter
from ..forms import ThingForm, check_code, read_filter
from ..rendering import changed, counters, thing_parts, toast
from ..store import Outdated, Store, Taken

INDEX: Final = "things/index.html"
SHOW: Final = "things/show.html"
FORM: Final = "things/form.html"

TAKEN: Final = "Another thing has this code already."


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_lists(app, store)
    register_adding(app, store)
    register_editing(app, store)
    register_place(app, store)
    register_removal(app, store)


def register_lists(app: App, store: Store) -> None:
    """Adds the routes that show many things."""

    @app.route("/things")
    def things(request: Request) -> Page:
        wanted = read_filter(request)
        return Page(INDEX, "results", wanted=wanted, listing=store.things(wanted))

    @app.route("/things.csv")
    def export() -> tuple[str, int, dict[str, str]]:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["code", "name", "kind", "place", "with", "due"])
        for thing in store.things(ThingFilter(), size=10_000).entries:
            writer.writerow([thing.code, thing.name, thing.kind, thing.place, thing.holder or "", thing.due or ""])
        headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="shed.csv"'}
        return out.getvalue(), 200, headers

    @app.route("/things/{id:int}", name="thing")
    def thing(id: int) -> Page:
        found = store.thing(id)
        return Page(SHOW, "detail", thing=found, queue=store.queue(id), history=store.history(id))


def register_adding(app: App, store: Store) -> None:
    """Adds the routes with which something new comes in."""

    @app.route("/things/new")
    def new() -> Page:
        return Page(FORM, "form", thing=None, form=ThingForm())

    @app.route("/things", methods=["POST"])
    def add(request: Request) -> Redirect | tuple[Page, int]:
        form = ThingForm.read(request.form)
        if form.errors:
            return Page(FORM, "form", thing=None, form=form), 422
        try:
            added = store.add_thing(form.draft())
        except Taken:
            return Page(FORM, "form", thing=None, form=form.but(code=TAKEN)), 422
        return Redirect(f"/things/{added.id}", status=303)

    @app.route("/things/code")
    def check(request: Request) -> Fragment:
        code = request.query.get("code", "").strip()
        besides = request.query.get_int("besides", 0)
        message = check_code(code) or (TAKEN if store.code_is_taken(code, besides) else "")
        return Fragment(FORM, "code_hint", message=message)


def register_editing(app: App, store: Store) -> None:
    """Adds the routes that change everything about a thing."""

    @app.route("/things/{id:int}/edit")
    def edit(id: int) -> Page:
        found = store.thing(id)
        return Page(FORM, "form", thing=found, form=ThingForm.of(found))

    @app.route("/things/{id:int}", methods=["POST", "PUT"])
    def save(request: Request, id: int) -> FormAction | tuple[Page, int]:
        before = store.thing(id)
        form = ThingForm.read(request.form)
        if form.errors:
            return Page(FORM, "form", thing=before, form=form), 422
        try:
            saved = store.change_thing(id, form.draft(), form.revision)
        except Taken:
            return Page(FORM, "form", thing=before, form=form.but(code=TAKEN)), 422
        except Outdated as error:
            return Page(FORM, "form", thing=error.thing, form=form.against(error.thing)), 422
        return changed(f"/things/{id}", *thing_parts(store, saved), message=f"{saved.name} is saved.")


def register_place(app: App, store: Store) -> None:
    """Adds the routes with which the place is edited where it stands."""

    def place(thing: Thing) -> Fragment:
        return Fragment(SHOW, "place", thing=thing)

    @app.route("/things/{id:int}/place")
    def show_place(id: int) -> Fragment:
        return place(store.thing(id))

    @app.route("/things/{id:int}/place/edit")
    def edit_place(id: int) -> Page:
        return Page("things/place.html", "form", thing=store.thing(id))

    @app.route("/things/{id:int}/place", methods=["POST"])
    def save_place(request: Request, id: int) -> FormAction:
        moved = store.move_thing(id, request.form.get("place", "").strip()[:60])
        return FormAction(f"/things/{id}", place(moved), toast(f"{moved.name} has its place."))


def register_removal(app: App, store: Store) -> None:
    """Adds the routes with which a thing goes for good."""

    @app.route("/things/{id:int}", methods=["DELETE"])
    def remove(id: int) -> OOB:
        gone = store.remove_thing(id)
        return OOB("", toast(f"{gone.name} is gone."), *counters())

    @app.route("/things/{id:int}/delete")
    def ask(id: int) -> Page:
        return Page("things/delete.html", "question", thing=store.thing(id))

    @app.route("/things/{id:int}/delete", methods=["POST"])
    def confirmed(id: int) -> Redirect:
        store.remove_thing(id)
        return Redirect("/things", status=303)
